"""Events, the tickets derived from them, and marks of sessions under way."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE events (
        number INTEGER PRIMARY KEY,
        ticket INTEGER NOT NULL,
        kind TEXT NOT NULL,
        at_us INTEGER NOT NULL,
        session TEXT,
        salt BLOB,
        body BLOB,
        digest BLOB NOT NULL CHECK (length(digest) = 32),
        link BLOB NOT NULL CHECK (length(link) = 32),
        CHECK ((salt IS NULL) = (body IS NULL))
    ) STRICT
    """,
    "CREATE INDEX events_by_ticket ON events (ticket, number)",
    "CREATE INDEX events_by_session ON events (session, number) WHERE session IS NOT NULL",
    # Append-only, also for a mistake in this program. Only erasing a person's data (salt and body) is let through.
    """
    CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
    """,
    """
    CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
    WHEN NEW.salt IS NOT NULL OR NEW.body IS NOT NULL
        OR NEW.number IS NOT OLD.number OR NEW.ticket IS NOT OLD.ticket OR NEW.kind IS NOT OLD.kind
        OR NEW.at_us IS NOT OLD.at_us OR NEW.session IS NOT OLD.session
        OR NEW.digest IS NOT OLD.digest OR NEW.link IS NOT OLD.link
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
    """,
    """
    CREATE TABLE tickets (
        number INTEGER PRIMARY KEY,
        device TEXT NOT NULL,
        request TEXT NOT NULL,
        state TEXT NOT NULL,
        revision INTEGER NOT NULL,
        last_event INTEGER NOT NULL REFERENCES events (number),
        CONSTRAINT tickets_once_for_each_request UNIQUE (device, request)
    ) STRICT
    """,
    "CREATE INDEX tickets_by_state ON tickets (state, number)",
    "CREATE INDEX tickets_by_device ON tickets (device, number)",
    "CREATE TABLE session_marks (session TEXT PRIMARY KEY, worked_s REAL NOT NULL) STRICT",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a desk's history is not taken back; restore a backup instead")
