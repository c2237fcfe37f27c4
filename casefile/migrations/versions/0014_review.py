"""Who has a fax before them at the desk, and what they did there, so that it can be taken back."""

from alembic import op

from casefile.migrations.catch_up import catch_up
from casefile.tables import metadata

revision = "0014_review"
down_revision = "0011_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    catch_up(op, metadata)


def downgrade() -> None:
    op.drop_table("review_action")
    op.drop_table("review")
