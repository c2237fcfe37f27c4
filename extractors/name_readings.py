"""People's names on worn faxes: the reading that is a name where two readers differ, and the order its label says. Pure after the first call.

A name's part is taken from the other reader only where the first reading is no name we know and one other reading is;
of surnames, which are many, only where the two readings differ in letters that print alike.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from rapidfuzz import fuzz

from casefile.records import Box, Finding, PageText, Word
from extractors.day import ANY, made
from extractors.hcpcs_table import DATA
from extractors.labels import values_of
from extractors.names import CREDENTIALS, PART, normal_name
from extractors.readings import other_text

FIELDS = frozenset({"member_name", "ordering_provider_name"})
ALIKE = 55
"""How alike (of 100) two readings of one name must be."""
HEAD, HEAD_LINES = 0.35, 10
"""The patient is named above this share of the page's height, in its first lines."""
SURNAME_FIRST = re.compile(
    r"(?<![\w.,-])(?P<last>(?:(?:[Vv][Aa][Nn]|[Ss][Tt]\.?) )?[A-Z][A-Za-z'’-]{2,}(?: [JS]r\.?)?) ?[,.] ?(?P<given>[A-Z][A-Za-z]{2,})\b(?![.'’])(?: (?P<more>[A-Z][A-Za-z]{2,})\b)?"
)
GIVEN_FIRST = re.compile(
    r"(?<![\w.,-])(?P<given>[A-Z][A-Za-z]{2,}) (?P<last>(?:(?:[Vv][Aa][Nn]|[Ss][Tt]\.?) )?[A-Z][A-Za-z'’-]{3,})(?= (?:[A-Z]{0,3}\d{6,}|\d{1,4}[-/]\d{1,2}[-/]\d|[A-Z][a-z]{2} \d))"
)
"""LAST, FIRST anywhere; First Last only before a date or a number."""
OTHERS = re.compile(
    r"\b(?:Dr|MD|NPI|physician|provider|prescrib\w+|practitioner|clinician|doctor|attending|suite|signed|attn|from|way|street|road|lane|drive)\b",
    re.IGNORECASE,
)
"""What stands on lines that name others than the patient."""
OLDEST, YOUNGEST = 1910, 2012
"""Years of birth of those whose birth date may go without its label."""
SOON = 1940
"""A year of two digits up to this one's may be one to come: a licence expires."""
SINCE = re.compile(r"\b(?:since|effective|eff|onset|established|est|copyright|rev|revised|issued)\b|©", re.IGNORECASE)
"""What makes a date of long ago another thing's."""
PRINTS_ALIKE = str.maketrans(
    {**dict.fromkeys("ltjfr", "i"), **dict.fromkeys("eoa", "c"), **dict.fromkeys("bn", "h"), "v": "u"}
)
"""Letters that worn print mixes up become one."""
SURE = 0.8
"""Highest confidence of a name one part of which is the other reader's."""
LAST_FIRST = re.compile(r"\blast\W+first\b")


@cache
def _names() -> tuple[frozenset[str], frozenset[str]]:
    """Given names and surnames, lower case, letters alone."""
    given, _, last = gzip.decompress((DATA / "names-1990.txt.gz").read_bytes()).decode().partition("\n\n")
    return frozenset(given.split()), frozenset(last.split())


def settled(page: PageText, findings: Sequence[Finding]) -> list[Finding]:
    """The findings, names among them by the better reading and in the order their label says."""
    if page.source != "ocr" or not any(f.field in FIELDS for f in findings):
        return list(findings)
    labels = {value.box: value.label for value in values_of(page, *FIELDS)}
    return [_settled(page, f, labels) if f.field in FIELDS else f for f in findings]


def find_unlabelled(page: PageText) -> list[Finding]:
    """The patient at the head of a worn page whose label could not be read: a surname and a given name we know, not sure."""
    if page.source != "ocr":
        return []
    for line in page.lines[:HEAD_LINES]:
        if line.box[1] > HEAD or OTHERS.search(f"{line.text} {other_text(line)}"):
            continue
        for text in dict.fromkeys((line.text[:300], other_text(line)[:300])):
            for match in (*SURNAME_FIRST.finditer(text), *GIVEN_FIRST.finditer(text)):
                if not (name := _known(match)) or CREDENTIALS.match(text[match.end() :]):
                    continue
                place = _letters(match["last"])
                box = next((word.box for word in line.words if place in _letters(word.text + word.other)), line.box)
                reason = "a given name we know and a surname at the head of the page; its label could not be read"
                return [Finding("member_name", name, match[0], page.page_number, box, 0.6, "suspect", None, reason)]
    return []


