"""Identifiers, corrections, decisions, placements, requests, audit; columns and indexes of the work-list."""

from alembic import op

from casefile.migrations.catch_up import catch_up
from casefile.tables import metadata

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("identifier", "correction", "decision", "placement", "request", "audit")


def upgrade() -> None:
    catch_up(op, metadata)
    op.execute("update patient_case set unchecked = true")  # the next check fills the new columns and the index


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
