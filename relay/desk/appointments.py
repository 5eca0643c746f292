"""Times agreed: made, moved, kept, missed, and all of them in one calendar (promise 31)."""

import contextlib
from datetime import timedelta

from protocol import envelope
from protocol.desk import events
from protocol.desk.agreements import Appointment
from protocol.desk.ticket import Ticket
from protocol.envelope import RefusalReason
from protocol.trust import Party
from relay.desk.room import ConsoleHandlers, Room, by_staff, no_such_ticket
from relay.errors import Refused, TicketDamaged
from relay.store import Work

LONGEST = timedelta(days=7)
_UNFINISHED = "SELECT number FROM tickets WHERE waiting = 1 AND owner = ? ORDER BY number"


class Appointments:
    """What a console may ask about them."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room = room

    def handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {
            envelope.MakeAppointment: self.make,
            envelope.EndAppointment: self.end,
            envelope.ListAppointments: self.list,
        }

    async def make(self, party: Party, message: envelope.MakeAppointment) -> envelope.Ticket:
        """A new one, or one under the same number is moved; its owner has no two at once."""
        if not timedelta(0) < message.end - message.begin <= LONGEST:
            raise Refused(RefusalReason.BAD_INPUT, "An appointment ends after it begins, and within a week.")
        if message.begin < self._room.clock():
            raise Refused(RefusalReason.BAD_INPUT, "An appointment is made for a time that is still ahead.")
        made = events.AppointmentMade(message.appointment, message.begin, message.end, message.text)
        async with self._room.work() as work:
            ticket = await work.ticket(message.ticket)
            if ticket is None:
                raise no_such_ticket(message.ticket)
            if not ticket.is_open:
                raise Refused(RefusalReason.NOT_NOW, "Only an open ticket has appointments.")
            agreed = Appointment(made.begin, made.end, made.text)
            if ticket.agreements.appointments.get(made.appointment) != agreed:  # else sent again: the answer was lost
                # Read here, where nobody else writes: two who make one at once are not both told that he is free.
                _check_free(ticket, message, await _of_owner(work, ticket))
                ticket = work.happens(ticket, (made,), by_staff(party))
        return await self._room.whole(message.ref, work.changed.get(ticket.number, ticket), for_staff=True)

    async def end(self, party: Party, message: envelope.EndAppointment) -> envelope.Ticket:
        """Kept, missed or called off."""
        over = events.AppointmentOver(message.appointment, message.outcome, message.text)
        ticket = await self._room.change(message.ticket, lambda _: (over,), by_staff(party))
        return await self._room.whole(message.ref, ticket, for_staff=True)

    async def list(self, _party: Party, message: envelope.ListAppointments) -> envelope.Appointments:
        """Those between two instants, and those before that nobody has ended."""
        name_of = (await self._room.store.book()).register.requester_of
        lines = [
            envelope.AppointmentLine(
                ticket.number,
                key,
                one.begin,
                one.end,
                one.text[:400],
                ticket.title[:200],
                name_of(ticket),
                ticket.owner.name if ticket.owner else "",
            )
            for ticket in await self._room.store.unfinished()
            for key, one in ticket.agreements.appointments.items()
            if one.begin < message.end and (one.end > message.begin or one.end < self._room.clock())
        ]
        return envelope.Appointments(message.ref, tuple(sorted(lines, key=lambda line: (line.begin, line.ticket))))


async def _of_owner(work: Work, ticket: Ticket) -> list[Ticket]:
    """Whatever its owner has that is not over."""
    if ticket.owner is None:
        return []
    rows = await work.rows(_UNFINISHED, (ticket.owner.identifier,))
    found: list[Ticket] = []
    for (number,) in rows:
        with contextlib.suppress(TicketDamaged):  # it holds up no other
            other = await work.ticket(number)
            found += [] if other is None else [other]
    return found


def _check_free(ticket: Ticket, message: envelope.MakeAppointment, tickets: list[Ticket]) -> None:
    """Raises Refused when the ticket's owner has promised that time to somebody else."""
    owner = ticket.owner.identifier if ticket.owner else ""
    for other in tickets:
        if not owner or other.owner is None or other.owner.identifier != owner:
            continue
        for key, one in other.agreements.appointments.items():
            if key != message.appointment and one.begin < message.end and message.begin < one.end:
                raise Refused(
                    RefusalReason.NOT_NOW,
                    "{name} has an appointment on ticket {number} then; choose another time.",
                    name=other.owner.name,
                    number=other.number,
                )
