"""Packets handed out: disclosure log and Bates numbers for life."""

from alembic import op

from casefile.packets_store import metadata

revision = "0010_packets"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    metadata.drop_all(op.get_bind())
