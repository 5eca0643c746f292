"""The console's windows with made-up data, for pictures: `python -m tests.stage.render tests.console.looks:desk`."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from console import language
from console.events import EnrolmentState, LinkState
from console.picture.canvas import Canvas
from console.picture.measures import Reading
from console.session.conversation import Allowed
from console.session.stages import Stage
from console.ui import theme
from console.ui.agreed import AppointmentDialog, QuoteDialog, WeekDialog
from console.ui.article_dialog import ArticleDialog
from console.ui.desk_dialogs import EstimateDialog, HoldDialog, MergeDialog, TagsDialog, TimeDialog
from console.ui.dialogs import ConnectDialog, NextStepDialog, NoteDialog, ResolveDialog, TakeDialog
from console.ui.figures_dialog import FiguresDialog
from console.ui.hand_over import AbsenceDialog, HandOverDialog, TextDialog
from console.ui.help import HelpOverlay
from console.ui.intake import IntakeDialog
from console.ui.machines_page import MachinesDialog
from console.ui.main_window import MainWindow
from console.ui.record_dialogs import CorrectDialog, ProofDialog
from console.ui.search_dialog import SearchDialog
from console.ui.session_window import SessionWindow
from console.ui.staff_page import StaffDialog
from console.ui.talk_dialogs import DropDialog, StepsDialog
from protocol.consent import Consent
from protocol.desk import events
from protocol.desk.clocks import ClockState
from protocol.desk.contract import Metric
from protocol.desk.events import Actor, EndReason, Sample, Staff, StaffProfile, User
from protocol.desk.states import TicketState
from protocol.desk.terms import SummaryTopic
from protocol.diagnostics import DiagnosticField
from protocol.envelope import (
    AppointmentLine,
    Caller,
    Callers,
    ClockView,
    ClusterView,
    Colleague,
    Faults,
    FaultView,
    Forecasts,
    HistoryLine,
    MachineLine,
    People,
    Plan,
    PlannedMove,
    StaffList,
    SummaryLine,
    Ticket,
    TicketLine,
    Tickets,
    TicketView,
    Witness,
)
from protocol.scopes import Scope
from protocol.session.messages import Monitor, ScreenChanged
from protocol.session.picture import Codec, Rect
from protocol.trust import Party, Role

NOW = datetime.now(UTC)
TINA_FACTS = ("Tina Tech", "Support Engineer", "+49 30 1234567")
TINA = Staff("tina", *TINA_FACTS)
SEE_AND_CONTROL = frozenset({Scope.SEE, Scope.CONTROL})

PROBLEM = """Excel says my file is locked, but nobody has it open

