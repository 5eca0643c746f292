"""What the history says of mails to be sent, as a table: the outbox.

Guarantees: a notice that goes by mail is queued by the very transaction that writes it down, so that neither is ever
without the other. On the loop's thread; distrusts nothing.
"""

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from protocol.desk import events
from relay.store import tables

BY_MAIL = "mail"
"""The `way` of a notice that is sent."""
UNLESS_SEEN = "mail unless seen"
"""That of one which is sent only if its reader has not been at his machine by then, where he is told the same."""
SEEN_WITHIN = timedelta(minutes=15)
"""Somebody who starts his machine in this time reads it there."""
WAITING, SENT, SET_ASIDE = "waiting", "sent", "set_aside"
"""States in the outbox."""
LEFT = "The relay that this was exported from sends it. "
"""Before the reason of one that is set aside: it waited there, and does so still as far as this relay knows."""
WENT = "It went with an export, and is sent by the relay that reads that in. "
"""The same, of one that waited here."""


async def follow(connection: AsyncConnection, entries: Iterable[tuple[int, events.Entry]]) -> None:
    """Brings the table up to date with events just written, inside their transaction."""
    queued = []
    for number, entry in entries:
        if isinstance(entry.event, events.NoticeSent) and entry.event.way in {BY_MAIL, UNLESS_SEEN}:
            at = entry.at + (SEEN_WITHIN if entry.event.way == UNLESS_SEEN else timedelta())
            due = {"state": WAITING, "due_us": tables.microseconds(at), "tries": 0, "reason": ""}
            queued.append({"event": number} | due)
    if queued:
        await connection.execute(sa.insert(tables.outbox), queued)
