"""How long somebody who asks now waits until work begins, within the hours that hold for him (promises 39, 42).

Guarantees: what is said before a request is sent is reckoned from the same calendars as the dates it gets. Where no
hours are agreed, somebody is there who is signed in. On the loop's thread.
"""

from collections.abc import Sequence
from datetime import datetime

from protocol.desk import load
from protocol.desk.book import Book
from protocol.desk.events import WaitForecast
from protocol.desk.placing import present
from protocol.desk.ticket import Ticket
from relay.desk.room import Room


def forecast(room: Room, book: Book, tickets: Sequence[Ticket], customer: str, now: datetime) -> WaitForecast | None:
    """In minutes on the wall, closed hours included; None: nobody is there, or nobody will be."""
    known = room.agreed.terms(book.register, customer) is not None
    there = [who.identifier for who in present(book, now) if known or room.audience.is_there(who.identifier)]
    expected = load.forecast(tickets, there)
    hours = room.agreed.counted(book.register, customer, now)
    return expected if expected is None or hours is None else load.within(expected, hours, now)
