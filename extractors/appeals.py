"""How to appeal, as the letter says it: last day, where to send, faster ways, outside review, a call with the plan's physician."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from casefile.records import Box, Finding, PageText
from extractors.blocks import postal_address
from extractors.day import ANY, made
from extractors.sentences import Sentence, sentences_of

APPEAL = re.compile(
    r"appeal|reconsideration|redetermination|grievance|dispute|hearing request|request (?:for )?(?:an? )?(?:full (?:and fair )?)?review|review of (?:this|the|our|your) (?:decision|claim|denial)|(?:request|ask for) an? \w* ?\w* ?hearing",
    re.IGNORECASE,
)
OTHER_STEP = re.compile(
    r"fair hearing|external review|independent|peer[- ]to[- ]peer|expedited|keep your|continu|we (will|must|decide)|second[- ]level|judge",
    re.IGNORECASE,
)
BY_DATE = re.compile(
    r"\b(?:by|before|until|no later than|not later than|on or before|deadline(?: is|:)?|due)\b[^.;\d]{0,40}$",
    re.IGNORECASE,
)
COUNT = (r"(?:(?P<word>thirty|forty[- ]five|sixty|sixty[- ]five|ninety|one hundred twenty|one hundred eighty|one hundred and eighty)|(?P<number>\d{2,3}))"
         r"\s*(?:\(\s*(?P<inner>\d{2,3})\s*\))?")  # fmt: skip
WINDOW = re.compile(
    rf"{COUNT}\s*(?:-\s*)?(?P<kind>calendar\s+|business\s+|working\s+)?days?\b(?P<from>.{{0,90}})", re.IGNORECASE
)
MONTHS = re.compile(r"within\s+(?:six|6)\s*(?:\(6\)\s*)?months", re.IGNORECASE)
WORDS = {
    "thirty": 30,
    "fortyfive": 45,
    "sixty": 60,
    "sixtyfive": 65,
    "ninety": 90,
    "onehundredtwenty": 120,
    "onehundredeighty": 180,
    "onehundredandeighty": 180,
}
RIGHTS = (
    ("expedited_appeal", r"\bexpedite|\bfast(?:er)?\b\W{0,2}(?:\(?\s?72[- ]hours?\)?\s+)?(?:appeal|decision|review|reconsideration)|72[- ]hours?\b|(?:urgent|rush(?:ed)?|accelerated) (?:\w+ )?(?:appeal|review|decision|reconsideration)|quick(?:er)? (?:appeal|decision)"),
    ("external_review", r"external (?:\w+ )?(?:review|appeal)|independent (?:medical |\w+ )?(?:review|reviewer|external|organi[sz]ation)|\bIRO\b|\bIRE\b|\bIMR\b|(?:fair|state|administrative) hearing"),
    ("peer_to_peer", r"peer[- ]to[- ]peer|\bp2p\b|speak (with|to) (a|the|our) (medical director|physician reviewer|reviewing physician)|discuss this (decision|determination) with"),
    ("criteria_cited", r"\b(LCD|NCD|L\d{5}|A\d{5}|local coverage|national coverage|interqual|mcg|milliman|evicore|clinical (policy|guidelines?|criteria|coverage)|coverage (policy|determination|guidelines?|criteria)|medical (policy|coverage guidelines?|necessity guidelines?)|(provider|policy|benefit|supplier|dme|medicaid|coverage|services?) manual|payment policy|utilization (review |management )?(criteria|guidelines?)|(policy|guideline) (number|no\.?|#)|\d{2,3} (CMR|NYCRR|CCR|CFR) [\d.]+)\b"),
)  # fmt: skip
SEND = re.compile(
    r"\b(?:mail|send|sent|submit|write|written|deliver|forward|address|fax)\w*\b[^.]{0,90}?\b(?:appeals?|grievances?|dispute|reconsideration|redetermination|requests?|hearing|us|to|at)\b"
    r"|\bappeals?:?\s[^.;]{0,70}?\bto\b|\b(?:appeals?|grievances?|reconsideration|redetermination)\b[^.]{0,60}?\b(?:mail\w*|address\w*|write|sent|send|fax\w*|department|unit|division)\b|\bby mail\b",
    re.IGNORECASE,
)
BETWEEN = re.compile(
    r"\n[^\n]{0,12}(?:\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4})\s*\n|\n\W*(?:dear|re\b)",
    re.IGNORECASE,
)
"""A letter's own date or its salutation: what follows is the reader's address."""
REACH = 320
"""Characters within which the address follows."""
CONTACT = re.compile(r"\(?\d{3}\)?[-. /]?\s?\d{3}[-. ]\d{4}")


def find(page: PageText) -> list[Finding]:
    """The rights and addresses that a letter of denial names (kept only on such letters)."""
    if not APPEAL.search(page.text[:20000]):
        return []
    findings = _address(page)
    for name, pattern in RIGHTS:
        sentence = next((s for s in sentences_of(page) if re.search(pattern, s.text, re.IGNORECASE)), None)
        if sentence and name == "peer_to_peer" and not CONTACT.search(sentence.text):
            sentence = _with_a_phone(page, sentence)
        if sentence and not (name == "external_review" and _is_a_title(sentence.text)):
            findings.append(_made(page, name, _value(name, sentence.text), sentence.text, sentence.box))
    return findings


def _with_a_phone(page: PageText, sentence: Sentence) -> Sentence:
    """A sentence with the next one, where that says whom to call for it."""
    told = sentences_of(page)
    after = next((s for s in told if s.start > sentence.start), sentence)
    calls = re.search(r"\b(?:call|phone|schedule|request)", after.text, re.IGNORECASE) and CONTACT.search(after.text)
    return replace(sentence, text=f"{sentence.text} {after.text}") if calls else sentence


def _is_a_title(text: str) -> bool:
    """Whether every word begins with a capital, as in a company's name, which offers nothing."""
    return not text.isupper() and all(word[0].isupper() for word in text.split() if word[0].isalpha())


