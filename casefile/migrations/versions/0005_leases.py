"""Leases on work, the inbox's durable position, and which objects were marked as processed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0010_packets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "work",
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("subject", sa.String(80), primary_key=True),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(250), nullable=False),
        sa.Column("until", sa.String(32)),
        sa.Column("not_before", sa.String(32), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("deaths", sa.Integer, nullable=False),
        sa.Column("last_error", sa.String(300), nullable=False),
        sa.Column("aside", sa.Boolean, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("done_at", sa.String(32), index=True),
        sa.Column("seconds", sa.Float),
        sa.Column("facts", sa.JSON),
    )
    op.create_table(
        "inbox_position",
        sa.Column("location", sa.String(500), primary_key=True),
        sa.Column("after", sa.String(1024), nullable=False),
        sa.Column("highest", sa.String(1024), nullable=False),
    )
    op.create_table(
        "processed",
        sa.Column("arrival_id", sa.Integer, sa.ForeignKey("arrival.id"), primary_key=True),
        sa.Column("how", sa.String(12), nullable=False),
    )
    op.create_index("work_held", "work", ["until"])
    op.create_index("fax_waiting", "fax", ["state", "filed", "received_at"])


def downgrade() -> None:
    op.drop_index("fax_waiting", "fax")
    for table in ("processed", "inbox_position", "work"):
        op.drop_table(table)
