"""The desk's book: the fold of all events that belong to no ticket. Pure.

    register     how the desk is set up, customers, contracts, calendars, users, machines, staff
    duty         absences, rota, schedules
    knowledge    articles, recommendations
    watch        thresholds, faults, problems proposed
    said         what was announced, to whom, about what: nothing twice

It is changed in place: it holds ten thousands of people and would be copied for each. Whoever keeps one applies an
event once it is committed, and only then.
"""

from collections.abc import Iterable
from datetime import datetime

from protocol.desk import events
from protocol.desk.duty import Duty
from protocol.desk.knowledge import Knowledge
from protocol.desk.notices import Said
from protocol.desk.register import Register
from protocol.desk.watch import Watch

THE_BOOK = 0
"""Stands where an entry has its ticket's number."""


class BookError(Exception):
    """An event that is none of the book's; the store is damaged."""


class Book:
    """All of it, as of the last event applied.

    Attributes:
        revision: grows with each event.
    """

    def __init__(self) -> None:
        self.revision = 0
        self.register = Register()
        self.duty = Duty()
        self.knowledge = Knowledge()
        self.watch = Watch()
        self.said: set[Said] = set()

    def away(self, at: datetime) -> frozenset[str]:
        """Who of the staff cannot be counted on at an instant: absent, or not working here any more."""
        return self.duty.absent(at) | {one.identifier for one in self.register.staff.values() if one.gone}

    def on_call(self, at: datetime) -> tuple[str, ...]:
        """Who is called at an instant, in this order: a rota made before somebody left may still name him."""
        away = self.away(at)
        return tuple(staff for staff in self.duty.on_call(at) if staff not in away)

    def apply(self, entry: events.Entry) -> None:
        """One more event. Raises BookError for a ticket's."""
        event = entry.event
        if entry.ticket != THE_BOOK or not isinstance(event, events.BookEvent):
            raise BookError(f"{type(event).__name__} of ticket {entry.ticket} in the desk's book")
        self.register.apply(event)
        self.duty.apply(event, entry.at)
        self.knowledge.apply(event, entry.at)
        self.watch.apply(event, entry.at)
        if isinstance(event, events.Announced):
            self.said.add((event.kind, event.to, event.about))
        self.revision += 1


def read(entries: Iterable[events.Entry]) -> Book:
    """The book after these entries. Raises BookError."""
    book = Book()
    for entry in entries:
        book.apply(entry)
    return book
