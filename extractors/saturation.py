"""Oxygen saturations with the condition and the air they were taken on, as printed; never repaired."""

from __future__ import annotations

import re

from casefile.records import Box, Finding, Line, PageText, Word
from extractors.label_values import BELOW
from extractors.labels import sheet_of
from extractors.readings import as_printed
from extractors.sentences import next_of
from extractors.tokens import Token, closes

NAMED = re.compile(
    r"\b(Sp?[O0]{1,2}\s?[2z]|Sa[O0]2|[O0]2\s+sats?|sats?|(?:oxygen )?saturation|oximetry|desat\w*)\b[^\d]{0,3}",
    re.IGNORECASE,
)
BROKEN_OFF = re.compile(rf"(?:{NAMED.pattern})[^\d.;]{{0,12}}$", re.IGNORECASE)
"""A line that ends between a saturation's name and its figure."""
LISTED_ON = re.compile(r"\d\s?%[,;]?\s(?:and |then )?(?:with|after|during|on|at|while)\b[^.\d%]{0,40}$", re.IGNORECASE)
"""A line of saturations that ends before its next one's figure."""
PERCENT = re.compile(r"(?<![\d.=<>≤≥/-])(\d{2,3}(?:\.\d)?)\s?%")
BOUND = re.compile(
    r"(<=?|>=?|≤|≥|less than|below|above|under|greater than|at or below|or less|goal|target|maintain|keep|titrate\w*|to achieve|threshold|criteria|fi[o0]2|granulat\w*|slough|necro\w*|hematocrit|hct|ef|ejection fraction|slope|battery|humidity)\W{0,12}(?:[\w%]+\W+){0,2}$",
    re.IGNORECASE,
)
TIMES = re.compile(r"\b(?:time|duration|minutes|spent|percent(?:age)? of)\b", re.IGNORECASE)
"""A line that says how long a saturation was below a bound, not what it was."""
STATISTIC = re.compile(
    r"\b(?:mean|average|avg|minimum|min|lowest|nadir)\W{1,3}(\d{2,3}(?:\.\d)?)(?![\d:/]|\s?min)", re.IGNORECASE
)
NIGHT = re.compile(r"overnight|nocturnal|polysomno|sleep (?:study|apnea|test|report)|\bPSG\b|\bHSAT?\b", re.IGNORECASE)
CONDITION = (
    ("rest", r"\brest|\bsitting|\bseated|\bawake at"),
    ("exertion", r"walk|exert|ambulat|exercis|activity|6\s?mwt|stairs|\bgait"),
    ("sleep", r"sleep|asleep|overnight|nocturnal|night"),
)
ON_OXYGEN = re.compile(
    r"\b(?:on|with|at)?\s*(?:oxygen|O2)?\s*(?:at)?\s*(?<![\d.])(\d(?:\.\d)?|1[0-5])\s?(?:L\b|L/|lpm|liters?)",
    re.IGNORECASE,
)


def find(page: PageText) -> list[Finding]:
    """Saturations in columns and in running text; those by a label of their own are the measures'."""
    found = in_columns(page)
    for number, line in enumerate(page.lines):
        if (BROKEN_OFF.search(line.text[-60:]) or LISTED_ON.search(line.text[-80:])) and next_of(page, number):
            line = Line((*line.words, *page.lines[number + 1].words))
        found += _in_line(page, line, line.text[:2000])
    return found


def in_columns(page: PageText) -> list[Finding]:
    """Readings below a heading such as "SpO2 %", one a row, each with its row's words as condition."""
    sheet, found = sheet_of(page), list[Finding]()
    for number, row in enumerate(sheet.tokens):
        for place, token in enumerate(row):
            heads = re.fullmatch(r"(Sp?[O0]2|Sat\w*|SaO2)%?:?", token.word.text, re.IGNORECASE)
            if (
                not heads
                or not _ends_its_cell(row, place)
                or re.search(r"\b\d{2,3}\s?%", page.lines[number].text[:400])
            ):
                continue
            bottom = token.word.box[3]
            for line in page.lines[number + 1 : number + 13]:
                cell = [w for w in line.words if is_under(w, token.word.box) and re.fullmatch(r"\d{2,3}%?", w.text)]
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


def _in_line(page: PageText, line: Line, text: str) -> list[Finding]:
    """Percentages behind a saturation's name in the same line; bounds and goals are not readings."""
    named = NAMED.search(text)
    if not named:
        return []
    found, matches = [], [m for m in PERCENT.finditer(text, named.end() - 1)]
    if not matches and (
        bare := re.compile(
            r"\W{0,4}(?:of|was|is|at|\(?calc\w*|\(?art\w*)?\W{0,3}(\d{2,3}(?:\.\d)?)(?![\d/:-]|\.\d)", re.IGNORECASE
        ).match(text, named.end(1))
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
            clause += " " + re.split(r"[.,;:]", next_of(page, _number_of(page, line)))[0]
        condition = (
            _condition(clause)
            or _condition(text[start : match.start()])
            or _condition(text)
            or _of_the_page(page, text)
        )
        found.append(as_printed(page, line, match, "spo2", match[1], 0.92, condition))
    return found


def _of_the_page(page: PageText, text: str) -> str | None:
    """Asleep, where the page's title says that it is a study of the night."""
    asleep = NIGHT.search(" ".join(line.text for line in page.lines[:6]))
    return "sleep" if asleep and not re.search(r"\bawake|baseline|resting", text, re.IGNORECASE) else None


def _is_bounded(line: Line, word: Word) -> bool:
    """Whether a sign such as "<=" stands right before a number."""
    place = line.words.index(word)
    return place > 0 and bool(re.fullmatch(r"[<>=≤≥]+|below|under|than", line.words[place - 1].text))


def _ends_its_cell(row: tuple[Token, ...], place: int) -> bool:
    """Whether a heading ends with this word, its unit or a condition aside."""
    return closes(row, place) or bool(re.match(r"[(%]|RA\b|rest", row[place + 1].word.text))


def _condition(text: str) -> str | None:
    """Under what condition a saturation was taken, and on what air."""
    how = next((name for name, pattern in CONDITION if re.search(pattern, text, re.IGNORECASE)), None)
    oxygen = ON_OXYGEN.search(text)
    air = "room air" if re.search(r"room air|\bRA\b", text) else f"{oxygen[1]} L/min" if oxygen else None
    return ", ".join(part for part in (how, air) if part) or None


def _number_of(page: PageText, line: Line) -> int:
    """The place of a line, or of the last of two that were joined."""
    return next(number for number, other in enumerate(page.lines) if other.words[-1] is line.words[-1])


def condition_of(page: PageText, text: str) -> str | None:
    """Under what condition a saturation was taken, by the words about it, else by the title of the page."""
    return _condition(text) or _of_the_page(page, text)


def is_under(word: Word, head: Box) -> bool:
    """Whether a word stands in the column of a heading."""
    middle = (word.box[0] + word.box[2]) / 2
    return head[0] - 0.03 <= middle <= head[2] + 0.03
