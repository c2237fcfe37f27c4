"""Every fax that was read has a row saying whether anybody looked; an index of those nobody did."""

from alembic import op
from sqlalchemy import insert, literal, select

from casefile import tables as t
from casefile.migrations.catch_up import catch_up

revision = "0016_open_reviews"
down_revision = "0015_words"
branch_labels = None
depends_on = None


def upgrade() -> None:
    catch_up(op, t.metadata)
    names = ["sha256", "held_by", "held_at", "done_by", "done_at"]
    lacking = select(t.fax.c.sha256, *(literal("") for _ in names[1:])).where(
        t.fax.c.state.in_(["read", "set_aside"]), t.fax.c.sha256.not_in(select(t.review.c.sha256))
    )
    op.get_bind().execute(insert(t.review).from_select(names, lacking))


def downgrade() -> None:
    op.drop_index("ix_review_open", "review")
