"""What stands against sending a packet. Blocks need a person and a reason to be lifted; both are kept in the manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from casefile.records import CaseFile, Cited
from packet_builder.errors import PacketError
from packet_builder.request import Override

IDENTITY = ("member_name", "member_dob", "member_id")
CITED = ("member_id", "member_dob", "claim_number", "denial_date", "provider_npi", "service")
FIELDS_OF = {"provider_npi": "ordering_provider_npi", "service": "hcpcs"}
SURE = 0.9


@dataclass(frozen=True)
class Block:
    """One reason not to send: a code to name it by, what is wrong, what to do."""

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class Blocked(PacketError):
    """The preflight found what a person must mend or lift."""

    exit_code = 3

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = tuple(blocks)
        lines = "\n  ".join(str(block) for block in blocks)
        super().__init__(
            f"the packet is held back:\n  {lines}\n"
            f"Mend the case, or lift a check by name: --override {blocks[0].code}='why it may be sent' --by 'your name'"
        )


def balance(case: CaseFile) -> None:
    """Every received page has an end state, and every exhibit page is bound exactly once.

    Raises:
        PacketError: The ledger does not balance. This cannot be overridden.
    """
    if not case.exhibits:
        raise PacketError(f"case {case.case_id or '(folder)'} has no exhibit to bind.")
    bound = Counter((e.fax_sha256, p.page_number) for e in case.exhibits for p in e.pages)
    if max(bound.values()) > 1:
        raise PacketError("a page would be bound twice; the ledger does not balance.")
    waiting = [r for r in case.ledger if r.state == "received"]
    if waiting:
        first = waiting[0]
        raise PacketError(f"{len(waiting)} pages have no end state, first {first.fax_sha256[:12]} page {first.page}.")
    listed = {(r.fax_sha256, r.page) for r in case.ledger if r.state == "exhibit"}
    if listed != set(bound):
        odd = sorted(listed ^ set(bound))[0]
        raise PacketError(f"the ledger does not balance: {odd[0][:12]} page {odd[1]} is listed or bound, not both.")


def find_blocks(case: CaseFile, kind: str, today: date) -> list[Block]:
    """Everything that holds a packet back, before any override.

    Args:
        case: The case as it would be bound.
        kind: `appeal` or `complaint`. Only appeals run against a clock and need the notice they answer.
        today: The day of the letter.
    """
    blocks = [*_wrong_patient(case), *_signature(case), *_suspect(case)]
    if kind == "appeal":
        blocks += [*_notice(case), *_deadline(case, today)]
    return blocks


def require_clear(blocks: Sequence[Block], overrides: Sequence[Override]) -> tuple[Override, ...]:
    """The overrides that lift a block that was found.

    Raises:
        Blocked: A block is not lifted.
        PacketError: An override names no one, gives no reason, or lifts nothing that was found.
    """
    for override in overrides:
        if not override.by.strip() or not override.reason.strip():
            raise PacketError(
                f"the override of {override.code} needs a reason and a name: --override {override.code}='…' --by '…'"
            )
    codes = {override.code for override in overrides}
    if extra := codes - {block.code for block in blocks}:
        raise PacketError(f"nothing was found that --override {sorted(extra)[0]} would lift; take it out.")
    left = [block for block in blocks if block.code not in codes]
    if left:
        raise Blocked(left)
    return tuple(overrides)


def _notice(case: CaseFile) -> Iterator[Block]:
    if not any(exhibit.kind == "denial_letter" for exhibit in case.exhibits):
        yield Block(
            "no-denial-notice",
            "an appeal needs the notice it answers, and the case has none. File the notice with the case.",
        )


def _deadline(case: CaseFile, today: date) -> Iterator[Block]:
    due = [clock.due for clock in case.clocks if clock.due and "appeal" in clock.name]
    if not due:
        yield Block(
            "unknown-deadline", "the last day to appeal is not known. Find it on the notice and set it in the case."
        )
    elif min(due) < today:
        yield Block("passed-deadline", f"the last day to appeal was {min(due).isoformat()}, before the letter's date {today.isoformat()}. "
                                       "Late filing needs a good cause, stated in the letter.")  # fmt: skip


def _signature(case: CaseFile) -> Iterator[Block]:
    for verdict in case.verdicts:
        if verdict.requirement.endswith(".signature") and verdict.answer == "missing":
            yield Block("unsigned-order", f"{verdict.title}: {verdict.reason} Get the signed order before sending.")


def _suspect(case: CaseFile) -> Iterator[Block]:
    """Values that the letter cites and that stand only on readings nobody is sure of."""
    for name in CITED:
        value = getattr(case, name)
        read = [
            row.finding
            for row in case.findings
            if row.finding.field == FIELDS_OF.get(name, name) and row.finding.value == value
        ]
        if value and read and all(finding.status == "suspect" or finding.confidence < SURE for finding in read):
            page = read[0].page
            yield Block("suspect-value", f"the letter would cite a {name.replace('_', ' ')} that was read on page {page} and is in doubt. "
                                         "Compare it with the page and confirm it in the case.")  # fmt: skip


def _wrong_patient(case: CaseFile) -> Iterator[Block]:
    """Bound pages on which two marks of identity are surely another's, and none is this patient's."""
    bound = {(e.fax_sha256, p.page_number) for e in case.exhibits for p in e.pages}
    pages: dict[tuple[str, int], list[Cited]] = {}
    for row in case.findings:
        key = (row.fax_sha256, row.finding.page)
        if key in bound and row.finding.field in IDENTITY and row.finding.role is None:
            pages.setdefault(key, []).append(row)
    for (sha256, page), rows in sorted(pages.items()):
        same, other = set(), set()
        for row in rows:
            own = getattr(case, row.finding.field)
            if own and _plain(own) == _plain(row.finding.value):
                same.add(row.finding.field)
            elif own and row.finding.confidence >= SURE and row.finding.status != "suspect":
                other.add(row.finding.field)
        if len(other - same) >= 2 and not same:
            yield Block(
                "wrong-patient",
                f"page {page} of {sha256[:12]} bears another person's {' and '.join(sorted(other))}. Take it out of the case.",
            )


def _plain(value: str) -> str:
    return "".join(ch for ch in value.lower() if ch.isalnum())
