"""Signatures: ink on the line or in the box, an electronic signature's wording, a stamp, or plainly absent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from casefile.records import Box, Document, Finding, PageText, Status, Word
from extractors.labels import LabelledValue, labelled_values

ELECTRONIC = re.compile(
    r"(?:\belectronically|\bdigitally|\be-?)\s*-?\s*(?:signed|authenticated|sig(?:nature)?)\s*(?:by)?\s*[:\-]?\s+(?!by\b|pending|required|here|date)[A-Z(]|/[sSeE][sS]?/\s*\w|"
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
ELECTRONIC_WORDS = ("Electronically", "Digitally", "authenticated", "signature")
LIKE = 76
"""How alike (of 100) a word must be to pass as one of these, misread."""
WORDS = re.compile(r"[A-Za-z0-9|]{8,17}")
LARGE = 1.6
"""What stands on a signature line and is this much higher than its label is hardly print."""
SIGNED = frozenset({"order", "plan_of_care", "cmn"})
"""Kinds of which a missing place to sign is worth saying."""


def find(page: PageText) -> list[Finding]:
    """At most one finding a page: `present` or `absent`; none where nobody is asked to sign."""
    for line in page.lines:
        text = _mended(line.text[:400]) if page.source == "ocr" else line.text[:400]
        if STAMP.search(text) and not NO_STAMPS.search(text):
            return [
                _made(
                    page,
                    "present",
                    line.box,
                    0.5,
                    "suspect",
                    "a stamp or note stands in for a signature",
                    text,
                    "stamp",
                )
            ]
        if (match := ELECTRONIC.search(text)) and not RECIPIENT.match(text):
            return [
                _made(
                    page,
                    "present",
                    line.box,
                    0.95,
                    "valid",
                    "electronic signature wording",
                    text[match.start() :][:160],
                    "electronic",
                )
            ]
    asked = [v for v in labelled_values(page) if v.field == "signature" and not _for_recipient(page, v)]
    asked.sort(key=lambda value: (not PRACTITIONER.search(value.label), -value.label_box[1]))
    if asked:
        answers = [_at_label(page, value.label_box) for value in asked]
        return [next((a for a in answers if a.value == "present"), answers[0])]
    return _at_mark(page)


def _mended(text: str) -> str:
    """The text with misread words of an electronic signature spelt right ("Elecuonicaliy")."""
    return WORDS.sub(lambda match: next((w for w in ELECTRONIC_WORDS if _is_like(match[0], w)), match[0]), text)


def _is_like(read: str, word: str) -> bool:
    return abs(len(read) - len(word)) <= 3 and fuzz.ratio(read.lower(), word.lower()) >= LIKE


def find_absent(pages: Sequence[PageText], documents: Sequence[Document], findings: Sequence[Finding]) -> list[Finding]:
    """Orders on which no place to sign was read and nothing else is a signature: absent, not sure."""
    told = {f.page for f in findings if f.field == "signature"}
    missing = []
    for document in documents:
        if document.kind not in SIGNED or told & set(document.pages):
            continue
        last = next(page for page in pages if page.page_number == document.pages[-1])
        ink = [box for box, _ in last.ink if box[1] > 0.35]
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
    noise = [
        w
        for w in page.words
        if w.confidence < 0.45
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
