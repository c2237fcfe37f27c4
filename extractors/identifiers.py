"""Numbers by which payers, tax offices and boards know people, as printed: by their labels, Medicare's by its shape. Pure."""

from __future__ import annotations

import re

from casefile.records import Finding, PageText
from extractors.by_label import by_label
from extractors.day import ANY
from extractors.expected import NO_ID
from extractors.labels import LabelledValue, is_led, labelled_values, values_of
from extractors.readings import as_printed
from extractors.tokens import NUMBERED
from extractors.unnamed import id_in_brackets

MBI_LETTER = "[AC-HJKMNP-RT-Y]"
MBI = re.compile(rf"[1-9]{MBI_LETTER}[0-9AC-HJKMNP-RT-Y]\d{MBI_LETTER}[0-9AC-HJKMNP-RT-Y]\d{MBI_LETTER}{{2}}\d{{2}}")
PRINTED_MBI = re.compile(r"(?<![\w-])([1-9][A-Z][A-Z0-9]\d)[-\s]?([A-Z][A-Z0-9]\d)[-\s]?([A-Z]{2}\d\d)(?![\w-])")
EDGES = " _:#'’‘`\".,"
WORN = 0.87
"""Mean confidence of a page below which letters that look like figures are not sure in an id."""
MIXED_UP = re.compile(r"(?<=.)[OISBZ]")
IDS = ("member_id", "group_number", "mbi", "claim_number", "reference_number", "authorization_number", "license_number")


def find_ids(page: PageText) -> list[Finding]:
    """Identifiers of one page by their labels, Medicare numbers also by their shape."""
    findings = [f for v in values_of(page, *IDS) if not _is_second(page, v) and (f := _identifier(page, v))]
    findings += _unlabelled_mbis(page, {f.value for f in findings})
    if not any(f.field in {"member_id", "mbi"} for f in findings):
        findings += _id_under_half_a_label(page) or id_in_brackets(page)
    return findings + [f for v in values_of(page, "tax_id") if (f := _tax_id(page, v))]


def _id_under_half_a_label(page: PageText) -> list[Finding]:
    """An identifier under "Member" or "Insurance", where the rest of the label could not be read."""
    for value in values_of(page, "member_name", "payer_name"):
        token = value.words[0].text.strip(EDGES)
        if re.fullmatch(r"[A-Z]{0,3}\d{6,12}[A-Z]?", token):
            reason = f"an identifier by the label '{value.label}', the rest of which could not be read"
            return [by_label(page, value, token, 0.8, reason, "member_id")]
    return []


def _is_second(page: PageText, value: LabelledValue) -> bool:
    """Whether a member's number is that of a second insurance, under its heading or on its line, or of something else."""
    if value.label == "id" and is_led(page, value):
        return True
    if value.field not in {"member_id", "group_number"}:
        return False
    before = [
        other for other in labelled_values(page) if other.line == value.line and other.label_box[0] < value.label_box[0]
    ]
    return value.section == "secondary" or any(
        other.label.startswith(("secondary", "other insurance")) for other in before
    )


def _identifier(page: PageText, value: LabelledValue) -> Finding | None:
    """An id as printed, without spaces and hyphens; words without a digit are no id."""
    text = re.sub(r"^(?:[^\W\d]\s+(?=[A-Z]{0,3}\d{5})|(?:is|was)\s+)", "", value.text.strip(EDGES))
    first = re.match(r"[A-Za-z0-9][A-Za-z0-9-]*(?:\s+\d[\d-]+(?![\w/.]))*(?:(?<=\d)\s[A-Z]\d?(?=$))?", text)
    token = re.sub(r"[\s-]", "", first[0] if first else "").upper()
    if first and first[0].endswith("-") and (more := re.match(r"\s+([A-Z\d]{2,8})\b", text[first.end() :])):
        token += more[1]
    if (
        first
        and re.fullmatch(r"[A-Za-z]{1,5}", first[0])
        and (more := re.match(r"[A-Za-z]{1,5}\s+(\w*\d[\w-]{3,})", text))
    ):
        token = re.sub(r"[\s-]", "", first[0] + more[1]).upper()
    if not 4 <= len(token) <= 24 or not re.search(r"\d", token) or NUMBERED.fullmatch(token) or ANY.match(text):
        return None
    if NO_ID.match(text):
        return None
    if value.field == "mbi" and not MBI.fullmatch(token):
        return (
            by_label(
                page,
                value,
                token,
                0.5,
                f"by the label '{value.label}', but not the shape of a Medicare number",
                status="suspect",
            )
            if len(token) == 11
            else None
        )
    field = "mbi" if value.field == "mbi" or (value.field == "member_id" and MBI.fullmatch(token)) else value.field
    sure = 0.96 if value.confidence >= 0.8 and text == value.text.strip(EDGES) else 0.85
    reason = f"as printed by the label '{value.label}'"
    if page.source == "ocr" and page.confidence < WORN and MIXED_UP.search(token):
        sure, reason = min(sure, 0.86), f"{reason}; on a worn page its letters may be figures"
    return by_label(page, value, token, sure, reason, field)


def _unlabelled_mbis(page: PageText, known: set[str]) -> list[Finding]:
    """Medicare numbers by their shape alone, which few other things have."""
    findings = []
    for line in page.lines:
        for match in PRINTED_MBI.finditer(line.text[:2000]):
            value = "".join(match.groups())
            if value not in known and MBI.fullmatch(value):
                sure, reason = 0.92 if "-" in match[0] else 0.86, "the shape of a Medicare number"
                findings.append(as_printed(page, line, match, "mbi", value, sure, reason=reason))
    return findings


def _tax_id(page: PageText, value: LabelledValue) -> Finding | None:
    """Nine digits by a tax label; the shape of a social security number is not taken for one."""
    match = re.search(r"(?<!\d)(\d{2})[-\s]?(\d{7})(?!\d)", value.text[:60])
    return (
        by_label(page, value, match[1] + match[2], 0.95, f"nine digits by the label '{value.label}'") if match else None
    )
