"""The nouns every room shares. Immutable, no I/O, no imports from other rooms.

Boxes are (left, top, right, bottom) as fractions of the upright page; pages count from 1;
confidences run from 0 to 1; dates are ISO strings in findings and `date` objects in records.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from typing import Any, Literal

Box = tuple[float, float, float, float]
TextSource = Literal["text-layer", "ocr", "none"]
Status = Literal["valid", "repaired", "suspect"]
LedgerState = Literal["received", "exhibit", "duplicate", "blank", "other_patient", "excluded", "unassigned"]

READING_SCHEMA = "casebinder.reading/1"


@dataclass(frozen=True, slots=True)
class Word:
    """One word on a page: its text, box, confidence, and which text line it stands in."""

    text: str
    box: Box
    confidence: float
    line: int
    other: str = ""
    """What the other reader saw, where two readers differ."""

    @property
    def readings(self) -> tuple[str, ...]:
        """What it may read, the first reader's answer first; four at the most."""
        return tuple(dict.fromkeys((self.text, *self.other.split()[:3]))) if self.other else (self.text,)


@dataclass(frozen=True)
class Line:
    """Words that stand in one line, left to right."""

    words: tuple[Word, ...]

    @cached_property
    def text(self) -> str:
        """The words joined by single spaces."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def box(self) -> Box:
        """The smallest box around all words."""
        return union(word.box for word in self.words)

    @property
    def confidence(self) -> float:
        """Mean confidence of the words."""
        return sum(word.confidence for word in self.words) / len(self.words)

    def words_in(self, start: int, end: int) -> tuple[Word, ...]:
        """Words that overlap the characters `start:end` of `text`."""
        hits, position = [], 0
        for word in self.words:
            if position < end and position + len(word.text) > start:
                hits.append(word)
            position += len(word.text) + 1
        return tuple(hits)


@dataclass(frozen=True)
class Banner:
    """What the fax machine printed in the margin: never the patient's data."""

    sent_at: str | None = None
    sender: str | None = None
    page: int | None = None
    of: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The contract's `banner` object."""
        return {"sent_at": self.sent_at, "from": self.sender, "page": self.page, "of": self.of}


@dataclass(frozen=True)
class PageText:
    """One page's words and boxes in reading order, and how they were read."""

    page_number: int
    words: tuple[Word, ...] = ()
    source: TextSource = "none"
    confidence: float = 0.0
    rotation: int = 0
    blank: bool = False
    dpi: tuple[int, int] = (200, 200)
    banner: Banner | None = None
    ink: tuple[tuple[Box, float], ...] = ()
    """Signature-like ink: boxes of connected marks that are not text, with the share of dark pixels."""
    picture: str = ""
    """What a page of few words shows: the hexadecimal bits of `intake.picture.fingerprint`; empty where words tell."""

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The page's lines, top to bottom."""
        return tuple(Line(tuple(words)) for _, words in groupby(self.words, key=lambda word: word.line))

    @cached_property
    def text(self) -> str:
        """All lines joined by newlines."""
        return "\n".join(line.text for line in self.lines)

    def to_json(self) -> dict[str, Any]:
        """The contract's page object."""
        return {
            "page": self.page_number, "text": self.text, "text_source": self.source,
            "confidence": round(self.confidence, 4), "rotation": self.rotation, "blank": self.blank,
            "dpi": list(self.dpi), "banner": self.banner.to_json() if self.banner else None,
        }  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing read on a page, with how we know it."""

    field: str
    value: str
    raw: str
    page: int
    box: Box
    confidence: float
    status: Status = "valid"
    role: str | None = None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The contract's finding object."""
        row = asdict(self)
        row["box"] = [round(edge, 4) for edge in self.box]
        row["confidence"] = round(self.confidence, 4)
        return row


@dataclass(frozen=True)
class Document:
    """Pages of one fax that belong together, and what they are."""

    kind: str
    pages: tuple[int, ...]
    confidence: float = 0.0
    title: str = ""

    def to_json(self) -> dict[str, Any]:
        """The contract's document object."""
        return {"kind": self.kind, "pages": list(self.pages), "confidence": round(self.confidence, 4)}


