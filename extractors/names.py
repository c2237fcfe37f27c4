"""People's names as offices write them → First Middle Last. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from extractors.wordings import fold, wordings

LETTERS = (r"M\.?[DO]|D\.?[O0]|N\.?P|P\.?A(?:[-. ]?C)?|A?PRN|APRN|CNS|CRNP|DNP|FNP(?:[-. ]?(?:C|BC))?|ARNP|AGNP|ANP|CNP|CNM|RN|BSN|MSN|DPM|DPT|PT|OT|OTR|RRT|RT|"
           r"LPN|Ph\.?D|FACP|FCCP|FAAFP|MBBS|DC|OD|PharmD|ATP|CWS|CWON|WOCN|LCSW|MPH|MS|BC")  # fmt: skip
CREDENTIALS = re.compile(rf"(?:^|[\s,(/]+\.?)(?:{LETTERS})\b\.?\)?(?=$|[\s,.;)/])")
TITLES = re.compile(
    r"^\s*(?:(?:D[NKQ](?=\s[A-Z])|dr|doctor|mr|mrs|ms|miss)\b[.,]?\s+|(?:[O0B]r\b[.,]?|D[ih]\.|\S+\s+dr\.)\s+(?=\S+\s+\S))",
    re.IGNORECASE,
)
"""A title, "Dr." also as it is misread or behind what is left of a label."""
SAINT = re.compile(r"\b(St|Ste|Mt),\s", re.IGNORECASE)
"""A dot that was read as a comma."""
LOST_COMMA = re.compile(
    r"^((?!(?:St|Mt|Ste)\b)(?:(?:van|von|de|del|la|mc|st\.?)\s+)?[^\W\d_][\w'’-]{2,}(?:\s+(?:Jr|Sr|II|III))?)\s?\.{1,2}\s*([^\W\d_][\w'’-]*(?:\s+[A-Z]\.?)?)$",
    re.IGNORECASE,
)
"""LAST. FIRST: a comma that was read as a dot."""
PART = re.compile(r"[^\W\d_][^\W\d_'’.`-]*(?:['’`-][^\W\d_][^\W\d_]*)*\.?")
ENDS = re.compile(r"\s[\w/.]+\s?:.*$|\s(?:cust|customer|client|acct|account|chart|case|order|rec|record|mr|patient|pt)\b\.?\s*(?:#|no\b|num|id\b).*$|\s(?:dob|d\.?\s?[o0]\.?\s?:?\s?b|(?:january|february|march|april|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)(?=\W*[\dOIl])|mrn|id|npi|phone|date|fax|sex|age|born|bom|member|medicaid|license|lic|ph|tel|on|at|signature|signed|sign|x\s?\d+|ext|extension|electronically|insurance)\b.*$|\(.*$|[\[#|:;_].*$|\s\d.*$", re.IGNORECASE)  # fmt: skip
PARTICLES = frozenset(
    {"van", "von", "de", "del", "della", "la", "le", "st", "der", "den", "di", "da", "dos", "al", "el", "bin", "mc"}
)
SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
NOT_NAMES = frozenset(["name", "id", "number", "date", "dob", "birth", "the", "and", "of", "phone", "address", "signature", "information", "instructions", "to", "for", "with", "from", "see", "per", "is", "was", "are", "has", "will", "not", "no", "yes", "none", "n/a", "plan", "health", "insurance", "medicare", "medicaid", "hospital", "clinic", "center", "medical", "home", "care", "order", "form", "page", "fax", "supply", "company", "inc", "llc", "street", "road", "avenue", "lane", "drive", "suite", "box", "diagnosis", "code", "item", "equipment", "oxygen", "male", "female", "unknown", "same", "above", "below", "attached", "please", "print", "patient", "member", "provider", "physician", "practitioner", "prescriber", "supplier", "facility", "agency", "department", "services", "service", "group", "office", "associates", "family", "medicine", "pulmonary", "wound", "hours", "daily", "monthly", "who", "which", "that", "this", "history", "visit", "note", "report", "chart", "assessment", "evaluation", "demographics", "intake", "remittance", "advice", "mobility", "wheelchair", "request", "authorization", "notice", "denial", "sheet", "log", "list", "summary", "record", "registration", "certificate", "letter", "claim", "benefits", "explanation", "test", "study", "results", "therapy", "progress", "discharge", "admission", "insured", "first", "last", "or", "other", "source", "program", "code", "preferred", "info", "charges", "amount", "billed", "approved", "charge", "paid", "provided", "remarks", "organization", "determination", "determinations", "operations", "review", "claims", "appeals", "appeal", "management", "administration", "administrators", "committee", "board", "unit", "division", "utilization", "grievance", "grievances", "team", "billing", "benefit"])  # fmt: skip


@lru_cache(2048)
def normal_name(text: str) -> str:
    """First Middle Last without credentials and titles; `LAST, FIRST M` is turned round. Empty when it is no name."""
    bare = " " + text.strip(" ,.;:-_'\"“”*")[:120]
    letters = CREDENTIALS.search(bare)
    if letters and len(PART.findall(bare[: letters.start()])) > 1:
        bare = bare[: letters.start()]
    bare = CREDENTIALS.sub(" ", bare)
    bare = ENDS.sub("", bare)
    bare = TITLES.sub("", bare).strip(" ,.;:-_*")
    bare = SAINT.sub(r"\1. ", LOST_COMMA.sub(r"\1, \2", bare))
    bare = re.sub(r"[\s,]*,", ",", bare)
    if re.search(r"[\d/@]", bare):
        return ""
    last, comma, first = bare.partition(",")
    if comma:
        first, _, more = first.strip().partition(",")
        if first.lower().strip(" .") in SUFFIXES:
            last, first = f"{last} {first}", more.strip()
        bare = f"{first.strip()} {last.strip()}".strip()
    parts = PART.findall(bare)
    if len(parts) > 2 and not comma and parts[-1] in {"F", "M"}:
        parts = parts[:-1]  # the sex behind the name
    if not 2 <= len(parts) <= 5 or len(bare) > 48 or {p.lower().strip(".") for p in parts} & NOT_NAMES:
        return ""
    if any(len(p.strip(".")) < 2 for p in parts) and max(len(p) for p in parts) < 3:
        return ""
    if not all(p[:1].isupper() or p.lower() in PARTICLES for p in parts) or fold(bare) in wordings():
        return ""
    return " ".join(_cased(part.strip(".")) for part in parts)


def _cased(part: str) -> str:
    """A part of a name in upper case is set in mixed case; others stay as written."""
    if re.fullmatch(r"Mc[A-Z]{3,}", part):
        return "Mc" + part[2:].title()
    if not part.isupper() or len(part) < 2:
        return part
    if part.lower() in {"ii", "iii", "iv"}:
        return part
    mixed = part.title()
    return "Mc" + mixed[2:].title() if mixed.startswith("Mc") and len(mixed) > 4 else mixed


def is_name(text: str) -> bool:
    """Whether the words could be a person's name."""
    return bool(normal_name(text))
