"""Clinical measures with their unit and condition, as printed; never repaired."""

from __future__ import annotations

import re

from casefile.records import Finding, PageText, Word
from extractors import saturation
from extractors.expected import fits
from extractors.labels import LabelledValue, values_of
from extractors.readings import as_printed
from extractors.sentences import with_next
from extractors.ticks import CODE, is_unticked, ticked_part

LITERS = re.compile(
    r"(?<![\d.])(\d{1,2}(?:\.\d{1,2})?)\s?(?:L\s?/\s?min\w*|[IL1]pm\b|LPM|lit(?:er|re)s?\s*(?:per|/|a)\s*min\w*|L\s?/\s?m\b|L(?=\s+(?:NC|via|O2|oxygen|by nasal|per nasal|continuous)))",
    re.IGNORECASE,
)
AHI = re.compile(
    r"\b(?:AHI|RDI|apnea[- ]hypopnea index)\b(?:[^.\d]|\d{1,2}/\d{1,2}/\d{2,4}|\d\s?%){0,40}?(\d{1,3}(?:\.\d{1,2})?)(?![\d%]|\.\d|[/-]\d)",
    re.IGNORECASE,
)
GAS = re.compile(
    r"\b(p?a?\s?[O0]2|paO2|pO2|pCO2|paCO2)\b\s*(?:of|was|is|:|=)?\s*(\d{2,3}(?:\.\d)?)\s?(?:mm\s?Hg|torr)",
    re.IGNORECASE,
)
MOBILITY = re.compile(
    r"\b(tinetti|berg(?: balance)?|timed up (?:and|&) go|TUG|barthel|FIM|6\s?MWT|six[- ]minute walk|MMT|AM-?PAC|braden|morse|boston|katz)\b(?:\s+(?:scale|score|test|distance|balance))*\W{0,4}(?:score|was|of|is|=|:)?\s*(\d{1,4}(?:\.\d)?(?:\s?/\s?\d{1,3})?)\s*(seconds?|sec|s\b|feet|ft|meters?|m\b)?",
    re.IGNORECASE,
)
DISTANCE = re.compile(
    r"(?:distance|ambulat\w+|walk\w*|gait)[^.\d]{0,20}(\d{1,4})\s?(feet|ft|meters?|m|yards?)\b",
    re.IGNORECASE,
)
PAIN = re.compile(r"\bpain\b[^.\d]{0,20}(\d{1,2})\s?/\s?10\b", re.IGNORECASE)
WEIGHT = re.compile(
    r"\b(?:weight|wt)\b\.?[^.\d]{0,12}(\d{2,3}(?:\.\d)?)\s?(lbs?|pounds|kgs?|kilograms)\b", re.IGNORECASE
)
DOSE = re.compile(
    r"\b([A-Z][a-z]{3,}(?:[- ][a-z]{4,})?|[A-Z]{5,})\s+(\d[\d,.]*\s?(?:mg|mcg|g|units?|mEq|mL|grams?)(?:\s?/\s?\d*\s?\w+)?(?:\s+\d[\d.]*\s?mL)?)\s+((?:PO|IV|IM|SQ|subcut\w*|SC|by mouth|nebuli[sz]ed|neb|inhaled|topical\w*|oral\w*|via \w+|per \w+ tube)\b[^.;,]{0,40})",
    re.IGNORECASE,
)
NOT_ORDERED = re.compile(
    r"(?:(?:greater|more|less|higher|lower) than|exceed\w*|above|below|over|at least|taken on|tested on|>=?|<=?|≥|≤)\s*$",
    re.IGNORECASE,
)
"""Words before a flow that is a bound or a test's, not the one ordered."""
PER = re.compile(
    r"(?<![\w./-])(\d{1,4})\s?(?:each|ea|units?|box(?:es)?|pairs?)?\s?(?:per|/|every)\s?(?:\d{1,2}\s?)?(?:days?|weeks?|wks?|months?|mos?|years?|yrs?)\b",
    re.IGNORECASE,
)
"""How many of an item there are in a time: "1 per 3 months"."""
NUMBER_WORD = re.compile(r"(?:one|two|three|four|five|six|ten)\b", re.IGNORECASE)
COUNT = re.compile(
    r"#?\s?\d[\d,]*(?:\.\d+)?(?![/-]\d)(?:\s?\([\w ]{1,12}\))?(?:\s?(?:each|ea|box(?:es)?|bx|units?|ct|count|pairs?|pr|packs?|pkgs?|cases?|bottles?|cans?|months?|days?|sets?|"
    r"rolls?|tubes?|kits?|pieces?|pcs?|ml|cc|pads?|strips?|vials?|bags?|sleeves?|cartons?|sheets?)\b)?(?:\s?(?:per|/|every|each|a)\s?(?:\d+\s?)?(?:day|week|month|mo|year|wk)s?\b)?",
    re.IGNORECASE,
)
OFTEN = re.compile(
    r"\b(?:chang(?:e|ed|ing)|replac(?:e|ed|ing)|appl(?:y|ied)|reapply|catheteri[sz]e\w*|catheteri[sz]ation|test(?:ing)?|use|using|wear|irrigat\w+|cleanse)\b(?:\s+(?![.;:])[\w/-]+){0,4}?\s+"
    r"((?:every (?:other day|\d{1,2}(?:-\d{1,2})? (?:hours|days|weeks)|night|shift|morning)|(?:once|twice|two times|three times|four times|\d{1,2} ?x|\d{1,2} times)\s?(?:a|per|/|each)?\s?(?:day|week|daily|weekly|month)|daily|nightly|weekly|QID|TID|BID|QD|QOD|q ?\d{1,2}(?:-\d{1,2})? ?(?:h|hrs?|hours|days?|d)\b)(?: and (?:PRN|as needed)\w*| PRN)?)",
    re.IGNORECASE,
)
SPAN = re.compile(
    r"(?:\d{1,3}\s?(?:\([^)]{1,20}\)\s?)?(?:[-–]\s?\d{1,2}\s?)?(?:months?|mos?\b|years?|yrs?|weeks?|wks?|days?)|\d{1,3}(?=\s+\d|\s*$|\s+(?-i:[(A-Z=])|\.(?:\s|$)|[,;]\s)|lifetime)(?:\s?\([^)]{1,24}\))?",
    re.IGNORECASE,
)
"""A length of need with its unit; hints that the form prints behind it end it."""
UNIT_OF_LABEL = re.compile(r"^\(?(?:mo|mos|months?|wks?|weeks?|yrs?|years?)\)?\s*[:.]\s*", re.IGNORECASE)
"""The end of a label like "Length of need (mo):" that was cut off it."""
LABELLED = {
    "quantity": 0.92,
    "length_of_need": 0.93,
    "frequency": 0.9,
    "liters_per_minute": 0.94,
    "ahi": 0.93,
    "spo2": 0.93,
    "po2": 0.9,
    "pco2": 0.9,
}
LOST_POINT = re.compile(r"\s\d(?![\d/.:-])")
"""A single figure behind a number, as "21.3" is read on worn pages."""
SAMPLES = ((LITERS, "liters_per_minute", 0.91), (AHI, "ahi", 0.91), (PAIN, "pain_score", 0.9))


