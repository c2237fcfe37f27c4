"""Faxes as a list, the newest first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from casefile import tables as t
from casefile.errors import NotFound
from casefile.store import Store

Row = dict[str, Any]
SHOWN = ("sha256", "state", "reason", "media_type", "size", "filed", "received_at")


def faxes(store: Store, state: str = "", after: tuple[str, str] | None = None, limit: int = 50) -> list[Row]:
    """A page of faxes, JSON-ready.

    Args:
        store: The store.
        state: received, read or set_aside; "": all.
        after: (`received_at`, `sha256`) of the last row of the page before.
        limit: Rows a page.
    """
    fax = t.fax.c
    query = select(*(fax[name] for name in SHOWN)).order_by(fax.received_at.desc(), fax.sha256.desc()).limit(limit)
    if state:
        query = query.where(fax.state == state)
    if after:
        at, sha256 = after
        earlier = (fax.received_at == at) & (fax.sha256 < sha256)
        query = query.where(or_(fax.received_at < at, earlier))
    with store.engine.connect() as c:
        return [dict(row) for row in c.execute(query).mappings()]


def fax(store: Store, sha256: str) -> Row:
    """One fax, with the names it came by. JSON-ready.

    Raises:
        NotFound: There is no such fax.
    """
    with store.engine.connect() as c:
        row = c.execute(select(*(t.fax.c[name] for name in SHOWN)).filter_by(sha256=sha256)).mappings().first()
        arrivals = select(t.arrival.c.name, t.arrival.c.arrived_at).filter_by(sha256=sha256).order_by(t.arrival.c.id)
        came = [dict(arrival) for arrival in c.execute(arrivals).mappings()]
    if not row:
        raise NotFound(f"no fax {sha256[:12]}; a fax that was just dropped is known once the watcher has taken it in")
    return {**row, "arrivals": came}
