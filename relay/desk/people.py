"""Who somebody is: everybody around a ticket, whoever calls, who of the staff is there (promises 2, 4, 21, 42, 44)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from protocol import envelope
from protocol.desk import events, load
from protocol.desk.book import Book
from protocol.desk.business_time import OpenTime
from protocol.desk.calendar import DAY_AND_NIGHT
from protocol.desk.events import Channel, Machine, User
from protocol.desk.opening_hours import week_text
from protocol.desk.placing import as_staff
from protocol.desk.register import Register, dialled
from protocol.desk.states import TicketState
from protocol.desk.ticket import Ticket
from protocol.envelope import RefusalReason
from protocol.trust import Party
from protocol.trust.names import one_line
from relay.desk import waits
from relay.desk.accepting import others_who_accept
from relay.desk.faces import faces_of
from relay.desk.room import ConsoleHandlers, Room, by_staff
from relay.errors import Refused

SHOWN_TICKETS, SHOWN_CALLERS = 30, 8
LEARNED_FROM = 500
"""Newest tickets that forecasts are compared with what came."""
ABSENCES = 200
"""In one list, the earliest first; whoever plans further looks again."""
CALL_MINUTES = 15
"""What somebody who calls is taken to have, until he says otherwise."""
_MINUTE_US = 60_000_000


class PeopleRequests:
    """What a console may ask about people."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room = room

    def handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {
            envelope.ReadPeople: self.read_people,
            envelope.FindCaller: self.find_caller,
            envelope.TakeCall: self.take_call,
            envelope.ListStaff: self.list_staff,
        }

    async def read_people(self, _party: Party, message: envelope.ReadPeople) -> envelope.People:
        """Everybody around a ticket; what the requester told once is all here (promise 2)."""
        ticket = await self._room.find(message.ticket)
        others = [
            other for other in await self._tickets_of(ticket.user, ticket.device) if other.number != ticket.number
        ]
        book = await self._room.store.book()
        register, now = book.register, self._room.clock()
        machines = {machine.identifier: machine for machine in register.machines_of(ticket.user)} if ticket.user else {}
        if ticket.device:
            known = register.machines.get(ticket.device)
            machines[ticket.device] = known or Machine(ticket.device, ticket.device_label)
        customer = register.customers.get(ticket.customer)
        contract = register.contract_of(ticket.customer)
        version = contract.in_force(now) if contract else None
        hours, open_now = _hours(book, version.hours if version else "", now)
        user = register.users.get(ticket.user)
        contact = (user.contact if user else "") or (version.contact if version else "")
        named = [register.staff.get(who) for who in (contact, version.deputy if version else "")]
        away = book.away(now)
        return envelope.People(
            message.ref,
            ticket.number,
            user,
            customer.name if customer else "",
            contract.identifier if contract else "",
            hours if version else "",
            open_now,
            as_staff(named[0]) if named[0] else None,
            as_staff(named[1]) if named[1] else None,
            tuple(profile.identifier for profile in named if profile and profile.identifier in away),
            self._machines(machines.values(), book),
            tuple(map(_line, others)),
            others_who_accept(register, ticket),
            faces_of(register, *named),
        )

    async def find_caller(self, _party: Party, message: envelope.FindCaller) -> envelope.Callers:
        """By number first, else by any part of name or address (promise 21)."""
        book = await self._room.store.book()
        by_number = book.register.user_of_phone(message.text) if _is_number(message.text) else None
        found = [by_number] if by_number else like(book.register, message.text)
        callers = [await self._caller(user) for user in found]
        return envelope.Callers(message.ref, by_number is not None, tuple(callers))

    async def take_call(self, party: Party, message: envelope.TakeCall) -> envelope.Ticket:
        """A call becomes a ticket, like any other way of asking for help."""
        register = (await self._room.store.book()).register
        user = register.users.get(message.user)
        if message.user and (user is None or user.gone):
            raise Refused(RefusalReason.BAD_INPUT, "This caller is not in the register any more; look for him again.")
        number = one_line(message.phone)
        name = user.name if user else one_line(message.requester) or number
        if not name:
            raise Refused(RefusalReason.BAD_INPUT, "Write who calls: a name, or at least the number.")
        machine = register.machines.get(message.device)
        if message.device and machine is None:
            raise Refused(RefusalReason.BAD_INPUT, "This machine is not in the register any more.")
        now = self._room.clock()
        opened = events.Opened(
            request=message.request,
            device=message.device,
            device_label=machine.label if machine else "",
            requester=name,
            problem=message.problem,
            urgency=message.urgency,
            minutes=CALL_MINUTES,
            diagnostics=(),
            asked_at=now,
            kind=message.kind,
            channel=Channel.PHONE,
            user=user.identifier if user else "",
            customer=register.customer_of(user, machine),
            language=user.language if user else "",
        )
        # With the ticket or not at all: asked again after a fault, the call would be known, and its number would not.
        called = events.MessageAdded(f"Called from {number}", internal=True, channel=Channel.PHONE)
        ticket, _ = await self._room.open(opened, by_staff(party), *((called,) if number else ()))
        return await self._room.whole(message.ref, ticket, for_staff=True)

    async def list_staff(self, _party: Party, message: envelope.ListStaff) -> envelope.StaffList:
        """Who is there, what everybody has to do, how long somebody new waits, and how right that was."""
        tickets = await self._room.store.unfinished(resolved=False)
        forecasts = await self._forecasts()
        book = await self._room.store.book()
        now, weights = self._room.clock(), load.loads(tickets)
        expected = waits.forecast(self._room, book, tickets, "", now)
        until = {
            absence.staff: absence.end for absence in book.duty.absences.values() if absence.begin <= now < absence.end
        }
        staff = [
            envelope.Colleague(
                profile,
                self._room.audience.is_there(profile.identifier),
                until.get(profile.identifier),
                *_weight(weights.get(profile.identifier)),
                book.register.face(profile.identifier),
            )
            for profile in book.register.staff.values()
            if not profile.gone
        ]
        waiting = sum(1 for ticket in tickets if ticket.is_open and ticket.state in _NOT_BEGUN and not ticket.dormant)
        wait_min = expected.wait_min if expected else None
        called = book.on_call(now)
        on_call = tuple(book.register.staff[who].name for who in called if who in book.register.staff)
        absences = tuple(
            envelope.AbsenceLine(one.absence, one.staff, one.begin, one.end)
            for one in sorted(book.duty.absences.values(), key=lambda one: one.begin)
            if one.end > now and one.begin < one.end
        )[:ABSENCES]
        return envelope.StaffList(message.ref, tuple(staff), waiting, wait_min, forecasts, on_call, absences)

    # --- inside
    async def _tickets_of(self, user: str, device: str) -> list[Ticket]:
        query = (
            "SELECT number FROM tickets WHERE (device = ? AND device <> '') OR (user = ? AND user <> '') "
            "ORDER BY number DESC LIMIT ?"
        )
        rows = await self._room.store.rows(query, (device, user, SHOWN_TICKETS + 1))
        return await self._room.store.tickets([row[0] for row in rows])

    async def _caller(self, user: User) -> envelope.Caller:
        tickets = await self._tickets_of(user.identifier, "")
        book = await self._room.store.book()
        customer = book.register.customers.get(user.customer)
        return envelope.Caller(
            user,
            customer.name if customer else "",
            self._machines(book.register.machines_of(user.identifier), book),
            tuple(_line(ticket) for ticket in tickets if ticket.is_open or ticket.state is TicketState.RESOLVED),
        )

    def _machines(self, machines: Iterable[Machine], book: Book) -> tuple[envelope.MachineLine, ...]:
        users = book.register.users
        return tuple(
            envelope.MachineLine(
                machine.identifier,
                machine.label,
                self._room.audience.online(machine.identifier),
                users[machine.user].name if machine.user in users else "",
            )
            for machine in machines
        )

    async def _forecasts(self) -> envelope.Forecasts:
        """What was forecast for the newest tickets, and how long it was until somebody began."""
        query = (
            "SELECT f.body, f.at_us, (SELECT min(s.at_us) FROM events s WHERE s.ticket = f.ticket AND s.kind = ?) "
            "FROM events f WHERE f.kind = ? AND f.ticket > (SELECT coalesce(max(number), 0) FROM tickets) - ? "
            "AND f.ticket > 0"
        )
        values = (events.Started.__name__, events.WaitForecast.__name__, LEARNED_FROM)
        pairs = []
        for body, at_us, begun_us in await self._room.store.rows(query, values):
            event = events.decode(body).event if body is not None else None
            if begun_us is not None and isinstance(event, events.WaitForecast):
                pairs.append((event.wait_min, (begun_us - at_us) / _MINUTE_US))
        found: Mapping[str, float] = load.accuracy(pairs)
        means = (found["forecast_min"], found["actual_min"], found["error_min"])
        return envelope.Forecasts(len(pairs), *(round(mean, 1) for mean in means))


