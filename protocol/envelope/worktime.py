"""Time worked, entered by hand and corrected (promises 6, 28). Pure. Each is answered by `Ticket`.

What a session took, the desk enters by itself.
"""

from typing import Annotated

from msgspec import Meta

from protocol import moment
from protocol.desk.events import WorkKind
from protocol.desk.terms import Key, Text
from protocol.envelope.base import MessageBase, Ref, TicketNumber, Words
from protocol.moment import Moment

Seconds = Annotated[float, Meta(ge=0, le=366 * 24 * 3600)]


class LogTime(MessageBase, frozen=True):
    """The technician worked on a ticket. Sent again under the same `entry` it is entered once.

    Attributes:
        worked_s: None: all the time from `begin` to `end`.
    """

    ref: Ref
    ticket: TicketNumber
    entry: Key
    begin: Moment
    end: Moment
    kind: WorkKind
    text: Words
    worked_s: Seconds | None = None
    billed: bool = True

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.begin, self.end)


class CorrectTime(MessageBase, frozen=True):
    """An entry was wrong; what it was stays in the history. 0 seconds strike it out."""

    ref: Ref
    ticket: TicketNumber
    entry: Key
    begin: Moment
    end: Moment
    worked_s: Seconds
    kind: WorkKind
    reason: Words
    text: Text = ""
    billed: bool = True

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.begin, self.end)


FromConsole = LogTime | CorrectTime
