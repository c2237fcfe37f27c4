"""Signatures: ink on the line or in the box, an electronic signature's wording, a stamp, or plainly absent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from rapidfuzz import fuzz

from casefile.records import Box, Document, Finding, Line, PageText, Status, Word, union
from extractors.labels import LabelledValue, labelled_values
from extractors.readings import other_text

ELECTRONIC = re.compile(
    r"\bsigned electronically\s*(?:by|on)?\s*[:;,.\-–—]?\s+(?:[A-Z]|\d{1,4}[/-]\d{1,2}[/-]\d)|(?:\belectronically|\bdigitally|\be-?)\s*-?\s*(?:signed|authenticated|sig(?:nature)?)\s*(?:by)?\s*[:;,.\-–—\]]?\s+(?!by\b|pending|required|here|date|o[nu]\b(?!\W*\d))(?:[A-Z(]|\d{1,2}[/-]\d{1,2}[/-]\d)|/[sSeE][sS]?/\s*\w|^\W?/s[,.|]\s[A-Z]|"
    r"authenticated by\s*:?\s+\w|(?:^|\s)signed by\s*:?\s+(?:Dr\.?\s+)?[A-Z][\w'’.-]+,?\s+[A-Z].{0,40}\d{1,2}[/:-]\d{1,2}",
    re.IGNORECASE,
)
STAMP = re.compile(
    r"signature on file|dictated but not|signed but not read|signature stamp|\[?stamped signature|rubber stamp",
    re.IGNORECASE,
)
NO_STAMPS = re.compile(r"no (?:signature )?stamps?|stamps? (?:are )?not|not acceptable", re.IGNORECASE)
RECIPIENT = re.compile(
    r"received by|patient|recipient|beneficiary|member|witness|client|caregiver|representative|driver|employee|supplier|guardian|nurse",
    re.IGNORECASE,
)
PRACTITIONER = re.compile(
    r"physician|practitioner|prescriber|provider|doctor|clinician|\bmd\b|ordering|attending", re.IGNORECASE
)
MARK = re.compile(r"^\W*[Xx]\s?[:_]*\W*$")
PHRASES = ("electronicallysignedby", "digitallysignedby", "authenticatedby")
"""How an electronic signature begins, folded to its letters."""
LIKE = 78
"""How alike (of 100) what was read must be to one of these."""
NEAR_START = 40
"""Letters of a line within which it must stand."""
BY_WHOM = re.compile(r"\b(?:M\.?D|D\.?O|N\.?P|P\.?A|A?PRN|DNP|[PO]T|RN|CNS)\b|\d")
"""What follows it: a practitioner's letters or a date."""
TORN = re.compile(r"^\W*\w{0,2}\s?-\s?signed\b")
"""An electronic signature's wording whose first letter was spoilt ("1 -signed")."""
SLASHED = re.compile(r"(?:^|\s)(?:/[sS5$][/1Il|]?|[/1Il|]?[sS5$]/)$")
"""A conformed signature's mark by either reading ("/5/")."""
CREDENTIALS = re.compile(r"[A-Z][\w'’-]+[.,]?\s(?:M\.?D|D\.?O|N\.?P|P\.?A(?:-C)?|A?PRN|DNP)\b(?!\s+\d{5})")
"""A name and a practitioner's letters, not a state and its ZIP code."""
NOT_YET = re.compile(r"\b(?:pending|required|here|must be|to be|awaiting|not)\b", re.IGNORECASE)
DATE_OF = re.compile(r"\bdate\w? \S{1,2}$", re.IGNORECASE)
"""What stands before a label of the date of signature."""
SHORT_LINE = 60
"""Characters of a line that is a label and not prose."""
UNSURE = 0.6
"""How sure a signature is that is only marks which are not words: by a label that was itself read badly they say nothing."""
WELL = 0.8
"""How surely a word was read that is print and not a scrawl."""
SLIPS = str.maketrans({"q": "g", "$": "s", "1": "i", "|": "l", "!": "l", "0": "o", "5": "s"})
RULE = re.compile(r"[_|.,:\-–—=~]+")
"""What is read of the line one signs on."""
LARGE = 1.6
"""What stands on a signature line and is this much higher than its label is hardly print."""
WIDE = 0.1
"""A signature is at least this share of the page's width wide."""
SIGNED = frozenset({"order", "plan_of_care", "cmn"})
"""Kinds of which a missing place to sign is worth saying."""


