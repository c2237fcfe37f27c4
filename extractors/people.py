"""Who it is about and who ordered: names, birth date, ids, payer, by their labels. Nothing here is ever repaired."""

from __future__ import annotations

import re

from casefile.records import Finding, PageText
from extractors.day import ANY, parse_day
from extractors.labels import LabelledValue, values_of

CREDENTIALS = re.compile(
    r",?\s*\b(M\.?D\.?|D\.?O\.?|N\.?P\.?|P\.?A\.?(-C)?|APRN|CNS|FNP(-C)?|ARNP|RN|DPM)\b\.?", re.IGNORECASE
)
NAME = re.compile(r"[A-Za-zÀ-ÿ'’.-]+")
MBI = re.compile(
    r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d[AC-HJKMNP-RT-Y]{2}\d{2}"
)
EDGES = " _:#'’‘`\".,"
NOT_NAMES = frozenset(
    [
        "name",
        "id",
        "number",
        "date",
        "dob",
        "birth",
        "the",
        "and",
        "of",
        "phone",
        "address",
        "signature",
        "information",
        "instructions",
    ]
)


def find(page: PageText) -> list[Finding]:
    """Labelled people and identifiers of one page, in reading order."""
    findings = [f for v in values_of(page, "member_name", "ordering_provider_name") if (f := _name(page, v))]
    findings += [f for v in values_of(page, "member_dob") if (f := _birth(page, v))]
    if not any(f.field == "member_dob" for f in findings):
        findings += _birth_on_the_patients_line(page)
    findings += [f for v in values_of(page, "member_id", "group_number", "mbi", "claim_number",
                                      "reference_number", "authorization_number") if (f := _identifier(page, v))]  # fmt: skip
    if not any(f.field in {"member_id", "mbi"} for f in findings):
        findings += _id_under_half_a_label(page)
    findings += [_plain(page, v, 0.93) for v in values_of(page, "payer_name") if _is_payer(v)]
    findings += [_plain(page, v, 0.85) for v in values_of(page, "shipping_address") if re.search(r"\d+\s+\w+", v.text)]
    return findings


def normal_name(text: str) -> str:
    """First Middle Last without credentials; `LAST, FIRST M` is turned round. Empty when it is no name."""
    bare = CREDENTIALS.sub("", text).strip(" ,.;:-")
    if "," in bare:
        last, _, first = bare.partition(",")
        bare = f"{first.strip()} {last.strip()}"
    parts = NAME.findall(bare)
    if not 2 <= len(parts) <= 5 or re.search(r"\d", bare) or {p.lower() for p in parts} & NOT_NAMES:
        return ""
    joined = " ".join(part.strip(".") for part in parts)
    return joined.title() if joined.isupper() else joined


def _name(page: PageText, value: LabelledValue) -> Finding | None:
    name = normal_name(value.text)
    if not name:
        return None
    return _made(page, value, name, 0.95, f"beside or below the label '{value.label}'")


def _birth(page: PageText, value: LabelledValue) -> Finding | None:
    day = parse_day(value.text)
    if not day:
        return None
    return _made(page, value, day.isoformat(), 0.96, f"date by the label '{value.label}'")


def _birth_on_the_patients_line(page: PageText) -> list[Finding]:
    """The only date on the line that names the patient, where its own label could not be read."""
    for value in values_of(page, "member_name"):
        line = next(line for line in page.lines if value.words[0] in line.words)
        dates = list(ANY.finditer(line.text[:300]))
        if len(dates) == 1 and (day := parse_day(dates[0][0])) and day.year < 2020:
            words = line.words_in(*dates[0].span())
            reason = "the only date on the patient's line; its label could not be read"
            return [Finding("member_dob", day.isoformat(), dates[0][0], page.page_number, words[0].box, 0.75, "valid",
                            None, reason)]  # fmt: skip
    return []


def _id_under_half_a_label(page: PageText) -> list[Finding]:
    """An identifier under "Member" or "Insurance", where the rest of the label could not be read."""
    for value in values_of(page, "member_name", "payer_name"):
        token = value.words[0].text.strip(EDGES)
        if re.fullmatch(r"[A-Z]{0,3}\d{6,12}[A-Z]?", token):
            reason = f"an identifier by the label '{value.label}', the rest of which could not be read"
            return [_made(page, value, token, 0.8, reason, "member_id")]
    return []


def _identifier(page: PageText, value: LabelledValue) -> Finding | None:
    """An id as printed, without spaces and hyphens; words without a digit are no id."""
    text = re.sub(r"^[^\W\d]\s+(?=[A-Z]{0,3}\d{5})", "", value.text.strip(EDGES))
    first = re.match(r"[A-Za-z0-9][A-Za-z0-9-]*(?:\s+\d[\d-]*(?!\w))*", text)
    token = re.sub(r"[\s-]", "", first[0] if first else "").upper()
    if len(token) < 4 or not re.search(r"\d", token):
        return None
    if value.field == "mbi" and not MBI.fullmatch(token):
        return None
    field = "mbi" if value.field == "mbi" or (value.field == "member_id" and MBI.fullmatch(token)) else value.field
    sure = 0.95 if value.confidence >= 0.8 else 0.85
    return _made(page, value, token, sure, f"as printed by the label '{value.label}'", field)


def _is_payer(value: LabelledValue) -> bool:
    """A company's name, not the plan of a note: capitalised and short."""
    words = value.text.split()
    return len(words) <= 6 and words[0][:1].isupper() and bool(re.search(r"[A-Za-z]{3}", value.text))


def _plain(page: PageText, value: LabelledValue, sure: float) -> Finding:
    return _made(page, value, value.text.strip(" :;,"), sure, f"beside or below the label '{value.label}'")


def _made(page: PageText, value: LabelledValue, text: str, sure: float, reason: str, field: str = "") -> Finding:
    confidence = sure * (0.85 + 0.15 * value.confidence)
    return Finding(
        field or value.field, text, value.text, page.page_number, value.box, confidence, "valid", None, reason
    )
