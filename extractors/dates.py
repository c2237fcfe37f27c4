"""Dates with their role: by label, by the signature they stand at, or by their place on a letter."""

from __future__ import annotations

import re

from casefile.records import Finding, Line, PageText, Status
from extractors import told_dates
from extractors.blocks import cells_of
from extractors.day import ANY, Day, labelled_day, made
from extractors.denial import IS_DENIAL
from extractors.expected import DATES
from extractors.label_hits import has_shape
from extractors.labels import LabelledValue, labelled_values, values_of

ROLES = {
    "visit_date": "visit",
    "test_date": "test",
    "delivery_date": "delivery",
    "admit_date": "admission",
    "cert_period": "certification",
}
PLAIN = ("order_date", "signature_date", "service_start", "service_end", "denial_date", "appeal_deadline")
SIGNED_ON = re.compile(
    r"(?:(?:electronically|digitally|e-?|elec\w*\.?)\s*-?\s*(?:signed|authenticated)|authenticated by|signed (?:electronically )?by|signed electronically|/e?s/)",
    re.IGNORECASE,
)
SIGNATURE_LINE = re.compile(r"signature|signed by", re.IGNORECASE)
RECIPIENT = re.compile(
    r"received by|(patient|beneficiary|member|recipient|client|caregiver|witness)('?s)?\s+(or \w+\s+)?signature|representative",
    re.IGNORECASE,
)
OTHERS_DATE = re.compile(
    r"\b(?:order|rx|birth|dob|visit|service|start|test|delivery|written|received|notice|encounter)", re.IGNORECASE
)
TILL = re.compile(
    r"[\s\d:apmAPM.,/()]*(?:-|–|—|to|thru|through|until|till|end(?:ing)?|and)[\s:]*(?:to:?\s*)?", re.IGNORECASE
)
"""What stands between the first and the last day of a span."""
DENIAL = re.compile(r"denial|denied|deny|adverse|determination|not (been )?approved|decision", re.IGNORECASE)
TIME = re.compile(
    r"(?<!\d)(\d{1,2})\s?:\s?(\d{2})(?::\d{2})?\s*([AaPp])?\.?[Mm]?\b|(?<![\d/-])(\d{2})(\d{2})\s*(?:hrs|hours|h\b)|(?:@|\bat|^)\s*([01]\d|2[0-3])([0-5]\d)(?![\d/-])"
)
HANDED_OVER = re.compile(r"\bdeliver|\breceipt|pick-?up ticket|packing", re.IGNORECASE)
"""A page about goods that were brought: the day the recipient signs is the day of delivery."""
NEAR_SIGNATURE = 0.075
"""How far below or above a signature's label its date may stand, as a share of the page's height."""


def find(page: PageText) -> list[Finding]:
    """Every dated fact of one page. Dates whose role needs the kind of page carry it: "date" (a bare "Date:"), "letter"."""
    findings = [f for value in values_of(page, *PLAIN, *ROLES) for f in _labelled(page, value)]
    findings += [f for value in values_of(page, "discharge_at") if (f := _discharge(page, value))]
    findings += _spans(page)
    findings += _bare(page, {finding.field for finding in findings})
    findings += told_dates.find(page, {(finding.field, finding.role) for finding in findings})
    have = {finding.field for finding in findings}
    if "signature_date" not in have:
        findings += _signed_on(page) or _signature_date(page)
    if "denial_date" not in have and (DENIAL.search(page.text[:6000]) or IS_DENIAL.search(page.text[:6000])):
        findings += _letter_date(page, "denial_date", None, 0.93)
    if "order_date" not in have:
        findings += _letter_date(page, "order_date", "letter", 0.8)
    return findings


def _labelled(page: PageText, value: LabelledValue) -> list[Finding]:
    """A labelled date; a certification period gives its first and its last day."""
    first, matches = labelled_day(value.text), list(ANY.finditer(value.text[:120]))
    if not first:
        return []
    day, raw = first
    if value.label.startswith("effective") and _of_a_coverage(page, value):
        return []
    field = "service_start" if value.field in ROLES else value.field
    found = [_made(page, value, day, field, raw, ROLES.get(value.field))]
    if (
        field == "service_start"
        and len(matches) > 1
        and TILL.fullmatch(value.text[matches[0].end() : matches[1].start()])
        and (last := made(matches[1]))
        and last.on > day.on
    ):
        found.append(_made(page, value, last, "service_end", matches[1][0], ROLES.get(value.field)))
    return found


