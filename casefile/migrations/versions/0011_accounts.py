"""Accounts, sessions, tokens; the audit log becomes a chain that nobody can change or cut in the middle."""

import sqlalchemy as sa
from alembic import op

from casefile.audit import START, chained
from casefile.migrations.catch_up import catch_up
from casefile.tables import metadata

revision = "0011_accounts"
down_revision = "0012_parts"
branch_labels = None
depends_on = None

AT_ONCE = 5000
REFUSAL = "the audit log is append-only"
COLUMNS = ("id", "at", "by", "kind", "what", "why", "case_id", "sha256")


def upgrade() -> None:
    catch_up(op, metadata)
    with op.batch_alter_table("audit") as audit:
        audit.alter_column("case_id", existing_type=sa.String(12), nullable=True)
    _chain(op.get_bind())
    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(statement)


def _chain(bind: sa.Connection) -> None:
    """Give the entries that have no hash theirs, in their order, behind those that have one."""
    table = metadata.tables["audit"]
    head = bind.scalar(sa.select(table.c.hash).where(table.c.hash != "").order_by(table.c.id.desc()).limit(1)) or START
    columns = [table.c[name] for name in COLUMNS]
    change = (
        table.update()
        .where(table.c.id == sa.bindparam("row"))
        .values(previous=sa.bindparam("p"), hash=sa.bindparam("h"))
    )
    query = sa.select(*columns).where(table.c.hash == "").order_by(table.c.id).limit(AT_ONCE)
    while rows := bind.execute(query).mappings().all():
        made = []
        for row in rows:
            entry = chained(dict(row), head)
            head = entry["hash"]
            made.append({"row": row["id"], "p": entry["previous"], "h": head})
        bind.execute(change, made)


def _triggers(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [f"create trigger if not exists audit_no_{what} before {what} on audit "
                f"begin select raise(abort, '{REFUSAL}'); end" for what in ("update", "delete")]  # fmt: skip
    body = f"begin raise exception '{REFUSAL}'; end"
    return [
        f"create or replace function audit_refuse() returns trigger language plpgsql as $$ {body} $$",
        "create or replace trigger audit_no_change before update or delete on audit "
        "for each row execute function audit_refuse()",
        "create or replace trigger audit_no_truncate before truncate on audit "
        "for each statement execute function audit_refuse()",
    ]


def downgrade() -> None:
    """The chain's columns stay: an older program writes beside them, and the next upgrade chains what it wrote."""
    if op.get_bind().dialect.name == "sqlite":
        names = [f"drop trigger audit_no_{what}" for what in ("update", "delete")]
    else:
        names = [f"drop trigger audit_no_{what} on audit" for what in ("change", "truncate")]
        names.append("drop function audit_refuse()")
    for statement in names:
        op.execute(statement)
    for table in ("failed_sign_in", "api_token", "desk_session", "account"):
        op.drop_table(table)
