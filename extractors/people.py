"""Who it is about and who ordered: names, birth date, ids, payer, by their labels. Nothing here is ever repaired."""

from __future__ import annotations

import re
from dataclasses import replace

from casefile.records import Finding, PageText, Status
from extractors.blocks import block_below
from extractors.by_label import by_label
from extractors.day import ANY, labelled_day, made
from extractors.expected import fits
from extractors.identifiers import find_ids
from extractors.labels import LabelledValue, label_text, labelled_values, line_of, values_of
from extractors.names import CREDENTIALS, normal_name
from extractors.unnamed import find_member, find_practitioner, insurer_in_prose

YOUNGEST = 2026
"""Two-digit birth years beyond this one belong to the last century."""
GENERIC_NAMES = {"patient": "member_name", "insurance": "member_name", "doctor": "ordering_provider_name"}
OTHERS_SECTIONS = frozenset({"supplier", "facility", "contact", "secondary"})
SHIPS = re.compile(r"tracking|ship(?:ped|ping)? (?:date|to)", re.IGNORECASE)
NO_PRESCRIBER = re.compile(r",?\s(?:RN|LPN|LVN|PTA?|DPT|OTR?(?:/L)?|COTA|SLP|RRT|CRT|MSW|LCSW|CMA|MA)\b(?!\s+\w+,)")
PRESCRIBES = re.compile(r"\b(?:M\.?D|D\.?O|N\.?P|P\.?A|[AC]?RNP|APRN|FNP|DNP|CNS|DPM)\b")
CHARTED = re.compile(r"\b(?:MRN|M\.R\.N|medical record|chart (?:no|num|#))", re.IGNORECASE)


def find(page: PageText) -> list[Finding]:
    """Labelled people and identifiers of one page, in reading order."""
    findings = [
        f
        for v in values_of(page, "member_name", "ordering_provider_name", "generic_name", "case_manager")
        if (f := _name(page, v))
    ]
    findings += _in_two_parts(page)
    if not any(f.field == "member_name" for f in findings):
        findings += find_member(page)
    if not any(f.field == "ordering_provider_name" for f in findings):
        findings += find_practitioner(page)
    findings += [f for v in values_of(page, "member_dob") if (f := _birth(page, v))]
    if not any(f.field == "member_dob" for f in findings):
        findings += _birth_on_the_patients_line(page)
    findings += find_ids(page)
    findings += [f for v in labelled_values(page) if v.field == "member_id" for f in _payer_and_id(page, v)]
    findings += [
        _plain(page, v, 0.93)
        for v in values_of(page, "payer_name")
        if _is_payer(v) and not (v.label == "carrier" and SHIPS.search(page.text))
    ]
    if not any(f.field == "payer_name" for f in findings):
        findings += insurer_in_prose(page)
    return findings


def _name(page: PageText, value: LabelledValue) -> Finding | None:
    name = normal_name(value.text)
    field = value.field
    if field == "generic_name":
        field = GENERIC_NAMES.get(value.section, "" if value.section in OTHERS_SECTIONS else _whose(page, value))
    if not name or not field or value.field == "member_name" and value.section == "contact":
        return None
    if field == "member_name" and CREDENTIALS.search(value.text):
        return None
    if field == "ordering_provider_name" and NO_PRESCRIBER.search(value.text) and not PRESCRIBES.search(value.text):
        return None
    role = "name" if field == "case_manager" else None
    return by_label(
        page,
        value,
        name,
        0.95 if field == value.field else 0.88,
        f"beside or below the label '{value.label}'",
        field,
        role,
    )


def _whose(page: PageText, value: LabelledValue) -> str:
    """A bare "Name" with a birth date near it, or a chart's number on its line, is the patient's."""
    line = line_of(page, value.box)
    if line and CHARTED.search(line.text[:300]):
        return "member_name"
    near = [
        abs(other.line - value.line) for other in values_of(page, "member_dob", "member_id", "mbi", "shipping_address")
    ]
    return "member_name" if near and min(near) <= 4 else ""


