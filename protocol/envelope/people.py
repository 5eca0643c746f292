"""Who somebody is, and what is agreed with people: intake, hand-over, absence, offers, prices. Pure."""

from typing import Annotated

from msgspec import Meta, Struct

from protocol import limits, moment
from protocol.desk.events import StaffProfile, User
from protocol.desk.terms import Cents, Key, Level, Name, Staff, Text, TicketKind
from protocol.desk.terms import Minutes as ManyMinutes
from protocol.envelope.base import MessageBase, Ref, TicketNumber, Words
from protocol.envelope.faces import Face, FaceHash
from protocol.envelope.tickets import TicketView
from protocol.moment import Moment

Problem = Annotated[str, Meta(min_length=1, max_length=limits.PROBLEM_CHARS)]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]


# --- agent → relay
class AnswerQuote(MessageBase, frozen=True):
    """The customer's yes or no to a price; only from a user who may say so (promises 11, 27). Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    quote: Key
    accepted: bool
    text: Text = ""


# --- agent or console → relay
class Complain(MessageBase, frozen=True):
    """A complaint about how a ticket was handled: a ticket of its own, past whoever handled it (promise 40).

    Answered by `Ticket`, the new one. Sent again after a cut it makes no second one: `request` is the same.
    """

    ref: Ref
    request: Key
    ticket: TicketNumber
    problem: Problem


# --- console → relay
class ReadPeople(MessageBase, frozen=True):
    """Answered by `People`: everybody and everything around a ticket (promises 2, 4, 44)."""

    ref: Ref
    ticket: TicketNumber


class FindCaller(MessageBase, frozen=True):
    """Who calls: a number, or a part of a name or address. Answered by `Callers` (promise 21)."""

    ref: Ref
    text: Annotated[str, Meta(max_length=limits.NAME_CHARS)]


class TakeCall(MessageBase, frozen=True):
    """A call becomes a ticket. Answered by `Ticket`; sent again after a cut it makes no second one.

    Attributes:
        user: identifier in the register; empty: unknown there, and `requester` is the name as he said it.
        device: identifier of the machine it is about; empty: none in particular.
    """

    ref: Ref
    request: Key
    phone: Annotated[str, Meta(max_length=40)]
    problem: Problem
    urgency: Level
    user: Name = ""
    requester: Name = ""
    device: Name = ""
    kind: TicketKind = TicketKind.INCIDENT


class HandOver(MessageBase, frozen=True):
    """Somebody else owns it, with the card (promises 2, 3, 13). Answered by `Ticket`, or refused with what is missing.

    Attributes:
        to: identifier of a technician; one's own to take something over.
        skill: the one it needs, empty: none in particular; to somebody who knows less of it only with a `reason`.
    """

    ref: Ref
    ticket: TicketNumber
    to: Name
    tried: Text
    known: Text
    next_step: Text
    skill: Name = ""
    reason: Text = ""


class DeclineOffer(MessageBase, frozen=True):
    """A free technician leaves the ticket he was offered to others, and says why (promise 26). Answered by `Done`."""

    ref: Ref
    ticket: TicketNumber
    reason: Words


class SetAbsence(MessageBase, frozen=True):
    """Somebody is away, or will be. Answered by `Absent`: every open ticket of his has another owner by then.

    Attributes:
        absence: one under the same number is changed; one that ends as it begins is struck.
        staff: identifier; one's own, or anybody's.
    """

    ref: Ref
    absence: Key
    staff: Name
    begin: Moment
    end: Moment
    reason: Text = ""

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.begin, self.end)


class EndAbsence(MessageBase, frozen=True):
    """Somebody is back early, or stays: what has begun ends now, what was planned is struck. Answered by `Absent`."""

    ref: Ref
    absence: Key


class ListStaff(MessageBase, frozen=True):
    """Answered by `StaffList`: who is there, what everybody has to do, and how long somebody new waits."""

    ref: Ref


class PlanFaster(MessageBase, frozen=True):
    """What would happen if this ticket went first. Answered by `Plan`; nothing is changed."""

    ref: Ref
    ticket: TicketNumber
    within_min: ManyMinutes


class MakeQuote(MessageBase, frozen=True):
    """A price for work beyond the contract, or for going first (promises 11, 27). Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    quote: Key
    text: Words
    price_cents: Cents
    currency: Currency
    valid_until: Moment
    within_min: ManyMinutes | None = None

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.valid_until)