_NOT_BEGUN = frozenset({TicketState.NEW, TicketState.TRIAGED})


def _weight(weight: load.Load | None) -> tuple[int, int, int]:
    return (0, 0, 0) if weight is None else (weight.open, weight.begun, weight.work_min)


def _line(ticket: Ticket) -> envelope.TicketLine:
    return envelope.TicketLine(
        ticket.number, ticket.title[:200], ticket.state.value, ticket.changed_at, ticket.device_label
    )


def _hours(book: Book, identifier: str, now: datetime) -> tuple[str, bool]:
    calendar = book.register.calendars.get(identifier, DAY_AND_NIGHT)
    version = calendar.in_force(now)
    return f"{week_text(version.week)} ({version.time_zone})", OpenTime(calendar).is_open(now)


def _is_number(text: str) -> bool:
    return len(dialled(text).strip("+")) >= 3  # noqa: PLR2004 - shorter ones are extensions of nobody in particular


def like(register: Register, text: str) -> Sequence[User]:
    """Users in whose name, address or number it stands; at its beginning first."""
    wanted, digits = text.strip().casefold(), dialled(text).lstrip("+0")
    if not wanted:
        return ()
    found: list[tuple[int, str, User]] = []
    for user in register.users.values():
        if user.gone:
            continue
        name = user.name.casefold()
        if any(part.startswith(wanted) for part in (name, *name.split())):
            found.append((0, name, user))
        elif wanted in name or any(wanted in mail.lower() for mail in user.mails):
            found.append((1, name, user))
        elif len(digits) > 3 and any(dialled(phone).endswith(digits) for phone in user.phones):  # noqa: PLR2004
            found.append((2, name, user))
    return [user for _, _, user in sorted(found, key=lambda one: one[:2])[:SHOWN_CALLERS]]
