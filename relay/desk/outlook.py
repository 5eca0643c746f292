"""What clocks say of many tickets, remembered for as long as it cannot be otherwise.

Guarantees: what is remembered of a ticket is used only for the same revision of it, held against the same terms, and
before the first instant at which any of its flags or targets could change by itself; otherwise it is computed anew. So
it is always what computing it now would give, and nothing is ever counted up. On the loop's thread.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from protocol.desk.clocks import Clock, Terms
from protocol.desk.overview import Flag, flags, settled_until
from protocol.desk.ticket import Ticket

REMEMBERED = 10_000
"""Tickets, a few hundred bytes each: twice as many as one look reads."""


class Outlook(NamedTuple):
    """How a ticket stands.

    Attributes:
        flags: what is to be seen to, the gravest first.
        target: the earliest time of its clocks that is not stopped, in seconds since 1970; infinity: there is none.
    """

    flags: tuple[Flag, ...]
    target: float


class _Remembered(NamedTuple):
    revision: int
    terms: Terms | None
    since: datetime
    until: datetime | None
    outlook: Outlook


class Outlooks:
    """How tickets stand, by their numbers."""

    def __init__(self) -> None:
        self._known: dict[int, _Remembered] = {}

    def known(self, number: int, revision: int, terms: Terms | None, now: datetime) -> Outlook | None:
        """How this revision of a ticket stands under these terms; None: it has to be looked at."""
        found = self._known.get(number)
        if found is None or found.revision != revision or found.terms is not terms:
            return None
        if now != found.since and (now < found.since or (found.until is not None and now >= found.until)):
            return None
        return found.outlook

    def look(self, ticket: Ticket, terms: Terms | None, now: datetime) -> Outlook:
        """How it stands now, to be remembered."""
        clocks = () if terms is None else terms.clocks(ticket.track, now)
        outlook = Outlook(flags(ticket, clocks, now), _target(clocks))
        self._known.pop(ticket.number, None)  # the dictionary's first is the one looked at longest ago
        self._known[ticket.number] = _Remembered(
            ticket.revision, terms, now, settled_until(ticket, clocks, now), outlook
        )
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return outlook


def _target(clocks: Sequence[Clock]) -> float:
    ahead = (clock.target_at.timestamp() for clock in clocks if clock.target_at and not clock.stopped_at)
    return min(ahead, default=math.inf)
