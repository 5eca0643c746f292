"""Appends events and reads them back: gapless numbers, one chain, one transaction for what belongs together.

Guarantees: what was returned is committed; what raised changed nothing; two writers never interleave. On the loop's
thread; the disk work in aiosqlite's. Distrusts the disk: after any failure the head of the chain is read anew.
"""

import asyncio
import contextlib
import dataclasses
import functools
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
import sqlalchemy.exc
from sqlalchemy.ext.asyncio import AsyncConnection

from protocol.desk import book as books
from protocol.desk import chain, events
from protocol.desk.book import THE_BOOK, Book, BookError
from protocol.desk.states import OPEN_STATES, StepRefused, TicketState, mark
from protocol.desk.ticket import FoldError, Ticket, fold
from relay.errors import StartRefused, StoreFault, TicketDamaged
from relay.store import mail_tables, projections, tables
from relay.store.database import Database, open_database
from relay.store.folded import Folded
from relay.store.work import By, Reaction, Work

_FOLDED_AT_ONCE = 200

_OVER = (TicketState.CLOSED.value, TicketState.CANCELLED.value)
_LAST_TICKET = (
    "SELECT max(coalesce((SELECT max(number) FROM tickets), 0), coalesce((SELECT max(ticket) FROM events), 0))"
)
"""Also that of a damaged one, which stands in no list."""
_FAULT = mark("The server could not save this, so nothing was changed; please try again in a little while.")
_UNREADABLE = mark("The server cannot read its records at the moment; please try again in a little while.")


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """What an append came to: the ticket after it, and the events' numbers (none: there was nothing to do)."""

    ticket: Ticket
    numbers: range


Damaged = Callable[[TicketDamaged], None]
"""Hears of a ticket that cannot be read."""
Decide = Callable[[Ticket], Sequence[events.Event]]
"""From the ticket as it is now to what happens to it; raises to let nothing happen."""
DecideBook = Callable[[Book], Sequence[events.BookEvent]]
"""From the desk's book as it is now to what happens to it; raises to let nothing happen."""


