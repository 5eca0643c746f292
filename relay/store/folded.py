"""The tickets that were read last, so that they need not be folded again. Any one thread; bounded."""

import collections

from protocol.desk.ticket import Ticket

KEPT = 4000
"""A few KB each with their diagnostics: more than a queue shows."""


class Folded:
    """By number, each as new as it was ever seen."""

    def __init__(self) -> None:
        self._kept: collections.OrderedDict[int, Ticket] = collections.OrderedDict()

    def get(self, number: int) -> Ticket | None:
        """As it stands; None: it has to be read."""
        found = self._kept.get(number)
        if found is not None:
            self._kept.move_to_end(number)
        return found

    def keep(self, ticket: Ticket) -> None:
        """The newer one stays: a reader may have begun before the last commit."""
        known = self._kept.get(ticket.number)
        if known is not None and known.revision > ticket.revision:
            return
        self._kept[ticket.number] = ticket
        self._kept.move_to_end(ticket.number)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """What is in memory may be wrong."""
        self._kept.clear()
