"""Wounds' sides as printed: in one line, in words, in rows or in columns of their own; never repaired."""

from __future__ import annotations

import re

from casefile.records import Finding, PageText
from extractors.readings import as_printed
from extractors.saturation import is_under

SIDE_OF = r"\d{1,2}(?:\.\d{1,2})?\s?(?:cm|mm)?(?:\s?[LWDlwd])?"
WOUND = re.compile(rf"(?<![\d.]){SIDE_OF}\s?[x×X*]\s?{SIDE_OF}(?:\s?[x×X*]\s?{SIDE_OF})?(?![\d.]\d|\d)")
SIDES = re.compile(
    r"\bL(?:ength)?\W{1,3}(\d{1,2}(?:\.\d{1,2})?)\s?(?:cm)?\W{1,8}W(?:idth)?\W{1,3}(\d{1,2}(?:\.\d{1,2})?)\s?(?:cm)?(?:\W{1,8}D(?:epth)?\W{1,3}(\d{1,2}(?:\.\d{1,2})?))?",
    re.IGNORECASE,
)
IS_WOUND = re.compile(
    r"wound|ulcer|l\s?x\s?w|incision|measur|size|dehisc|pressure injur|length|dimension|(?:\b|\d)cm\b", re.IGNORECASE
)
SIDE = re.compile(
    r"\W*(length|width|depth)\s?(?:\(?(?:cm|in cm)\)?)?\s?:?((?:\s+\d{1,2}(?:\.\d{1,2})?\s?(?:cm)?)+)\s*$",
    re.IGNORECASE,
)
WOUND_HEAD = re.compile(r"L\w*\s?[x×]\s?W", re.IGNORECASE)
"""One heading for all sides."""
HEAD_OF_SIDE = re.compile(r"(L|W|D)(?:ength|idth|epth)?(?:\(cm\))?", re.IGNORECASE)
PRODUCT = re.compile(
    r"\b[A-HJ-MP-V]\d{4}\b|\b(?:gauze|dressing|alginate|foam|pads?|sponges?|hydrocolloid|tape)\b", re.IGNORECASE
)
"""What is put on a wound has a size of its own."""
NUMBERS = re.compile(r"\d{1,2}(?:\.\d{1,2})?")
SURE = 0.9


def find(page: PageText) -> list[Finding]:
    """Length by width by depth, as "6.2x4.8x2.1"."""
    found, headed = _sides_in_rows(page) + _sides_in_columns(page), bool(IS_WOUND.search(page.text[:600]))
    for number, line in enumerate(page.lines):
        text = line.text[:2000]
        found += [
            as_printed(page, line, m, "wound_size", "x".join(part for part in m.groups() if part), SURE)
            for m in SIDES.finditer(text)
        ]
        near = text + " " + (page.lines[number - 1].text[:300] if number else "")
        if headed or IS_WOUND.search(near):
            found += [
                as_printed(page, line, m, "wound_size", _sides(m[0]), SURE)
                for m in WOUND.finditer(text)
                if not _is_a_products(text, m)
            ]
    return found


def _is_a_products(text: str, match: re.Match[str]) -> bool:
    """Whether a dressing stands right before or behind a size that has two sides and no unit."""
    if re.search(r"[cm]m", match[0]) or len(re.findall(r"[x×X*]", match[0])) > 1:
        return False
    before, behind = text[: match.start()][-48:], text[match.end() :][:24]
    return bool(PRODUCT.search(behind) or PRODUCT.search(before) and not IS_WOUND.search(before))


def _sides(printed: str) -> str:
    """A size without its units and letters."""
    return re.sub(r"[X×*]", "x", re.sub(r"\s|[cm]m|[LWDlwd]", "", printed))


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
        if not {"L", "W"} <= heads.keys() or WOUND_HEAD.search(line.text):
            continue
        for row in page.lines[number + 1 : number + 9]:
            sides = [
                next((w for w in row.words if is_under(w, heads[name]) and NUMBERS.fullmatch(w.text)), None)
                for name in "LWD"
                if name in heads
            ]
            words = [word for word in sides if word]
            if len(words) > 1 and words == sides:
                found.append(Finding("wound_size", "x".join(w.text for w in words), row.text[:80], page.page_number, words[0].box, 0.88, "valid", None,
                                     "length, width and depth in columns of their own"))  # fmt: skip
    return found
