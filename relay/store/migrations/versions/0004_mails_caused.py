"""How many mails strangers caused to one mailbox."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE mails_caused (
            mailbox TEXT PRIMARY KEY,
            at_us INTEGER NOT NULL,
            at_once REAL NOT NULL,
            a_day REAL NOT NULL
        ) STRICT
        """
    )
    op.execute("CREATE INDEX mails_caused_by_time ON mails_caused (at_us)")


def downgrade() -> None:
    raise NotImplementedError("a desk's history is not taken back; restore a backup instead")