def _value(name: str, text: str) -> str:
    """What a right's sentence tells: the phone of a call between physicians, the criteria's sentence, else that it is offered."""
    if name == "criteria_cited":
        return text[:300]
    phone = CONTACT.search(text) if name == "peer_to_peer" else None
    return re.sub(r"\D", "", phone[0])[-10:] if phone else "offered"


def _made(page: PageText, name: str, value: str, raw: str, box: Box, sure: float = 0.85) -> Finding:
    return Finding(name, value, raw[:300], page.page_number, box, sure, "valid", None, "the letter's own wording")


def _address(page: PageText) -> list[Finding]:
    """Where an appeal goes: the postal address behind words that send one there; else the sentence that names a fax."""
    text = page.text[:20000]
    found = [(place[0], match.end(), place) for match in SEND.finditer(text)
             if (place := postal_address(text[match.end() : match.end() + REACH]))
             and not BETWEEN.search(text[match.end() : match.end() + place[0]])]  # fmt: skip
    if found:
        _, base, (first, last) = min(found)
        start, end = base + first, base + last
        addressee = re.split(r"[.:;?]\s|\b(?:to|at)\b", text[max(0, start - 90) : start])[-1]
        line = page.lines[text.count("\n", 0, start)]
        value = " ".join(f"{addressee}{text[start:end]}".split()).strip(" ,:-•")
        return [_made(page, "appeal_address", value, text[start:end], line.box, 0.88)]
    for sentence in sentences_of(page):
        if SEND.search(sentence.text) and CONTACT.search(sentence.text):
            return [_made(page, "appeal_address", sentence.text[:300], sentence.text, sentence.box, 0.8)]
    return []


def find_deadlines(pages: Sequence[PageText], denial_dates: Sequence[Finding]) -> list[Finding]:
    """The last day to appeal: the printed one wins; else a window like "within 60 days of this notice".

    A window is counted from the notice date even where the letter counts from receipt: the earlier, safer day.
    """
    told = [(page, sentence) for page in pages for sentence in sentences_of(page)]
    steps = [
        (page, sentence)
        for place, (page, sentence) in enumerate(told)
        if APPEAL.search(sentence.text) or place and APPEAL.search(told[place - 1][1].text)
    ]
    for page, sentence in steps:
        if found := _printed(page, sentence, denial_dates):
            return [found]
    ranked = sorted(steps, key=lambda step: bool(OTHER_STEP.search(step[1].text)))
    for page, sentence in ranked:
        if denial_dates and (found := _counted(page, sentence, denial_dates[0])):
            return [found]
    return []


def _printed(page: PageText, sentence: Sentence, denial_dates: Sequence[Finding]) -> Finding | None:
    """A day printed behind "by" or "no later than" in a sentence about the appeal."""
    for match in ANY.finditer(sentence.text[:600]):
        day = made(match)
        if (
            day
            and BY_DATE.search(sentence.text[: match.start()])
            and (not denial_dates or day.on.isoformat() > denial_dates[0].value)
        ):
            return Finding(
                "appeal_deadline",
                day.on.isoformat(),
                match[0],
                page.page_number,
                sentence.box,
                0.93,
                "valid",
                None,
                "the last day as the letter prints it",
            )
    return None


def _counted(page: PageText, sentence: Sentence, noticed: Finding) -> Finding | None:
    """The notice date plus the letter's window."""
    for match in WINDOW.finditer(sentence.text[:1000]):
        days = int(match["inner"] or match["number"] or WORDS[re.sub(r"[\s-]", "", match["word"].lower())])
        before, after = sentence.text[: match.start()][-70:], match["from"]
        counted = re.search(r"date|receipt|receiv|notice|letter|denial|decision|determination", after, re.IGNORECASE)
        if not 20 <= days <= 365 or not (counted or re.search(r"within|have|up to|no later", before, re.IGNORECASE)):
            continue
        due = date.fromisoformat(noticed.value) + timedelta(days)
        reason = f"{days} days counted from the notice date {noticed.value}"
        if re.search(r"receipt|receiv|get\b", after, re.IGNORECASE):
            reason += "; the letter counts from receipt, so this is the earlier, safer day"
        business = (match["kind"] or "").lower().startswith(("bus", "work"))
        sure = (
            0.5
            if business
            else 0.7
            if OTHER_STEP.search(sentence.text)
            and not re.search(r"\bappeal\b.{0,60}within|within.{0,60}appeal", sentence.text, re.IGNORECASE)
            else 0.93
        )
        return Finding("appeal_deadline", due.isoformat(), match[0][:120], page.page_number, sentence.box, min(sure, noticed.confidence),
                       "suspect" if business else "valid", None, reason)  # fmt: skip
    return None
