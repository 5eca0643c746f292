"""Derived tables are made by their projections from the events; this one says of which version each is."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DROP TABLE tickets")
    op.execute("CREATE TABLE projections (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT")


def downgrade() -> None:
    raise NotImplementedError("a desk's history is not taken back; restore a backup instead")
