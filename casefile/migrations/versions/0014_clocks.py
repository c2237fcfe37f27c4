"""The ends of clocks as rows, filled from what the cases hold; an index for counting cases by day."""

import sqlalchemy as sa
from alembic import op

from casefile.clock_rows import clock_row
from casefile.migrations.catch_up import catch_up
from casefile.tables import metadata

revision = "0014_clocks"
down_revision = "0011_accounts"
branch_labels = None
depends_on = None

AT_ONCE = 1000


def upgrade() -> None:
    catch_up(op, metadata)
    bind, case, clock = op.get_bind(), metadata.tables["patient_case"], metadata.tables["clock"]
    after = ""
    query = sa.select(case.c.id, case.c.clocks).order_by(case.c.id).limit(AT_ONCE)
    while found := bind.execute(query.where(case.c.id > after)).tuples().all():
        after = found[-1][0]
        rows = [clock_row(case_id, row) for case_id, clocks in found for row in clocks if row["due"]]
        if rows:
            bind.execute(sa.insert(clock), rows)


def downgrade() -> None:
    op.drop_index("ix_case_created", "patient_case")
    op.drop_table("clock")
