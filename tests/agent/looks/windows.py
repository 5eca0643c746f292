"""Windows of the helped side, each with made-up data."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from PySide6.QtCore import QBuffer, QByteArray
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter
from PySide6.QtWidgets import QApplication, QWidget

from agent import words
from agent.letters import Wrote, letter
from agent.messages import Line, LineChanged, Question, SessionRunning, TechnicianShown, Trouble
from agent.outbox import Request, new_request_id
from agent.own_tickets import OwnTicket
from agent.ui import consent_dialog, theme, toolkit_words
from agent.ui.about import AboutWindow
from agent.ui.banner import Banner, hot_key_words
from agent.ui.consent_dialog import ConsentDialog
from agent.ui.faces import Faces
from agent.ui.file_dialog import FileDialog
from agent.ui.longer_dialog import LongerDialog
from agent.ui.main_window import MainWindow
from agent.ui.quit_dialog import Open, QuitDialog
from agent.ui.screens import Here
from agent.ui.tray import SmallWindow
from protocol.desk import events
from protocol.desk.events import Actor, Attachment, EndReason, Staff, Threshold
from protocol.desk.states import TicketState
from protocol.diagnostics import DiagnosticField
from protocol.envelope import About, AdviceView, Face, HistoryLine, OfferView, Ticket, TicketView, Witness
from protocol.scopes import Scope
from tests import portraits

NOW = datetime.now(UTC)
TINA = Staff("tina", "Tina Tech", "Support Engineer", "+49 30 1234567")
SHOWN = TechnicianShown("Tina Tech", "Support Engineer", "+49 30 1234567", "Demo Help Desk")
TINA_FACE = hashlib.sha256(portraits.kept(portraits.TINA)).hexdigest()
UP = LineChanged(Line.CONNECTED)
DOWN = LineChanged(Line.AWAY, Trouble.UNREACHABLE)
SESSION = "c" * 32
PROBLEM = "Excel says my file is locked, but nobody has it open. I need it for the meeting at eleven."
FACTS = (
    DiagnosticField("system", "System", "Debian GNU/Linux 12 (bookworm)"),
    DiagnosticField("memory", "Memory", "3.1 GB free of 8 GB"),
    DiagnosticField("disk", "Disk", "12 GB free of 240 GB"),
    DiagnosticField("network", "Network", "connected by cable; 192.168.1.20"),
    DiagnosticField("errors", "Recent errors", "none in the last 24 hours"),
)


def _window() -> MainWindow:
    words.use()
    app = QApplication.instance()
    if isinstance(app, QApplication):
        toolkit_words.speak(app, words.language())
        theme.put_on(app)
    window = MainWindow("Demo Help Desk", "Eva Beispiel", "EVA-LAPTOP")
    window.faces.take(TINA_FACE, portraits.kept(portraits.TINA))
    window.line_changed(UP)
    window.tickets_listed(())
    return window


def request(**changes: object) -> Request:
    """What Eva asks."""
    facts: dict[str, object] = {
        "request": new_request_id(),
        "requester": "Eva Beispiel",
        "problem": PROBLEM,
        "urgency": 2,
        "minutes": 20,
        "diagnostics": FACTS,
        "asked_at": NOW - timedelta(minutes=34),
    }
    return Request(**(facts | changes))  # type: ignore[arg-type]  # as above


def view(**changes: object) -> TicketView:
    """Her ticket."""
    facts: dict[str, object] = {
        "number": 17,
        "revision": 5,
        "state": TicketState.IN_PROGRESS,
        "problem": PROBLEM,
        "requester": "Eva Beispiel",
        "device": "laptop",
        "device_label": "EVA-LAPTOP",
        "urgency": 2,
        "minutes": 20,
        "asked_at": NOW - timedelta(minutes=34),
        "opened_at": NOW - timedelta(minutes=33),
        "changed_at": NOW - timedelta(minutes=2),
        "request": "a" * 32,
        "impact": 2,
        "priority": 3,
        "owner": TINA,
        "owner_face": TINA_FACE,
        "next_step": "Look at it together on the screen",
        "due": NOW + timedelta(minutes=25),
        "done_by": NOW + timedelta(days=1),
    }
    return TicketView(**(facts | changes))  # type: ignore[arg-type]  # as above


def _line(number: int, ago_min: int, actor: Actor, name: str, event: events.Event) -> HistoryLine:
    return HistoryLine(number, NOW - timedelta(minutes=ago_min), actor, name, event)


def history() -> tuple[HistoryLine, ...]:
    """What happened to it."""
    staff, user = (Actor.STAFF, TINA.name), (Actor.REQUESTER, "Eva Beispiel")
    consented = events.SessionConsented(
        SESSION, TINA, frozenset({Scope.SEE, Scope.CONTROL}), NOW, NOW + timedelta(minutes=20), b""
    )
    return (
        _line(2, 30, *staff, events.Triaged(2, 2)),
        _line(3, 30, *staff, events.Assigned(TINA)),
        _line(4, 30, *staff, events.Started()),
        _line(5, 29, *staff, events.NextStepSet("Look at it together on the screen", NOW + timedelta(minutes=25))),
        _line(6, 25, *staff, events.MessageAdded("Good morning! Is the file on the drive G: or on your own disk?")),
        _line(7, 22, *user, events.MessageAdded("On G:, in the folder Accounting.")),
        _line(8, 20, *staff, events.SessionRequested("b" * 32, TINA)),
        _line(9, 20, Actor.DESK, "", events.SessionEnded("b" * 32, EndReason.REFUSED, 0.0)),
        _line(10, 18, *staff, events.SessionRequested(SESSION, TINA)),
        _line(11, 18, *user, consented),
        _line(12, 9, Actor.DESK, "", events.SessionEnded(SESSION, EndReason.USER_STOPPED, 542.0)),
        _line(13, 8, *staff, events.SessionNoted(SESSION, "Closed the lock that a crash had left on the server.")),
    )


def asking() -> QWidget:
    """The form, half filled in."""
    window = _window()
    window.ask.show_fields(FACTS)
    window.ask.problem.setPlainText(PROBLEM)
    return window


def asking_offline() -> QWidget:
    """The form without a connection."""
    window = _window()
    window.ask.show_fields(FACTS)
    window.phone_known("+49 30 999")
    window.line_changed(DOWN)
    return window


def waiting() -> QWidget:
    """A request made offline."""
    window = _window()
    window.line_changed(DOWN)
    window.sent(request())
    return window


def sending() -> QWidget:
    """A request on its way."""
    window = _window()
    window.sent(request())
    return window


def helped(*more: HistoryLine, **changes: object) -> MainWindow:
    """A request that somebody works on."""
    window = _window()
    shown = view(**changes)
    window.ticket_seen(shown)
    window.show_ticket(17)
    window.ticket_read(Ticket(1, shown, FACTS, (*history(), *more), Witness(1, bytes(32))))
    return window


def helped_offline() -> QWidget:
    """The same without a connection, and two messages not sent yet."""
    window = helped()
    window.line_changed(DOWN)
    texts = ("It is open again, thank you!", "Oh, now it is locked once more.")
    window.letters_listed(tuple(letter(17, Wrote(text)) for text in texts))
    return window


PICTURE = Attachment("Where to click.png", "image/png", 182_000, "a" * 64)


def with_files() -> QWidget:
    """A picture came, and two files are about to go."""
    sent = events.MessageAdded("Please click where the arrow is.", attachments=(PICTURE,))
    window = helped(_line(14, 2, Actor.STAFF, TINA.name, sent))
    window.request.writing.message.setPlainText("This is what I see now.")
    window.request.writing.files.put([Path("Screenshot from today.png"), Path("Budget 2027.xlsx")])
    return window


def a_file() -> QWidget:
    """The picture, saved."""
    _window()
    image = QImage(720, 380, QImage.Format.Format_RGB32)
    image.fill(0xD7E3E1)
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    dialog = FileDialog(PICTURE, Path("/nowhere"))
    dialog.show_content(bytes(content.data()))
    return dialog


def solved() -> QWidget:
    """The verdict is asked for."""
    return helped(state=TicketState.RESOLVED, next_step="", due=None, solution="Closed the lock left by a crash.")


def closed() -> QWidget:
    """The verdict was yes; how did it go?"""
    resolved = _line(14, 3, Actor.STAFF, TINA.name, events.Resolved("Closed the lock left by a crash."))
    until = NOW + timedelta(days=13)
    return helped(resolved, state=TicketState.CLOSED, next_step="", due=None, reopen_until=until)


def asked() -> QWidget:
    """A question, and more to come."""
    staff = (Actor.STAFF, TINA.name)
    question = _line(14, 3, *staff, events.QuestionAsked("d" * 32, "Which printer is it, the one in the kitchen?"))
    return helped(question, _line(15, 2, *staff, events.ReadBack("You want to print in colour.")))


def steps() -> QWidget:
    """Numbered steps."""
    given = events.InstructionGiven("d" * 32, ("Open the lid.", "Take the paper out.", "Close the lid."))
    return helped(_line(14, 3, Actor.STAFF, TINA.name, given))


def complaining() -> QWidget:
    """A complaint, half written."""
    window = helped()
    window.request.complaint.want.click()
    window.request.complaint.text.setPlainText("I had to say everything twice.")
    return window


def suggested() -> QWidget:
    """Something known may help."""
    window = _window()
    window.ask.show_fields(FACTS)
    window.ask.problem.setPlainText("The printer prints stripes")
    article = events.Article("d" * 32, "d" * 32, "en", "Stripes on paper", "1. Open the lid.\n2. Clean the drum.")
    window.ask.suggestions.show_articles((article, article))
    face = Face("tina", TINA_FACE)
    window.about_read(About(1, "Help", "+49 30 999", on_duty=(TINA,), contact=TINA, wait_min=12, faces=(face,)))
    return window


def received() -> QWidget:
    """Nobody has looked at it yet."""
    window = _window()
    window.ticket_seen(view(state=TicketState.NEW, owner=None, next_step="", due=None, impact=None))
    window.show_ticket(17)
    return window


def requests() -> QWidget:
    """The list."""
    window = _window()
    window.waiting_listed((request(problem="And the printer prints stripes"),))
    window.tickets_listed(
        (
            view(),
            view(number=12, state=TicketState.RESOLVED, problem="My second screen stays black"),
            view(number=3, state=TicketState.CLOSED, problem="Please set up the new scanner", asked_at=NOW),
        )
    )
    window.show_requests()
    return window


def advised() -> QWidget:
    """Something is recommended."""
    window = requests()
    assert isinstance(window, MainWindow)
    evidence = tuple(f"{day} November, 08:12 UTC: Eva's laptop: the disk was 9{day % 5} % full" for day in (3, 9, 17))
    text = "Eva's laptop: its disk was full three times within a month. A larger one would help for good."
    window.about_read(About(1, "Help", "+49 30 999", advice=(AdviceView("a" * 32, text, evidence),)))
    return window


def offered() -> QWidget:
    """A price on a colleague's request waits for the user's yes or no."""
    window = requests()
    assert isinstance(window, MainWindow)
    text = "A new printer, set up on Sunday while nobody needs it"
    offer = OfferView(7, "a" * 32, "Adam Bílý", "The printer is on fire", text, 12_900, "EUR", NOW + timedelta(days=2))
    window.about_read(About(1, "Help", "+49 30 999", offers=(offer,)))
    return window


def no_requests() -> QWidget:
    """An empty list."""
    window = _window()
    window.show_requests()
    return window


def _question(**changes: object) -> ConsentDialog:
    _window()
    known = Faces()
    known.take(TINA_FACE, portraits.kept(portraits.TINA))
    facts: dict[str, object] = {
        "session": SESSION,
        "technician": SHOWN,
        "own": OwnTicket("a" * 32, PROBLEM, NOW - timedelta(minutes=34), 20, 17),
        "scopes": frozenset({Scope.SEE, Scope.CONTROL}),
        "minutes": 20,
        "remark": "Then I can see why it is locked.",
        "face": TINA_FACE,
    }
    return ConsentDialog(Question(**(facts | changes)), known)  # type: ignore[arg-type]  # as above


def consent() -> QWidget:
    """May she look?"""
    return _question()


def consent_of_several_screens() -> QWidget:
    """May she look, and at which of the three screens?"""
    with patch.object(consent_dialog, "here", lambda _screen: Here("DP-1", 2)):  # a virtual desk has but one
        return _question()


def more() -> QWidget:
    """May she use the mouse, too?"""
    return _question(
        scopes=frozenset({Scope.CONTROL}), allowed=frozenset({Scope.SEE}), until=NOW + timedelta(minutes=11), remark=""
    )


def longer() -> QWidget:
    """May she stay?"""
    return _question(scopes=frozenset({Scope.SEE}), allowed=frozenset({Scope.SEE}), minutes=15)


def giving_time() -> QWidget:
    """The user prolongs it himself."""
    _window()
    until = NOW + timedelta(minutes=2)
    return LongerDialog(SessionRunning(SESSION, SHOWN, frozenset({Scope.SEE, Scope.CONTROL}), until, "ctrl+alt+End"))


def quitting() -> QWidget:
    """Quit with everything open."""
    _window()
    return QuitDialog(Open(looking="Tina Tech", requests=True, unsent=True))


def quitting_open() -> QWidget:
    """Quit with an open request."""
    _window()
    return QuitDialog(Open(requests=True))


def banner() -> QWidget:
    """Somebody sees the screen."""
    _window()
    shown = Banner(QGuiApplication.primaryScreen())
    until = NOW + timedelta(minutes=12)
    shown.show_session(SessionRunning(SESSION, SHOWN, frozenset({Scope.SEE, Scope.CONTROL}), until, "ctrl+alt+End"))
    return shown


def banner_interrupted() -> QWidget:
    """The line is cut."""
    shown = banner()
    until = NOW + timedelta(minutes=12)
    session = SessionRunning(
        SESSION, SHOWN, frozenset({Scope.SEE, Scope.CONTROL}), until, "ctrl+alt+End", interrupted=True
    )
    if isinstance(shown, Banner):
        shown.show_session(session)
    return shown


def banner_over() -> QWidget:
    """Nobody does any more."""
    shown = banner()
    if isinstance(shown, Banner):
        shown.show_end("You ended it. Tina Tech can no longer see your screen.")
    return shown


def about() -> QWidget:
    """What this is."""
    _window()
    shown = AboutWindow("Demo Help Desk", hot_key_words("ctrl+alt+End"))
    shown.show_watch((Threshold("disk.used_percent", 90, 85), Threshold("memory.available_mb", 500, 600, above=False)))
    return shown


def small() -> QWidget:
    """Where there is no tray."""
    _window()
    return SmallWindow()
