"""What a denial says: adjustment and remark codes, and the reason in our own words."""

from __future__ import annotations

import re

from casefile.records import Finding, PageText

GROUP_CODE = re.compile(r"\b(CO|PR|OA|PI)\s?[-–]\s?(\d{1,3}|[ABPWY]\d{1,2})\b")
REMARK = re.compile(r"(?<![\w-])(MA\d{1,3}|M\d{1,3}|N\d{2,4})(?![\w.-])")
ABOUT_CODES = re.compile(r"reason|remark|\bcode|carc|rarc|denial|adjust", re.IGNORECASE)
REASONS = (
    ("not medically necessary", r"medically\s+necessary|medical\s+necessity"),
    ("no or wrong authorization", r"prior\s+authorization|pre-?authorization|not\s+authorized"),
    (
        "records missing",
        r"records?\s+(were|was)\s+not\s+received|insufficient\s+documentation|missing\s+(information|documentation)",
    ),
    ("order defect", r"(order|prescription)\s+(was\s+)?(not\s+signed|incomplete|missing|invalid)"),
    ("non-covered benefit", r"not\s+(a\s+)?covered|non-?covered|excluded\s+from\s+coverage"),
    ("out of network", r"out[- ]of[- ]network|not\s+in\s+(our|the)\s+network"),
    ("not eligible", r"not\s+eligible|coverage\s+(ended|terminated)"),
    ("timely filing", r"timely\s+filing|filed\s+(too\s+)?late"),
    ("duplicate claim", r"duplicate\s+claim"),
)
COMPANY = re.compile(
    r"\b(health ?plan|plan|insurance|assurance|advantage|medicaid|medicare|mutual|blue (cross|shield)|health ?care|benefits?)\b",
    re.IGNORECASE,
)
IS_DENIAL = re.compile(r"\b(denied|denial|adverse|not approve|not\s+covered)", re.IGNORECASE)


def find(page: PageText) -> list[Finding]:
    """Codes and reason of a page that speaks of a denial; nothing on other pages."""
    if not IS_DENIAL.search(page.text[:20000]):
        return []
    findings = []
    for line in page.lines:
        text = line.text[:2000]
        for match in GROUP_CODE.finditer(text):
            words = line.words_in(match.start(), match.end())
            findings.append(Finding("denial_code", f"{match[1]}-{match[2]}", match[0], page.page_number, words[0].box,
                                    0.95, "valid", "group and reason", "group code with its reason code"))  # fmt: skip
        if ABOUT_CODES.search(text) or GROUP_CODE.search(text):
            for match in REMARK.finditer(text):
                words = line.words_in(match.start(), match.end())
                findings.append(Finding("denial_code", match[1], match[0], page.page_number, words[0].box, 0.92,
                                        "valid", "remark", "remark code on a line about codes"))  # fmt: skip
    return findings + _reason(page) + _payer(page)


def _payer(page: PageText) -> list[Finding]:
    """Who denied: the company in the letter's head, or the one appeals are sent to."""
    for line in page.lines[:6]:
        text = line.text[:120]
        if line.box[1] < 0.2 and COMPANY.search(text) and not re.search(r"\d|:|denial|notice", text, re.IGNORECASE):
            confidence = 0.9 * (0.85 + 0.15 * line.confidence)
            return [Finding("payer_name", text.strip(" ,;"), text, page.page_number, line.box, confidence, "valid", None,
                            "the head of the denial letter")]  # fmt: skip
    return []


def _reason(page: PageText) -> list[Finding]:
    """The first reason whose wording stands on the page, with the line that says it."""
    for category, pattern in REASONS:
        matcher = re.compile(pattern, re.IGNORECASE)
        for first, second in zip(page.lines, [*page.lines[1:], None], strict=True):
            both = first.text + (" " + second.text if second else "")
            match = matcher.search(both)
            if match and match.start() <= len(first.text):
                return [Finding("denial_reason", category, both[:300], page.page_number, first.box, 0.9, "valid", None,
                                "the letter's own wording")]  # fmt: skip
    return []
