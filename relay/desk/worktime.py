"""Time worked: what a session took, entered by the desk; what else was done, entered by hand (promises 6, 28).

Guarantees (invariants 8, 9): a session that was allowed leaves an entry under its own number, or an explicit zero; one
technician's entries never overlap, across all tickets; an entry is changed by saying so, never in place.
"""

import hashlib
from datetime import datetime, timedelta

from protocol import envelope
from protocol.desk import events
from protocol.desk.business_time import from_us
from protocol.desk.events import SessionConsented, Staff, TimeLogged, WorkKind
from protocol.envelope import RefusalReason
from protocol.trust import Party
from relay.desk.room import ConsoleHandlers, Room, as_staff, by_staff, no_such_ticket
from relay.errors import Refused
from relay.store import Work
from relay.store.tables import microseconds

AHEAD = timedelta(minutes=5)
"""How far a technician's clock may be ahead of the desk's."""
LONGEST = timedelta(hours=24)
"""Of one entry: more is a year or a month mistyped, and no session within it would enter its time any more."""
_NUMBERS_TRIED = 8
"""For a session's time, beyond those it needs: a number is taken by accident or by ill will, not often."""
_OVERLAPPING = """
SELECT ticket, begin_us, end_us FROM worktime
WHERE staff = ? AND worked_s > 0 AND begin_us < ? AND end_us > ? AND entry != ? ORDER BY begin_us
"""
_OF_SESSION = "SELECT 1 FROM events WHERE session = ? LIMIT 1"
_WHERE = "SELECT ticket FROM worktime WHERE entry = ?"
_CONSENTED = "SELECT body FROM events WHERE session = ? AND kind = 'SessionConsented' ORDER BY number LIMIT 1"


