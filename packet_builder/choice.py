"""What a person chose for one packet: which exhibits, in which order, and the letter's own words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from casefile.records import CaseFile, Exhibit
from packet_builder.errors import PacketError
from packet_builder.html_blocks import Block, Rule, Run, TableBlock

Blocks = list[Block | TableBlock | Rule]


def exhibit_id(exhibit: Exhibit) -> str:
    """A short name for an exhibit that stays the same while the case does."""
    return f"{exhibit.fax_sha256[:16]}-{exhibit.pages[0].page_number}"


def chosen(case: CaseFile, ids: Sequence[str], by: str) -> CaseFile:
    """The case with only these exhibits, in this order within each section; the others' pages are excluded, with who did it.

    Raises:
        PacketError: None is left, or one is not in the case.
    """
    known = {exhibit_id(exhibit): exhibit for exhibit in case.exhibits}
    if not ids or not set(ids) <= set(known):
        raise PacketError(
            "the choice of exhibits does not fit the case any more. Look at it again and choose at least one."
        )
    kept = tuple(known[name] for name in dict.fromkeys(ids))
    bound = {(exhibit.fax_sha256, page.page_number) for exhibit in kept for page in exhibit.pages}
    ledger = tuple(
        replace(row, state="excluded", reason=f"left out of this packet by {by or 'a person'}")
        if row.state == "exhibit" and (row.fax_sha256, row.page) not in bound else row
        for row in case.ledger
    )  # fmt: skip
    return replace(case, exhibits=kept, ledger=ledger)


def paragraphs(blocks: Sequence[Block | TableBlock | Rule]) -> list[str]:
    """The letter's plain paragraphs as text; a newline is a line break. Letterhead, tables and lists are not among them."""
    return [_text(block) for block in blocks if _is_plain(block)]


def rewritten(blocks: Blocks, edits: Mapping[str, str]) -> Blocks:
    """The letter with paragraphs replaced by a person's words; an empty text takes the paragraph out.

    Raises:
        PacketError: A paragraph that was changed does not stand in the letter.
    """
    changed = {old: new for old, new in edits.items() if old != new}
    if not set(changed) <= set(paragraphs(blocks)):
        raise PacketError(
            "a paragraph that was rewritten does not stand in the letter any more, since the kind, the level or a value "
            "of the case changed. Look at the letter again."
        )
    made: Blocks = []
    for block in blocks:
        new = changed.get(_text(block)) if _is_plain(block) else None
        made += [block] if new is None else _blocks(new)
    return made


def _is_plain(block: Block | TableBlock | Rule) -> bool:
    return isinstance(block, Block) and block.kind == "p" and not block.style


def _text(block: Block | TableBlock | Rule) -> str:
    assert isinstance(block, Block)
    lines = "".join(run.words for run in block.runs).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines)


def _blocks(text: str) -> list[Block]:
    """A blank line begins a new paragraph."""
    made = []
    for part in text.split("\n\n"):
        lines = [line.strip() for line in part.strip().split("\n")]
        runs = [run for line in lines for run in (Run("\n"), Run(line))][1:]
        if any(lines):
            made.append(Block("p", runs))
    return made
