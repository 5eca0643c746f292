"""Complaints are welcome, and go past the person concerned: to a lead, and never to a handler of the original (P40)."""

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Channel, Relation
from protocol.desk.placing import responsible
from protocol.desk.terms import TicketKind
from protocol.desk.ticket import Ticket
from protocol.trust import Party
from relay.desk.room import AgentHandlers, ConsoleHandlers, Requester, Room, by_requester, by_staff
from relay.store import THE_DESK, By, Work

_KIN = 50
"""Tickets that are looked at for one complaint: merges into merges end somewhere."""


class Complaints:
    """What an agent and a console may ask."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room = room

    def of_agents(self) -> AgentHandlers:
        """What an agent may ask."""
        return {envelope.Complain: self.complain}

    def of_consoles(self) -> ConsoleHandlers:
        """What a console may ask: for somebody who complains on the phone."""
        return {envelope.Complain: self.write_down}

    async def complain(self, requester: Requester, message: envelope.Complain) -> envelope.Ticket:
        """About one of this device's own tickets."""
        original = await self._room.find_of(message.ticket, requester.party.identifier)
        register = (await self._room.store.book()).register
        by = by_requester(requester.party, register.requester_of(original))
        return await self._open(message, original, Channel.DIRECT, by, for_staff=False)

    async def write_down(self, party: Party, message: envelope.Complain) -> envelope.Ticket:
        """About any ticket, by whoever answered the phone."""
        original = await self._room.find(message.ticket)
        return await self._open(message, original, Channel.PHONE, by_staff(party), for_staff=True)

    async def _open(
        self, message: envelope.Complain, original: Ticket, channel: Channel, by: By, *, for_staff: bool
    ) -> envelope.Ticket:
        number = await complain(self._room, original, message.request, message.problem, channel, by)
        return await self._room.whole(message.ref, await self._room.find(number), for_staff=for_staff)


async def complain(room: Room, original: Ticket, request: str, problem: str, channel: Channel, by: By) -> int:  # noqa: PLR0913, PLR0917 - what a complaint consists of
    """Its number; the same again for a `request` that was sent again. Raises StoreFault."""
    opened = events.Opened(
        request=request,
        device=original.device,
        device_label=original.device_label,
        requester=(await room.store.book()).register.requester_of(original),
        problem=problem,
        urgency=2,
        minutes=original.minutes,
        diagnostics=(),
        asked_at=room.clock(),
        kind=TicketKind.COMPLAINT,
        channel=channel,
        user=original.user,
        customer=original.customer,
        language=original.language,
        address=original.address,
    )
    async with room.work() as work:
        ticket = await work.asked_before(opened)
        if ticket is None:
            ticket = work.open(opened, by, events.Linked(original.number, Relation.RELATED))
            await bar(work, ticket)
    return ticket.number


async def bar(work: Work, ticket: Ticket) -> None:
    """Keeps everybody away from a complaint who handled it or what it is about, and gives it to a lead."""
    about = {number for number, _ in ticket.kinship.links} | ({ticket.follows} - {0})
    barred, seen, ahead = set(ticket.agreements.handlers), {ticket.number}, sorted(about)
    while ahead and len(seen) <= _KIN:
        number = ahead.pop()
        original = None if number in seen else await work.ticket(number)
        seen.add(number)
        if original is not None:  # and those that it was put together with: they are one matter
            barred |= _handlers(original)
            ahead += [*original.kinship.absorbed, *({original.kinship.merged_into} - {0})]
    happened: list[events.TicketEvent] = [events.HandlersBarred(tuple(sorted(barred)), min(about, default=0))]
    ticket = work.happens(ticket, happened, THE_DESK)
    owner = responsible(ticket, work.book, work.now)
    if owner is not None and (ticket.owner is None or ticket.owner.identifier != owner.identifier):
        work.happens(ticket, (events.Assigned(owner),), THE_DESK)


def _handlers(original: Ticket) -> set[str]:
    """Whoever owned it, or worked on it for whoever did: in a session, on the telephone, on site."""
    return {*original.agreements.handlers, *(entry.staff.identifier for entry in original.worktime.values())}