class WorktimeRequests:
    """One function for each request."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room = room

    def handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {envelope.LogTime: self.log, envelope.CorrectTime: self.correct}

    async def log(self, party: Party, message: envelope.LogTime) -> envelope.Ticket:
        """Work by phone, on site, on the way; once for each number. Not charged if a price waited when it began."""
        staff = as_staff(party)
        between_s = (message.end - message.begin).total_seconds()
        worked_s = between_s if message.worked_s is None else message.worked_s
        self._check(message.begin, message.end, worked_s)
        async with self._room.work() as work:
            ticket = await work.ticket(message.ticket)
            if ticket is None:
                raise no_such_ticket(message.ticket)
            await _check_number(work, ticket.number, message.entry)
            if message.entry not in ticket.worktime:
                await _check_free(work, staff.identifier, message.begin, message.end, message.entry)
                logged = TimeLogged(
                    message.entry,
                    staff,
                    message.begin,
                    message.end,
                    worked_s,
                    message.kind,
                    message.text,
                    message.billed and not ticket.agreements.work_waited_for_a_yes(message.begin),
                )
                ticket = work.happens(ticket, (logged,), by_staff(party))
        return await self._room.whole(message.ref, work.changed.get(ticket.number, ticket), for_staff=True)

    async def correct(self, party: Party, message: envelope.CorrectTime) -> envelope.Ticket:
        """One's own entry; a lead corrects everybody's."""
        self._check(message.begin, message.end, message.worked_s)
        async with self._room.work() as work:
            ticket = await work.ticket(message.ticket)
            if ticket is None:
                raise no_such_ticket(message.ticket)
            known = ticket.worktime.get(message.entry)
            profile = work.book.register.staff.get(party.identifier)
            leads = profile is not None and profile.lead
            if known is not None and known.staff.identifier != party.identifier and not leads:
                raise Refused(
                    RefusalReason.FORBIDDEN, "Only {name} or a lead can correct this entry.", name=known.staff.name
                )
            if known is not None and message.worked_s:
                await _check_free(work, known.staff.identifier, message.begin, message.end, message.entry)
            corrected = events.TimeCorrected(
                message.entry,
                message.begin,
                message.end,
                message.worked_s,
                message.kind,
                message.reason,
                message.text,
                message.billed and not ticket.agreements.work_waited_for_a_yes(message.begin),
            )
            ticket = work.happens(ticket, (corrected,), by_staff(party))
        return await self._room.whole(message.ref, work.changed[ticket.number], for_staff=True)

    def _check(self, begin: datetime, end: datetime, worked_s: float) -> None:
        if end <= begin and worked_s:
            raise Refused(RefusalReason.BAD_INPUT, "Work ends after it begins.")
        if end - begin > LONGEST:
            raise Refused(RefusalReason.BAD_INPUT, "One entry is for a day at most; enter each day by itself.")
        if worked_s > (end - begin).total_seconds():
            raise Refused(RefusalReason.BAD_INPUT, "Nobody works longer than from the beginning to the end.")
        if end > self._room.clock() + AHEAD:
            raise Refused(RefusalReason.BAD_INPUT, "Time can be entered once it has been worked, not before.")


async def of_session(work: Work, session: str, worked_s: float) -> list[TimeLogged]:
    """The time entries of a session that was allowed and is over: its own, less what stands entered already.

    Under its own number, unless somebody else's entry bears that; then, and for later parts, under one made of it.
    """
    rows = await work.rows(_CONSENTED, (session,))
    consented = events.decode(rows[0][0]) if rows else None
    if consented is None or not isinstance(consented.event, SessionConsented):
        return []
    staff, begin_us = consented.event.staff, microseconds(consented.at)
    end_us = begin_us + round(worked_s * 1_000_000)
    free = [(begin_us, end_us)] if end_us > begin_us else []
    for _, taken_from_us, taken_to_us in await _overlapping(work, staff.identifier, begin_us, end_us, ""):
        *before, (last_from_us, last_to_us) = free or [(end_us, end_us)]
        parts = [(last_from_us, min(last_to_us, taken_from_us)), (max(last_from_us, taken_to_us), last_to_us)]
        free = [*before, *((a, b) for a, b in parts if a < b)]
    if not free:
        free = [(begin_us, begin_us)]
    numbers = (_part(session, number) for number in range(len(free) + _NUMBERS_TRIED))
    keys = [key for key in numbers if not await work.rows(_WHERE, (key,))]
    return [_entry(key, staff, *stretch) for key, stretch in zip(keys, free, strict=False)]


async def _check_number(work: Work, ticket: int, entry: str) -> None:
    """Raises Refused for a session's number, which its own time is entered under, and for another ticket's entry."""
    if await work.rows(_OF_SESSION, (entry,)):
        raise Refused(RefusalReason.BAD_INPUT, "This is a session's number; a session enters its time by itself.")
    taken = await work.rows(_WHERE, (entry,))
    if taken and taken[0][0] != ticket:
        raise Refused(
            RefusalReason.BAD_INPUT, "This number is that of an entry on ticket {number}.", number=taken[0][0]
        )


async def _check_free(work: Work, staff: str, begin: datetime, end: datetime, entry: str) -> None:
    """Raises Refused when the technician was at work on something else."""
    taken = await _overlapping(work, staff, microseconds(begin), microseconds(end), entry)
    if taken:
        number, taken_from_us, taken_to_us = taken[0]
        raise Refused(
            RefusalReason.NOT_NOW,
            "From {begin:%H:%M} to {end:%H:%M} UTC there is an entry on ticket {number} already; "
            "nobody works on two things at once.",
            begin=from_us(taken_from_us),
            end=from_us(taken_to_us),
            number=number,
        )


async def _overlapping(work: Work, staff: str, begin_us: int, end_us: int, entry: str) -> list[tuple[int, int, int]]:
    """Ticket, beginning and end of what stands entered in that time, apart from `entry`."""
    rows = await work.rows(_OVERLAPPING, (staff, end_us, begin_us, entry))
    return [(row[0], row[1], row[2]) for row in rows]


def _part(session: str, number: int) -> str:
    """The number of a session's entry, or of a later part of one that was interrupted."""
    return session if number == 0 else hashlib.sha256(f"{session}.{number}".encode()).hexdigest()[:32]


def _entry(key: str, staff: Staff, begin_us: int, end_us: int) -> TimeLogged:
    return TimeLogged(key, staff, from_us(begin_us), from_us(end_us), (end_us - begin_us) / 1_000_000, WorkKind.REMOTE)
