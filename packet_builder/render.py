"""Plan → PDF: write it, reopen it, check it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem

from casefile.records import CaseFile
from packet_builder import front, manifest
from packet_builder.errors import PacketError
from packet_builder.letter import letter_pdf
from packet_builder.overlay import overlay, standard_font
from packet_builder.plan import PacketPlan, Part, plan_packet
from packet_builder.sources import add_exhibit
from packet_builder.verify import verify_packet


@dataclass(frozen=True)
class PacketResult:
    """A written and checked packet."""

    path: Path
    sha256: str
    pages: int
    bates_first: str
    bates_last: str


@dataclass(frozen=True)
class _Front:
    letter: bytes
    contents: front.Drawn
    timeline: front.Drawn
    annex: front.Drawn

    def lengths(self) -> dict[str, int]:
        with pikepdf.open(BytesIO(self.letter)) as pdf:
            letter = len(pdf.pages)
        return {
            "letter": letter,
            "contents": self.contents.pages,
            "timeline": self.timeline.pages,
            "annex": self.annex.pages,
        }


def build_packet(
    case: CaseFile, *, kind: str, source_path: Callable[[str], Path], out: Path, prefix: str, organisation: str,
    contact: str, letter_date: date, progress: Callable[[int, int], None] | None = None,
) -> PacketResult:  # fmt: skip
    """Bind a case into one PDF.

    Args:
        case: The case; its ledger must balance.
        kind: `appeal` or `complaint`, the name of a letter template.
        source_path: Where the original with a given SHA-256 lies.
        out: The PDF to write; an older one is replaced only by a checked one.
        prefix: Letters before every Bates number.
        organisation: Our name on the letter.
        contact: Our contact line.
        letter_date: The day printed on the letter. The clock is never read: same inputs, same bytes.
        progress: Called with (exhibits done, exhibits in all).

    Raises:
        PacketError: A source cannot be bound, a letter value is missing, or the written file is not what was planned.
    """
    _balance(case)
    drawn, plan = _front_matter(case, kind, prefix, organisation, contact, letter_date)
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.name}.part")
    with pikepdf.new() as pdf:
        _assemble(pdf, case, plan, drawn, source_path, progress)
        _finish(pdf, case, kind, plan, drawn)
        pdf.save(part, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    _check(part, plan, drawn)
    part.replace(out)
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    return PacketResult(out, digest, plan.pages, plan.bates(0), plan.bates(plan.pages - 1))


def _balance(case: CaseFile) -> None:
    """Every received page has an end state, and every exhibit page is bound exactly once."""
    if not case.exhibits:
        raise PacketError(f"case {case.case_id or '(folder)'} has no exhibit to bind.")
    bound = [(e.fax_sha256, p.page_number) for e in case.exhibits for p in e.pages]
    if len(bound) != len(set(bound)):
        raise PacketError("a page would be bound twice; the ledger does not balance.")
    waiting = [r for r in case.ledger if r.state == "received"]
    if waiting:
        first = waiting[0]
        raise PacketError(f"{len(waiting)} pages have no end state, first {first.fax_sha256[:12]} page {first.page}.")
    listed = {(r.fax_sha256, r.page) for r in case.ledger if r.state == "exhibit"}
    if listed != set(bound):
        odd = sorted(listed ^ set(bound))[0]
        raise PacketError(f"the ledger does not balance: {odd[0][:12]} page {odd[1]} is listed or bound, not both.")


def _front_matter(
    case: CaseFile, kind: str, prefix: str, organisation: str, contact: str, letter_date: date
) -> tuple[_Front, PacketPlan]:
    """Draw the front matter until its own length no longer changes the numbers in it."""
    lengths = {"letter": 1, "contents": 1, "timeline": 1, "annex": 1}
    for _ in range(6):
        plan = plan_packet(case, prefix, lengths)
        values = _letter_values(case, plan, organisation, contact, letter_date)
        drawn = _Front(
            letter_pdf(kind, values),
            front.contents(case, plan),
            front.timeline(case, plan),
            front.annex(case, plan),
        )
        if drawn.lengths() == lengths:
            return drawn, plan
        lengths = drawn.lengths()
    raise PacketError("the front matter's length does not settle; shorten the letter.")


def _letter_values(case: CaseFile, plan: PacketPlan, organisation: str, contact: str, day: date) -> dict[str, object]:
    clock = next((c for c in case.clocks if c.due), None)
    rows = [
        {"name": part.name, "title": part.title, "bates": front.bates_range(plan, part),
         "on": part.exhibit.on.isoformat() if part.exhibit and part.exhibit.on else ""}
        for part in plan.exhibits()
    ]  # fmt: skip
    fields = ("member_name", "member_id", "member_dob", "payer_name", "provider_name", "provider_npi", "claim_number",
              "denial_date", "denial_reason", "service")  # fmt: skip
    return {
        **{name: getattr(case, name) for name in fields}, **case.facts, "organisation": organisation, "contact": contact,
        "letter_date": f"{day:%B} {day.day}, {day.year}", "exhibits": rows,
        "deadline": clock.due.isoformat() if clock and clock.due else "", "deadline_rule": clock.rule if clock else "",
    }  # fmt: skip


def _assemble(
    pdf: pikepdf.Pdf, case: CaseFile, plan: PacketPlan, drawn: _Front, source_path: Callable[[str], Path],
    progress: Callable[[int, int], None] | None,
) -> None:  # fmt: skip
    """All pages in the plan's order."""
    own = {
        "letter": drawn.letter,
        "contents": drawn.contents.pdf,
        "timeline": drawn.timeline.pdf,
        "annex": drawn.annex.pdf,
    }
    done = 0
    for part in plan.parts:
        if part.exhibit is None:
            _append(pdf, own[part.name])
            continue
        _append(pdf, front.slip_sheet(part, plan))
        add_exhibit(pdf, part.exhibit, source_path(part.exhibit.fax_sha256))
        done += 1
        if progress:
            progress(done, len(plan.exhibits()))
    if len(pdf.pages) != plan.pages:
        raise PacketError(f"{len(pdf.pages)} pages were assembled; {plan.pages} were planned.")


