"""What a denial says: adjustment and remark codes kept together, and the reason in our own words (`data/denials.toml`)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from casefile.records import Box, Finding, Line, PageText
from extractors.blocks import cells_of
from extractors.labels import label_over
from extractors.sentences import Sentence, sentences_of
from extractors.wordings import fold, wordings

GROUP_CODE = re.compile(r"(?<![\w-])([CP][O0RI]|[O0]A|P[I1l])\s?[-–—:]?\s?(\d{1,3}|[ABPWY]\d{1,2})(?![\w%]|\.\d|-\d)")
SURE_CODE = re.compile(r"\b(?:CO|PR|OA|PI)-\d{1,3}\b")
REMARK = re.compile(r"(?<![\w-])(MA\d{1,3}|M\d{1,3}|N\d{2,4})(?![\w.-])")
BARE_CARC = re.compile(r"\bCARC\s*(?:code)?\s*:?\s*(\d{1,3}|[ABPWY]\d{1,2})\b", re.IGNORECASE)
ABOUT_CODES = re.compile(r"reason|remark|\bcodes?\b|carc|rarc|denial|adjust|\brem\b|\bmoa\b|\brmk", re.IGNORECASE)
COMPANY = re.compile(
    r"\b(health ?plan|plan|insurance|managed care|care partners?|health (?:partners?|net(?:work)?|choice|alliance|options?)|community care|MAC|assurance|advantage|medicaid|medicare|mutual|blue (cross|shield)|health ?care|benefits?|hmo|ppo|trust|health|administrators|care ?plus|indemnity|cooperative|medical assistance|casualty)\b",
    re.IGNORECASE,
)
NO_COMPANY = re.compile(
    r"\d|:|claim|facsimile|jurisdiction|contractor|denial|notice|form|request|explanation|decision|determination|remittance|department|member|order|supply|associates|center|clinic|medicine",
    re.IGNORECASE,
)
TITLE = re.compile(
    r"\s[–—|-]\s|\s+(?=(?:medicare )?(?:notice of|remittance|explanation of|determination|claim (?:decision|determination))\b)",
    re.IGNORECASE,
)
"""What parts a company's name from the title behind it."""
ASKED = re.compile(
    r"\b(?:[Aa]sk(?:ing)?|[Cc]all(?:ing)?|[Cc]ontact(?:ing)?|[Mm]ember of|[Ee]nrolled in|[Ww]rit(?:e|ing) to|[Bb]ehalf of|[Yy]our plan,?)\s+(?:the\s+)?((?:[A-Z][\w'’&-]*\s){1,5}?[A-Z][\w'’&-]*)"
    r"(?=\s+(?:for|to|at|by|in writing|or|within|has|have|is|and|received|,)\b|[.,;:(]|$)"
)
"""A company named as the one that decides."""
IS_DENIAL = re.compile(
    r"\b(denied|denial|deny|adverse|not (been )?approved?|not\s+covered|(?:cannot|can not|unable to|not able to|will not|won.t|decided not to|did not) (?:approve|cover|authori[sz]e|certify|pay)|decided to (?:end|stop|reduce|deny|suspend|terminate|cut)|notice of action|has (?:been )?(?:reduced|terminated|suspended)|non-?affirm\w*|not certified|disapproved|uphold\w*|upheld|benefits are not (?:available|payable)|exclud(?:es|ed))",
    re.IGNORECASE,
)
VAGUE, OF_THE_PLAN = (
    "non-covered benefit",
    re.compile(r"exclu|benefit|does not cover|plan\b|policy|contract", re.IGNORECASE),
)
"""That something is not covered says little by itself: any reason that is told besides counts more."""
WHY = re.compile(
    r"\bbecause\b|\breasons?\b\W|rationale|\bwhy\b|\bsince\b|due to|is considered|does not (?:meet|show|support)",
    re.IGNORECASE,
)
IS_REMITTANCE = re.compile(
    r"explanation of (benefits|payment)|remittance|\beob\b|\beop\b|\bera\b.{0,20}advice", re.IGNORECASE
)
IS_PLANS = re.compile(
    r"utili[sz]ation (?:management|review)|\bUM\b|peer[- ]to[- ]peer|prior authori[sz]ation|authori[sz]ation approval|approval (?:letter|notice)|notice of (?:approval|authori[sz]ation)|pre-?certification|authori[sz]ation request|member services",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reason:
    """One kind of denial: its name, what letters say, and its codes."""

    name: str
    patterns: tuple[re.Pattern[str], ...]
    codes: frozenset[str]


@cache
def reasons() -> tuple[Reason, ...]:
    """The kinds of denial, the more particular first."""
    rows = tomllib.loads((Path(__file__).parent / "data" / "denials.toml").read_text())["reason"]
    return tuple(Reason(row["name"], tuple(re.compile(p, re.IGNORECASE) for p in row["patterns"]), frozenset(row.get("carc", []) + row.get("rarc", [])))
                 for row in rows)  # fmt: skip


def find(page: PageText) -> list[Finding]:
    """Codes and reason of a page that speaks of a denial; the payer in the head of a plan's page."""
    text = page.text[:20000]
    denied, paid = bool(IS_DENIAL.search(text)), bool(IS_REMITTANCE.search(text[:1500]))
    if not denied and not paid and not (SURE_CODE.search(text) and REMARK.search(text)):
        return _payer(page) if IS_PLANS.search(text[:600]) else []
    codes = [finding for number, line in enumerate(page.lines) for finding in _codes(page, number, line)]
    by_codes = _reason_of_codes(page, codes)
    said = by_codes if paid and by_codes else (_reason(page) if denied or not codes else []) or by_codes
    return codes + said + _payer(page)


def _codes(page: PageText, number: int, line: Line) -> list[Finding]:
    """Group codes with their reason, and remark codes, of one line."""
    text, found = line.text[:2000], []
    groups = list(GROUP_CODE.finditer(text))
    for match in groups:
        group = match[1].replace("0", "O").replace("1", "I").replace("l", "I")
        if group not in {"CO", "PR", "OA", "PI"} or re.match(r"\s?[-–]?\d{3,}(?!\d*\.\d\d)", text[match.end() :]):
            continue
        found.append(
            _made(page, line, match, f"{group}-{match[2]}", 0.95, "group and reason", "group code with its reason code")
        )
    for match in BARE_CARC.finditer(text):
        found.append(_made(page, line, match, match[1], 0.92, "reason", "reason code by its label"))
    together = f" with {found[0].value}" if found else ""
    for match in REMARK.finditer(text):
        box = line.words_in(match.start(), match.end())[0].box
        if (
            groups
            or ABOUT_CODES.search(text)
            or label_over(page, number, box) in {"other", "code"}
            and IS_REMITTANCE.search(page.text[:1500])
        ):
            found.append(
                _made(page, line, match, match[1], 0.92, "remark", f"remark code{together}, on a line about codes")
            )
    return found


def _made(page: PageText, line: Line, match: re.Match[str], value: str, sure: float, role: str, reason: str) -> Finding:
    words = line.words_in(match.start(), match.end())
    confidence = sure * (0.9 + 0.1 * min(word.confidence for word in words))
    return Finding("denial_code", value, match[0], page.page_number, words[0].box, confidence, "valid", role, reason)


def _payer(page: PageText) -> list[Finding]:
    """Who denied: the company in the letter's head, else the one that the letter tells the reader to ask."""
    for line in page.lines[:8]:
        for cell in cells_of(line):
            text = TITLE.split(cell.text[:120])[0]
            if (
                cell.box[1] < 0.2
                and COMPANY.search(text)
                and not NO_COMPANY.search(text)
                and len(text.split()) <= 7
                and fold(text) not in wordings()
            ):
                return [
                    _named(
                        page,
                        text.strip(" ,;"),
                        cell.box,
                        0.9 * (0.85 + 0.15 * cell.confidence),
                        "the head of the plan's page",
                    )
                ]
    for sentence in sentences_of(page):
        match = ASKED.search(sentence.text)
        if match and COMPANY.search(match[1]) and not NO_COMPANY.search(match[1]):
            return [_named(page, match[1].strip(" ,;"), sentence.box, 0.8, "whom the letter tells the reader to ask")]
    return []


def _named(page: PageText, name: str, box: Box, sure: float, why: str) -> Finding:
    return Finding("payer_name", name, name, page.page_number, box, sure, "valid", None, why)


def _reason(page: PageText) -> list[Finding]:
    """The reason whose wording stands nearest to the refusal; general rights texts come after it."""
    best: tuple[float, Reason, Sentence] | None = None
    refused = False
    for place, sentence in enumerate(sentences_of(page)):
        refused = refused or bool(IS_DENIAL.search(sentence.text))
        weight = (3.0 if IS_DENIAL.search(sentence.text) else 2.0 if refused else 1.0) - 0.02 * place
        if re.search(r"appeal|right to|you may|copies of|request a", sentence.text, re.IGNORECASE) and not re.search(
            r"because|since|due to", sentence.text, re.IGNORECASE
        ):
            weight -= 2.5
        if WHY.search(sentence.text):
            weight += 1.5
        for order, reason in enumerate(reasons()):
            if any(pattern.search(sentence.text) for pattern in reason.patterns):
                vague = reason.name == VAGUE and not OF_THE_PLAN.search(sentence.text)
                weighed = weight - 0.001 * order - (1.5 if vague else 0.0)
                best = (weighed, reason, sentence) if best is None or weighed > best[0] else best
    if best is None:
        return []
    return [Finding("denial_reason", best[1].name, best[2].text[:300], page.page_number, best[2].box, 0.9 if best[0] > 1.5 else 0.7, "valid", None,
                    "the letter's own wording")]  # fmt: skip


def _reason_of_codes(page: PageText, codes: list[Finding]) -> list[Finding]:
    """The reason that the adjustment codes stand for, where no words say it; codes that share costs give none."""
    for finding in codes:
        bare = finding.value.split("-")[-1]
        known = [reason for reason in reasons() if bare in reason.codes and finding.role != "remark"]
        if known and known[0].name != "patient share or contract":
            return [Finding("denial_reason", known[0].name, finding.raw, page.page_number, finding.box, 0.85 * finding.confidence, "valid", None,
                            f"what {finding.value} stands for")]  # fmt: skip
    return []