class EventStore:
    """The desk's events in one SQLite file.

    Attributes:
        last_book: the desk's book as last read or written; after a fault of the disk it may lack its last event.
    """

    def __init__(self, database: Database, reactions: Sequence[Reaction], damaged: Damaged) -> None:
        """Use `open`."""
        self._database, self._reactions, self._tell_damaged = database, reactions, damaged
        self._damaged: set[int] = set()
        self._writing = asyncio.Lock()
        self._head: chain.Head | None = None  # None: to be read from the file
        self._last_ticket = 0
        self._folded = Folded()
        self._book: Book | None = None  # None: to be read from the file
        self.last_book = Book()

    @classmethod
    async def open(
        cls, path: Path, reactions: Sequence[Reaction] = (), damaged: Damaged = lambda _damage: None
    ) -> Self:
        """Opens `path`; the `reactions`, in this order, add what the desk does by itself whenever a ticket changes.

        `damaged` hears once of each ticket that cannot be read: it is left out of lists, and nothing is done to it.

        Raises:
            StartRefused: it cannot be opened or brought up to date.
        """
        database, left_out = await asyncio.to_thread(open_database, path)
        store = cls(database, reactions, damaged)
        for damage in left_out:
            store._set_aside(damage)
        try:
            async with store._reading() as connection:
                await store._read_head(connection)
                await store._read_book(connection)
        except StoreFault as error:
            await store.close()
            why = f"The desk's book in {path} cannot be read; “athand-admin verify” says which event it is."
            raise StartRefused(why) from error
        return store

    async def close(self) -> None:
        """After the last append."""
        async with self._writing:
            await self._database.close()

    async def head(self) -> chain.Head:
        """Where the chain stands. Raises StoreFault."""
        if self._head is None:
            async with self._reading() as connection:
                return await _head(connection)
        return self._head

    # --- writing
    @asynccontextmanager
    async def work(self, now: datetime) -> AsyncIterator[Work]:
        """All that is done in it, to whatever tickets and the book, is committed together at its end, or not at all.

        Raises:
            StepRefused: a ticket's state does not allow it.
            StoreFault: nothing was changed.
        """
        async with self._writing, self._transaction() as connection:
            book = await self._read_book(connection)
            work = Work(functools.partial(self._ticket, connection), connection, book, self._last_ticket, now)
            yield work
            work.react(self._reactions)
            for statement, values in work.beside:
                await connection.exec_driver_sql(statement, values)
            if work.beside and not work.happened:
                await connection.commit()
            if work.happened:
                head = await self._write(connection, work)
                await connection.commit()
                work.numbers = range((self._head or chain.EMPTY).number + 1, head.number + 1)
                self._head, self._last_ticket = head, work.last_ticket
                for step in work.happened:
                    if step.after is None:
                        book.apply(step.entry)
                for ticket in work.changed.values():
                    self._folded.keep(ticket)

    async def open_ticket(
        self, opened: events.Opened, by: By, now: datetime, then: Sequence[events.TicketEvent] = ()
    ) -> tuple[Ticket, bool]:
        """A new ticket, or the one that this request of this device already made; and whether it is new.

        `then`: what happens to a new one with it.

        Raises:
            StoreFault: nothing was changed.
        """
        async with self.work(now) as work:
            known = await work.asked_before(opened)
            if known is None:
                number = work.open(opened, by, *then).number
        return (known, False) if known is not None else (work.changed[number], True)

    async def change(self, number: int, decide: Decide, by: By, now: datetime) -> Change | None:
        """Appends what `decide` says to ticket `number`; None if there is no such ticket.

        Raises:
            StepRefused: the ticket's state does not allow it.
            StoreFault: nothing was changed.
        """
        async with self.work(now) as work:
            before = await work.ticket(number)
            if before is None:
                return None
            work.happens(before, decide(before), by)
        return Change(work.changed.get(number, before), work.numbers)

    async def mark_sessions(self, worked_s: Iterable[tuple[str, float]]) -> None:
        """Note how long sessions under way have lasted, for after a crash. Raises StoreFault."""
        rows = [{"session": session, "worked_s": seconds} for session, seconds in worked_s]
        async with self._writing, self._transaction() as connection:
            await connection.execute(sa.delete(tables.session_marks))
            if rows:
                await connection.execute(sa.insert(tables.session_marks), rows)
            await connection.commit()

    async def record(self, decide: DecideBook, by: By, now: datetime) -> range:
        """Appends what `decide` says to the desk's book; the events' numbers.

        Raises:
            StoreFault: nothing was changed.
        """
        async with self.work(now) as work:
            work.record(decide(work.book), by)
        return work.numbers

    # --- reading
    async def book(self) -> Book:
        """The desk's book as it stands; to be read only, and only until the next await. Raises StoreFault."""
        if self._book is None:
            async with self._writing, self._transaction() as connection:
                return await self._read_book(connection)
        return self._book

    async def ticket(self, number: int) -> Ticket | None:
        """One ticket as it stands, or None. Raises StoreFault."""
        found = self._folded.get(number)
        if found is None:
            async with self._reading() as connection:
                found = await self._ticket(connection, number)
        return found

    async def history(self, number: int) -> list[tuple[int, events.Entry]]:
        """All events of a ticket with their numbers, oldest first; erased ones are left out. Raises StoreFault."""
        async with self._reading() as connection:
            with self._named(number):
                return await _entries(connection, number)

    async def rows(self, statement: str, values: Sequence[Any] = ()) -> Sequence[Sequence[Any]]:
        """From derived tables: a statement with question marks, and its values. Raises StoreFault."""
        async with self._reading() as connection:
            return (await connection.exec_driver_sql(statement, tuple(values))).all()

    async def tickets(self, numbers: Sequence[int]) -> list[Ticket]:
        """These tickets in this order; a number without one is left out. Raises StoreFault."""
        found = {number: ticket for number in numbers if (ticket := self._folded.get(number)) is not None}
        missing = [number for number in numbers if number not in found]
        if missing:
            async with self._reading() as connection:
                for begin in range(0, len(missing), _FOLDED_AT_ONCE):
                    found |= await self._fold_all(connection, missing[begin : begin + _FOLDED_AT_ONCE])
        return [found[number] for number in numbers if number in found]

    async def unfinished(self, *, resolved: bool = True) -> list[Ticket]:
        """All tickets that somebody has a move in, oldest first: not over, dormant, or gone on elsewhere.

        However many they are: whatever is left out here is looked after by nobody. `resolved`: also those that wait for
        their requester's verdict, of which many may lie about. Raises StoreFault.
        """
        query = "SELECT number FROM tickets WHERE waiting = 1 AND state <> ? ORDER BY number"
        without = "" if resolved else TicketState.RESOLVED.value
        return await self.tickets([row[0] for row in await self.rows(query, (without,))])

    async def owned_by(self, staff: str) -> list[Ticket]:
        """All open tickets of somebody of the staff, oldest first, also those that are dormant. Raises StoreFault."""
        states = [state.value for state in OPEN_STATES]  # named, for the index
        query = (
            f"SELECT number FROM tickets WHERE owner = ? AND state IN ({', '.join('?' * len(states))}) ORDER BY number"  # noqa: S608 - own words
        )
        tickets = await self.tickets([row[0] for row in await self.rows(query, (staff, *states))])
        return [ticket for ticket in tickets if ticket.is_open]

    async def tickets_of(self, device: str, limit: int, *, unfinished: bool = False) -> list[Ticket]:
        """The newest `limit` tickets of a device, newest first. Raises StoreFault."""
        over = _OVER if unfinished else ("", "")
        query = "SELECT number FROM tickets WHERE device = ? AND state NOT IN (?, ?) ORDER BY number DESC LIMIT ?"
        return await self.tickets([row[0] for row in await self.rows(query, (device, *over, limit))])

    async def requested_session(self, session: str) -> tuple[int, events.SessionRequested] | None:
        """The ticket a session was for, and its request. Raises StoreFault."""
        column = tables.events.c
        query = sa.select(column.body).where(column.session == session).order_by(column.number).limit(1)
        async with self._reading() as connection:
            body = await connection.scalar(query)
        if body is None:
            return None
        entry = events.decode(body)
        return (entry.ticket, entry.event) if isinstance(entry.event, events.SessionRequested) else None

    async def sessions_left_open(self) -> list[tuple[int, str, float]]:
        """Ticket, session and seconds known to be worked, of sessions that never ended: the relay was killed."""
        begun, ended = tables.events.alias("begun"), tables.events.alias("ended")
        marks = tables.session_marks
        query = (
            sa.select(begun.c.ticket, begun.c.session, sa.func.coalesce(marks.c.worked_s, 0.0))
            .outerjoin(marks, marks.c.session == begun.c.session)
            .where(begun.c.session.is_not(None), begun.c.kind == events.SessionRequested.__name__)
            .where(~sa.exists().where(ended.c.session == begun.c.session, ended.c.kind == events.SessionEnded.__name__))
        )
        async with self._reading() as connection:
            return [(row[0], row[1], row[2]) for row in await connection.execute(query)]

    # --- inside
    async def _write(self, connection: AsyncConnection, work: Work) -> chain.Head:
        """Puts what happened on the chain and into the derived tables, to be committed by the caller."""
        head = self._head or chain.EMPTY
        rows, steps = [], []
        for step in work.happened:
            body = events.encode(step.entry)
            events.decode(body)  # what cannot be read back is never written
            salt = secrets.token_bytes(chain.SALT_BYTES)
            digest = chain.digest(salt, body)
            head = chain.extend(head, digest)
            steps.append(dataclasses.replace(step, number=head.number))
            rows.append(tables.row(head, salt, body, digest, step.entry))
        await connection.execute(sa.insert(tables.events), rows)
        await mail_tables.follow(connection, [(step.number, step.entry) for step in steps])
        for projection in projections.ALL:
            for statement, derived in projection.derive(steps):
                if derived:
                    await connection.exec_driver_sql(statement, list(derived))
        return head

    async def _read_head(self, connection: AsyncConnection) -> None:
        head = await _head(connection)
        self._last_ticket = await connection.scalar(sa.text(_LAST_TICKET))
        self._head = head

    async def _read_book(self, connection: AsyncConnection) -> Book:
        if self._book is None:
            self._book = self.last_book = books.read(entry for _, entry in await _entries(connection, THE_BOOK))
        return self._book

    async def _ticket(self, connection: AsyncConnection, number: int) -> Ticket | None:
        found = self._folded.get(number)
        if found is None:
            with self._named(number):
                history = await _entries(connection, number)
                if not history:
                    return None
                found = fold(entry for _, entry in history)
            self._folded.keep(found)
        return found

    async def _fold_all(self, connection: AsyncConnection, numbers: Sequence[int]) -> dict[int, Ticket]:
        column = tables.events.c
        query = sa.select(column.ticket, column.body).where(column.ticket.in_(numbers)).order_by(column.number)
        histories: dict[int, list[bytes]] = {}
        for row in await connection.execute(query):
            if row[1] is not None:
                histories.setdefault(row[0], []).append(row[1])
        folded: dict[int, Ticket] = {}
        for number, history in histories.items():
            with contextlib.suppress(TicketDamaged), self._named(number):
                folded[number] = fold(map(events.decode, history))
        for ticket in folded.values():
            self._folded.keep(ticket)
        return folded

    @contextlib.contextmanager
    def _named(self, number: int) -> Iterator[None]:
        """What cannot be read of a ticket is that one's damage, and no other's. Raises TicketDamaged."""
        try:
            yield
        except (events.EventError, FoldError, StepRefused) as error:
            damage = TicketDamaged(number, str(error)[:300])
            self._set_aside(damage)
            raise damage from error

    def _set_aside(self, damage: TicketDamaged) -> None:
        if damage.ticket not in self._damaged:
            self._damaged.add(damage.ticket)
            self._tell_damaged(damage)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        """For writing, to be committed inside. Whatever goes wrong, memory is held to be wrong too, and read anew."""
        try:
            async with self._database.writer.connect() as connection:
                if self._head is None:
                    await self._read_head(connection)
                yield connection
        except (sqlalchemy.exc.SQLAlchemyError, OSError, events.EventError, FoldError, BookError) as error:
            self._forget()
            raise StoreFault(_FAULT) from error
        except asyncio.CancelledError:
            self._forget()
            raise

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._database.reader.connect() as connection:
                yield connection
        except (sqlalchemy.exc.SQLAlchemyError, OSError, events.EventError, FoldError, BookError) as error:
            raise StoreFault(_UNREADABLE) from error

    def _forget(self) -> None:
        self._head = self._book = None
        self._folded.clear()


async def _head(connection: AsyncConnection) -> chain.Head:
    column = tables.events.c
    query = sa.select(column.number, column.link).order_by(column.number.desc()).limit(1)
    row = (await connection.execute(query)).one_or_none()
    return chain.EMPTY if row is None else chain.Head(row[0], row[1])


async def _entries(connection: AsyncConnection, number: int) -> list[tuple[int, events.Entry]]:
    column = tables.events.c
    query = sa.select(column.number, column.body).where(column.ticket == number).order_by(column.number)
    rows = (await connection.execute(query)).all()
    return [(row[0], events.decode(row[1])) for row in rows if row[1] is not None]
