"""Who it is about and who ordered: names, birth date, ids, payer, by their labels. Nothing here is ever repaired."""

from __future__ import annotations

import re
from dataclasses import replace

from casefile.records import Finding, PageText, Status
from extractors.blocks import block_below, cells_of
from extractors.day import ANY, labelled_day, made
from extractors.expected import NO_ID, fits
from extractors.labels import LabelledValue, is_led, label_text, labelled_values, line_of, values_of
from extractors.names import CREDENTIALS, normal_name
from extractors.tokens import NUMBERED
from extractors.unnamed import find_member, id_in_brackets, insurer_in_prose

MBI_LETTER = "[AC-HJKMNP-RT-Y]"
MBI = re.compile(rf"[1-9]{MBI_LETTER}[0-9AC-HJKMNP-RT-Y]\d{MBI_LETTER}[0-9AC-HJKMNP-RT-Y]\d{MBI_LETTER}{{2}}\d{{2}}")
PRINTED_MBI = re.compile(r"(?<![\w-])([1-9][A-Z][A-Z0-9]\d)[-\s]?([A-Z][A-Z0-9]\d)[-\s]?([A-Z]{2}\d\d)(?![\w-])")
EDGES = " _:#'’‘`\".,"
FAINT = 0.7
"""Highest confidence of a value whose label could hardly be read."""
WORN = 0.87
"""Mean confidence of a page below which letters that look like figures are not sure in an id."""
MIXED_UP = re.compile(r"(?<=.)[OISBZ]")
YOUNGEST = 2026
"""Two-digit birth years beyond this one belong to the last century."""
IDS = ("member_id", "group_number", "mbi", "claim_number", "reference_number", "authorization_number", "license_number")
GENERIC_NAMES = {"patient": "member_name", "insurance": "member_name", "doctor": "ordering_provider_name"}
OTHERS_SECTIONS = frozenset({"supplier", "facility", "contact", "secondary"})
SHIPS = re.compile(r"tracking|ship(?:ped|ping)? (?:date|to)", re.IGNORECASE)
NO_PRESCRIBER = re.compile(r",?\s(?:RN|LPN|LVN|PTA?|DPT|OTR?(?:/L)?|COTA|SLP|RRT|CRT|MSW|LCSW|CMA|MA)\b(?!\s+\w+,)")
PRESCRIBES = re.compile(r"\b(?:M\.?D|D\.?O|N\.?P|P\.?A|[AC]?RNP|APRN|FNP|DNP|CNS|DPM)\b")
CHARTED = re.compile(r"\b(?:MRN|M\.R\.N|medical record|chart (?:no|num|#))", re.IGNORECASE)
SUBJECT = re.compile(r"^\s*(?:re|regarding|patient|subject)\b\s*[:.]?\s*(.{4,60})", re.IGNORECASE)
WITH_LETTERS = re.compile(
    r"(?<![\w.])(?:(?:Dr\.?\s+)?([A-Z][\w'’.-]+(?:\s+[A-Z][\w'’.-]*){1,3}),?\s+(?:M\.?D|D\.?O|A?PRN|NP|PA(?:-C)?|FNP(?:-[BC]+)?|DNP|CNS|ARNP|DPM)\b"
    r"|Dr\.?\s+([A-Z][\w'’.-]+(?:\s+[A-Z][\w'’.-]*){1,3}))"
)
SIGNER = re.compile(
    r"(?:signed|authenticated)\s*(?:by)?\s*:?\s+((?:Dr\.?\s+)?[A-Z][\w'’.-]+,?(?:\s+[A-Z][\w'’.-]*,?){1,4})|/[sSeE][sS]?/\s*([A-Z][^\d,;]{4,40})",
    re.IGNORECASE,
)


