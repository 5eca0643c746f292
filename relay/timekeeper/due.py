"""What is to be said on a ticket because of the time: warnings before, reminders after, dormant in the end. Pure.

    a time agreed is three quarters gone     its owner hears of it                             (promise 24)
    a time agreed is over                    its owner and the leads hear of it
    the next step's date comes near          its owner hears of it, in time to say so          (promise 31)
    the next step's date is over             its owner hears of it, an hour later the leads    (promise 17)
    nobody has touched it for too long       its owner and the leads hear of it                (promise 19)
    the requester owes a word                he is reminded; a day after the last time it is dormant, never closed (18)
    an appointment comes near                both sides hear of it before the slot             (promise 31)
    it clashes with another of its owner's   whoever asked hears that it may not be kept       (promise 31)
    the agreed day of a ticket on hold is there   it goes on by itself

Each of these is said once to each person: what makes it one notice stands in the notice.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.clocks import Clock, ClockState
from protocol.desk.events import HoldReason, NoticeKind
from protocol.desk.overview import Flag, flags
from protocol.desk.states import TicketState
from protocol.desk.ticket import Ticket
from relay.notices import leads, tell

LEADS_AFTER = timedelta(hours=1)
"""The owner has the first hour to mend it."""
DORMANT_AFTER = timedelta(days=1)
"""After a reminder, the last day or not: a relay that was off for weeks has reminded nobody yet."""
APPOINTMENT_SOON = timedelta(hours=1)
APPOINTMENT_TOMORROW = timedelta(hours=24)


def due(
    book: Book, ticket: Ticket, clocks: Sequence[Clock], now: datetime, unsure: AbstractSet[str] = frozenset()
) -> list[events.TicketEvent]:
    """The events that are due on a ticket; none for one that is over or dormant.

    `unsure`: its appointments that its owner cannot keep beside another one of his.
    """
    if ticket.dormant or ticket.kinship.merged_into:
        return []
    said: list[events.TicketEvent] = []
    if ticket.state is TicketState.RESOLVED:
        said += _owed_word(book, ticket, ticket.track.phases[-1][0], NoticeKind.VERDICT_REMINDER, now)
    elif ticket.is_open:
        if ticket.hold is HoldReason.SCHEDULED and ticket.hold_until is not None and ticket.hold_until <= now:
            return [events.Resumed()]
        if ticket.hold is HoldReason.USER:
            said += _owed_word(book, ticket, ticket.track.phases[-1][0], NoticeKind.HOLD_REMINDER, now)
        said += _clocks(book, ticket, clocks)
        said += _flags(book, ticket, clocks, now)
    if ticket.is_open or ticket.state is TicketState.RESOLVED:
        said += _appointments(book, ticket, now, unsure)
    return said


def _owner(book: Book, ticket: Ticket, now: datetime) -> tuple[str, ...]:
    """Who looks after it: its owner if he is there; else the leads."""
    if ticket.owner is not None and ticket.owner.identifier not in book.away(now):
        return (ticket.owner.identifier,)
    return leads(book)


def _clocks(book: Book, ticket: Ticket, clocks: Iterable[Clock]) -> Iterator[events.TicketEvent]:
    owner = (ticket.owner.identifier,) if ticket.owner else leads(book)
    for clock in clocks:
        if clock.stopped_at is not None or clock.began_at is None:
            continue
        about = f"{clock.metric} {clock.began_at:%Y-%m-%dT%H:%M:%S}"
        if clock.state is ClockState.WARNING:
            yield from _to(book, ticket, NoticeKind.WARNING, owner, about)
        elif clock.state is ClockState.BREACHED:
            yield from _to(book, ticket, NoticeKind.BREACH, (*owner, *leads(book)), about)


def _flags(book: Book, ticket: Ticket, clocks: Sequence[Clock], now: datetime) -> Iterator[events.TicketEvent]:
    found = flags(ticket, clocks, now)
    owner = _owner(book, ticket, now)
    if ticket.due is not None:
        about = f"step {ticket.due:%Y-%m-%dT%H:%M:%S}"
        if Flag.DATE_NEAR in found and ticket.track.answered_us is not None:
            yield from _to(book, ticket, NoticeKind.STEP_NEAR, owner, about)
        if Flag.DATE_PASSED in found:
            late = now - ticket.due >= LEADS_AFTER
            yield from _to(book, ticket, NoticeKind.STEP_DUE, (*owner, *(leads(book) if late else ())), about)
    if Flag.UNTOUCHED in found:
        about = f"since {ticket.touched_at:%Y-%m-%dT%H:%M:%S}"
        yield from _to(book, ticket, NoticeKind.UNTOUCHED, (*owner, *leads(book)), about)


def _owed_word(
    book: Book, ticket: Ticket, since_us: int, kind: NoticeKind, now: datetime
) -> Iterator[events.TicketEvent]:
    """The requester's move, since an instant: silence is met by reminders, and never taken for a yes."""
    since = datetime.fromtimestamp(since_us / 1e6, tz=now.tzinfo)
    days = book.register.desk.remind_days
    passed = [day for day in days if now >= since + timedelta(days=day)]
    if not passed:
        return
    about = f"{since:%Y-%m-%dT%H:%M:%S} "
    reminded = [at for (said, _, of), at in ticket.notices.said.items() if said is kind and of.startswith(about)]
    told = tell(book, ticket, kind, about=f"{about}{passed[-1]}")
    if told:
        yield from told
    elif len(passed) == len(days) and (not reminded or now - max(reminded) >= DORMANT_AFTER):
        yield events.WentDormant()  # a day after the last reminder, or there is nobody to remind


def _appointments(book: Book, ticket: Ticket, now: datetime, unsure: AbstractSet[str]) -> Iterator[events.TicketEvent]:
    for key, slot in ticket.agreements.appointments.items():
        staff = (ticket.owner.identifier,) if ticket.owner else leads(book)
        about = f"{key} {slot.begin:%Y-%m-%dT%H:%M:%S}"
        if now >= slot.end:
            yield from _to(book, ticket, NoticeKind.APPOINTMENT_OPEN, staff, about)
            continue
        ahead = slot.begin - now
        for soon in (APPOINTMENT_SOON, APPOINTMENT_TOMORROW):
            if timedelta(0) < ahead <= soon:
                whom = staff if key in unsure else ("", *staff)
                if key in unsure:
                    yield from _to(book, ticket, NoticeKind.APPOINTMENT_UNSURE, ("",), about)
                yield from _to(book, ticket, NoticeKind.APPOINTMENT_NEAR, whom, f"{about} {soon}")
                break


def _to(book: Book, ticket: Ticket, kind: NoticeKind, whom: Iterable[str], about: str) -> Iterator[events.TicketEvent]:
    for to in dict.fromkeys(whom):
        yield from tell(book, ticket, kind, to=to, about=about)
