"""What the desk's functions share, and what they all do: find a ticket, change it, tell everybody concerned."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from protocol import envelope
from protocol.desk.events import Actor, EndReason, Event, Staff
from protocol.desk.states import StepRefused
from protocol.desk.ticket import Ticket
from protocol.envelope import RefusalReason
from protocol.trust import Party, Role
from relay.counts import Counts
from relay.desk import views
from relay.errors import Refused
from relay.sessions import LiveSession, Switchboard
from relay.sockets.connection import RelayConnection
from relay.store import By, EventStore

LISTED = 2000
"""Tickets in one list; what does not fit into a message is cut off and counted (see views)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Requester:
    """The agent that asks: its certificate's party and the certificate, DER."""

    party: Party
    leaf: bytes


AgentHandlers = Mapping[type, Callable[[Requester, Any], Awaitable[envelope.ToClient]]]
"""What an agent may ask → what does it; it raises Refused or StoreFault."""
ConsoleHandlers = Mapping[type, Callable[[Party, Any], Awaitable[envelope.ToClient]]]
"""The same for a console; the party is the technician as certified."""


class Audience(Protocol):
    """Whoever is signed in."""

    def online(self, device: str) -> bool:
        """Whether a device can be reached now."""

    def tell_device(self, device: str, message: envelope.ToClient) -> bool:
        """To a device's agent; whether it is there."""

    def tell_technician(self, technician: str, message: envelope.ToClient) -> None:
        """To one technician's console, if it is there."""

    def tell_staff(self, message: envelope.ToClient) -> None:
        """To all consoles."""


@dataclasses.dataclass(frozen=True, slots=True)
class Room:
    """The desk's surroundings.

    Attributes:
        clock: aware UTC, for the history.
        seconds: monotonic, for bounds.
    """

    store: EventStore
    sessions: Switchboard[RelayConnection]
    audience: Audience
    counts: Counts
    clock: Callable[[], datetime]
    seconds: Callable[[], float]

    async def find(self, number: int) -> Ticket:
        """Raises Refused when there is none, StoreFault."""
        ticket = await self.store.ticket(number)
        if ticket is None:
            raise Refused(RefusalReason.NO_SUCH_TICKET, f"There is no ticket {number}.")
        return ticket

    async def change(self, number: int, decide: Callable[[Ticket], Sequence[Event]], by: By) -> Ticket:
        """Lets something happen to a ticket, and tells everybody concerned.

        Raises:
            Refused: there is no such ticket, or its state does not allow it.
            StoreFault: nothing was changed.
        """
        try:
            change = await self.store.change(number, decide, by, self.clock())
        except StepRefused as error:
            raise Refused(RefusalReason.NOT_NOW, str(error)) from error
        if change is None:
            raise Refused(RefusalReason.NO_SUCH_TICKET, f"There is no ticket {number}.")
        if change.numbers:
            self.announce(change.ticket)
        return change.ticket

    def announce(self, ticket: Ticket) -> None:
        """Tells the ticket's device and all staff that it is new or has changed."""
        changed = envelope.TicketChanged(self.view(ticket))
        self.audience.tell_device(ticket.device, changed)
        self.audience.tell_staff(changed)

    def view(self, ticket: Ticket) -> envelope.TicketView:
        """As it is shown now."""
        return views.ticket_view(ticket, online=self.audience.online(ticket.device))

    async def whole(self, ref: int, ticket: Ticket, *, for_staff: bool) -> envelope.Ticket:
        """The answer that shows a ticket with its history; a requester gets no internal messages."""
        head = await self.store.head()
        history = await self.store.history(ticket.number)
        answer, left_out = views.whole(ref, self.view(ticket), ticket, history, head, for_staff=for_staff)
        if left_out:
            self.counts.add("history_cut", ticket=ticket.number, left_out=left_out)
        return answer

    def listed(self, ref: int, tickets: Sequence[Ticket]) -> envelope.Tickets:
        """The answer that lists tickets."""
        answer, left_out = views.listed(ref, [self.view(ticket) for ticket in tickets])
        if left_out:
            self.counts.add("list_cut", left_out=left_out)
        return answer

    def end_if_over(self, ticket: Ticket, reason: EndReason) -> None:
        """A ticket nobody works on any more has no session (promise 5)."""
        for session in self.sessions:
            if session.ticket == ticket.number and not ticket.is_open:
                self.sessions.end(session, reason)

    def report_end(self, party: Party, message: envelope.ReportEnd) -> envelope.Done:
        """One end of a session says why it is over. Raises Refused when it is no end of it."""
        session = self.sessions.find(message.session)
        if session is None:
            if self.sessions.was(message.session, party.identifier):
                return envelope.Done(message.ref)  # it ended a moment ago, in other words perhaps
            raise no_such_session()
        if party.identifier != end_of(session, party.role):
            raise no_such_session()
        self.sessions.report(session, party.role, message.reason)
        return envelope.Done(message.ref)


def end_of(session: LiveSession[RelayConnection], role: Role) -> str:
    """Who is the session's end in this role."""
    return session.device if role is Role.DEVICE else session.staff.identifier


def no_such_session() -> Refused:
    """Also for a session that is somebody else's: its number says nothing."""
    return Refused(RefusalReason.NO_SUCH_SESSION, "There is no such session, or it is over.")


def as_staff(party: Party) -> Staff:
    """A technician as certified."""
    return Staff(party.identifier, party.name, party.title, party.phone)


def by_staff(party: Party) -> By:
    """For the history."""
    return By(Actor.STAFF, party.identifier, party.name)


def by_requester(party: Party, ticket_requester: str) -> By:
    """For the history: the device is certified; the name is what the user gave when he asked."""
    return By(Actor.REQUESTER, party.identifier, ticket_requester)
