"""What to ask an ordering office for, and what its reply really answers. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from casefile.reads import Read
from casefile.records import Box, Document, Finding, PageText, Verdict

ITEMS = Path(__file__).parent / "data" / "request_items.toml"
Item = dict[str, Any]
SENDABLE = (
    "no note",
    "no test",
    "no visit",
    "no imaging",
    "no plan of care",
    "no record",
    "no sleep",
    "no measurement",
)
"""How the reason of a requirement begins that a document from the office would meet."""


@dataclass(frozen=True)
class Letter:
    """A request as it is printed."""

    case_id: str
    token: str
    office: str
    office_fax: str
    items: tuple[Item, ...]
    made_at: str
    reminders: int
    about: Mapping[str, str]


@cache
def known_items() -> tuple[Mapping[str, Any], ...]:
    """The rows of `request_items.toml`."""
    return tuple(tomllib.loads(ITEMS.read_text())["item"])


def letter_items(verdicts: Sequence[Verdict]) -> list[Item]:
    """Only what is missing, one item for several requirements that ask the same, with where it was looked for."""
    lacking = {v.requirement: v for v in verdicts if v.blocks and _asks_office(v)}
    items: list[Item] = []
    for row in known_items():
        closes = [name for name in row["closes"] if name in lacking]
        if closes:
            verdict = lacking[closes[0]]
            items.append({"id": row["id"], "ask": row["ask"], "closes": closes, "field": row["field"],
                          "label": row["label"], "order_element": row.get("order_element", False),
                          "looked": _looked(verdict)})  # fmt: skip
    covered = {name for row in known_items() for name in row["closes"]}
    for name, verdict in lacking.items():
        if name not in covered and verdict.answer == "missing" and verdict.reason.lower().startswith(SENDABLE):
            items.append({"id": name, "ask": f"Please send: {verdict.title}", "closes": [name], "field": "",
                          "label": "", "order_element": False, "looked": _looked(verdict)})  # fmt: skip
    return items


def _asks_office(verdict: Verdict) -> bool:
    """Missing, or a signature that may not be one."""
    return verdict.answer == "missing" or (verdict.answer == "needs_person" and verdict.requirement == "swo.signature")


def _looked(verdict: Verdict) -> str:
    """Where it was looked for, without saying what was read there: our own words must not come back as an answer."""
    if verdict.elsewhere and verdict.evidence:
        return f"not on the order; other papers (page {verdict.evidence.page}) show it"
    if verdict.evidence:
        return f"looked for on the order, page {verdict.evidence.page}"
    return "looked for on every page received"


def office_of(reads: Sequence[Read]) -> tuple[str, str]:
    """The ordering office's name and fax number, as far as the order and its fax banner tell."""
    orders = [read for read in reads if read.is_order or read.document.kind == "plan_of_care"]
    name = next((v for read in orders if (v := read.value("ordering_provider_name"))), "")
    npi = next((v for read in orders if (v := read.value("ordering_provider_npi"))), "")
    banners = [page.banner for read in orders for page in read.pages if page.banner and page.banner.sender]
    fax = banners[0].sender or "" if banners else ""
    return name or (f"NPI {npi}" if npi else "") or (f"fax {fax}" if fax else "ordering office"), fax


def reply_findings(
    page: PageText, findings: Sequence[Finding], token: str, box: Box, items: Sequence[Item]
) -> list[Finding]:
    """What a returned letter answers: of the readings of its page only the fields it asked for.

    Elements of the order itself count only when the reply is signed. A line that was written on but cannot be read
    becomes a doubtful finding, so that a person looks at it. What the letter itself prints is never an answer.
    """
    findings = [f for f in findings if f.field != "signature" or f.value == "absent" or _on_the_line(page, f.box)]
    signed = any(f.field == "signature" and f.value == "present" for f in findings)
    made = [
        Finding(
            "case_token", token, token, page.page_number, box, 1.0, "valid", None, "the reply code of our own letter"
        )
    ]
    for item in items:
        found = [f for f in findings if f.field == item["field"]] if item["field"] else []
        if item["order_element"] and not signed:
            found = [_unsigned(f) for f in found]
        if item["field"] and not found and (mark := _written(page, item["label"])):
            reason = "something is written there that cannot be read"
            found = [Finding(item["field"], "", "", page.page_number, mark, 0.3, "suspect", None, reason)]
        made += found
        if item["field"] == "signature":
            made += [f for f in findings if f.field == "signature_date"]
    return made


def _on_the_line(page: PageText, ink: Box) -> bool:
    """Whether ink stands on our letter's signature line, not below it where print follows."""
    labels = [line.box for line in page.lines if "signature:" in line.text.lower()]
    return any(ink[1] < box[3] and ink[3] > box[1] - 0.06 for box in labels) or not labels


def _unsigned(finding: Finding) -> Finding:
    reason = f"{finding.reason}; but the reply is not signed"
    return replace(finding, status="suspect", confidence=min(finding.confidence, 0.5), reason=reason)


def _written(page: PageText, label: str) -> Box | None:
    """Marks beside a printed label: pen strokes, or words the reader was unsure of."""
    words = label.rstrip(":").lower()
    for line in page.lines:
        text = line.text.lower()
        if not text.startswith(words):
            continue
        box = line.box
        for mark, _ in page.ink:
            if mark[1] < box[3] + 0.01 and mark[3] > box[1] - 0.03 and mark[0] >= box[0]:
                return mark
        if text[len(words) :].strip(" :_.-"):
            return box
    return None


def mark_reply(documents: Sequence[Document], pages: Sequence[int]) -> tuple[Document, ...]:
    """The fax's documents, with each page that bears a reply code a document of its own."""
    made: list[Document] = []
    for document in documents:
        rest = tuple(page for page in document.pages if page not in pages)
        if rest:
            made.append(replace(document, pages=rest))
    made += [Document("request_reply", (page,), 1.0, "Reply to our request") for page in pages]
    return tuple(sorted(made, key=lambda d: d.pages[0]))
