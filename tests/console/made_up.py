"""What the console is shown in tests and pictures: people, tickets, a history; all made up."""

import hashlib
from datetime import UTC, datetime, timedelta

from console.ui.faces import Faces
from protocol.desk import events
from protocol.desk.clocks import ClockState
from protocol.desk.contract import Metric
from protocol.desk.events import Actor, EndReason, Staff, StaffProfile, User
from protocol.desk.states import TicketState
from protocol.diagnostics import DiagnosticField
from protocol.envelope import (
    AppointmentLine,
    ClockView,
    ClusterView,
    Colleague,
    Face,
    Faults,
    FaultView,
    HistoryLine,
    MachineLine,
    People,
    TicketLine,
    TicketView,
)
from protocol.scopes import Scope
from protocol.trust import Party, Role
from tests import portraits

NOW = datetime.now(UTC)

TINA_FACTS = ("Tina Tech", "Support Engineer", "+49 30 1234567")

TINA = Staff("tina", *TINA_FACTS)
TINA_FACE = hashlib.sha256(portraits.kept(portraits.TINA)).hexdigest()

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
        "currency": "EUR",
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


def line(number: int, minutes: int, actor: Actor, name: str, event: events.Event) -> HistoryLine:
    return HistoryLine(number, NOW - timedelta(minutes=minutes), actor, name, event)


HISTORY = (
    line(
        1,
        33,
        Actor.REQUESTER,
        "Eva Beispiel",
        events.Opened("0" * 32, "laptop", "EVA-LAPTOP", "Eva", PROBLEM, 1, 20, (), NOW),
    ),
    line(2, 20, Actor.STAFF, TINA.name, events.Triaged(2, 1)),
    line(3, 20, Actor.STAFF, TINA.name, events.Assigned(TINA)),
    line(4, 20, Actor.STAFF, TINA.name, events.Started()),
    line(5, 20, Actor.STAFF, TINA.name, events.NextStepSet("Look at it together on the screen", NOW)),
    line(6, 18, Actor.REQUESTER, "Eva Beispiel", events.MessageAdded("Anna says hers works again. Mine does not.")),
    line(
        7,
        16,
        Actor.STAFF,
        TINA.name,
        events.MessageAdded("Lock file left behind by the crash at 18:02? See server log.", internal=True),
    ),
    line(8, 14, Actor.STAFF, TINA.name, events.SessionRequested("a" * 32, TINA)),
    line(
        9,
        13,
        Actor.REQUESTER,
        "Eva Beispiel",
        events.SessionConsented("a" * 32, TINA, SEE_AND_CONTROL, NOW, NOW + timedelta(minutes=20), b""),
    ),
    line(10, 4, Actor.DESK, "", events.SessionEnded("a" * 32, EndReason.USER_STOPPED, 542.0)),
    line(11, 3, Actor.STAFF, TINA.name, events.SessionNoted("a" * 32, "Removed ~$budget.xlsx from G:")),
)

DIAGNOSTICS = (
    DiagnosticField("system.name", "System", "Windows 11 Pro 24H2"),
    DiagnosticField("memory.free", "Free memory", "1.2 GB of 16 GB"),
    DiagnosticField("disk.free", "Free space on the disk", "211 GB of 475 GB"),
    DiagnosticField("network.connection", "Network", "Wi-Fi, 192.168.178.31, gateway answers in 3 ms"),
    DiagnosticField("system.uptime", "Running since", "12 days"),
    DiagnosticField("system.load", "Load", "9 % of 8 processors"),
)


def faces(into: Faces | None = None) -> Faces:
    """Tina's has come."""
    known = into or Faces()
    known.take(TINA_FACE, portraits.kept(portraits.TINA))
    return known


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
    faces=(Face("tina", TINA_FACE),),
)

COLLEAGUES = (
    Colleague(
        StaffProfile("tina", *TINA_FACTS, skills={"excel": 3, "network": 1}, lead=True),
        True,
        None,
        3,
        1,
        150,
        TINA_FACE,
    ),
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

PROMISES = (
    ClockView(Metric.FIRST_RESPONSE, ClockState.WARNING, NOW + timedelta(minutes=12), 720, 3600, ticking=True),
    ClockView(Metric.RESOLUTION, ClockState.RUNNING, NOW + timedelta(hours=6), 21600, 28800, ticking=True),
)

LATE = (ClockView(Metric.NEXT_UPDATE, ClockState.BREACHED, NOW - timedelta(minutes=7), -420, 3600, ticking=True),)
