"""Accounts, sessions, tokens, portals' referrals; the audit log becomes a chain that the database refuses to change."""

import sqlalchemy as sa
from alembic import op

from casefile import tables as t
from casefile.audit_chain import START, chained

revision = "0011_accounts"
down_revision = "0012_parts"
branch_labels = None
depends_on = None

TABLES = ("desk_session", "api_token", "failed_sign_in", "account", "portal_referral")
KEPT = ("case_id", "sha256", "at", "by", "what", "why", "previous", "hash")
BATCH = 2000


def upgrade() -> None:
    for name in reversed(TABLES):
        t.metadata.tables[name].create(op.get_bind(), checkfirst=True)
    _chain_old_entries()
    op.create_index("ix_audit_previous", "audit", ["previous"], unique=True)  # two entries never follow the same one
    _refuse_changes()


def downgrade() -> None:
    _allow_changes()
    op.drop_index("ix_audit_previous", "audit")
    for name in TABLES:
        op.drop_table(name)


def _chain_old_entries() -> None:
    """Make the table anew as declared; entries that have a hash keep it, the others are chained in their order."""
    bind = op.get_bind()
    op.execute("create table audit_before as select * from audit")
    op.drop_table("audit")
    t.audit.create(bind)
    names = {column["name"] for column in sa.inspect(bind).get_columns("audit_before")}
    old = sa.table("audit_before", sa.column("id"), *(sa.column(name) for name in KEPT if name in names))
    last, reached = (0, START), None
    while True:
        query = sa.select(old).order_by(old.c.id).limit(BATCH)
        found = bind.execute(query if reached is None else query.where(old.c.id > reached)).mappings().all()
        if not found:
            break
        rows = []
        for row in found:
            entry = dict.fromkeys(("case_id", "sha256")) | dict(row)
            rows.append(entry if entry.get("hash") else chained(entry, last))
            last, reached = (rows[-1]["id"], rows[-1]["hash"]), row["id"]
        bind.execute(sa.insert(t.audit), rows)
    op.drop_table("audit_before")


def _refuse_changes() -> None:
    words = "the audit log is append-only"
    if op.get_bind().dialect.name == "sqlite":
        for change in ("update", "delete"):
            op.execute(f"create trigger audit_no_{change} before {change} on audit "
                       f"begin select raise(abort, '{words}'); end")  # fmt: skip
        return
    op.execute("create or replace function audit_refuse() returns trigger language plpgsql as "
               f"$$ begin raise exception '{words}'; end $$")  # fmt: skip
    op.execute("create trigger audit_no_change before update or delete on audit "
               "for each row execute function audit_refuse()")  # fmt: skip
    op.execute("create trigger audit_no_truncate before truncate on audit "
               "for each statement execute function audit_refuse()")  # fmt: skip


def _allow_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("update", "delete"):
            op.execute(f"drop trigger if exists audit_no_{change}")
        return
    for name in ("change", "truncate"):
        op.execute(f"drop trigger if exists audit_no_{name} on audit")
    op.execute("drop function if exists audit_refuse()")
