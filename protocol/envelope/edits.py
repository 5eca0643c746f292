"""What technicians say of a ticket while they work on it: urgency, loss, kind, waiting, estimate. Pure.

Each may bear the `revision` it was thought of: somebody else's change in the meantime then refuses it, so that two
technicians never overwrite each other in silence (0: whatever it is). Each is answered by `Ticket`.
"""

from typing import Annotated

from msgspec import Meta

from protocol import moment
from protocol.desk.terms import Address, HoldReason, Level, Name, Text, TicketKind
from protocol.envelope.base import MessageBase, Ref, TicketNumber, Words
from protocol.moment import Moment

Revision = Annotated[int, Meta(ge=0, le=2**53)]


class JudgeTicket(MessageBase, frozen=True):
    """Impact and urgency, without taking it (promise 25)."""

    ref: Ref
    ticket: TicketNumber
    impact: Level
    urgency: Level
    revision: Revision = 0


class OverridePriority(MessageBase, frozen=True):
    """A priority other than impact and urgency give, with the reason; until the next judgement."""

    ref: Ref
    ticket: TicketNumber
    priority: Annotated[int, Meta(ge=1, le=5)]
    reason: Words
    revision: Revision = 0


class StateLoss(MessageBase, frozen=True):
    """What the fault costs in an hour; may raise the impact (promise 43)."""

    ref: Ref
    ticket: TicketNumber
    per_hour: Annotated[int, Meta(ge=0, le=10**9)]
    revision: Revision = 0


class SetKind(MessageBase, frozen=True):
    """It turned out to be of another kind."""

    ref: Ref
    ticket: TicketNumber
    kind: TicketKind
    reason: Text = ""
    revision: Revision = 0


class HoldTicket(MessageBase, frozen=True):
    """Nothing can be done before somebody or something else has moved; `until` when that is expected."""

    ref: Ref
    ticket: TicketNumber
    reason: HoldReason
    until: Moment | None = None
    text: Text = ""
    revision: Revision = 0

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.until)


class ResumeTicket(MessageBase, frozen=True):
    """What it waited for is there."""

    ref: Ref
    ticket: TicketNumber
    revision: Revision = 0


class SetEstimate(MessageBase, frozen=True):
    """When the requester can count on it being solved (promise 15), and how much work it is thought to be."""

    ref: Ref
    ticket: TicketNumber
    done_by: Moment
    work_min: Annotated[int, Meta(ge=0, le=10**6)] | None = None
    revision: Revision = 0

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.done_by)


class SetRequester(MessageBase, frozen=True):
    """Whose ticket it is, once that is known or was wrong: somebody wrote from an address that nobody knew.

    Attributes:
        user: of the register: an identifier, a mail address, a number or a name that only one has.
        address: one that he writes from, too; from now on the register knows it as his.
    """

    ref: Ref
    ticket: TicketNumber
    user: Annotated[Name, Meta(min_length=1)]
    address: Address = ""
    revision: Revision = 0


class EndLinks(MessageBase, frozen=True):
    """The links to the ticket's page made so far open it no more: one of them came into wrong hands."""

    ref: Ref
    ticket: TicketNumber
    reason: Text = ""
    revision: Revision = 0


FromConsole = (
    JudgeTicket
    | OverridePriority
    | StateLoss
    | SetKind
    | HoldTicket
    | ResumeTicket
    | SetEstimate
    | SetRequester
    | EndLinks
)