def find(page: PageText) -> list[Finding]:
    """At most one finding a page: `present` or `absent`; none where nobody is asked to sign."""
    for line in page.lines:
        text = line.text[:400]
        if STAMP.search(text) and not NO_STAMPS.search(text):
            reason = "a stamp or note stands in for a signature"
            return [_made(page, "present", line.box, 0.5, "suspect", reason, text, "stamp")]
        if (match := ELECTRONIC.search(text)) and not RECIPIENT.match(text):
            said = text[match.start() :][:160]
            return [_made(page, "present", line.box, 0.95, "valid", "electronic signature wording", said, "electronic")]
        if ELECTRONIC.search(other_text(line)[:400]) and not RECIPIENT.match(text):
            reason = "electronic signature wording, as the other reader saw it"
            return [_made(page, "present", line.box, 0.88, "valid", reason, text[:160], "electronic")]
        if page.source == "ocr" and _reads_electronic(line) and not RECIPIENT.match(text):
            reason = "electronic signature wording, read badly"
            return [_made(page, "present", line.box, 0.88, "valid", reason, text[:160], "electronic")]
    asked = [v for v in labelled_values(page) if v.field == "signature" and not _for_recipient(page, v)]
    asked.sort(key=lambda value: (not PRACTITIONER.search(value.label), -value.label_box[1]))
    if asked:
        answers = [_at_label(page, value.label_box) for value in asked]
        return [next((a for a in answers if a.value == "present"), answers[0])]
    return _at_mark(page)


def _reads_electronic(line: Line) -> bool:
    """Whether a line is nearly an electronic signature's wording by one of its readings ("1.le troncalls signed bv")."""
    if NOT_YET.search(line.text) or not BY_WHOM.search(line.text[15:]):
        return False
    if TORN.match(line.text) or any(map(SLASHED.search, _texts(line.words[0]))) and CREDENTIALS.search(line.text):
        return True
    for text in (line.text, other_text(line)):
        letters = "".join(ch for ch in text[:120].lower().translate(SLIPS) if ch.isalpha())
        for phrase in PHRASES:
            if len(letters) > len(phrase) + 4 and fuzz.partial_ratio(phrase, letters[:NEAR_START]) >= LIKE:
                return True
    return False


def find_absent(pages: Sequence[PageText], documents: Sequence[Document], findings: Sequence[Finding]) -> list[Finding]:
    """Orders on which no place to sign was read and nothing else is a signature: absent, not sure."""
    told = {f.page for f in findings if f.field == "signature"}
    missing = []
    for document in documents:
        if document.kind not in SIGNED or told & set(document.pages):
            continue
        last = next(page for page in pages if page.page_number == document.pages[-1])
        ink = [box for box, _ in last.ink if box[1] > 0.35 and not _is_print(last, box)]
        answer = _at_label(last, label) if not ink and (label := _worn_label(last)) else None
        if answer and answer.confidence > UNSURE:
            reason = f"{answer.reason}, whose label was read badly"
            missing.append(replace(answer, confidence=min(answer.confidence, 0.75), reason=reason))
            continue
        value, why = (
            ("present", "a pen's stroke, but no place to sign was read")
            if ink
            else ("absent", "no place to sign, no ink and no electronic signature")
        )
        box = ink[0] if ink else (0.0, 0.0, 1.0, 1.0)
        missing.append(
            Finding("signature", value, "", last.page_number, box, 0.7, "suspect" if ink else "valid", None, why)
        )
    return missing


def _worn_label(page: PageText) -> Box | None:
    """Where a short line nearly says "signature" by one of its readings, the lowest first; not the patient's."""
    if page.source != "ocr":
        return None
    for line in reversed(page.lines):
        if len(line.text) > SHORT_LINE or RECIPIENT.search(line.text) or line.box[1] < 0.3:
            continue
        for first, _ in enumerate(line.words):
            if DATE_OF.search(" ".join(word.text for word in line.words[:first])):
                continue
            for run in (line.words[first : first + 1], line.words[first : first + 2]):
                if any(map(_is_like_signature, ("".join(w.text for w in run), "".join(w.other for w in run)))):
                    return union(word.box for word in run)
    return None


def _is_like_signature(text: str) -> bool:
    letters = "".join(ch for ch in text.lower().translate(SLIPS) if ch.isalpha())
    return 6 < len(letters) < 12 and fuzz.ratio(letters, "signature") >= LIKE - 3