I saved it yesterday evening on the drive G:. Since this morning it opens read-only.
Anna from accounting has the same, we need it for the meeting at eleven."""


def ticket(number: int = 17, **changes: object) -> TicketView:
    """A ticket somebody works on."""
    facts: dict[str, object] = {
        "number": number,
        "revision": 5,
        "state": TicketState.IN_PROGRESS,
        "problem": PROBLEM,
        "requester": "Eva Beispiel",
        "device": "laptop",
        "device_label": "EVA-LAPTOP",
        "urgency": 1,
        "minutes": 20,
        "asked_at": NOW - timedelta(minutes=34),
        "opened_at": NOW - timedelta(minutes=33),
        "changed_at": NOW - timedelta(minutes=2),
        "request": f"{number:032x}",
        "impact": 2,
        "priority": 2,
        "owner": TINA,
        "next_step": "Look at it together on the screen",
        "due": NOW + timedelta(minutes=25),
        "online": True,
    }
    return TicketView(**(facts | changes))  # type: ignore[arg-type]


def fresh(number: int, problem: str, requester: str, **changes: object) -> TicketView:
    """A ticket nobody has judged yet."""
    nothing: dict[str, object] = {"impact": None, "priority": None, "owner": None, "next_step": "", "due": None}
    return ticket(
        number, **({"state": TicketState.NEW, "problem": problem, "requester": requester} | nothing | changes)
    )


QUEUE = (
    ticket(),
    fresh(21, "The printer prints only half pages", "Jörg Müller", urgency=2, asked_at=NOW - timedelta(minutes=4)),
    fresh(22, "Cannot log in to the time sheet since the new password", "Mehmet Yilmaz", urgency=3, online=False),
    ticket(12, problem="Outlook asks for the password every few minutes", priority=3, requester="Ola Nordmann"),
    ticket(9, problem="New phone for the warehouse", state=TicketState.ON_HOLD, priority=5, online=False),
    ticket(15, problem="VPN drops", state=TicketState.RESOLVED, priority=1, requester="Chloé Dubois", solution="Cable"),
)


def _line(number: int, minutes: int, actor: Actor, name: str, event: events.Event) -> HistoryLine:
    return HistoryLine(number, NOW - timedelta(minutes=minutes), actor, name, event)


HISTORY = (
    _line(
        1,
        33,
        Actor.REQUESTER,
        "Eva Beispiel",
        events.Opened("0" * 32, "laptop", "EVA-LAPTOP", "Eva", PROBLEM, 1, 20, (), NOW),
    ),
    _line(2, 20, Actor.STAFF, TINA.name, events.Triaged(2, 1)),
    _line(3, 20, Actor.STAFF, TINA.name, events.Assigned(TINA)),
    _line(4, 20, Actor.STAFF, TINA.name, events.Started()),
    _line(5, 20, Actor.STAFF, TINA.name, events.NextStepSet("Look at it together on the screen", NOW)),
    _line(6, 18, Actor.REQUESTER, "Eva Beispiel", events.MessageAdded("Anna says hers works again. Mine does not.")),
    _line(
        7,
        16,
        Actor.STAFF,
        TINA.name,
        events.MessageAdded("Lock file left behind by the crash at 18:02? See server log.", internal=True),
    ),
    _line(8, 14, Actor.STAFF, TINA.name, events.SessionRequested("a" * 32, TINA)),
    _line(
        9,
        13,
        Actor.REQUESTER,
        "Eva Beispiel",
        events.SessionConsented("a" * 32, TINA, SEE_AND_CONTROL, NOW, NOW + timedelta(minutes=20), b""),
    ),
    _line(10, 4, Actor.DESK, "", events.SessionEnded("a" * 32, EndReason.USER_STOPPED, 542.0)),
    _line(11, 3, Actor.STAFF, TINA.name, events.SessionNoted("a" * 32, "Removed ~$budget.xlsx from G:")),
)

DIAGNOSTICS = (
    DiagnosticField("system.name", "System", "Windows 11 Pro 24H2"),
    DiagnosticField("memory.free", "Free memory", "1.2 GB of 16 GB"),
    DiagnosticField("disk.free", "Free space on the disk", "211 GB of 475 GB"),
    DiagnosticField("network.connection", "Network", "Wi-Fi, 192.168.178.31, gateway answers in 3 ms"),
    DiagnosticField("system.uptime", "Running since", "12 days"),
    DiagnosticField("system.load", "Load", "9 % of 8 processors"),
)


def me() -> Party:
    """Whom the certificate speaks of."""
    return Party(
        Role.TECHNICIAN,
        "tina",
        TINA.name,
        TINA.title,
        TINA.phone,
        "Helpful Ltd",
        SEE_AND_CONTROL,
        bytes(32),
        1,
        NOW + timedelta(days=80),
    )


def _dress() -> None:
    language.choose(None)
    app = QApplication.instance()
    if isinstance(app, QApplication):
        theme.apply(app)


def desk() -> MainWindow:
    """Queue and ticket."""
    _dress()
    window = MainWindow()
    window.show_desk(me())
    window.show_link(LinkState.ONLINE, "")
    window.model.replace_all(QUEUE)
    window.queue.selected.connect(
        lambda number: window.ticket.show_view(next(t for t in QUEUE if t.number == number)) if number else None
    )
    window.queue.select(17)
    window.ticket.show_ticket(Ticket(1, QUEUE[0], DIAGNOSTICS, HISTORY, Witness(11, bytes(32))))
    return window


def called() -> MainWindow:
    """On call: somebody is called for an urgent ticket."""
    window = desk()
    window.page.follow(msgspec.structs.replace(QUEUE[1], called="tina"), "tina")
    return window


FAULTS = Faults(
    1,
    (
        FaultView(
            "1" * 32,
            "pc-7",
            "reception-2",
            "keramik",
            "disk.used_percent",
            "/",
            "97 % used, 4120 MB free",
            NOW,
            "disk.used_percent /",
            31,
        ),
        FaultView("2" * 32, "pc-9", "kasse-1", "keramik", "cpu.percent", "", "99 %", NOW, "cpu.percent", 0),
    ),
    (
        ClusterView("disk.used_percent /", "disk.used_percent", 5, 3, NOW, NOW, 0),
        ClusterView("cpu.percent", "cpu.percent", 2, 1, NOW, NOW, None),
    ),
)


def machines() -> MachinesDialog:
    """What is wrong with machines."""
    _dress()
    dialog = MachinesDialog()
    dialog.show_faults(FAULTS)
    return dialog


def offline() -> MainWindow:
    """The same without a line, and with something that went wrong."""
    window = desk()
    window.show_link(LinkState.WAITING, "The server cannot be reached.")
    window.notice.say("There is no connection to the server at the moment; nothing was sent and nothing is lost.")
    return window


def empty() -> MainWindow:
    """Nobody needs help."""
    _dress()
    window = MainWindow()
    window.show_desk(me())
    window.show_link(LinkState.ONLINE, "")
    return window


def first_start() -> MainWindow:
    """No invitation yet."""
    _dress()
    window = MainWindow()
    window.enrol.show_needed()
    return window


def waiting() -> MainWindow:
    """For the administrator."""
    _dress()
    window = MainWindow()
    window.enrol.show_progress(EnrolmentState.WAITING, "", "3f9a-77b1-0c2d-9e10")
    return window


def refused() -> MainWindow:
    """A wrong file."""
    _dress()
    window = MainWindow()
    window.enrol.show_failed("The invitation file is damaged, or not one.")
    return window


def take() -> QWidget:
    """The dialog."""
    _dress()
    return TakeDialog(fresh(21, "The printer prints only half pages", "Jörg Müller", urgency=2))


def connect() -> QWidget:
    """The dialog, with something that went wrong."""
    _dress()
    dialog = ConnectDialog(ticket(), SEE_AND_CONTROL)
    dialog.fail("The device cannot be reached at the moment.")
    return dialog


def next_step() -> QWidget:
    """The dialog."""
    _dress()
    return NextStepDialog(ticket())


def resolve() -> QWidget:
    """The dialog."""
    _dress()
    return ResolveDialog(ticket())


def note() -> QWidget:
    """The dialog."""
    _dress()
    return NoteDialog(17, "The user ended the session.")


def shortcuts() -> QWidget:
    """F1."""
    _dress()
    return HelpOverlay()


def asking() -> SessionWindow:
    """A session before its consent."""
    _dress()
    window = SessionWindow(ticket(), Canvas())
    window.show_stage(Stage.ASKING)
    return window


def session(*, scopes: frozenset[Scope] = SEE_AND_CONTROL) -> SessionWindow:
    """A session under way."""
    _dress()
    canvas = Canvas()
    window = SessionWindow(ticket(), canvas)
    consent = Consent(
        "a" * 32, 17, bytes(32), bytes(32), bytes(32), "", scopes, (), "", "en", NOW, NOW + timedelta(minutes=20)
    )
    window.show_said(Allowed(consent))
    window.show_line(12.3)

    def picture() -> None:
        with canvas.lock:
            canvas.resize(1920, 1080)
            across = np.linspace(60, 190, 1920, dtype=np.uint8)
            canvas.pixels[:, :, :3] = across[None, :, None]
            canvas.pixels[100:600, 200:1000, :3] = 250
            canvas.mark([Rect(0, 0, 1920, 1080)])
        window.view.paint_new()

    QTimer.singleShot(100, picture)
    return window


def session_on_two_screens() -> SessionWindow:
    """A session on a computer with two screens."""
    window = session()
    places = (Monitor("DP-1", 0, 0, 1280, 1080, primary=True), Monitor("HDMI-1", 1280, 0, 640, 1080))
    window.show_said(ScreenChanged(1920, 1080, places))
    return window


def session_interrupted() -> SessionWindow:
    """A session whose line is cut."""
    window = session()
    QTimer.singleShot(200, lambda: window.show_stage(Stage.INTERRUPTED))
    return window


def travelling() -> SessionWindow:
    """A session whose figures are shown."""
    window = session()
    film, page = Rect(1100, 500, 640, 360), Rect(200, 100, 800, 500)
    regions = ((page, Codec.ZSTD), (Rect(220, 620, 500, 60), Codec.COPY), (film, Codec.H264))
    figures = Reading(61.0, 21.4, 12.3, 1830, 31_000_000, 31.0, 512_000.0, 0.8899, regions)

    def show() -> None:
        window.bar.press_figures()
        window.show_figures(figures)

    QTimer.singleShot(250, show)
    return window


def figures() -> QWidget:
    """The figures of a session that is over."""
    _dress()
    return FiguresDialog([Sample(10.0 * at, 20.0 + at, 12.0, 300 + 7 * at, 900_000 * at, 1.0) for at in range(1, 31)])


def viewing() -> SessionWindow:
    """A session whose user allowed to see only."""
    return session(scopes=frozenset({Scope.SEE}))


def over() -> SessionWindow:
    """A session the user ended."""
    _dress()
    window = SessionWindow(ticket(), Canvas())
    window.show_over("The user ended the session.", EndReason.USER_STOPPED)
    return window


PEOPLE = People(
    0,
    17,
    User("eva", "Eva Beispiel", "firma", ("eva@firma.example",), ("+49301234567",)),
    "Firma GmbH",
    "gold",
    "Mo-Fr 08:00-17:00 (Europe/Berlin)",
    True,
    TINA,
    Staff("petr", "Petr Malý", "Support Engineer", "+49 30 7654321"),
    ("petr",),
    (MachineLine("laptop", "EVA-LAPTOP", True, "Eva Beispiel"), MachineLine("home", "EVA-HOME", False, "Eva Beispiel")),
    (
        TicketLine(15, "VPN drops", "resolved", NOW - timedelta(hours=3), "EVA-LAPTOP"),
        TicketLine(3, "New mouse", "closed", NOW - timedelta(days=40), "EVA-LAPTOP"),
    ),
)
COLLEAGUES = (
    Colleague(StaffProfile("tina", *TINA_FACTS, skills={"excel": 3, "network": 1}, lead=True), True, None, 3, 1, 150),
    Colleague(
        StaffProfile("petr", "Petr Malý", "Support Engineer", "+49 30 7654321", skills={"network": 3}),
        False,
        NOW + timedelta(days=2),
        0,
        0,
        0,
    ),
    Colleague(StaffProfile("ola", "Ola Nordmann", "Dispatcher", "+49 30 5555555"), True, None, 1, 0, 30),
)
APPOINTMENTS = tuple(
    AppointmentLine(
        number,
        f"{number:032x}",
        NOW + timedelta(hours=hours),
        NOW + timedelta(hours=hours + 1),
        text,
        "Excel",
        "Eva Beispiel",
        TINA.name,
    )
    for number, hours, text in ((17, 1, "Look at it together"), (12, 3, "On the phone"), (9, 30, "Bring the new phone"))
)


def peopled() -> MainWindow:
    """Queue and ticket, with everybody around it, and an offer."""
    window = desk()
    window.ticket.people.show_people(PEOPLE)
    window.offer.show_offer(QUEUE[1])
    return window


def intake() -> QWidget:
    """A call, recognised."""
    _dress()
    dialog = IntakeDialog()
    dialog.who.setText("+49 30 1234567")
    user = User("eva", "Eva Beispiel", "firma", ("eva@firma.example",), ("+49301234567",))
    dialog.show_callers(Callers(0, True, (Caller(user, "Firma GmbH", PEOPLE.machines, PEOPLE.others[:1]),)))
    dialog.problem.setPlainText("Excel says my file is locked")
    return dialog


def hand_over() -> QWidget:
    """The card."""
    _dress()
    dialog = HandOverDialog(ticket())
    dialog.show_staff(COLLEAGUES)
    dialog.fail("Petr Malý knows less of excel (0) than who has it now (3): say why all the same.")
    return dialog


def absence() -> QWidget:
    """The dialog."""
    _dress()
    return AbsenceDialog(COLLEAGUES, "tina")


def staff() -> QWidget:
    """Who is there."""
    _dress()
    dialog = StaffDialog()
    dialog.show_list(StaffList(0, COLLEAGUES, 4, 35, Forecasts(120, 22.5, 19.8, 7.4)))
    return dialog


def appointment() -> QWidget:
    """The dialog, with one that is agreed."""
    _dress()
    return AppointmentDialog(ticket(), APPOINTMENTS[:1])


def quote() -> QWidget:
    """The dialog, with what it would do to others."""
    _dress()
    dialog = QuoteDialog(ticket())
    later = NOW + timedelta(hours=3)
    move = PlannedMove(12, "Outlook", "Ola Nordmann", later, later + timedelta(hours=1))
    dialog.show_plan(Plan(0, NOW + timedelta(hours=1), (move,)))
    return dialog


def week() -> QWidget:
    """The appointments."""
    _dress()
    dialog = WeekDialog()
    dialog.show_lines(APPOINTMENTS)
    return dialog


def complaint() -> QWidget:
    """The dialog."""
    _dress()
    return TextDialog(
        "Complaint about ticket 17",
        "It goes to the lead, past everybody who handled this ticket.",
        "Complaint",
        "Write it down",
    )


PROMISES = (
    ClockView(Metric.FIRST_RESPONSE, ClockState.WARNING, NOW + timedelta(minutes=12), 720, 3600, ticking=True),
    ClockView(Metric.RESOLUTION, ClockState.RUNNING, NOW + timedelta(hours=6), 21600, 28800, ticking=True),
)
LATE = (ClockView(Metric.NEXT_UPDATE, ClockState.BREACHED, NOW - timedelta(minutes=7), -420, 3600, ticking=True),)


def promised() -> MainWindow:
    """The queue with clocks and tags, and a ticket with its short version."""
    window = desk()
    open_one = ticket(clocks=PROMISES, tags=("excel", "drive g"), customer_name="Beispiel GmbH", revision=20)
    window.model.put(open_one)
    late = ticket(
        12,
        problem="Outlook asks for the password every few minutes",
        requester="Ola Nordmann",
        clocks=LATE,
        revision=20,
    )
    window.model.put(late)
    window.ticket.show_view(open_one)
    window.ticket.short.show_lines(
        (
            SummaryLine(SummaryTopic.ASKED, "Excel says my file is locked, but nobody has it open", (1,)),
            SummaryLine(SummaryTopic.URGENCY, "2", (2,)),
            SummaryLine(SummaryTopic.HANDLER, "Tina Tech, Support Engineer, +49 30 1234567", (3,)),
            SummaryLine(SummaryTopic.NEXT_STEP, "Look at it together on the screen", (5,), NOW),
            SummaryLine(SummaryTopic.ESTIMATE, "", (5,), NOW + timedelta(hours=6)),
        )
    )
    return window


def hold() -> QWidget:
    """What a ticket waits for."""
    _dress()
    return HoldDialog(ticket())


def estimate() -> QWidget:
    """When it is solved."""
    _dress()
    return EstimateDialog(ticket())


def merge() -> QWidget:
    """Where it goes on."""
    _dress()
    return MergeDialog(ticket())


def tags() -> QWidget:
    """Words for a ticket."""
    _dress()
    return TagsDialog(ticket(tags=("excel", "drive g")))


def time() -> QWidget:
    """Work that was no session."""
    _dress()
    return TimeDialog(ticket())


def search() -> QWidget:
    """Everything there ever was."""
    _dress()
    dialog = SearchDialog("tina")
    dialog.field.setText("excel")
    dialog.show_found(Tickets(1, QUEUE, 101))
    return dialog


def article() -> QWidget:
    """What helped, for the next one who has it."""
    _dress()
    return ArticleDialog(ticket(solution="Close Excel on the old session of the terminal server."))


def known() -> QWidget:
    """A ticket that articles are known for."""
    window = desk()
    assert isinstance(window, MainWindow)
    facts = ("0" * 32, "1" * 32, "en")
    window.ticket.articles.show_articles(
        (
            events.Article(*facts, "Excel says that a file is locked", "Close it on the terminal server."),
            events.Article(*facts, "How to end a colleague's session", "Ask first.", for_users=False),
        )
    )
    return window


def steps() -> QWidget:
    """Numbered steps, and what is said of a bare link."""
    _dress()
    dialog = StepsDialog(ticket(), ())
    dialog._text.setPlainText("https://example.org/how-to-print")
    dialog.fail(dialog.what_is_missing())
    return dialog


def drop() -> QWidget:
    """A question nobody has to answer any more."""
    _dress()
    asked = _line(9, 5, Actor.STAFF, TINA.name, events.QuestionAsked("0" * 32, "Which printer is it?"))
    return DropDialog(ticket(), (asked,))


def correct() -> QWidget:
    """A time entry that was wrong."""
    _dress()
    begin = NOW - timedelta(minutes=30)
    logged = events.TimeLogged("0" * 32, TINA, begin, NOW, 1500, events.WorkKind.PHONE, "Talked it through")
    return CorrectDialog(ticket(), (_line(9, 5, Actor.STAFF, TINA.name, logged),))


def proof() -> QWidget:
    """A check that fails."""
    _dress()
    return ProofDialog(ticket(), ())


def more() -> QWidget:
    """The menu “More”."""
    window = desk()
    assert isinstance(window, MainWindow)
    menu = window.ticket.findChild(QMenu)
    assert menu is not None
    return menu
