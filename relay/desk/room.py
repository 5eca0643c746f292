"""What the desk's functions share, and what they all do: find a ticket, change it, tell everybody concerned."""

import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from protocol import envelope
from protocol.desk.agreements import check_not_concerned
from protocol.desk.coming_back import reopen_until
from protocol.desk.events import Actor, EndReason, Entry, Event, Opened, Staff, TicketEvent, decode
from protocol.desk.overview import flags
from protocol.desk.states import StepRefused
from protocol.desk.terms import Channel
from protocol.desk.ticket import Ticket
from protocol.envelope import RefusalReason
from protocol.trust import Party, Role
from relay import notices
from relay.counts import Counts
from relay.desk import views
from relay.desk.accepting import others_who_accept
from relay.desk.agreed import Agreed
from relay.errors import Refused
from relay.sessions import LiveSession, Switchboard
from relay.sockets.connection import RelayConnection
from relay.store import By, EventStore, Work
from relay.words import step_in_words, words

_MERGED_DEEP = 20
"""Tickets merged into merged tickets that are followed."""
_MERGED_SHOWN = 50
"""Histories in one answer; it is cut to what a message holds anyway."""
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


class Edit(Protocol):
    """A request that changes a ticket as its writer saw it."""

    @property
    def ref(self) -> int:
        """The request's."""

    @property
    def ticket(self) -> int:
        """Which."""

    @property
    def revision(self) -> int:
        """Which its writer saw; 0: whatever it is."""


