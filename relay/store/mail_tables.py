"""What the history says of mails, as tables: which number belongs to which ticket, and what waits to be sent.

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


async def follow(connection: AsyncConnection, entries: Iterable[tuple[int, events.Entry]]) -> None:
    """Brings the tables up to date with events just written, inside their transaction."""
    known, queued = [], []
    for number, entry in entries:
        if found := _named(entry.event):
            message_id, mark, own = found
            known.append({"event": number, "message_id": message_id, "mark": mark, "ticket": entry.ticket, "own": own})
        if isinstance(entry.event, events.NoticeSent) and entry.event.way in {BY_MAIL, UNLESS_SEEN}:
            at = entry.at + (SEEN_WITHIN if entry.event.way == UNLESS_SEEN else timedelta())
            due = {"state": WAITING, "due_us": tables.microseconds(at), "tries": 0, "reason": ""}
            queued.append({"event": number} | due)
    if known:
        await connection.execute(sa.insert(tables.mail_ids), known)
    if queued:
        await connection.execute(sa.insert(tables.outbox), queued)


def _named(event: events.Event) -> tuple[str, str, bool] | None:
    """Message-ID, mark, and whether it is a mail of ours."""
    match event:
        case events.NoticeSent(message_id=message_id) if message_id:
            return message_id, "", True
        case events.Opened(channel=events.Channel.MAIL, message_id=message_id, request=mark):
            return message_id, mark, False
        case events.MessageAdded(channel=events.Channel.MAIL, message_id=message_id, mark=mark) if message_id or mark:
            return message_id, mark, False
        case events.MailBounced(mark=mark) if mark:
            return "", mark, False
        case _:
            return None
