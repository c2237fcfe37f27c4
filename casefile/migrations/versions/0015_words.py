"""Words of every page in a full-text index, filled for what is there already; an index for the inbox's lists."""

from alembic import op
from sqlalchemy import select

from casefile import tables as t
from casefile.desk_tables import metadata
from casefile.page_words import create_index, keep_words

revision = "0015_words"
down_revision = "0014_review"
branch_labels = None
depends_on = None


def upgrade() -> None:
    c = op.get_bind()
    metadata.create_all(c)
    create_index(c)
    for sha256 in c.execute(select(t.fax.c.sha256).order_by(t.fax.c.received_at)).scalars().all():
        rows = c.execute(select(t.page.c.page_number, t.page.c.text).filter_by(sha256=sha256)).all()
        keep_words(c, sha256, [(number, " ".join(word[0] for word in row["words"])) for number, row in rows])


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        op.execute("drop table page_words")
    metadata.drop_all(op.get_bind())
