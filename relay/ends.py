"""Writes down that sessions are over. On the loop's thread; distrusts the disk.

Guarantees: both ends hear of it at once, and the history when the disk takes it; one session's trouble holds up no
other's. What was not written down by the time the relay stops is found in the history when it starts again.
"""

import asyncio
from collections.abc import Callable

from structlog.typing import FilteringBoundLogger

from relay.counts import Counts
from relay.desk import Desk
from relay.errors import Refused, StoreFault, TicketDamaged
from relay.sessions import LiveSession, Over
from relay.sockets.connection import RelayConnection


class Ends:
    """Of one relay's sessions."""

    def __init__(self, desk: Callable[[], Desk], counts: Counts, log: FilteringBoundLogger) -> None:
        """`desk` gives the one that writes; it is asked for once a session is over, not before."""
        self._desk, self._counts, self._log = desk, counts, log
        self._writing: set[asyncio.Task[None]] = set()
        self._unwritten: list[tuple[int, str, Over]] = []

    def over(self, session: LiveSession[RelayConnection], over: Over) -> None:
        """A session has just ended."""
        self._log.info(
            "session_over",
            session=session.identifier,
            ticket=session.ticket,
            reason=over.reason,
            worked_s=round(over.worked_s, 1),
        )
        task = asyncio.create_task(self._write(session, over))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def written(self) -> None:
        """Waits until each was written down, or could not be."""
        while self._writing:
            await asyncio.wait(self._writing)

    async def write_again(self) -> None:
        """What the disk did not take, once more, each in its turn."""
        while self._unwritten:
            number, session, over = self._unwritten.pop(0)
            try:
                await self._desk().note_end(number, session, over)
            except TicketDamaged as damaged:
                self._counts.add("session_end_refused", session=session, why=str(damaged))
            except StoreFault:
                self._unwritten.append((number, session, over))
                return
            except Refused as refused:
                self._refused(session, refused)

    async def _write(self, session: LiveSession[RelayConnection], over: Over) -> None:
        try:
            await self._desk().session_over(session, over)
        except StoreFault as fault:
            self._counts.add("store_fault", why=repr(fault.__cause__)[:300])
            self._unwritten.append((session.ticket, session.identifier, over))
        except Refused as refused:
            self._refused(session.identifier, refused)

    def _refused(self, session: str, refused: Refused) -> None:
        self._counts.add("session_end_refused", session=session, why=str(refused))
