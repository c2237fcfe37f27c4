"""The sheets around the exhibits: first sheet, contents, new pages, slip sheets, volume covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casefile.records import CaseFile
from packet_builder.drawing import INK, LEFT, RIGHT, RULE, SOFT, WIDTH, Sheets, wrapped
from packet_builder.drawn import Goal
from packet_builder.plan import SECTIONS, PacketPlan, Part
from packet_builder.request import Request
from packet_builder.tables import Column, Table

SECTION_TITLES = {name: title for name, title, _ in SECTIONS}
NOT_STATED = "not stated in the record"


def contents(sheets: Sheets, plan: PacketPlan) -> None:
    """Every part with its Bates range, linked; over volumes, with the volume that holds it."""
    many = plan.volumes > 1
    sheets.heading("Contents", f"{plan.pages:,} pages, {plan.bates(0)} to {plan.bates(plan.pages - 1)}"
                   + (f", in {plan.volumes} volumes" if many else "") + ". The number at the foot of each page is its label in the file.")  # fmt: skip
    columns = [Column("Part", 16, bold=True), Column("Document", 42), Column("Dated", 13), Column("Pages", 29)]
    table = Table(sheets, [*columns, Column("Volume", 9)] if many else columns)
    section = ""
    for part in plan.parts:
        if part.section != section and part.exhibit:
            section = part.section
            table.band(SECTION_TITLES[section])
        on = part.exhibit.on.isoformat() if part.exhibit and part.exhibit.on else ""
        cells = [part.name if part.exhibit else "", part.title, on, plan.range_of(part)]
        table.row([*cells, str(part.volume)] if many else cells, Goal(part.first))


def slip_sheet(sheets: Sheets, part: Part, plan: PacketPlan, request: Request, notes: Sequence[str]) -> None:
    """The sheet before an exhibit: its letter, what it is, where it came from, what binding took off."""
    exhibit = part.exhibit
    assert exhibit
    middle = WIDTH / 2
    with sheets.tagged("P"):
        sheets.text(middle, 548, SECTION_TITLES[part.section], "serif-italic", 12, SOFT, "middle")
    with sheets.tagged("H1"):
        sheets.text(middle, 500, part.name, "serif-bold", 34, INK, "middle")
    y = 462.0
    with sheets.tagged("H2"):
        for line in wrapped(part.title, "serif", 18, RIGHT - LEFT)[:6]:
            sheets.text(middle, y, line, "serif", 18, INK, "middle")
            y -= 24
    sheets.rule(middle - 90, middle + 90, y + 4, RULE, 0.8)
    count = len(exhibit.pages)
    pages = _pages_of(plan, part)
    lines = [
        f"Dated {exhibit.on.isoformat()}" if exhibit.on else "Undated",
        f"{count} page{'s' if count != 1 else ''}, {pages}",
        *([f"From {request.names[exhibit.fax_sha256]}"] if exhibit.fax_sha256 in request.names else []),
        f"Source SHA-256 {exhibit.fax_sha256[:32]}",
        *(f"The source {note}." for note in notes),
    ]
    y -= 18
    with sheets.tagged("P"):
        for text in lines:
            for line in wrapped(text, "sans", 9.5, 400)[:8]:
                sheets.text(middle, y, line, "sans", 9.5, SOFT, "middle")
                y -= 15


def _pages_of(plan: PacketPlan, part: Part) -> str:
    """The Bates range of an exhibit without its slip sheet."""
    return plan.range_of(Part(part.name, part.title, part.first + 1, part.pages - 1))


def volume_cover(sheets: Sheets, plan: PacketPlan, number: int, case: CaseFile, request: Request) -> None:
    """The cover of a further volume: which it is, which pages it holds, what the others hold."""
    parts = [part for part in plan.parts if part.volume == number]
    first, last = plan.bates(parts[0].first), plan.bates(parts[-1].last)
    sheets.heading(f"Volume {number} of {plan.volumes}", f"{request.organisation}: {request.kind} for {case.member_name}, pages {first} to {last} "
                   f"of {plan.pages:,} in all. The full contents stand in volume 1.")  # fmt: skip
    table = Table(sheets, [Column("Part", 18, bold=True), Column("Document", 50), Column("Pages", 32)])
    for part in parts[1:]:
        table.row((part.name if part.exhibit else "", part.title, plan.range_of(part)), Goal(part.first))


def new_pages(sheets: Sheets, plan: PacketPlan, request: Request) -> None:
    """What this packet adds to what was filed before."""
    when = f" on {request.filed_on}" if request.filed_on else ""
    sheets.heading("New since the last filing", f"Pages filed before{when} keep their numbers. The exhibits below were not filed before; "
                   "their pages take the numbers that follow.")  # fmt: skip
    table = Table(sheets, [Column("Part", 18, bold=True), Column("Document", 42), Column("New pages", 40)])
    for part in plan.exhibits():
        assert part.exhibit
        fresh = [part.first + 1 + n for n, page in enumerate(part.exhibit.pages)
                 if (part.exhibit.fax_sha256, page.page_number) not in request.filed]  # fmt: skip
        if fresh:
            table.row(
                (part.name, part.title, f"{plan.bates(fresh[0])} to {plan.bates(fresh[-1])}, {len(fresh)} pages"),
                Goal(fresh[0]),
            )


FIRST_SHEETS: Mapping[str, tuple[str, str, tuple[tuple[str, str], ...]]] = {
    "redetermination": (
        "Request for redetermination", "The elements of a written request under 42 CFR 405.944(b).",
        (("Beneficiary", "member_name"), ("Medicare number", "member_id"), ("Item or service", "service"), ("Claim", "claim_number"),
         ("Notice of the decision dated", "denial_date"), ("Ordering practitioner", "provider_name"), ("Practitioner's NPI", "provider_npi")),
    ),
    "complaint": (
        "Complaint: facts at a glance", "The fields that complaint forms ask for, each from the record.",
        (("Patient and insured", "member_name"), ("Date of birth", "member_dob"), ("Insurer or plan", "payer_name"),
         ("Member number", "member_id"), ("Claim", "claim_number"), ("Service", "service"), ("Decision dated", "denial_date"),
         ("Reason the plan gave", "denial_reason"), ("Treating practitioner", "provider_name")),
    ),
}  # fmt: skip


def first_sheet(sheets: Sheets, case: CaseFile, request: Request) -> None:
    """The sheet that this recipient wants first; what the record does not hold is said, never made up."""
    title, under, rows = FIRST_SHEETS[request.profile.first_sheet]
    sheets.heading(title, under)
    table = Table(sheets, [Column("Field", 30, bold=True), Column("From the record", 70)])
    for label, name in rows:
        table.row((label, str(getattr(case, name) or case.facts.get(name, "")) or NOT_STATED))
    table.row(("Requested by", f"{request.organisation}, {request.contact}"))
    table.row(("Date of this request", request.letter_date.isoformat()))
    if request.kind == "complaint":
        table.row(("Relationship to the patient", case.facts.get("relationship", "provider of the service")))
        table.row(
            (
                "What we ask for",
                case.facts.get(
                    "resolution_wanted", "a review of how the plan handled the request, and a written answer"
                ),
            )
        )
        table.row(
            ("Signature and release", "see Authority to represent, if bound; otherwise to be signed before filing")
        )