@dataclass(frozen=True)
class Problem:
    """Something wrong with a file or one of its pages, in words for the person at the desk."""

    code: str
    message: str
    page: int | None = None
    of: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The contract's problem object."""
        row: dict[str, Any] = {"code": self.code, "page": self.page, "message": self.message}
        if self.of is not None:
            row["of"] = self.of
        return row


@dataclass(frozen=True)
class Reading:
    """Everything read from one file. `set_aside` means that none of its pages could be read."""

    name: str
    sha256: str
    media_type: str
    pages: tuple[PageText, ...] = ()
    documents: tuple[Document, ...] = ()
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    set_aside: bool = False

    def to_json(self) -> dict[str, Any]:
        """The contract's reading object."""
        return {
            "schema": READING_SCHEMA,
            "source": {"name": self.name, "sha256": self.sha256, "media_type": self.media_type,
                       "pages": len(self.pages)},
            "pages": [page.to_json() for page in self.pages],
            "documents": [document.to_json() for document in self.documents],
            "findings": [finding.to_json() for finding in self.findings],
            "problems": [problem.to_json() for problem in self.problems],
        }  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """Where a claim is proved: fax, page, box, and the words read there."""

    fax_sha256: str
    page: int
    box: Box | None = None
    raw: str = ""


@dataclass(frozen=True)
class Verdict:
    """One requirement's answer: met, missing, needs_person or not_applicable; always with a reason."""

    requirement: str
    title: str
    answer: Literal["met", "missing", "needs_person", "not_applicable"]
    reason: str
    rule: str
    evidence: Evidence | None = None
    elsewhere: bool = False
    """Whether `evidence` stands on another document than the one that must show it."""
    blocks: bool = True
    """Whether the case is incomplete without it; what rests on unverified facts never blocks."""


@dataclass(frozen=True)
class Event:
    """One thing that happened in a case. `lane` is `clinical` or `paperwork`; `on` may be unknown.

    Its proof is a page (`evidence`) or a logged entry (`entry`, its id); `flag` says what is odd about its date.
    """

    kind: str
    lane: Literal["clinical", "paperwork"]
    title: str
    on: date | None = None
    at: datetime | None = None
    evidence: Evidence | None = None
    flag: str = ""
    entry: str = ""


@dataclass(frozen=True)
class Clock:
    """A running deadline: its rule, what started it, and the day it ends (None: cannot be told).

    `due_at` is the moment where hours count, `opens` the first day of a window, `started_on` the day counted from.
    """

    name: str
    due: date | None
    rule: str
    started_by: str
    evidence: Evidence | None = None
    note: str = ""
    due_at: datetime | None = None
    opens: date | None = None
    started_on: date | None = None
    stopped_on: date | None = None
    """The day on which what the clock waits for had happened; a stopped clock presses nobody."""


@dataclass(frozen=True)
class Exhibit:
    """One document as the packet shows it: pages of one stored fax, with their text and turn."""

    title: str
    kind: str
    fax_sha256: str
    media_type: str
    pages: tuple[PageText, ...]
    on: date | None = None
    received_at: str | None = None


@dataclass(frozen=True)
class LedgerRow:
    """What became of one received page."""

    fax_sha256: str
    page: int
    state: LedgerState
    reason: str = ""
    duplicate_of: tuple[str, int] | None = None


@dataclass(frozen=True)
class Cited:
    """A finding with the fax it was read on."""

    fax_sha256: str
    finding: Finding


@dataclass(frozen=True)
class CaseFile:
    """Everything the packet builder needs to know of a case; built by the store, or from a folder."""

    case_id: str
    member_name: str
    member_id: str = ""
    member_dob: str = ""
    payer_name: str = ""
    provider_name: str = ""
    provider_npi: str = ""
    claim_number: str = ""
    denial_date: str = ""
    denial_reason: str = ""
    service: str = ""
    exhibits: tuple[Exhibit, ...] = ()
    events: tuple[Event, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    clocks: tuple[Clock, ...] = ()
    ledger: tuple[LedgerRow, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    findings: tuple[Cited, ...] = ()
    """What was read on the exhibits' pages, where it is known."""


def union(boxes: Any) -> Box:
    """The smallest box around all `boxes` (at least one)."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def renumbered(page: PageText, page_number: int) -> PageText:
    """The same page under another number."""
    return replace(page, page_number=page_number)