def find(page: PageText) -> list[Finding]:
    """Labelled people and identifiers of one page, in reading order."""
    findings = [
        f
        for v in values_of(page, "member_name", "ordering_provider_name", "generic_name", "case_manager")
        if (f := _name(page, v))
    ]
    findings += _in_two_parts(page)
    if not any(f.field == "member_name" for f in findings):
        findings += _subject(page) or find_member(page)
    if not any(f.field == "ordering_provider_name" for f in findings):
        findings += _by_letters(page)
    findings += [f for v in values_of(page, "member_dob") if (f := _birth(page, v))]
    if not any(f.field == "member_dob" for f in findings):
        findings += _birth_on_the_patients_line(page)
    findings += [f for v in values_of(page, *IDS) if not _is_second(page, v) and (f := _identifier(page, v))]
    findings += _unlabelled_mbis(page, {f.value for f in findings})
    if not any(f.field in {"member_id", "mbi"} for f in findings):
        findings += _id_under_half_a_label(page) or id_in_brackets(page)
    findings += [f for v in values_of(page, "tax_id") if (f := _tax_id(page, v))]
    findings += [f for v in labelled_values(page) if v.field == "member_id" for f in _payer_and_id(page, v)]
    findings += [
        _plain(page, v, 0.93)
        for v in values_of(page, "payer_name")
        if _is_payer(v) and not (v.label == "carrier" and SHIPS.search(page.text))
    ]
    if not any(f.field == "payer_name" for f in findings):
        findings += insurer_in_prose(page)
    return findings


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
    return [_made(page, value, named or company.strip(), 0.92, reason, "member_name" if named else "payer_name"),
            _made(page, value, re.sub(r"[\s-]", "", number).upper(), 0.92, reason, "member_id")]  # fmt: skip


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
    return _made(
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
            return [_made(page, last, name, 0.9, "last and first name by their labels", field)]
    return []


def _subject(page: PageText) -> list[Finding]:
    """The name in a line that begins "RE:", or the one that stands right before a birth date."""
    for line in page.lines[:40]:
        text = cells_of(line)[0].text[:160]
        match = SUBJECT.match(text)
        if match is None:
            before = re.match(
                r"(.{4,48}?),?\s*(?:\(?\s*DOB|D\.O\.B|born)\b\W{0,4}(?=\d|[A-Z][a-z]{2})", text, re.IGNORECASE
            )
            match = before
        name = normal_name(match[1]) if match else ""
        if match and name and not CREDENTIALS.search(match[1][:60]):
            words = line.words_in(match.start(1), match.start(1) + len(name))
            confidence = 0.9 * (0.85 + 0.15 * min(word.confidence for word in words))
            return [
                Finding(
                    "member_name",
                    name,
                    match[1],
                    page.page_number,
                    words[0].box,
                    confidence,
                    "valid",
                    None,
                    "the subject of the page",
                )
            ]
    return []


def _by_letters(page: PageText) -> list[Finding]:
    """A practitioner without a label: the signer, or a name with a practitioner's letters by the NPI or below the signature."""
    for line in page.lines:
        text = line.text[:300]
        match = SIGNER.search(text)
        if match and (name := normal_name(match[1] or match[2] or "")):
            return [_of_line(page, line, match, name, 0.86, "the name in the electronic signature")]
    named = [
        (line, m) for line in page.lines for m in WITH_LETTERS.finditer(line.text[:300]) if normal_name(m[1] or m[2])
    ]
    if not named:
        return []
    npis = [number for number, line in enumerate(page.lines) if re.search(r"\bNPI\b", line.text)]
    order = {id(line): number for number, line in enumerate(page.lines)}
    by_npi = next((row for row in named if any(abs(order[id(row[0])] - number) <= 1 for number in npis)), None)
    line, match = by_npi or named[-1]
    sure = 0.86 if by_npi else 0.6
    return [
        _of_line(page, line, match, normal_name(match[1] or match[2]), sure, "a name with a practitioner's letters")
    ]


def _of_line(page: PageText, line: object, match: re.Match[str], name: str, sure: float, reason: str) -> Finding:
    words = line.words_in(match.start(), match.end())  # type: ignore[attr-defined]
    read = min(word.confidence for word in words)
    return Finding(
        "ordering_provider_name",
        name,
        match[0],
        page.page_number,
        words[0].box,
        sure * (0.85 + 0.15 * read),
        "valid",
        "signer",
        reason,
    )


def _birth(page: PageText, value: LabelledValue) -> Finding | None:
    first = labelled_day(value.text[:120], YOUNGEST)
    if not first or value.section == "contact":
        return None
    day, raw = first
    status: Status = "valid" if not value.faint and 1900 <= day.on.year <= YOUNGEST and not day.doubt else "suspect"
    sure = 0.96 if status == "valid" else 0.6
    reason = f"date by the label '{value.label}'" + (f"; {day.doubt}" if day.doubt else "")
    found = _made(page, value, day.on.isoformat(), sure, reason)
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


def _id_under_half_a_label(page: PageText) -> list[Finding]:
    """An identifier under "Member" or "Insurance", where the rest of the label could not be read."""
    for value in values_of(page, "member_name", "payer_name"):
        token = value.words[0].text.strip(EDGES)
        if re.fullmatch(r"[A-Z]{0,3}\d{6,12}[A-Z]?", token):
            reason = f"an identifier by the label '{value.label}', the rest of which could not be read"
            return [_made(page, value, token, 0.8, reason, "member_id")]
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
            _made(
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
    return _made(page, value, token, sure, reason, field)


def _unlabelled_mbis(page: PageText, known: set[str]) -> list[Finding]:
    """Medicare numbers by their shape alone, which few other things have."""
    findings = []
    for line in page.lines:
        for match in PRINTED_MBI.finditer(line.text[:2000]):
            value = "".join(match.groups())
            if value not in known and MBI.fullmatch(value):
                words = line.words_in(match.start(), match.end())
                sure = (0.92 if "-" in match[0] else 0.86) * (0.85 + 0.15 * min(word.confidence for word in words))
                findings.append(
                    Finding(
                        "mbi",
                        value,
                        match[0],
                        page.page_number,
                        words[0].box,
                        sure,
                        "valid",
                        None,
                        "the shape of a Medicare number",
                    )
                )
    return findings


def _tax_id(page: PageText, value: LabelledValue) -> Finding | None:
    """Nine digits by a tax label; the shape of a social security number is not taken for one."""
    match = re.search(r"(?<!\d)(\d{2})[-\s]?(\d{7})(?!\d)", value.text[:60])
    return _made(page, value, match[1] + match[2], 0.95, f"nine digits by the label '{value.label}'") if match else None


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
    return _made(
        page, value, _before_brackets(value).strip(" :;,_"), sure, f"beside or below the label '{value.label}'"
    )


def _made(
    page: PageText,
    value: LabelledValue,
    text: str,
    sure: float,
    reason: str,
    field: str = "",
    role: str | None = None,
    status: Status = "valid",
) -> Finding:
    confidence = sure * (0.85 + 0.15 * value.confidence)
    if value.faint:
        confidence, status, reason = min(FAINT, confidence), "suspect", f"{reason}, which could hardly be read"
    return Finding(
        field or value.field, text, value.text, page.page_number, value.box, confidence, status, role, reason
    )
