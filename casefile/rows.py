"""Records ↔ JSON rows of the store. Pure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from casefile.records import Banner, Clock, Event, Evidence, Finding, PageText, Problem, Verdict, Word

Row = dict[str, Any]


def page_row(page: PageText) -> Row:
    """A page as stored: words as short lists, since there are many."""
    return {
        "words": [_word_row(w) for w in page.words],
        "source": page.source, "confidence": page.confidence, "rotation": page.rotation, "blank": page.blank,
        "dpi": list(page.dpi), "banner": asdict(page.banner) if page.banner else None,
        "ink": [[list(box), dark] for box, dark in page.ink],
        **({"picture": page.picture} if page.picture else {}),
    }  # fmt: skip


def _word_row(word: Word) -> list[Any]:
    edges = [round(edge, 5) for edge in word.box]
    return [word.text, *edges, round(word.confidence, 3), word.line, *([word.other] if word.other else [])]


def page_of(number: int, row: Row) -> PageText:
    """The page again."""
    words = tuple(Word(w[0], (w[1], w[2], w[3], w[4]), w[5], w[6], w[7] if len(w) > 7 else "") for w in row["words"])
    ink = tuple(((b[0], b[1], b[2], b[3]), dark) for b, dark in row["ink"])
    banner = Banner(**row["banner"]) if row["banner"] else None
    return PageText(number, words, row["source"], row["confidence"], row["rotation"], row["blank"],
                    (row["dpi"][0], row["dpi"][1]), banner, ink, row.get("picture", ""))  # fmt: skip


def finding_of(row: Row) -> Finding:
    """A finding from its contract row."""
    return Finding(**{**row, "box": tuple(row["box"])})


def problem_of(row: Row) -> Problem:
    """A problem from its contract row."""
    return Problem(row["code"], row["message"], row.get("page"), row.get("of"))


def plain(record: Verdict | Clock | Event | Evidence) -> Row:
    """A record as JSON: dates as ISO strings."""
    return {key: _plain(value) for key, value in asdict(record).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _evidence(row: Row | None) -> Evidence | None:
    if row is None:
        return None
    return Evidence(row["fax_sha256"], row["page"], tuple(row["box"]) if row["box"] else None, row["raw"])


def verdict_of(row: Row) -> Verdict:
    """A verdict again."""
    return Verdict(**{**row, "evidence": _evidence(row["evidence"])})


def clock_of(row: Row) -> Clock:
    """A clock again."""
    days = {name: _day(row.get(name)) for name in ("due", "opens", "started_on", "stopped_on")}
    return Clock(**{**row, **days, "due_at": _moment(row.get("due_at")), "evidence": _evidence(row["evidence"])})


def event_of(row: Row) -> Event:
    """An event again."""
    return Event(**{**row, "on": _day(row["on"]), "at": _moment(row.get("at")), "evidence": _evidence(row["evidence"])})


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
