"""What stands in the database.

`events` is the truth. Its columns besides number, salt, body, digest and link are derived from the body, so that the
database can find rows; `verify` compares them with what they are derived from. What is derived from the events as a
whole is in `relay.store.projections`. Times are microseconds since 1970, UTC.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from protocol.desk import chain
from protocol.desk import events as happenings

metadata = sa.MetaData()

events = sa.Table(
    "events",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("ticket", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at_us", sa.Integer, nullable=False),
    sa.Column("session", sa.Text),
    sa.Column("salt", sa.LargeBinary),
    sa.Column("body", sa.LargeBinary),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("link", sa.LargeBinary, nullable=False),
    sa.Index("events_by_ticket", "ticket", "number"),
    sa.Index("events_by_session", "session", "number", sqlite_where=sa.text("session IS NOT NULL")),
)

session_marks = sa.Table(
    "session_marks",
    metadata,
    sa.Column("session", sa.Text, primary_key=True),
    sa.Column("worked_s", sa.Float, nullable=False),
)
"""How long sessions under way have lasted when last looked at: what a relay that was killed still knows of them."""

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("event", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("due_us", sa.Integer, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
"""What became of each notice that goes by mail; it is queued by the transaction that writes the notice down."""

mails_aside = sa.Table(
    "mails_aside",
    metadata,
    sa.Column("mark", sa.Text, primary_key=True),
    sa.Column("at_us", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("original", sa.Text, nullable=False),
)
"""Mails that came and became no event, each with the reason why."""

mails_caused = sa.Table(
    "mails_caused",
    metadata,
    sa.Column("mailbox", sa.Text, primary_key=True),
    sa.Column("at_us", sa.Integer, nullable=False),
    sa.Column("at_once", sa.Float, nullable=False),
    sa.Column("a_day", sa.Float, nullable=False),
)
"""By the hash of a mail address: how many mails strangers may still cause there (see relay.mailboxes)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """`moment` as it stands in a column."""
    return (moment - _EPOCH) // _MICROSECOND


def session_of(event: happenings.Event) -> str | None:
    """The session an event is about, if any."""
    session: str | None = getattr(event, "session", None)
    return session


def row(head: chain.Head, salt: bytes, body: bytes, digest: bytes, entry: happenings.Entry) -> dict[str, Any]:
    """The row of `events` for an entry that is the chain's `head`."""
    return {
        "number": head.number,
        "ticket": entry.ticket,
        "kind": type(entry.event).__name__,
        "at_us": microseconds(entry.at),
        "session": session_of(entry.event),
        "salt": salt,
        "body": body,
        "digest": digest,
        "link": head.link,
    }
