"""What became of mails: numbers that replies refer to, what waits to be sent, what was set aside."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # Not unique: anybody can send a mail under a number that exists already.
    """
    CREATE TABLE mail_ids (
        event INTEGER PRIMARY KEY REFERENCES events (number),
        message_id TEXT NOT NULL,
        mark TEXT NOT NULL,
        ticket INTEGER NOT NULL,
        own INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX mail_ids_by_id ON mail_ids (message_id) WHERE message_id <> ''",
    "CREATE INDEX mail_ids_by_mark ON mail_ids (mark) WHERE mark <> ''",
    """
    CREATE TABLE outbox (
        event INTEGER PRIMARY KEY REFERENCES events (number),
        state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'set_aside')),
        due_us INTEGER NOT NULL,
        tries INTEGER NOT NULL,
        reason TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX outbox_waiting ON outbox (due_us) WHERE state = 'waiting'",
    """
    CREATE TABLE mails_aside (
        mark TEXT PRIMARY KEY,
        at_us INTEGER NOT NULL,
        reason TEXT NOT NULL,
        sender TEXT NOT NULL,
        subject TEXT NOT NULL,
        original TEXT NOT NULL
    ) STRICT
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a desk's history is not taken back; restore a backup instead")
