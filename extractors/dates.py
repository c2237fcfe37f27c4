"""Dates with their role, by label; the denial's own date; the appeal window."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from casefile.records import Finding, PageText
from extractors.day import ANY, parse_day
from extractors.labels import LabelledValue, values_of

ROLES = {"visit_date": "visit", "test_date": "test", "delivery_date": "delivery"}
PLAIN = ("order_date", "signature_date", "service_start", "service_end", "denial_date", "appeal_deadline")
SIGNED_ON = re.compile(r"(?:electronically|digitally|e-?)\s*signed\b.{0,80}", re.IGNORECASE)
SIGNATURE_LINE = re.compile(r"signature|signed by", re.IGNORECASE)
RECIPIENT = re.compile(r"received by|patient signature|beneficiary signature", re.IGNORECASE)
DENIAL = re.compile(r"denial|denied|adverse|determination", re.IGNORECASE)
WINDOW = re.compile(
    r"within\s+(\d{2,3})\s*(?:calendar\s+)?days\s+(?:of|from|after)\s+(?:the\s+)?(date|receipt|receiving|you)",
    re.IGNORECASE,
)


def find(page: PageText) -> list[Finding]:
    """Every dated fact of one page."""
    findings = [f for value in values_of(page, *PLAIN, *ROLES) if (f := _labelled(page, value))]
    have = {finding.field for finding in findings}
    if "signature_date" not in have:
        findings += _signature_date(page)
    if "denial_date" not in have and DENIAL.search(page.text[:4000]):
        findings += _letter_date(page)
    return findings


def find_deadlines(pages: Sequence[PageText], denial_dates: Sequence[Finding]) -> list[Finding]:
    """The last day to appeal, from a window like "within 60 days of the date of this notice".

    Counted from the notice date even where the letter counts from receipt: the earlier, safer day.
    """
    if not denial_dates:
        return []
    notice = date.fromisoformat(denial_dates[0].value)
    for page in pages:
        text = page.text.replace("\n", " ")[:20000]
        if match := WINDOW.search(text):
            days, counted = int(match[1]), match[2].lower()
            due = notice + timedelta(days)
            reason = f"{days} days counted from the notice date {notice.isoformat()}"
            if counted != "date":
                reason += "; the letter counts from receipt, so this is the earlier, safer day"
            line = next((line for line in page.lines if match[1] in line.text), page.lines[0])
            return [Finding("appeal_deadline", due.isoformat(), match[0], page.page_number, line.box,
                            min(0.93, denial_dates[0].confidence), "valid", None, reason)]  # fmt: skip
    return []


def _labelled(page: PageText, value: LabelledValue) -> Finding | None:
    day = parse_day(value.text)
    if not day:
        return None
    role = ROLES.get(value.field)
    field = "service_start" if role else value.field
    reason = f"date by the label '{value.label}'"
    status, sure = ("valid", 0.96) if 1990 <= day.year <= 2100 else ("suspect", 0.4)
    confidence = sure * (0.85 + 0.15 * value.confidence)
    return Finding(field, day.isoformat(), value.text, page.page_number, value.box, confidence, status, role, reason)  # type: ignore[arg-type]


def _signature_date(page: PageText) -> list[Finding]:
    """The date on the signature's own line, or in the electronic signature."""
    for line in page.lines:
        if not (SIGNATURE_LINE.search(line.text) or SIGNED_ON.search(line.text)) or RECIPIENT.search(line.text):
            continue
        if (match := ANY.search(line.text[:400])) and (day := parse_day(match[0])):
            words = line.words_in(match.start(), match.end())
            confidence = 0.94 * (0.85 + 0.15 * min(word.confidence for word in words))
            return [Finding("signature_date", day.isoformat(), match[0], page.page_number, words[0].box, confidence,
                            "valid", None, "date on the signature's line")]  # fmt: skip
    return []


def _letter_date(page: PageText) -> list[Finding]:
    """A date alone on its line in the top third of a denial letter."""
    for line in page.lines:
        if line.box[1] > 0.34:
            break
        match = ANY.search(line.text[:200])
        if match and len(line.text) - len(match[0]) <= 8 and (day := parse_day(match[0])):
            return [Finding("denial_date", day.isoformat(), match[0], page.page_number, line.box,
                            0.93 * (0.85 + 0.15 * line.confidence), "valid", None, "the letter's own date")]  # fmt: skip
    return []