class Audience(Protocol):
    """Whoever is signed in."""

    def online(self, device: str) -> bool:
        """Whether a device can be reached now."""

    def shows(self, device: str, kind: type[Struct]) -> bool:
        """Whether a device can be reached whose agent has heard of what it is told."""

    def is_there(self, technician: str) -> bool:
        """Whether a technician's console is signed in."""

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
        read_in: the language that a machine's agent last asked in; no more of them than there are certificates.
    """

    store: EventStore
    sessions: Switchboard[RelayConnection]
    audience: Audience
    counts: Counts
    clock: Callable[[], datetime]
    seconds: Callable[[], float]
    agreed: Agreed = dataclasses.field(default_factory=Agreed)
    read_in: dict[str, str] = dataclasses.field(default_factory=dict)

    def language_at(self, device: str) -> str:
        """Of whoever sits at a machine: as his agent speaks, else as the register knows him; else the desk's."""
        if spoken := self.read_in.get(device):
            return spoken
        register = self.store.last_book.register
        user, customer = register.whose(device)
        known = register.customers.get(customer)
        return (user.language if user else "") or (known.language if known else "") or register.desk.language

    async def find(self, number: int) -> Ticket:
        """Raises Refused when there is none, StoreFault."""
        ticket = await self.store.ticket(number)
        if ticket is None:
            raise no_such_ticket(number)
        return ticket

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """All that is done in it, to several tickets and the book, happens together or not; everybody is told.

        Raises:
            Refused: a ticket's state does not allow it.
            StoreFault: nothing was changed.
        """
        try:
            async with self.store.work(self.clock()) as work:
                yield work
        except StepRefused as error:
            raise Refused.by_state(error) from error
        for ticket in work.changed.values():
            self.announce(ticket)

    async def open(self, opened: Opened, by: By, *then: TicketEvent) -> tuple[Ticket, bool]:
        """A new ticket, by whichever way it came, or the one this request made already; and whether it is new.

        `then`: what happens to a new one with it.

        What the caller does not know of whose it is, the register says (promise 44). Raises StoreFault.
        """
        register = (await self.store.book()).register
        user, customer = register.whose(opened.device)
        if not opened.user and user is not None:
            opened = replace(opened, user=user.identifier, language=opened.language or user.language)
            if opened.channel is Channel.DIRECT and opened.requester != user.name:
                # What his machine gave is an account's name, which nobody knows him by.
                opened = replace(opened, requester=user.name, account=opened.requester)
                by = dataclasses.replace(by, name=user.name) if by.actor is Actor.REQUESTER else by
        if not opened.customer:
            theirs = register.users.get(opened.user)
            opened = replace(opened, customer=customer or register.customer_of(theirs))
        if not opened.language:
            known = register.customers.get(opened.customer)
            opened = replace(opened, language=known.language if known else "")
        ticket, new = await self.store.open_ticket(opened, by, self.clock(), then)
        if new:
            self.announce(ticket)
        return ticket, new

    async def change(self, number: int, decide: Callable[[Ticket], Sequence[Event]], by: By) -> Ticket:
        """Lets something happen to a ticket, and tells everybody concerned.

        Raises:
            Refused: there is no such ticket, or its state does not allow it.
            StoreFault: nothing was changed.
        """
        try:
            change = await self.store.change(number, decide, by, self.clock())
        except StepRefused as error:
            raise Refused.by_state(error) from error
        if change is None:
            raise no_such_ticket(number)
        if change.numbers:
            self.announce(change.ticket)
        return change.ticket

    async def edit(self, party: Party, message: Edit, decide: Callable[[Ticket], Sequence[Event]]) -> envelope.Ticket:
        """What a technician does to a ticket; refused if somebody else changed it after the revision he thought of.

        Raises:
            Refused: that, there is no such ticket, or its state does not allow it.
            StoreFault: nothing was changed.
        """
        async with self.work() as work:
            ticket = await work.ticket(message.ticket)
            if ticket is None:
                raise no_such_ticket(message.ticket)
            if 0 < message.revision < ticket.revision:
                await check_unchanged(work, ticket, message.revision, party)
            check_not_concerned(ticket.agreements, party.identifier)
            ticket = work.happens(ticket, decide(ticket), by_staff(party))
        return await self.whole(message.ref, work.changed.get(ticket.number, ticket), for_staff=True)

    def announce(self, ticket: Ticket) -> None:
        """Tells the ticket's device and all staff that it is new or has changed."""
        if self.store.last_book.register.speaks_for(ticket.device, ticket):
            self.audience.tell_device(ticket.device, envelope.TicketChanged(self.view(ticket, for_staff=False)))
        self.audience.tell_staff(envelope.TicketChanged(self.view(ticket)))

    def due(self, ticket: Ticket) -> datetime:
        """By when somebody has to do something, unless he says a day himself."""
        return self.agreed.due(self.store.last_book.register, ticket, self.clock())

    def currency(self, ticket: Ticket) -> str:
        """Of the contract that holds for it; empty: none does."""
        contract = self.store.last_book.register.contract_of(ticket.customer)
        return contract.in_force(self.clock()).rate.currency if contract else ""

    def view(self, ticket: Ticket, *, for_staff: bool = True) -> envelope.TicketView:
        """As it is shown now, with its clocks; what only staff are to see is left out for others."""
        now, register = self.clock(), self.store.last_book.register
        clocks = self.agreed.clocks(register, ticket, now)
        customer = register.customers.get(ticket.customer)
        if not for_staff:  # an older agent shows it as it comes
            said = step_in_words(ticket.next_step, words(notices.requester(self.store.last_book, ticket).language))
            ticket = replace(ticket, next_step=said)
        return views.ticket_view(
            ticket,
            clocks,
            flags(ticket, clocks, now) if for_staff else (),
            requester=register.requester_of(ticket),
            online=bool(ticket.device) and self.audience.online(ticket.device),
            customer_name=customer.name if customer else "",
            reopen_until=reopen_until(ticket, register.desk.reopen_days),
            yes_by=others_who_accept(register, ticket) if ticket.agreements.price_waits else None,
            currency=self.currency(ticket) if for_staff else "",
            owner_face=register.face(ticket.owner.identifier) if ticket.owner else "",
            session=self._session_of(ticket) if for_staff else None,
            for_staff=for_staff,
        )

    def _session_of(self, ticket: Ticket) -> envelope.SessionView | None:
        found = next((one for one in self.sessions if one.ticket == ticket.number), None)
        if found is None:
            return None
        return envelope.SessionView(found.staff, self.allowed_since(found))

    def allowed_since(self, session: LiveSession[RelayConnection]) -> datetime | None:
        """When its user said yes; None: he has not yet."""
        if session.consented_at is None:
            return None
        return self.clock() - timedelta(seconds=round(self.seconds() - session.consented_at))

    async def whole(self, ref: int, ticket: Ticket, *, for_staff: bool) -> envelope.Ticket:
        """The answer that shows a ticket with its history; a requester gets no internal messages."""
        head = await self.store.head()
        history = await self.whole_history(ticket, for_staff=for_staff)
        view = self.view(ticket, for_staff=for_staff)
        answer, left_out = views.whole(ref, view, ticket, history, head, for_staff=for_staff)
        if left_out:
            self.counts.add("history_cut", ticket=ticket.number, left_out=left_out)
        return answer

    async def find_of(self, number: int, device: str) -> Ticket:
        """One that is asked for from its requester's machine. Raises Refused, also for another machine; StoreFault."""
        ticket = await self.find(number)
        if not (await self.store.book()).register.speaks_for(device, ticket):
            self.counts.add("not_yours", device=device)
            raise Refused(RefusalReason.NOT_YOURS, "This ticket belongs to another computer.")
        return ticket

    async def goes_on(self, ticket: Ticket) -> Ticket:
        """Where a merged ticket goes on; another one is itself. Raises Refused, StoreFault."""
        for _ in range(_MERGED_DEEP):
            if not ticket.kinship.merged_into:
                break
            ticket = await self.find(ticket.kinship.merged_into)
        return ticket

    async def whole_history(self, ticket: Ticket, *, for_staff: bool) -> list[tuple[int, Entry]]:
        """A ticket's events, and for staff also those of tickets that go on in it, under their own numbers."""
        history = await self.store.history(ticket.number)
        if for_staff and ticket.kinship.absorbed:
            numbers, seen = list(ticket.kinship.absorbed), {ticket.number}
            while numbers and len(seen) < _MERGED_SHOWN:
                number = numbers.pop(0)
                absorbed = await self.store.ticket(number)
                if absorbed is not None and number not in seen:
                    seen.add(number)
                    history += await self.store.history(number)
                    numbers += absorbed.kinship.absorbed
            history.sort(key=lambda pair: pair[0])
        return history

    def listed(self, ref: int, tickets: Sequence[Ticket], *, for_staff: bool, total: int = 0) -> envelope.Tickets:
        """The answer that lists tickets; `total`: of which they are a page."""
        answer, left_out = views.listed(ref, [self.view(ticket, for_staff=for_staff) for ticket in tickets])
        if left_out:
            self.counts.add("list_cut", left_out=left_out)
        return replace(answer, total=total or len(tickets))

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


_SINCE = "SELECT body FROM events WHERE ticket = ? ORDER BY number DESC LIMIT ?"
_LOOKED_BACK = 200


async def check_unchanged(work: Work, ticket: Ticket, revision: int, party: Party) -> None:
    """Raises Refused, with a name, if somebody other than `party` changed a ticket after `revision`."""
    since = min(ticket.revision - revision, _LOOKED_BACK)
    for (body,) in await work.rows(_SINCE, (ticket.number, since)):
        entry = decode(body)
        if entry.actor is not Actor.DESK and entry.actor_id != party.identifier:
            raise Refused(
                RefusalReason.CHANGED_MEANWHILE,
                "{name} has changed this ticket in the meantime; please look at it once more.",
                name=entry.actor_name,
            )


def end_of(session: LiveSession[RelayConnection], role: Role) -> str:
    """Who is the session's end in this role."""
    return session.device if role is Role.DEVICE else session.staff.identifier


def no_such_ticket(number: int) -> Refused:
    """There never was one."""
    return Refused(RefusalReason.NO_SUCH_TICKET, "There is no ticket {number}.", number=number)


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