# --- relay → console
class MachineLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A machine, whether it can be reached now, and whose it is: a user's name."""

    identifier: str
    label: str
    online: bool = False
    user: str = ""


class TicketLine(Struct, frozen=True, forbid_unknown_fields=True):
    """Another ticket, as a line in a list."""

    number: TicketNumber
    title: str
    state: str
    changed_at: Moment
    device: str = ""

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.changed_at)


class People(MessageBase, frozen=True, omit_defaults=True):
    """Everybody around a ticket.

    Attributes:
        user: as the register knows him, if it does.
        customer, contract: names; empty: none.
        hours: service hours as text, and open_now: whether they are on at this moment.
        contact, deputy: who knows the customer (promise 4); away: of these two, who is not there.
        machines: the user's, and the ticket's.
        others: tickets of the same user or machine, the newest first.
        yes_by: who accepts a price in the requester's place, by name (promise 11); empty: nobody; None: he may.
        faces: pictures of contact and deputy.
    """

    ref: Ref
    ticket: TicketNumber
    user: User | None
    customer: str
    contract: str
    hours: str
    open_now: bool
    contact: Staff | None
    deputy: Staff | None
    away: tuple[str, ...]
    machines: tuple[MachineLine, ...]
    others: tuple[TicketLine, ...]
    yes_by: tuple[str, ...] | None = None
    faces: Annotated[tuple[Face, ...], Meta(max_length=2)] = ()


class Caller(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who may be calling, with what is his."""

    user: User
    customer: str
    machines: tuple[MachineLine, ...]
    open: tuple[TicketLine, ...]


class Callers(MessageBase, frozen=True):
    """Whoever it may be, the likeliest first; `certain` if the number is one person's."""

    ref: Ref
    certain: bool
    callers: tuple[Caller, ...]


class Absent(MessageBase, frozen=True):
    """What the absence came to: tickets and their new owners, in the order of their numbers."""

    ref: Ref
    moved: tuple[tuple[int, Staff], ...]


class Colleague(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of the staff.

    Attributes:
        online: his console is signed in; away_until: he is absent until then.
        open, begun, work_min: tickets that are his move, those he works on, minutes estimated for all.
        face: his picture.
    """

    profile: StaffProfile
    online: bool
    away_until: Moment | None
    open: int
    begun: int
    work_min: int
    face: FaceHash = ""

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.away_until)


class Forecasts(Struct, frozen=True, forbid_unknown_fields=True):
    """Forecast against actual waits of the newest tickets, in minutes (promise 42)."""

    count: int
    forecast_min: float
    actual_min: float
    error_min: float


class AbsenceLine(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody is away, or will be; why is nobody's business here."""

    absence: Key
    staff: Name
    begin: Moment
    end: Moment

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.begin, self.end)


class StaffList(MessageBase, frozen=True):
    """Who is there and what there is to do; wait_min: for somebody who comes now, None: nobody is there."""

    ref: Ref
    staff: tuple[Colleague, ...]
    waiting: int
    wait_min: int | None
    forecasts: Forecasts
    on_call: tuple[Name, ...] = ()
    """Names of whoever is called for something urgent now, in this order (promise 1)."""
    absences: tuple[AbsenceLine, ...] = ()
    """Those that are not over, the earliest first."""


class PlannedMove(Struct, frozen=True, forbid_unknown_fields=True):
    """Who would wait longer, and until when."""

    ticket: TicketNumber
    title: str
    requester: str
    before: Moment
    after: Moment

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.before, self.after)


class Plan(MessageBase, frozen=True):
    """When the ticket would be done, and who is displaced by it."""

    ref: Ref
    done_by: Moment
    moves: tuple[PlannedMove, ...]

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.done_by)


class WorkOffered(MessageBase, frozen=True):
    """You are free, and this has waited longest (promise 26): take it, or say why not."""

    ticket: TicketView


FromAgent = AnswerQuote | Complain
FromConsole = (
    ReadPeople
    | FindCaller
    | TakeCall
    | Complain
    | HandOver
    | DeclineOffer
    | SetAbsence
    | EndAbsence
    | ListStaff
    | PlanFaster
    | MakeQuote
)
ToClient = People | Callers | Absent | StaffList | Plan | WorkOffered