def find_birth(page: PageText) -> list[Finding]:
    """The one date of long ago at the head of a worn page on which no label of a birth date could be read; not sure."""
    if page.source != "ocr":
        return []
    found: dict[str, tuple[Word, str]] = {}
    for line in page.lines[:HEAD_LINES]:
        if line.box[1] > HEAD or SINCE.search(line.text):
            continue
        for match in ANY.finditer(line.text[:300]):
            day = made(match)
            spelled = day and (str(day.on.year) in match[0] or day.on.year > SOON)
            if day and spelled and not day.doubt and OLDEST <= day.on.year <= YOUNGEST:
                found[day.on.isoformat()] = line.words_in(*match.span())[0], match[0]
    if len(found) != 1:
        return []
    ((born, (word, raw)),) = found.items()
    reason = "the only date of long ago at the head of the page; its label could not be read"
    return [Finding("member_dob", born, raw, page.page_number, word.box, 0.6, "suspect", None, reason)]


def _known(match: re.Match[str]) -> str:
    """The name, if its given name is one we know and, where it stands first, its surname too; else empty."""
    given, last = _names()
    if _letters(match["given"]) not in given or match.re is GIVEN_FIRST and _letters(match["last"]) not in last:
        return ""
    more = match.groupdict().get("more") or ""
    return normal_name(f"{match['last']}, {match['given']} {more if _letters(more) in given else ''}")


def _settled(page: PageText, finding: Finding, labels: dict[Box, str]) -> Finding:
    words = [word for word in page.words if word.other and _inside(word.box, finding.box)]
    turned = LAST_FIRST.search(labels.get(finding.box, "")) and _turned(finding)
    if turned:
        finding = replace(finding, value=turned, reason=f"{finding.reason}, which says which comes first")
    parts = finding.value.split()
    better = [_better(part, words, not place) for place, part in enumerate(parts)]
    if better == parts:
        return finding
    reason = f"{finding.reason}; {' '.join(b for b, part in zip(better, parts, strict=True) if b != part)} as the other reader saw it"
    return replace(
        finding,
        value=" ".join(better),
        confidence=min(SURE, finding.confidence),
        status="repaired" if finding.status == "valid" else finding.status,
        reason=reason,
    )


def _turned(finding: Finding) -> str:
    """A surname and a given name without a comma by a label that says "last, first", turned round; empty if they are not."""
    parts = finding.value.split()
    printed = [part for part in PART.findall(finding.raw) if _letters(part)]
    if len(parts) != 2 or "," in finding.raw or [*map(_letters, printed)] != [*map(_letters, parts)]:
        return ""
    given, _ = _names()
    if _letters(parts[0]) in given or _letters(parts[1]) not in given:
        return ""
    return f"{parts[1]} {parts[0]}"


def _better(part: str, words: Sequence[Word], is_given: bool) -> str:
    """A name's part as the one other reading that is a name has it, or as it stands."""
    given, last = _names()
    if len(part) < 3:
        return part
    for word in words:
        if _letters(part) not in _letters(word.text):
            continue
        readings = {name for text in word.other.split() if (name := _as_a_part(text))}
        accented = {name for name in readings if _letters(name) == _letters(part) and _has_accent(name)}
        if len(accented) == 1 and not _has_accent(part):
            return accented.pop()
        if _letters(part) in given or _letters(part) in last:
            return part
        likely = {
            name
            for name in readings
            if (is_given and _letters(name) in given and fuzz.ratio(_letters(name), _letters(part)) >= ALIKE)
            or (_letters(name) in last and _shape(name) == _shape(part))
        }
        return likely.pop() if len(likely) == 1 else part
    return part


def _has_accent(name: str) -> bool:
    return any(ch.isalpha() and not ch.isascii() for ch in name)


def _shape(name: str) -> str:
    """A name's letters, those that worn print mixes up made one."""
    return _letters(name).replace("rn", "m").translate(PRINTS_ALIKE)


def _as_a_part(text: str) -> str:
    """One reading of a word as a part of a name in mixed case; empty if it is none."""
    bare = text.strip(".,;:()'\"")
    return normal_name(f"Ann {bare}").removeprefix("Ann ") if PART.fullmatch(bare) and len(bare) > 2 else ""


def _letters(text: str) -> str:
    """Lower-case letters without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(ch for ch in plain if ch.isalpha())


def _inside(box: Box, outer: Box) -> bool:
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return outer[0] - 1e-6 <= across <= outer[2] + 1e-6 and outer[1] - 1e-6 <= down <= outer[3] + 1e-6