def find(page: PageText) -> list[Finding]:
    """Flow, gases, index, scores, weight, drug lines; saturation, quantity, need and frequency by label."""
    columns = saturation.in_columns(page)
    labelled = [
        value
        for value in values_of(page, *LABELLED)
        if value.field != "spo2" or not any(f.box == value.words[0].box for f in columns)
    ]
    findings = [f for value in labelled if (f := _labelled(page, value))] + _in_sentences(page)
    if not any(f.field == "quantity" for f in findings):
        findings += _behind_codes(page)
    for line in page.lines:
        text = line.text[:2000]
        for pattern, field, sure in SAMPLES:
            if field != "ahi" or not any(f.field == "ahi" and abs(f.box[1] - line.box[1]) < 0.01 for f in findings):
                findings += [
                    as_printed(page, line, m, field, m[1], sure)
                    for m in pattern.finditer(text)
                    if field != "liters_per_minute" or not NOT_ORDERED.search(text[: m.start()][-24:])
                ]
        findings += [
            as_printed(
                page, line, m, m[1].lower().replace(" ", "").replace("0", "o").replace("a", ""), m[2], 0.9, "mmHg"
            )
            for m in GAS.finditer(text)
        ]
        findings += [
            as_printed(page, line, m, "mobility_score", m[2].replace(" ", ""), 0.85, m[1].lower())
            for m in MOBILITY.finditer(text)
        ]
        findings += [as_printed(page, line, m, "distance", f"{m[1]} {m[2]}", 0.85) for m in DISTANCE.finditer(text)]
        findings += [as_printed(page, line, m, "weight", f"{m[1]} {m[2]}", 0.9) for m in WEIGHT.finditer(text)]
        findings += [
            as_printed(page, line, m, "drug", f"{m[1]} {m[2]} {m[3].strip()}", 0.8) for m in DOSE.finditer(text)
        ]
    return findings


