"""Parts of long faxes that are read one by one; an index of 0005 that repeats ix_fax_work goes."""

from alembic import op

from casefile.migrations.catch_up import catch_up
from casefile.tables import metadata

revision = "0012_parts"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    catch_up(op, metadata)
    op.drop_index("fax_waiting", "fax")


def downgrade() -> None:
    op.create_index("fax_waiting", "fax", ["state", "filed", "received_at"])
    op.drop_table("part")