def _of_a_coverage(page: PageText, value: LabelledValue) -> bool:
    """Whether an effective date is an insurance's: the payer, a group or a share of costs stands by it."""
    near = [other for other in labelled_values(page) if abs(other.line - value.line) <= 2 and other is not value]
    return value.section in {"insurance", "secondary"} or any(
        other.field in {"payer_name", "group_number"} or other.label.startswith(("secondary", "copay", "deductible"))
        for other in near
    )


def _spans(page: PageText) -> list[Finding]:
    """The first day below "From" and the last below "To", in a table of services that has both columns."""
    values = [v for v in labelled_values(page) if v.words]
    found = []
    for first, last in zip(values, values[1:], strict=False):
        if (
            (first.label == "from" or first.field == "service_start")
            and last.label in {"to", "through", "thru", "expiration date", "expires", "expiration"}
            and first.line == last.line
            and not page.lines[first.line].text.lstrip().lower().startswith(("fax", "to"))
        ):
            for value, field in ((first, "service_start"), (last, "service_end")):
                if (
                    value.field == "other"
                    and (day := labelled_day(value.text[:40]))
                    and value.box[1] > value.label_box[3]
                ):
                    found.append(_made(page, value, day[0], field, day[1], None, 0.92))
    return found


def _made(
    page: PageText, value: LabelledValue, day: Day, field: str, raw: str, role: str | None, sure: float = 0.96
) -> Finding:
    reason = f"date by the label '{value.label}'" + (f"; {day.doubt}" if day.doubt else "")
    if value.faint:
        reason += ", which could hardly be read"
    likely = 1990 <= day.on.year <= 2100
    status: Status = "valid" if likely and not day.doubt and not value.faint else "suspect"
    sure = sure if status == "valid" else 0.7 if likely else 0.4
    words = [word for word in value.words if word.text in raw or raw in word.text]
    read = min((word.confidence for word in words), default=value.confidence) * (0.5 if value.guessed else 1.0)
    return Finding(
        field, day.on.isoformat(), raw, page.page_number, value.box, sure * (0.85 + 0.15 * read), status, role, reason
    )


def _discharge(page: PageText, value: LabelledValue) -> Finding | None:
    """The day of discharge, with its hour where one is printed."""
    match = ANY.search(value.text[:120])
    if not match or not (day := made(match)):
        return None
    found = _made(page, value, day, "discharge_at", value.text[:60], None, 0.95)
    hour = TIME.search(value.text[match.end() : 120])
    stamp = day.on.isoformat() + (_clock(hour) if hour else "")
    return Finding(
        found.field, stamp, found.raw, found.page, found.box, found.confidence, found.status, None, found.reason
    )


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match[1] or match[4] or match[6]), int(match[2] or match[5] or match[7])
    half = (match[3] or "").upper()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "P" else 0)
    return f"T{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else ""


def _bare(page: PageText, have: set[str]) -> list[Finding]:
    """A bare "Date": at a signature it is the signature's, elsewhere the page's own."""
    places = [v.label_box for v in labelled_values(page) if v.field == "signature"]
    places += [line.box for line in page.lines if SIGNED_ON.search(line.text[:200])]
    findings = []
    for value in values_of(page, "generic_date"):
        first = labelled_day(value.text[:60])
        if not first:
            continue
        day, raw = first
        top = value.label_box[1]
        signed = any(-0.02 <= top - box[1] <= NEAR_SIGNATURE for box in places)
        if signed and "signature_date" not in have and not _is_recipients(page, top):
            findings.append(_made(page, value, day, "signature_date", raw, None, 0.94))
        elif _is_recipients(page, top) and HANDED_OVER.search(page.text[:1500]) and "service_start" not in have:
            findings.append(_made(page, value, day, "service_start", raw, "delivery", 0.88))
        elif not signed and top < 0.5 and not _dates_a_diagnosis(page, value):
            for field in ({"order_date", "denial_date"} - have) if top < 0.35 else ({"order_date"} - have):
                findings.append(_made(page, value, day, field, raw, "date", 0.85))
    return findings


