"""Clinical measures with their unit and condition, as printed; never repaired."""

from __future__ import annotations

import re

from casefile.records import Box, Finding, Line, PageText, Word
from extractors.label_values import BELOW
from extractors.labels import LabelledValue, sheet_of, values_of
from extractors.sentences import next_of, with_next
from extractors.ticks import ticked_part
from extractors.tokens import Token, closes

NAMED = re.compile(
    r"\b(?:Sp?[O0]{1,2}\s?[2z]|Sa[O0]2|[O0]2\s+sats?|sats?|(?:oxygen )?saturation|oximetry|desat\w*)\b[^\d]{0,3}",
    re.IGNORECASE,
)
PERCENT = re.compile(r"(?<![\d.=<>≤≥/-])(\d{2,3}(?:\.\d)?)\s?%")
BOUND = re.compile(
    r"(<=?|>=?|≤|≥|less than|below|above|under|greater than|at or below|or less|goal|target|maintain|keep|titrate\w*|to achieve|threshold|criteria|fi[o0]2|granulat\w*|slough|necro\w*|hematocrit|hct|ef|ejection fraction|slope|battery|humidity)\W{0,12}(?:[\w%]+\W+){0,2}$",
    re.IGNORECASE,
)
TIMES = re.compile(r"\b(?:time|duration|minutes|spent|percent(?:age)? of)\b", re.IGNORECASE)
"""A line that says how long a saturation was below a bound, not what it was."""
LITERS = re.compile(
    r"(?<![\d.])(\d{1,2}(?:\.\d{1,2})?)\s?(?:L\s?/\s?min\w*|[IL1]pm\b|LPM|lit(?:er|re)s?\s*(?:per|/|a)\s*min\w*|L\s?/\s?m\b|L(?=\s+(?:NC|via|O2|oxygen|by nasal|per nasal|continuous)))",
    re.IGNORECASE,
)
SIDE_OF = r"\d{1,2}(?:\.\d{1,2})?\s?(?:cm|mm)?(?:\s?[LWDlwd])?"
WOUND = re.compile(rf"(?<![\d.]){SIDE_OF}\s?[x×X*]\s?{SIDE_OF}(?:\s?[x×X*]\s?{SIDE_OF})?(?![\d.]\d|\d)")
SIDES = re.compile(
    r"\bL(?:ength)?\W{1,3}(\d{1,2}(?:\.\d{1,2})?)\s?(?:cm)?\W{1,8}W(?:idth)?\W{1,3}(\d{1,2}(?:\.\d{1,2})?)\s?(?:cm)?(?:\W{1,8}D(?:epth)?\W{1,3}(\d{1,2}(?:\.\d{1,2})?))?",
    re.IGNORECASE,
)
IS_WOUND = re.compile(
    r"wound|ulcer|l\s?x\s?w|incision|measur|size|dehisc|pressure injur|length|dimension|(?:\b|\d)cm\b", re.IGNORECASE
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
SIDE = re.compile(
    r"\W*(length|width|depth)\s?(?:\(?(?:cm|in cm)\)?)?\s?:?((?:\s+\d{1,2}(?:\.\d{1,2})?\s?(?:cm)?)+)\s*$",
    re.IGNORECASE,
)
HEAD_OF_SIDE = re.compile(r"(L|W|D)(?:ength|idth|epth)?(?:\(cm\))?", re.IGNORECASE)
NUMBERS = re.compile(r"\d{1,2}(?:\.\d{1,2})?")
STATISTIC = re.compile(
    r"\b(?:mean|average|avg|minimum|min|lowest|nadir)\W{1,3}(\d{2,3}(?:\.\d)?)(?![\d:/]|\s?min)", re.IGNORECASE
)
NIGHT = re.compile(r"overnight|nocturnal|polysomno|sleep (?:study|apnea|test|report)|\bPSG\b|\bHSAT?\b", re.IGNORECASE)
SPAN = re.compile(
    r"(?:\d{1,3}\s?(?:\([^)]{1,20}\)\s?)?(?:[-–]\s?\d{1,2}\s?)?(?:months?|mos?\b|years?|yrs?|weeks?|wks?|days?)|\d{1,3}(?=\s+\d|\s*$|\s+(?-i:[(A-Z=])|\.(?:\s|$))|lifetime)(?:\s?\([^)]{1,24}\))?",
    re.IGNORECASE,
)
"""A length of need with its unit; hints that the form prints behind it end it."""
CONDITION = (
    ("rest", r"\brest|\bsitting|\bseated|\bawake at"),
    ("exertion", r"walk|exert|ambulat|exercis|activity|6\s?mwt|stairs|\bgait"),
    ("sleep", r"sleep|asleep|overnight|nocturnal|night"),
)
ON_OXYGEN = re.compile(
    r"\b(?:on|with|at)?\s*(?:oxygen|O2)?\s*(?:at)?\s*(\d{1,2}(?:\.\d)?)\s?(?:L\b|L/|lpm|liters?)", re.IGNORECASE
)
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
SAMPLES = ((LITERS, "liters_per_minute", 0.91), (AHI, "ahi", 0.91), (PAIN, "pain_score", 0.9))


def find(page: PageText) -> list[Finding]:
    """Saturation, flow, gases, index, wound size, scores, weight, drug lines; quantity, need and frequency by label."""
    columns = _saturation_column(page)
    labelled = [
        value
        for value in values_of(page, *LABELLED)
        if value.field != "spo2" or not any(f.box == value.words[0].box for f in columns)
    ]
    findings = (
        columns
        + [f for value in labelled if (f := _labelled(page, value))]
        + _in_sentences(page)
        + _sides_in_rows(page)
        + _sides_in_columns(page)
    )
    for number, line in enumerate(page.lines):
        text = line.text[:2000]
        findings += _saturations(page, line, text)
        for pattern, field, sure in SAMPLES:
            if field != "ahi" or not any(f.field == "ahi" and abs(f.box[1] - line.box[1]) < 0.01 for f in findings):
                findings += [_made(page, line, m, field, m[1], sure) for m in pattern.finditer(text)]
        findings += [
            _made(page, line, m, m[1].lower().replace(" ", "").replace("0", "o").replace("a", ""), m[2], 0.9, "mmHg")
            for m in GAS.finditer(text)
        ]
        findings += [
            _made(page, line, m, "mobility_score", m[2].replace(" ", ""), 0.85, m[1].lower())
            for m in MOBILITY.finditer(text)
        ]
        findings += [_made(page, line, m, "distance", f"{m[1]} {m[2]}", 0.85) for m in DISTANCE.finditer(text)]
        findings += [_made(page, line, m, "weight", f"{m[1]} {m[2]}", 0.9) for m in WEIGHT.finditer(text)]
        findings += [_made(page, line, m, "drug", f"{m[1]} {m[2]} {m[3].strip()}", 0.8) for m in DOSE.finditer(text)]
        findings += [
            _made(page, line, m, "wound_size", "x".join(part for part in m.groups() if part), 0.9)
            for m in SIDES.finditer(text)
        ]
        near = text + " " + (page.lines[number - 1].text[:300] if number else "")
        if IS_WOUND.search(near) or IS_WOUND.search(page.text[:600]):
            findings += [_made(page, line, m, "wound_size", re.sub(r"\s|[cm]m|[LWDlwd]", "", m[0]).replace("X", "x").replace("×", "x").replace("*", "x"), 0.9)
                         for m in WOUND.finditer(text)]  # fmt: skip
    return findings


def _sides_in_rows(page: PageText) -> list[Finding]:
    """Wounds' sides in rows of their own, a column for each wound: "Length (cm) 6.2 2.0" above "Width (cm) 4.8 1.5"."""
    rows = [(m[1].lower(), line, NUMBERS.findall(m[2])) for line in page.lines if (m := SIDE.match(line.text[:160]))]
    found = []
    for place, (side, line, lengths) in enumerate(rows):
        if side != "length":
            continue
        others = {
            name: figures for name, below, figures in rows[place + 1 : place + 3] if below.box[1] - line.box[1] < 0.08
        }
        for column, length in enumerate(lengths):
            sides = [
                length,
                *(others[name][column] for name in ("width", "depth") if column < len(others.get(name, []))),
            ]
            word = next(word for word in line.words if length in word.text)
            if len(sides) > 1:
                found.append(Finding("wound_size", "x".join(sides), length, page.page_number, word.box, 0.88, "valid", None,
                                     "length, width and depth in rows of their own"))  # fmt: skip
    return found


def _sides_in_columns(page: PageText) -> list[Finding]:
    """Wounds' sides in columns of their own, a measurement a row: "L (cm)", "W (cm)", "D (cm)" over "5.0", "3.8", "0.3"."""
    found = []
    for number, line in enumerate(page.lines):
        heads = {m[1].upper(): word.box for word in line.words if (m := HEAD_OF_SIDE.fullmatch(word.text))}
        if not {"L", "W"} <= heads.keys():
            continue
        for row in page.lines[number + 1 : number + 9]:
            sides = [
                next((w for w in row.words if _under(w, heads[name]) and NUMBERS.fullmatch(w.text)), None)
                for name in "LWD"
                if name in heads
            ]
            words = [word for word in sides if word]
            if len(words) > 1 and words == sides:
                found.append(Finding("wound_size", "x".join(w.text for w in words), row.text[:80], page.page_number, words[0].box, 0.88, "valid", None,
                                     "length, width and depth in columns of their own"))  # fmt: skip
    return found


def _in_sentences(page: PageText) -> list[Finding]:
    """How often a dressing is changed or an item is used, said in a sentence with the deed itself."""
    return [
        _made(page, line, m, "frequency", m[1], 0.85)
        for number, line in enumerate(page.lines)
        for m in OFTEN.finditer(with_next(page, number))
        if m.start() < len(line.text)
    ]


def _labelled(page: PageText, value: LabelledValue) -> Finding | None:
    """A number or a count of time by its label, as printed."""
    text = ticked_part(value.text, choice=value.field == "length_of_need").strip(" _:;,-")
    if value.field == "frequency":
        text = re.split(r"(?<=\w)[.;]\s|\s{2}", text)[0].rstrip(".")
    if value.field == "length_of_need" and (span := SPAN.match(text)):
        text = span[0].strip()
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
        role = _condition(words) or _of_the_page(page, words) if value.field == "spo2" else None
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


def _saturations(page: PageText, line: Line, text: str) -> list[Finding]:
    """Percentages behind a saturation's name in the same line; bounds and goals are not readings."""
    named = NAMED.search(text)
    if not named:
        return []
    found, matches = [], [m for m in PERCENT.finditer(text, named.end() - 1)]
    if not matches and (
        bare := re.compile(r"\W{0,4}(?:of|was|is|at)?\s*(\d{2,3})(?![\d/.:-])").match(text, named.end())
    ):
        matches = [bare]
    if not matches:
        matches = list(STATISTIC.finditer(text, named.end()))
    for place, match in enumerate(matches):
        if TIMES.search(text[: match.start()]) and "min" in text[match.end() :]:
            continue
        if not 40 <= float(match[1]) <= 100 or BOUND.search(text[max(0, match.start() - 40) : match.start()]):
            continue
        start = matches[place - 1].end() if place else 0
        stop = matches[place + 1].start() if place + 1 < len(matches) else len(text)
        clause = re.split(r"[,;]|\.\s", text[match.end() : stop])[0]
        if match is matches[-1] and clause == text[match.end() :]:
            clause += " " + re.split(r"[.,;:]", next_of(page, page.lines.index(line)))[0]
        condition = (
            _condition(clause)
            or _condition(text[start : match.start()])
            or _condition(text)
            or _of_the_page(page, text)
        )
        found.append(_made(page, line, match, "spo2", match[1], 0.92, condition))
    return found


def _of_the_page(page: PageText, text: str) -> str | None:
    """Asleep, where the page's title says that it is a study of the night."""
    asleep = NIGHT.search(" ".join(line.text for line in page.lines[:6]))
    return "sleep" if asleep and not re.search(r"\bawake|baseline|resting", text, re.IGNORECASE) else None


def _saturation_column(page: PageText) -> list[Finding]:
    """Readings below a heading such as "SpO2 %", one a row, each with its row's words as condition."""
    sheet, found = sheet_of(page), list[Finding]()
    for number, row in enumerate(sheet.tokens):
        for place, token in enumerate(row):
            heads = re.fullmatch(r"(Sp?[O0]2|Sat\w*|SaO2)%?:?", token.word.text, re.IGNORECASE)
            if not heads or not _ends_its_cell(row, place) or re.search(r"\d\s?%", page.lines[number].text[:400]):
                continue
            bottom = token.word.box[3]
            for line in page.lines[number + 1 : number + 13]:
                cell = [w for w in line.words if _under(w, token.word.box) and re.fullmatch(r"\d{2,3}%?", w.text)]
                if line.box[1] - bottom > BELOW + 0.015:
                    break
                if cell and _is_bounded(line, cell[0]):
                    continue
                if cell and 40 <= int(cell[0].text.rstrip("%")) <= 100:
                    bottom = line.box[3]
                    sure = 0.9 * (0.85 + 0.15 * cell[0].confidence)
                    found.append(Finding("spo2", cell[0].text.rstrip("%"), cell[0].text, page.page_number, cell[0].box, sure, "valid",
                                         _condition(line.text[:200]), "in a column of saturations"))  # fmt: skip
    return found


def _is_bounded(line: Line, word: Word) -> bool:
    """Whether a sign such as "<=" stands right before a number."""
    place = line.words.index(word)
    return place > 0 and bool(re.fullmatch(r"[<>=≤≥]+|below|under|than", line.words[place - 1].text))


def _ends_its_cell(row: tuple[Token, ...], place: int) -> bool:
    """Whether a heading ends with this word, its unit or a condition aside."""
    return closes(row, place) or bool(re.match(r"[(%]|RA\b|rest", row[place + 1].word.text))


def _under(word: Word, head: Box) -> bool:
    middle = (word.box[0] + word.box[2]) / 2
    return head[0] - 0.03 <= middle <= head[2] + 0.03


def _condition(text: str) -> str | None:
    """Under what condition a saturation was taken, and on what air."""
    how = next((name for name, pattern in CONDITION if re.search(pattern, text, re.IGNORECASE)), None)
    oxygen = ON_OXYGEN.search(text)
    air = "room air" if re.search(r"room air|\bRA\b", text) else f"{oxygen[1]} L/min" if oxygen else None
    return ", ".join(part for part in (how, air) if part) or None


def _made(
    page: PageText, line: Line, match: re.Match[str], field: str, value: str, sure: float, role: str | None = None
) -> Finding:
    words = line.words_in(match.start(), match.end())
    read = min(word.confidence for word in words)
    return Finding(
        field, value, match[0], page.page_number, words[0].box, sure * (0.85 + 0.15 * read), "valid", role, "as printed"
    )