def _append(pdf: pikepdf.Pdf, data: bytes) -> None:
    with pikepdf.open(BytesIO(data)) as source:
        pdf.pages.extend(source.pages)


def _finish(pdf: pikepdf.Pdf, case: CaseFile, kind: str, plan: PacketPlan, drawn: _Front) -> None:
    """Stamps and words, links, bookmarks, labels, title and language, manifest."""
    font = standard_font(pdf)
    texts = {
        part.first + 1 + n: text
        for part in plan.exhibits()
        if part.exhibit
        for n, text in enumerate(part.exhibit.pages)
    }
    for index, page in enumerate(pdf.pages):
        overlay(pdf, page, font, plan.bates(index), texts.get(index))
    for part, made in _linked(plan, drawn):
        for link in made.links:
            _add_link(pdf, part.first + link.page, link)
    with pdf.open_outline() as outline:
        for part in plan.parts:
            name = f"{part.name}: {part.title}" if part.exhibit else part.title
            item = OutlineItem(f"{name} ({plan.bates(part.first)})", part.first)
            if part.exhibit:
                pages = range(part.first + 1, part.last + 1)
                item.children.extend(OutlineItem(f"Page {n} ({plan.bates(i)})", i) for n, i in enumerate(pages, 1))
            outline.root.append(item)
    pdf.Root.PageLabels = Dictionary(Nums=Array(_labels(plan)))
    pdf.Root.Lang = pikepdf.String("en-US")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.docinfo["/Title"] = f"{kind.capitalize()} packet {case.case_id}".strip()
    pdf.docinfo["/Producer"] = "casebinder"
    manifest.attach(pdf, manifest.manifest(case, kind, plan, pdf))


def _labels(plan: PacketPlan) -> list[object]:
    """One label a page, since viewers do not pad numbers with zeros."""
    return [item for i in range(plan.pages) for item in (i, Dictionary(P=pikepdf.String(plan.bates(i))))]


def _linked(plan: PacketPlan, drawn: _Front) -> list[tuple[Part, front.Drawn]]:
    made = {"contents": drawn.contents, "timeline": drawn.timeline, "annex": drawn.annex}
    return [(part, made[part.name]) for part in plan.parts if part.name in made]


def _add_link(pdf: pikepdf.Pdf, index: int, link: front.Link) -> None:
    page = pdf.pages[index]
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([round(edge, 2) for edge in link.rect]),
                      Border=Array([0, 0, 0]), F=4, Dest=Array([pdf.pages[link.target].obj, Name.Fit]))  # fmt: skip
    if "/Annots" not in page.obj:
        page.obj.Annots = Array()
    page.obj.Annots.append(pdf.make_indirect(note))


def _check(path: Path, plan: PacketPlan, drawn: _Front) -> None:
    """Reopen the file: page count, labels and contents by the manifest, every link's landing place."""
    problems = verify_packet(path)
    with pikepdf.open(path) as pdf:
        if len(pdf.pages) != plan.pages:
            problems.append(f"{len(pdf.pages)} pages were written; {plan.pages} were planned")
        places = {page.obj.objgen: index for index, page in enumerate(pdf.pages)}
        for part, made in _linked(plan, drawn):
            landed = [places[note.Dest[0].objgen] for n in range(part.pages)
                      for note in pdf.pages[part.first + n].obj.get("/Annots", [])]  # fmt: skip
            if landed != [link.target for link in made.links]:
                problems.append(f"links of the {part.name} do not land where they should")
    if problems:
        path.unlink()
        raise PacketError(f"the written packet is not what was planned: {problems[0]}")
