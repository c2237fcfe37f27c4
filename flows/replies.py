"""Answers to our own letters: found by the QR code on the page, or by the reply code read from its print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from casefile.records import Box, Document, Finding, PageText, Reading
from casefile.requests import mark_reply, reply_findings
from casefile.tokens import find_token
from extractors.registry import find_all
from intake.limits import Limits
from intake.qr import find_qr_codes

WHOLE_PAGE: Box = (0.0, 0.0, 1.0, 1.0)
OF_THE_PAGE = frozenset({"low_quality", "timed_out", "damaged_file"})
"""Problems that a returned letter may have; that it is no whole order is none."""
Tokens = Mapping[str, Sequence[dict[str, Any]]]


def with_replies(reading: Reading, path: Path, tokens: Tokens, limits: Limits) -> Reading:
    """The reading with every returned letter as a document of its own that says only what it answers.

    Costs nothing while no letter is out. Of a returned page only what the letter asked for is kept.
    """
    if not tokens or reading.set_aside:
        return reading
    marked = reply_pages(reading, path, tokens, limits)
    if not marked:
        return reading
    findings = [f for f in reading.findings if f.page not in marked]
    for page in reading.pages:
        if page.page_number in marked:
            token, box = marked[page.page_number]
            findings += reply_findings(page, _as_order(page), token, box, tokens[token])
    problems = tuple(p for p in reading.problems if p.page not in marked or p.code in OF_THE_PAGE)
    documents = mark_reply(reading.documents, sorted(marked))
    return replace(reading, documents=documents, findings=tuple(findings), problems=problems)


def reply_pages(reading: Reading, path: Path, tokens: Tokens, limits: Limits) -> dict[int, tuple[str, Box]]:
    """Page number → the known reply code on it and where it stands; the QR code counts before the print."""
    found: dict[int, tuple[str, Box]] = {}
    for number, text, box in find_qr_codes(path, reading.media_type, limits):
        if text in tokens:
            found[number] = text, box
    for page in reading.pages:
        if page.page_number not in found and (token := find_token(page.text, tokens)):
            found[page.page_number] = token, WHOLE_PAGE
    return found


def _as_order(page: PageText) -> Sequence[Finding]:
    """What the readers see on the page when they take it for an order, signature line and all."""
    return find_all((page,), (Document("order", (page.page_number,), 1.0),))
