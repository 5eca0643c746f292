"""How tickets belong together: merged, linked, tagged. Pure. Each is answered by `Ticket`."""

from typing import Annotated

from msgspec import Meta

from protocol import limits
from protocol.desk.events import Relation
from protocol.desk.terms import Text
from protocol.envelope.base import MessageBase, Ref, TicketNumber

Tag = Annotated[str, Meta(min_length=1, max_length=limits.NAME_CHARS)]
Tags = Annotated[tuple[Tag, ...], Meta(max_length=32)]


class MergeTicket(MessageBase, frozen=True):
    """It is the same as another one, where it goes on. Can be undone."""

    ref: Ref
    ticket: TicketNumber
    into: TicketNumber
    reason: Text = ""


class UnmergeTicket(MessageBase, frozen=True):
    """It was not the same after all."""

    ref: Ref
    ticket: TicketNumber


class LinkTickets(MessageBase, frozen=True):
    """A ticket has to do with another one; with `linked` false it has not."""

    ref: Ref
    ticket: TicketNumber
    other: TicketNumber
    relation: Relation
    linked: bool = True


class TagTicket(MessageBase, frozen=True):
    """Tags put on and taken off."""

    ref: Ref
    ticket: TicketNumber
    added: Tags = ()
    removed: Tags = ()


FromConsole = MergeTicket | UnmergeTicket | LinkTickets | TagTicket
