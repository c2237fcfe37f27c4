"""All sheets of a packet, drawn until their own length no longer changes the numbers in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import pikepdf

from casefile.records import CaseFile
from packet_builder import annex_sheets, front, matrix_sheets, measure_sheets, timeline_sheets
from packet_builder.choice import paragraphs, rewritten
from packet_builder.drawing import Sheets
from packet_builder.drawn import Drawing, Goal
from packet_builder.errors import PacketError
from packet_builder.html_blocks import blocks_of
from packet_builder.letter import letter_html, template_name
from packet_builder.letter_pages import draw_letter
from packet_builder.page_parts import parts_of
from packet_builder.page_shape import shape_of
from packet_builder.pdf_objects import ObjectGraph
from packet_builder.plan import PacketPlan, plan_packet
from packet_builder.prepared import Prepared, ReadyPage, Recorder
from packet_builder.request import Request

ROUNDS = 6
PLAIN = (0, 0, True)
"""Brackets of our own sheets: balanced, and tagged already."""
Font = tuple[int, bytes]
CODE = re.compile(rb"^<[0-9A-F]{2}> <[0-9A-F]+>$", re.MULTILINE)
FIELDS = ("member_name", "member_id", "member_dob", "payer_name", "provider_name", "provider_npi", "claim_number", "denial_date",
          "denial_reason", "service")  # fmt: skip


def draw(
    case: CaseFile, request: Request, notes: Mapping[str, Sequence[str]], cuts: Sequence[int] = ()
) -> tuple[PacketPlan, Drawing]:
    """The plan and the drawn sheets, which agree."""
    lengths = first_lengths(case, request)
    measuring = True
    for _ in range(ROUNDS):
        plan = plan_packet(
            case, request.prefix, lengths, cuts=cuts, filed=request.filed or None, next_number=request.next_number
        )
        sheets = _draw(case, request, plan, notes, Sheets(measuring, black=request.profile.fax))
        found = {name: part.pages for name, part in sheets.parts.items()}
        if not measuring and all(lengths.get(name, 1) == pages for name, pages in found.items()):
            return plan, _drawing(sheets, plan)
        lengths, measuring = found, False
    raise PacketError("the front matter's length does not settle; shorten the letter.")


def _drawing(sheets: Sheets, plan: PacketPlan) -> Drawing:
    slips = {part.name for part in plan.exhibits()}
    parts, (ready, fonts) = sheets.parts, recorded(sheets.pdf())
    return Drawing(
        ready, {name: part for name, part in parts.items() if name not in slips}, {name: parts[name] for name in slips},
        fonts,
    )  # fmt: skip


def recorded(drawn: bytes) -> tuple[Prepared, tuple[Font, Font]]:
    """The drawn PDF as objects ready to be written, and two fonts in it: the number's, and the invisible words'."""
    with pikepdf.open(BytesIO(drawn)) as pdf:
        for font in {key: font for page in pdf.pages for key, font in page.obj.Resources.Font.items()}.values():
            _only_real_characters(font)
        recorder = Recorder()
        graph = ObjectGraph(pdf, recorder, deflating=True)
        fonts = _fonts(graph, pdf)
        pages = [ReadyPage(shape_of(page.obj), "right", parts_of(graph, page.obj, PLAIN)) for page in pdf.pages]
        return Prepared(recorder.objects, graph.digests(), pages), fonts


def _only_real_characters(font: pikepdf.Object) -> None:
    """A font's table of characters without the codes it does not use, which the layout library maps to nothing."""
    table = font.get("/ToUnicode")
    if table is None:
        return
    head, _, rest = table.read_bytes().partition(b"endcodespacerange\n")
    rows = [row for row in CODE.findall(rest) if not row.endswith(b"<0000>")]
    blocks = [rows[start : start + 100] for start in range(0, len(rows), 100)]
    body = b"".join(b"%d beginbfchar\n%b\nendbfchar\n" % (len(block), b"\n".join(block)) for block in blocks)
    table.write(head + b"endcodespacerange\n" + body + rest[rest.index(b"endbfchar\n") + 10 :])


def _fonts(graph: ObjectGraph, pdf: pikepdf.Pdf) -> tuple[Font, Font]:
    """The number's embedded face, taken from the sheets, and one plain face for invisible words."""
    held = pdf.pages[0].obj.Resources.Font
    plain = pdf.make_indirect(pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    ))  # fmt: skip
    faces = [held[key] for key in sorted(held.keys())
             if "LiberationSans" in str(held[key].get("/BaseFont", "")) and "Bold" not in str(held[key].BaseFont)]  # fmt: skip
    one, two = [(graph.number(font.objgen), graph.digest_of(font)) for font in (*faces[-1:], plain, plain)][:2]
    return one, two