def _dates_a_diagnosis(page: PageText, value: LabelledValue) -> bool:
    """Whether a bare "Date" stands in a row about diagnoses, as on a plan of care."""
    text = page.lines[value.line].text[:300]
    return bool(re.search(r"\bICD|diagnos|surgical", text, re.IGNORECASE)) and value.box[1] > value.label_box[3]


def _is_recipients(page: PageText, top: float) -> bool:
    return any(abs(line.box[1] - top) < 0.012 and RECIPIENT.search(line.text[:200]) for line in page.lines)


def _signed_on(page: PageText) -> list[Finding]:
    """A date right behind "Signed"."""
    for value in values_of(page, "signature"):
        if (
            value.label in {"signed", "signed by"}
            and has_shape("signature_date", value.text)
            and (first := labelled_day(value.text[:60]))
        ):
            return [_made(page, value, first[0], "signature_date", first[1], None, 0.93)]
    return []


def _signature_date(page: PageText) -> list[Finding]:
    """The date in an electronic signature, on the signature's own line, or alone just below or above it."""
    lines = list(enumerate(page.lines))
    first = [row for row in lines if SIGNED_ON.search(row[1].text[:300])]
    for number, line in (*first, *lines):
        electronic = SIGNED_ON.search(line.text[:300])
        if not (electronic or SIGNATURE_LINE.search(line.text[:300])) or RECIPIENT.search(line.text[:300]):
            continue
        for other in (line, *_around(page, number, bool(electronic))):
            start = electronic.start() if electronic and other is line else 0
            if day := labelled_day(other.text[start:400]):
                return [_at_signature(page, other, start, *day)]
    return []


def _at_signature(page: PageText, line: Line, start: int, day: Day, raw: str) -> Finding:
    place = line.text.index(raw, start)
    words = line.words_in(place, place + len(raw))
    sure, status = (0.7, "suspect") if day.doubt else (0.94, "valid")
    reason = "date at the signature" + (f"; {day.doubt}" if day.doubt else "")
    confidence = sure * (0.85 + 0.15 * min(word.confidence for word in words))
    return Finding("signature_date", day.on.isoformat(), raw, page.page_number, words[0].box, confidence, status, None, reason)  # type: ignore[arg-type]  # fmt: skip


def _around(page: PageText, number: int, electronic: bool) -> list[Line]:
    """The lines next to a signature's that hold little but a date."""
    near = (
        page.lines[number + 1 : number + 2]
        if electronic
        else page.lines[max(0, number - 1) : number] + page.lines[number + 1 : number + 2]
    )
    here = page.lines[number].box[1]
    return [
        o
        for o in near
        if abs(o.box[1] - here) < 0.045
        and not OTHERS_DATE.search(o.text[:120])
        and (m := ANY.search(o.text[:120]))
        and len(o.text) - len(m[0]) < (60 if electronic else 14)
    ]


LONGEST = 60
"""Glyphs of a line that holds little but a date, at the most."""


def _letter_date(page: PageText, field: str, role: str | None, sure: float) -> list[Finding]:
    """A date alone on its line (a letter's: in its cell), or behind a bare "Date", in the top third, that answers no other label."""
    others = [v for v in labelled_values(page) if v.field in DATES and v.field != "generic_date" and not v.faint]
    taken = {word for value in others for word in value.words}
    for line in page.lines:
        if line.box[1] > 0.36:
            break
        for cell in cells_of(line) if field == "denial_date" else (line,):
            match = ANY.search(cell.text) if len(cell.text) <= LONGEST else None
            if match and len(cell.text) - len(match[0]) <= 8 and not taken & {*cell.words} and (day := made(match)):
                return [Finding(field, day.on.isoformat(), match[0], page.page_number, cell.box,
                                sure * (0.85 + 0.15 * cell.confidence), "valid", role, "the letter's own date")]  # fmt: skip
    return []