def _in_sentences(page: PageText) -> list[Finding]:
    """How often a dressing is changed or an item is used, said in a sentence with the deed itself."""
    return [
        as_printed(page, line, m, "frequency", m[1], 0.85)
        for number, line in enumerate(page.lines)
        for m in OFTEN.finditer(with_next(page, number))
        if m.start() < len(line.text)
    ]


def _behind_codes(page: PageText) -> list[Finding]:
    """How many of an item there are in a time, said in its row behind its code, where no column says it."""
    found = []
    for line in page.lines:
        text = line.text[:400]
        code = CODE.search(text)
        if code and (match := PER.search(text, code.end())) and not is_unticked(page, line, code.start()):
            found.append(as_printed(page, line, match, "quantity", match[0], 0.85))
    return found


def _labelled(page: PageText, value: LabelledValue) -> Finding | None:
    """A number or a count of time by its label, as printed."""
    text = ticked_part(value.text, choice=value.field == "length_of_need").strip(" _:;,-")
    if value.field == "frequency":
        text = re.split(r"(?<=\w)[.;]\s|\s{2}", text)[0].rstrip(".")
    if value.field == "length_of_need":
        text = UNIT_OF_LABEL.sub("", text)
        if not fits("length_of_need", text):
            return None
        span = SPAN.match(text)
        text = span[0].strip() if span else text
    sure = LABELLED[value.field]
    role = None
    if value.field == "ahi" and (cell := _index_cell(page, value)):
        return Finding("ahi", cell.text, cell.text, page.page_number, cell.box, sure * (0.85 + 0.15 * cell.confidence), "valid", None,
                       f"by the label '{value.label}', in the column of events an hour")  # fmt: skip
    if value.field in {"liters_per_minute", "ahi", "po2", "pco2", "spo2"}:
        match = re.match(r"[^\d<>≤≥]{0,12}?(\d{1,3}(?:\.\d{1,2})?)(?!\d|\.\d|[/-]\d)", text)
        letters = re.match(r"\W*([A-Za-z]\w*)", text)
        if (
            letters
            and value.field == "liters_per_minute"
            and letters[1].lower() not in {"at", "o2", "oxygen", "continuous", "nc", "rate"}
        ):
            return None
        if not match or value.field == "spo2" and not 40 <= float(match[1]) <= 100:
            return None
        words = f"{value.label} {text}"
        role = saturation.condition_of(page, words) if value.field == "spo2" else None
        if page.source == "ocr" and LOST_POINT.match(text, match.end()):
            reason = f"by the label '{value.label}'; a figure stands apart behind it, its point may be lost"
            return Finding(value.field, match[1], value.text, page.page_number, value.box, 0.6, "suspect", role, reason)
        text = match[1]
    elif value.field == "quantity" and (match := COUNT.match(text)):
        text = match[0].strip()
    elif (
        value.field == "quantity"
        and not NUMBER_WORD.match(text)
        or len(text) > 60
        or not re.search(
            r"\d|daily|weekly|monthly|nightly|life|as needed|prn|continuous|each|once|twice|every|indefinite|per (?:day|week|month|year)",
            text,
            re.IGNORECASE,
        )
    ):
        return None
    return Finding(value.field, text, value.text, page.page_number, value.box, sure * (0.85 + 0.15 * value.confidence), "valid", role,
                   f"as printed by the label '{value.label}'")  # fmt: skip


def _index_cell(page: PageText, value: LabelledValue) -> Word | None:
    """The number under "Index" or "per hour" in a table that counts events beside it."""
    row = [
        w
        for w in page.lines[value.line].words
        if w.box[0] > value.label_box[2] and re.fullmatch(r"\d{1,3}(?:\.\d+)?", w.text)
    ]
    if len(row) < 2:
        return None
    for line in reversed(page.lines[max(0, value.line - 14) : value.line]):
        heads = [
            w
            for w in line.words
            if re.match(r"(?:index|\(?/\s?hr?|per|all|total|overall)\b|events/h", w.text, re.IGNORECASE)
            and w.box[0] > value.label_box[2]
        ]
        if heads:
            return min(row, key=lambda word: abs(word.box[0] - heads[0].box[0]))
    return None
