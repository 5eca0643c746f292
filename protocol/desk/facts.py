"""A ticket as it stands: what the events so far amount to. Pure."""

from datetime import datetime
from typing import TypedDict

from msgspec import Struct

from protocol.desk import events
from protocol.desk.agreements import Agreements
from protocol.desk.kinship import Kinship
from protocol.desk.ledger import LedgerEntry
from protocol.desk.notices import Notices
from protocol.desk.proof import Proofs
from protocol.desk.states import OPEN_STATES, TicketState
from protocol.desk.talk import Talk
from protocol.desk.terms import Channel, TicketKind
from protocol.desk.track import ON_HOLD, Standing, Track
from protocol.diagnostics import DiagnosticField


class Ticket(Struct, frozen=True):
    """What the events so far amount to. Times are aware UTC.

    Attributes:
        sessions: session number → who asked for it, of those not ended yet.
        consented: sessions under way that the user allowed.
        worked_s: seconds of all consented sessions that ended.
        touched_at: when somebody of the staff last did anything, or it was opened.
        track: the instants its clocks are computed from.
        overridden: a priority set by hand, with its reason in the history.
        loss_per_hour: what the fault costs, as the requester said; None: nothing said.
        done_by: when the requester can count on it being solved;
        work_min: and how much work it is thought to be;
        due_by_desk, done_by_desk: these dates are the desk's own, from the contract; nobody of the staff gave them.
        hold: what it waits for while on hold;
        hold_until: and until when that is expected to take.
        dormant: the requester answered no reminder; it is off the queues until he does.
        alternatives: what else would do in place of the solution (promise 10).
        marks: of the last messages that bore one, oldest first.
        address: the mail address it was asked from; empty also once it turned out to be somebody else's.
        passed_on: it did; its machine speaks for him only if the register says that it is his.
        links_revoked_at: links to the desk's page made until then open it no more.
        worktime: entries of time worked by their numbers, those struck out too.
    """

    number: int
    revision: int
    state: TicketState
    request: str
    device: str
    device_label: str
    requester: str
    problem: str
    urgency: int
    minutes: int
    diagnostics: tuple[DiagnosticField, ...]
    asked_at: datetime
    opened_at: datetime
    changed_at: datetime
    touched_at: datetime
    track: Track
    impact: int | None = None
    owner: events.Staff | None = None
    next_step: str = ""
    due: datetime | None = None
    solution: str = ""
    alternatives: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    consented: tuple[str, ...] = ()
    worked_s: float = 0.0
    overridden: int | None = None
    loss_per_hour: int | None = None
    done_by: datetime | None = None
    work_min: int | None = None
    due_by_desk: bool = False
    done_by_desk: bool = False
    hold: events.HoldReason | None = None
    hold_until: datetime | None = None
    dormant: bool = False
    marks: tuple[str, ...] = ()
    kind: TicketKind = TicketKind.INCIDENT
    channel: Channel = Channel.DIRECT
    user: str = ""
    customer: str = ""
    language: str = ""
    subject: str = ""
    follows: int = 0
    fingerprint: str = ""
    address: str = ""
    passed_on: bool = False
    links_revoked_at: datetime | None = None
    talk: Talk = Talk()
    agreements: Agreements = Agreements()
    kinship: Kinship = Kinship()
    proofs: Proofs = Proofs()
    worktime: dict[str, LedgerEntry] = {}
    notices: Notices = Notices()

    @property
    def title(self) -> str:
        """One line for lists: the subject, or the problem's first line."""
        return self.subject or self.problem.strip().split("\n", 1)[0]

    @property
    def priority(self) -> int | None:
        """1 to 5 as impact + urgency - 1 (promise 25), or as set by hand; None until somebody judged it."""
        return priority_of(self.overridden, self.impact, self.urgency)

    @property
    def is_open(self) -> bool:
        """Whether somebody has something to do."""
        return self.state in OPEN_STATES and not self.kinship.merged_into

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has begun, whoever it was given to."""
        begun = self.state not in (TicketState.NEW, TicketState.TRIAGED)
        return not (begun or self.dormant or self.kinship.merged_into)

    @property
    def standing(self) -> Standing:
        """Whose move it is."""
        return standing_of(self.state, self.hold, dormant=self.dormant, merged=bool(self.kinship.merged_into))


class Changes(TypedDict, total=False):
    """What an event changes of a ticket."""

    revision: int
    state: TicketState
    urgency: int
    changed_at: datetime
    touched_at: datetime
    track: Track
    impact: int | None
    owner: events.Staff | None
    next_step: str
    due: datetime | None
    solution: str
    alternatives: tuple[str, ...]
    sessions: tuple[str, ...]
    consented: tuple[str, ...]
    worked_s: float
    overridden: int | None
    loss_per_hour: int | None
    done_by: datetime | None
    work_min: int | None
    due_by_desk: bool
    done_by_desk: bool
    hold: events.HoldReason | None
    hold_until: datetime | None
    dormant: bool
    marks: tuple[str, ...]
    kind: TicketKind
    requester: str
    user: str
    customer: str
    language: str
    minutes: int
    address: str
    passed_on: bool
    links_revoked_at: datetime | None
    talk: Talk
    agreements: Agreements
    kinship: Kinship
    proofs: Proofs
    worktime: dict[str, LedgerEntry]
    notices: Notices


def priority_of(overridden: int | None, impact: int | None, urgency: int) -> int | None:
    """By hand, or impact + urgency - 1 (invariant 2); None: not judged yet."""
    if overridden is not None:
        return overridden
    return None if impact is None else impact + urgency - 1


def standing_of(state: TicketState, hold: events.HoldReason | None, *, dormant: bool, merged: bool) -> Standing:
    """Whose move it is."""
    if dormant:
        return Standing.DORMANT
    if merged or state not in OPEN_STATES:
        return Standing.OVER
    return Standing.OPEN if hold is None else ON_HOLD[hold]