def _in_two_parts(page: PageText) -> list[Finding]:
    """Last and first name in cells of their own."""
    lasts, firsts = values_of(page, "last_name"), values_of(page, "first_name")
    for last, first in zip(lasts[:1], firsts[:1], strict=False):
        name = normal_name(f"{last.text}, {first.text}")
        field = GENERIC_NAMES.get(last.section, "member_name" if not last.section else "")
        if name and field and abs(last.line - first.line) <= 2:
            return [by_label(page, last, name, 0.9, "last and first name by their labels", field)]
    return []


def _birth(page: PageText, value: LabelledValue) -> Finding | None:
    first = labelled_day(value.text[:120], YOUNGEST)
    if not first or value.section == "contact":
        return None
    day, raw = first
    status: Status = "valid" if not value.faint and 1900 <= day.on.year <= YOUNGEST and not day.doubt else "suspect"
    sure = 0.96 if status == "valid" else 0.6
    reason = f"date by the label '{value.label}'" + (f"; {day.doubt}" if day.doubt else "")
    found = by_label(page, value, day.on.isoformat(), sure, reason)
    return Finding(found.field, found.value, raw, found.page, found.box, found.confidence, status, None, reason)


def _birth_on_the_patients_line(page: PageText) -> list[Finding]:
    """The only date on the line that names the patient, where its own label could not be read."""
    for value in values_of(page, "member_name", "generic_name"):
        line = line_of(page, value.box) if value.field == "member_name" or _whose(page, value) else None
        dates = list(ANY.finditer(line.text[:300])) if line else []
        if line and len(dates) == 1 and (day := made(dates[0], YOUNGEST)) and day.on.year < 2020:
            words = line.words_in(*dates[0].span())
            reason = "the only date on the patient's line; its label could not be read"
            return [Finding("member_dob", day.on.isoformat(), dates[0][0], page.page_number, words[0].box, 0.75, "valid",
                            None, reason)]  # fmt: skip
    return []


def _payer_and_id(page: PageText, value: LabelledValue) -> list[Finding]:
    """A payer, or a member, and a member's number in one cell ("Insurance / ID: Heartland HMO / H5571002")."""
    if "/" not in label_text(page, value):
        return []
    if not value.words and (lines := block_below(page, value)):
        value = replace(value, words=lines[0].words)
    company, _, number = value.text.partition(" / ")
    if fits("member_id", company):
        company, number = number, company
    if not (fits("payer_name", company) and fits("member_id", number)):
        return []
    reason = f"beside or below the label '{value.label}'"
    named = (
        normal_name(company)
        if not re.search(r"insur|payer|payor|plan|coverage", label_text(page, value), re.IGNORECASE)
        else ""
    )
    return [by_label(page, value, named or company.strip(), 0.92, reason, "member_name" if named else "payer_name"),
            by_label(page, value, re.sub(r"[\s-]", "", number).upper(), 0.92, reason, "member_id")]  # fmt: skip


def _is_payer(value: LabelledValue) -> bool:
    """A company's name, not the plan of a note: capitalised and short."""
    if value.label == "primary" and value.section != "insurance":
        return False
    text = _before_brackets(value)
    words = text.split()
    bare = not re.search(r"\d{4}|\bid\b|:", text, re.IGNORECASE)
    return (
        value.section != "secondary"
        and 0 < len(words) <= 6
        and words[0][:1].isupper()
        and bare
        and bool(re.search(r"[A-Za-z]{3}", text))
    )


def _before_brackets(value: LabelledValue) -> str:
    """A value without what its brackets add ("Medicare (MBI 1EG4-TE5-MK73)")."""
    return re.sub(r"\s*\(.*$", "", value.text) if re.search(r"\w\s*\([^)]*\d", value.text) else value.text


def _plain(page: PageText, value: LabelledValue, sure: float) -> Finding:
    return by_label(
        page, value, _before_brackets(value).strip(" :;,_"), sure, f"beside or below the label '{value.label}'"
    )
