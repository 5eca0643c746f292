"""Two appointments of one owner at one time, since a ticket with one became his (promise 31). Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from protocol.desk.agreements import Appointment
from protocol.desk.events import NoticeKind
from protocol.desk.ticket import Ticket


class Clash(Struct, frozen=True):
    """Of the appointment `key`, which begins at `begin`, with one on ticket `other`."""

    key: str
    begin: datetime
    other: int
    other_begin: datetime

    @property
    def about(self) -> str:
        """What makes it one notice and not another: whichever of the two is moved, it is another clash."""
        return f"{self.key} {self.begin.isoformat()} {self.other} {self.other_begin.isoformat()}"


def read(about: str) -> Clash | None:
    """What a notice of one was about; None: it says nothing that could be read."""
    try:
        key, begin, other, other_begin = about.split(" ")
        return Clash(key, datetime.fromisoformat(begin), int(other), datetime.fromisoformat(other_begin))
    except ValueError:
        return None


def between(ticket: Ticket, others: Iterable[Ticket], now: datetime) -> Iterator[Clash]:
    """Of the appointments of a ticket that are not over with those of its owner's other tickets."""
    for other in others:
        if other.number == ticket.number or not _one_owner(ticket, other):
            continue
        for key, one in ticket.agreements.appointments.items():
            for two in other.agreements.appointments.values():
                if one.end > now and _overlap(one, two):
                    yield Clash(key, one.begin, other.number, two.begin)


def told_of(ticket: Ticket) -> list[Clash]:
    """Those that somebody was told of, and whose appointment is where it was then."""
    about = sorted({about for kind, _, about in ticket.notices.said if kind is NoticeKind.APPOINTMENT_CLASH})
    known = ticket.agreements.appointments
    clashes = (read(one) for one in about)
    return [one for one in clashes if one is not None and one.key in known and known[one.key].begin == one.begin]


def stands(clash: Clash, ticket: Ticket, other: Ticket) -> bool:
    """Whether it does, with both tickets as they are by now."""
    one = ticket.agreements.appointments.get(clash.key)
    if one is None or not _one_owner(ticket, other):
        return False
    return any(_overlap(one, two) for two in other.agreements.appointments.values())


def _overlap(one: Appointment, two: Appointment) -> bool:
    return one.begin < two.end and two.begin < one.end


def _one_owner(ticket: Ticket, other: Ticket) -> bool:
    """Of tickets that somebody still has something to do with."""
    if ticket.owner is None or other.owner is None or not other.is_open:
        return False
    return ticket.owner.identifier == other.owner.identifier
