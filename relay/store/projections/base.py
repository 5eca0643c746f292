"""What a projection is: tables derived from events, in the transaction that takes the events down.

A projection says how its tables are made and what each event does to them, and nothing else. The store calls it before
every commit; when the program brings a newer version of it, its tables are dropped and made again from all events.
So no list, index or sum is ever kept by hand, and none needs a migration.

To add one: a module here with a class of this shape, and one line in `relay.store.projections.ALL`.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from protocol.desk.events import Entry
from protocol.desk.ticket import Ticket

Write = tuple[str, Sequence[tuple[Any, ...]]]
"""One statement of SQL with question marks, and the rows it is carried out for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One event taken down.

    Attributes:
        number: on the chain.
        before: the ticket before it; None: this is its first event, or one of the book's.
        after: the ticket with it; None: the book's.
    """

    number: int
    entry: Entry
    before: Ticket | None
    after: Ticket | None


class Projection(Protocol):
    """Tables that follow from the events; the first five are plain attributes of the class."""

    @property
    def name(self) -> str:
        """For ever the same."""

    @property
    def version(self) -> int:
        """Grows with each change of what follows from the events, or of the tables."""

    @property
    def tables(self) -> tuple[str, ...]:
        """Their names, in the order they can be dropped."""

    @property
    def compared(self) -> tuple[str, ...]:
        """Those that a check compares row by row; of a search index, the table with its rows' lengths."""

    @property
    def ddl(self) -> tuple[str, ...]:
        """The statements that make them and their indexes."""

    def derive(self, steps: Sequence[Step]) -> Iterable[Write]:
        """What these events do to the tables. Pure: the same steps, the same writes.

        Each ticket's events come in their order, the book's in theirs. When everything is made anew, one ticket's come
        after another's; so nothing may depend on the order of events of different tickets.
        """
        ...