def first_lengths(case: CaseFile, request: Request) -> dict[str, int]:
    """Which parts there are, each taken for one page at first."""
    lengths = {"letter": 1, "contents": 1, "timeline": 1, "annex": 1}
    if request.profile.first_sheet:
        lengths["first_sheet"] = 1
    if request.filed:
        lengths["new"] = 1
    if matrix_sheets.rows(case):
        lengths["matrix"] = 1
    if measure_sheets.measures(case):
        lengths["measures"] = 1
    return lengths


def _draw(
    case: CaseFile, request: Request, plan: PacketPlan, notes: Mapping[str, Sequence[str]], sheets: Sheets
) -> Sheets:  # fmt: skip
    """Draw every part; slip sheets, which are always one sheet, are not measured."""
    for part in plan.parts:
        if part.exhibit is not None and sheets.measuring:
            continue
        with sheets.drawing(part.name, part.title):
            if part.exhibit is not None:
                front.slip_sheet(sheets, part, plan, request, notes.get(part.exhibit.fax_sha256, ()))
            elif part.name == "letter":
                _letter(sheets, case, request, plan)
            elif part.name == "annex":
                annex_sheets.annex(sheets, case, plan, request, notes)
            elif part.name.startswith("volume "):
                front.volume_cover(sheets, plan, part.volume, case, request)
            else:
                _part(sheets, part.name, case, request, plan)
    return sheets


def _part(sheets: Sheets, name: str, case: CaseFile, request: Request, plan: PacketPlan) -> None:
    if name == "first_sheet":
        front.first_sheet(sheets, case, request)
    elif name == "contents":
        front.contents(sheets, plan)
    elif name == "new":
        front.new_pages(sheets, plan, request)
    elif name == "matrix":
        matrix_sheets.matrix(sheets, case, plan)
    elif name == "timeline":
        timeline_sheets.timeline(sheets, case, plan)
    elif name == "measures":
        measure_sheets.measure_sheets(sheets, case, plan)


def _letter(sheets: Sheets, case: CaseFile, request: Request, plan: PacketPlan) -> None:
    name = template_name(request.kind, request.level)
    html = letter_html(name, letter_values(case, request, plan))
    places = {plan.bates(index): index for index in range(plan.pages)}

    def find(bates: str) -> Goal | None:
        return Goal(places[bates]) if bates in places else None

    draw_letter(sheets, rewritten(blocks_of(html, name), request.rewritten), find)


def letter_paragraphs(case: CaseFile, request: Request) -> list[str]:
    """The paragraphs of a letter that a person may rewrite, as the templates have them."""
    name = template_name(request.kind, request.level)
    plan = plan_packet(case, request.prefix, first_lengths(case, request))
    return paragraphs(blocks_of(letter_html(name, letter_values(case, request, plan)), name))


def letter_values(case: CaseFile, request: Request, plan: PacketPlan) -> dict[str, Any]:
    """What letters may use; docs/packets.md lists it."""
    clock = next((c for c in case.clocks if c.due), None)
    rows = [
        {"name": part.name, "title": part.title, "bates": plan.range_of(part),
         "on": part.exhibit.on.isoformat() if part.exhibit and part.exhibit.on else ""}
        for part in plan.exhibits()
    ]  # fmt: skip
    day, route = request.letter_date, request.route
    return {
        **{name: getattr(case, name) for name in FIELDS}, **case.facts, **({"argument": request.argument} if request.argument else {}), "organisation": request.organisation,
        "contact": request.contact, "letter_date": f"{day:%B} {day.day}, {day.year}", "exhibits": rows,
        "deadline": clock.due.isoformat() if clock and clock.due else "", "deadline_rule": clock.rule if clock else "",
        "agency": route.first if route else None, "agencies": route.agencies if route else (),
        "traps": route.traps if route else (), "earlier_filing": request.filed_on, "level": request.level,
        "proofs": _proofs(case, plan),
    }  # fmt: skip


def _proofs(case: CaseFile, plan: PacketPlan) -> list[dict[str, str]]:
    """What the record shows against the notice's reasons, each with its exhibit and its page's number."""
    made = []
    for proof in matrix_sheets.proofs(case):
        index = plan.index_of(proof.sha256, proof.page)
        if index is not None:
            made.append({"says": proof.says, "name": plan.part_at(index).name, "bates": plan.bates(index)})
    return made