def _is_print(page: PageText, box: Box) -> bool:
    """Whether what was taken for a pen's stroke is no higher than print and lies on a word that was read well."""
    if box[3] - box[1] > LARGE * median(word.box[3] - word.box[1] for word in page.words):
        return False
    for word in page.words:
        left, top, right, bottom = word.box
        across, down = min(box[2], right) - max(box[0], left), min(box[3], bottom) - max(box[1], top)
        if word.confidence > WELL and word.text.isalnum() and across > 0 and down > 0.6 * (bottom - top):
            return True
    return False


def _for_recipient(page: PageText, value: LabelledValue) -> bool:
    """Whether the label asks the patient, not the practitioner, to sign: by its own words or those in its cell."""
    if PRACTITIONER.search(value.label):
        return False
    box = value.label_box
    for line in page.lines:
        if line.box[1] - 0.002 <= (box[1] + box[3]) / 2 <= line.box[3] + 0.002:
            near = " ".join(w.text for w in line.words if box[0] - 0.3 <= w.box[0] <= box[2] + 0.25)
            if RECIPIENT.search(near) and not PRACTITIONER.search(near):
                return True
    return False


def _at_label(page: PageText, label: Box) -> Finding:
    """Ink beside the label, just above or just below it, is a signature; no ink is none."""
    left, right = label[0] - 0.02, min(1.0, label[2] + 0.5)
    top, bottom = label[1] - 0.055, label[3] + 0.06
    for box, _dark in page.ink:
        across = min(box[2], right) - max(box[0], left)
        down = min(box[3], bottom) - max(box[1], top)
        if across > 0.5 * (box[2] - box[0]) and down > 0.4 * (box[3] - box[1]):
            return _made(page, "present", box, 0.93, "valid", "ink on the signature line", "", "ink")
    if page.source == "ocr" and (drawn := _scrawl(page, (left, top, right, bottom), label)):
        return _made(
            page, "present", drawn.box, 0.88, "valid", "a pen's strokes on the signature line", drawn.text, "ink"
        )
    noise = [
        w
        for w in page.words
        if w.confidence < 0.45
        and not RULE.fullmatch(w.text)
        and label[2] - 0.01 <= w.box[0] <= right
        and label[1] - 0.03 <= w.box[1] <= label[3] + 0.02
    ]
    if noise:
        return _made(
            page, "present", noise[0].box, 0.6, "suspect", "marks on the signature line that are not words", "", "ink"
        )
    if page.source == "ocr" and (large := _large_script(page, label)):
        reason = "what stands on the signature line is larger than print; a person must look"
        return _made(page, "present", large.box, 0.6, "suspect", reason, large.text, "ink")
    return _made(
        page, "absent", label, 0.93, "valid", "no ink and no electronic signature at the signature label", "", None
    )


def _scrawl(page: PageText, area: Box, label: Box) -> Word | None:
    """A word by a signature's label that is wide, higher than print and read as a pen's loops are ("B", "YVYYVY")."""
    tall = LARGE * (label[3] - label[1])
    for word in page.words:
        left, top, right, bottom = word.box
        middle = (top + bottom) / 2
        inside = area[0] <= left <= area[2] and area[1] <= middle <= area[3]
        if inside and right - left > WIDE and bottom - top > tall and any(map(_is_loops, _texts(word))):
            return word
    return None


def _texts(word: Word) -> tuple[str, ...]:
    return (word.text, *word.other.split())


def _is_loops(text: str) -> bool:
    """Whether a reading holds next to nothing, or few letters over and over."""
    letters = [ch for ch in text.lower() if ch.isalnum()]
    most = max(map(letters.count, letters), default=0)
    return len(letters) <= 2 or 5 * most >= 2 * len(letters) and not any(ch in "aeou" for ch in letters)


def _large_script(page: PageText, label: Box) -> Word | None:
    """A word right of the signature's label that is much higher than the label: a name written by hand."""
    tall = label[3] - label[1]
    for word in page.words:
        left, top, _, bottom = word.box
        level = top < label[3] and bottom > label[1] - tall
        if level and 0 <= left - label[2] < 0.3 and bottom - top > LARGE * tall and any(map(str.isalpha, word.text)):
            return word
    return None


def _at_mark(page: PageText) -> list[Finding]:
    """A lone X at the left of a line with ink behind it."""
    for line in page.lines:
        first = line.words[0]
        if MARK.match(first.text) and (len(line.words) == 1 or line.words[1].box[0] - first.box[2] > 0.1):
            answer = _at_label(page, first.box)
            if answer.value == "present":
                return [answer]
    return []


def _made(
    page: PageText, value: str, box: Box, confidence: float, status: Status, reason: str, raw: str, role: str | None
) -> Finding:
    return Finding("signature", value, raw, page.page_number, box, confidence, status, role, reason)
