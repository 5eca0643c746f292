"""The queue: every filter, sort and search over all tickets, a page at a time.

Guarantees: what a person types is only ever a value, never a part of a statement; a page is computed from derived
tables and folded tickets, with clocks as of now. Distrusts the text searched for.
"""

import asyncio
import operator
from collections.abc import Sequence
from typing import Any

from protocol import envelope
from protocol.desk.states import OPEN_STATES, TicketState
from protocol.desk.ticket import Ticket
from protocol.envelope import QueueSort
from protocol.trust import Party
from relay.desk.outlook import Outlook, Outlooks
from relay.desk.room import ConsoleHandlers, Room
from relay.store.projections import search

MAX_WORDS = 8
"""Of a search; more would not find more."""
MAX_WORD_CHARS = 40
COMPUTED = 5000
"""Tickets whose clocks are read to find a flag or sort by the next target; older ones come first."""
_AT_ONCE = 100
"""Tickets between two looks at what else there is to do."""

_OVER = frozenset({TicketState.CLOSED, TicketState.CANCELLED})
_ORDER = {
    QueueSort.OPENED: "number",
    QueueSort.PRIORITY: "coalesce(priority, 0), number",
    QueueSort.DUE: "coalesce(due_us, 9e18), number",
    QueueSort.CHANGED: "changed_us, number",
    QueueSort.REQUESTER: "requester COLLATE NOCASE, number",
    QueueSort.CUSTOMER: "customer, number",
    QueueSort.OWNER: "owner, number",
    QueueSort.TARGET: "number",
}
_ORDER_DOWN = {sort: ", ".join(f"{part} DESC" for part in order.split(", ")) for sort, order in _ORDER.items()}
_ORDER_DOWN[QueueSort.PRIORITY] = "coalesce(priority, 0) DESC, number DESC"
_ORDER_DOWN[QueueSort.DUE] = "coalesce(due_us, -1) DESC, number DESC"
_FOUND = f"number IN (SELECT rowid >> {search.REVISION_BITS} FROM search WHERE search MATCH ?)"  # noqa: S608 - own words


class QueueRequests:
    """What a console may ask about many tickets at once."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room, self._looks = room, Outlooks()

    def handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {envelope.ListQueue: self.list_queue}

    async def list_queue(self, _party: Party, message: envelope.ListQueue) -> envelope.Tickets:
        """The page, and how many there are in all."""
        where, values = _where(message)
        if message.flag is None and message.sort is not QueueSort.TARGET:
            total, tickets = await self._page(message, where, values)
        else:
            total, tickets = await self._computed(message, where, values)
        return self._room.listed(message.ref, tickets, for_staff=True, total=total)

    async def _page(self, message: envelope.ListQueue, where: str, values: list[Any]) -> tuple[int, list[Ticket]]:
        store, order = self._room.store, (_ORDER_DOWN if message.descending else _ORDER)[message.sort]
        # Counting what a frequent word finds, or all that is over, would take longer than finding the newest: there,
        # whether there are more.
        many = message.text or message.everything or message.states & _OVER
        count = "0" if many else "count(*) OVER ()"
        query = f"SELECT number, {count} FROM tickets WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608 - own words
        rows = await store.rows(query, (*values, message.limit + 1, message.offset))
        total = max(message.offset + len(rows), rows[0][1] if rows else 0)
        return total, await store.tickets([row[0] for row in rows[: message.limit]])

    async def _computed(self, message: envelope.ListQueue, where: str, values: list[Any]) -> tuple[int, list[Ticket]]:
        """By what only the clocks say."""
        store, order = self._room.store, (_ORDER_DOWN if message.descending else _ORDER)[message.sort]
        query = f"SELECT number, revision, customer FROM tickets WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608 - own words
        rows = await store.rows(query, (*values, COMPUTED))
        found: list[tuple[float, int]] = []
        for begin in range(0, len(rows), _AT_ONCE):
            found += [
                (outlook.target, number)
                for number, outlook in await self._outlooks(rows[begin : begin + _AT_ONCE])
                if message.flag is None or message.flag in outlook.flags
            ]
        if message.sort is QueueSort.TARGET:
            found.sort(key=operator.itemgetter(0), reverse=message.descending)
        page = found[message.offset : message.offset + message.limit]
        return len(found), await store.tickets([number for _, number in page])

    async def _outlooks(self, rows: Sequence[Sequence[Any]]) -> list[tuple[int, Outlook]]:
        """How tickets stand now, from their numbers, revisions and customers; one that cannot be read is left out."""
        room = self._room
        now, register = room.clock(), room.store.last_book.register
        known: dict[int, Outlook] = {}
        unknown: list[int] = []
        for number, revision, customer in rows:
            outlook = self._looks.known(number, revision, room.agreed.terms(register, customer), now)
            if outlook is None:
                unknown.append(number)
            else:
                known[number] = outlook
        if unknown:
            tickets = await room.store.tickets(unknown)
            now, register = room.clock(), room.store.last_book.register
            for ticket in tickets:
                terms = room.agreed.terms(register, ticket.customer)
                known[ticket.number] = self._looks.look(ticket, terms, now)
            await asyncio.sleep(0)
        return [(row[0], known[row[0]]) for row in rows if row[0] in known]


def _where(message: envelope.ListQueue) -> tuple[str, list[Any]]:
    """The condition and its values."""
    parts: list[str] = ["1"]
    values: list[Any] = []
    over = bool(message.states & _OVER)
    if message.flag is not None:  # nothing that is over, dormant or merged into another one bears any
        parts.append(f"waiting = 1 AND +state IN ({', '.join('?' * len(OPEN_STATES))})")
        values += [state.value for state in OPEN_STATES]
    elif not message.everything:
        # The index holds only these; closed ones are asked for with their state.
        parts.append("dormant = 0 AND merged_into = 0" if over else "waiting = 1")
    if message.states:
        parts.append(f"state IN ({', '.join('?' * len(message.states))})")
        values += [state.value for state in message.states]
    # What somebody ever owned is more than all that waits: the plus keeps that index out of it.
    owner = "owner" if message.everything or over else "+owner"
    for column, value in (
        (owner, "" if message.owner == "-" else message.owner),
        ("kind", message.kind and message.kind.value),
        ("customer", message.customer),
        ("user", message.user),
        ("device", message.device),
    ):
        if value is not None:
            parts.append(f"{column} = ?")
            values.append(value)
    if message.tag is not None:
        parts.append("number IN (SELECT ticket FROM ticket_tags WHERE tag = ?)")
        values.append(message.tag.casefold())
    if message.text.strip():
        condition, found = _matching(message.text)
        parts.append(condition)
        values += found
    return " AND ".join(parts), values


def _matching(text: str) -> tuple[str, list[Any]]:
    """Every word somewhere on the ticket, or its number."""
    words = list(dict.fromkeys(word[:MAX_WORD_CHARS] for word in search.words(text)))[:MAX_WORDS]
    number = text.strip().removeprefix("#")
    own = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0  # noqa: PLR2004 - fits a column
    if not words:
        return "number = ?", [own]
    return f"(number = ? OR ({' AND '.join([_FOUND] * len(words))}))", [own, *(f'"{word}"*' for word in words)]
