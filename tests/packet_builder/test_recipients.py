"""What a recipient's profile makes of a packet: redaction that removes, fax pages, archives, routes, preflight."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from casefile.records import Box, CaseFile, Cited, Clock, Exhibit, Finding, LedgerRow, PageText, Verdict, Word
from packet_builder.errors import PacketError
from packet_builder.preflight import Blocked, find_blocks, require_clear
from packet_builder.profiles import profile, profiles
from packet_builder.render import PacketResult, build_packet
from packet_builder.request import Override, Request
from packet_builder.routes import coverages, route, states
from packet_builder.verify import read_manifest, verify_packet

DAY = date(2026, 11, 24)
SSN = "219-09-9999"


def text_pdf() -> bytes:
    """A text page with a social security number, which also stands in a hidden layer and in an attachment."""
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=(612, 792), invariant=1)
    canvas.drawString(72, 700, f"SSN {SSN} of the patient")
    canvas.drawString(72, 600, "Saturation 86 percent at rest")
    canvas.showPage()
    canvas.save()
    out = BytesIO()
    with pikepdf.open(BytesIO(stream.getvalue())) as pdf:
        layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String("x")))
        pdf.Root.OCProperties = pikepdf.Dictionary(
            OCGs=pikepdf.Array([layer]), D=pikepdf.Dictionary(OFF=pikepdf.Array([layer]))
        )
        page = pdf.pages[0]
        page.obj.Resources.Properties = pikepdf.Dictionary(MC0=layer)
        page.contents_add(pikepdf.Stream(pdf, b"/OC /MC0 BDC BT /F1 12 Tf 72 500 Td (%b) Tj ET EMC" % SSN.encode()))
        pdf.attachments["ssn.txt"] = SSN.encode()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def words(*rows: tuple[str, Box]) -> tuple[Word, ...]:
    return tuple(Word(text, box, 0.99, line) for line, (text, box) in enumerate(rows))


LINE_1 = tuple(
    Word(text, (left, 0.10, right, 0.125), 0.99, 0)
    for text, left, right in (("SSN", 0.11, 0.16), (SSN, 0.165, 0.29), ("of", 0.3, 0.32))
)
LINE_2 = (Word("Saturation", (0.11, 0.23, 0.2, 0.245), 0.99, 1),)


def bound(folder: Path, request: Request, source: str = "text-layer", data: bytes | None = None) -> PacketResult:
    data = data or text_pdf()
    sha256 = hashlib.sha256(data).hexdigest()
    (folder / sha256).write_bytes(data)
    page = PageText(1, LINE_1 + LINE_2, source, 0.9)  # type: ignore[arg-type]
    exhibit = Exhibit("Order", "order", sha256, "application/pdf", (page,), DAY)
    case = CaseFile(
        "C-0001",
        "Rosalind Kestrelman",
        payer_name="Northfield",
        exhibits=(exhibit,),
        ledger=(LedgerRow(sha256, 1, "exhibit"),),
    )
    return build_packet(case, kind=request.kind, source_path=lambda key: folder / key, out=folder / "out.pdf", prefix="CB", organisation="H",
                        contact="5", letter_date=DAY, request=request)  # fmt: skip


def asked(name: str, kind: str = "appeal") -> Request:
    return Request(kind, "CB", "Harbor Home Care", "555-010-0199", DAY, profile=profile(name))


def all_bytes(path: Path) -> Iterator[bytes]:
    with pikepdf.open(path) as pdf:
        for obj in pdf.objects:
            yield obj.unparse() if not isinstance(obj, pikepdf.Stream) else obj.stream_dict.unparse()
            if isinstance(obj, pikepdf.Stream):
                try:
                    yield obj.read_bytes()
                except pikepdf.PdfError:
                    yield obj.read_raw_bytes()


def test_redaction_removes_text_pixels_layers_and_attachments(tmp_path: Path) -> None:
    result = bound(tmp_path, asked("regulator", "complaint"))
    assert verify_packet(result.path) == []
    document = pdfium.PdfDocument(result.path)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert SSN not in text
    assert "Saturation" in text
    assert not any(SSN.encode() in data or SSN.replace("-", "").encode() in data for data in all_bytes(result.path))
    page = document[result.plan.places[next(iter(result.plan.places))]]  # type: ignore[union-attr]
    image = page.render(scale=1, grayscale=True).to_numpy().squeeze()
    assert (image[82:96, 103:175] < 60).mean() > 0.95, "black where the number stood"
    manifest = read_manifest(result.path) or {}
    assert list(manifest["pictures"].values()) == ["redacted"]


def test_without_a_redacting_profile_the_page_is_left_alone(tmp_path: Path) -> None:
    document = pdfium.PdfDocument(bound(tmp_path, asked("default")).path)
    assert SSN in "".join(page.get_textpage().get_text_bounded() for page in document)


def test_fax_pages_are_one_bit_and_legible(tmp_path: Path) -> None:
    result = bound(tmp_path, asked("fax"), "ocr")
    with pikepdf.open(result.path) as pdf:
        index = next(iter(result.plan.places.values()))  # type: ignore[union-attr]
        (image,) = pdf.pages[index].images.values()
        assert (int(image.BitsPerComponent), str(image.Filter)) == (1, "/CCITTFaxDecode")
        assert not any("/Annots" in page.obj for page in pdf.pages)
    drawn = pdfium.PdfDocument(result.path)[index].render(scale=1, grayscale=True).to_numpy().squeeze()
    assert 100 < (drawn < 128).sum() < 20000


@pytest.mark.parametrize("name", ["archive", "archive-3b"])
def test_archives_pass_a_validator(tmp_path: Path, name: str) -> None:
    """Our own rules found what does not conform; the validator is somebody else's, and young."""
    page = pytest.importorskip("page", reason="page-validation is not installed")
    result = bound(tmp_path, asked(name), "ocr")
    wanted = page.ValidationProfile.PDF_A_2B if name == "archive" else page.ValidationProfile.PDF_A_3B
    report = page.validate_pdf(result.path, profile=wanted)
    assert report.is_compliant, [f"{f.rule_id} {f.message}" for f in report.failures][:5]
    assert verify_packet(result.path) == []
    assert "font" in next(iter((read_manifest(result.path) or {})["pictures"].values()))


def test_every_state_has_an_office_and_says_that_it_must_be_checked() -> None:
    assert len(states()) == 52
    for state in states():
        found = route("insured", state)
        assert found.first
        assert found.first.phone
        assert found.first.source
        assert any("Not verified" in check for check in found.checks), state
        assert any("never stops an appeal" in trap for trap in found.traps)


@pytest.mark.parametrize(("coverage", "state", "hmo", "office"), [
    ("insured", "CA", True, "Managed Health Care"), ("insured", "CA", False, "Department of Insurance"),
    ("insured", "MN", True, "Department of Health"), ("insured", "NY", True, "Department of Health"), ("insured", "tx", False, "Texas"),
    ("self-funded", "TX", False, "Employee Benefits Security"), ("medicare-advantage", "", False, "1-800-MEDICARE"),
])  # fmt: skip
def test_a_complaint_goes_where_coverage_and_state_say(coverage: str, state: str, hmo: bool, office: str) -> None:
    first = route(coverage, state, hmo=hmo).first
    assert first
    assert office in first.name


@pytest.mark.parametrize(
    ("coverage", "state"),
    [("", ""), ("insured", ""), ("insured", "ZZ"), ("medicaid-managed-care", "OH"), ("nonsense", "OH")],
)
def test_an_unknown_route_names_what_to_find_out(coverage: str, state: str) -> None:
    found = route(coverage, state)
    assert found.first is None
    assert found.checks


def test_all_coverages_and_profiles_are_readable() -> None:
    assert "insured" in coverages()
    assert all(row.title and row.source for row in profiles().values())


SHA = "a" * 64


def preflight_case() -> CaseFile:
    exhibits = (Exhibit("Denial", "denial_letter", SHA, "", (PageText(1),)),)
    clock = Clock("appeal deadline", date(2027, 1, 1), "rule", "notice")
    return CaseFile(
        "C-0001",
        "Rosalind Kestrelman",
        member_id="U284872097",
        member_dob="1958-04-05",
        exhibits=exhibits,
        clocks=(clock,),
    )


def read(field: str, value: str, status: str = "valid", confidence: float = 0.97) -> Cited:
    return Cited(SHA, Finding(field, value, value, 1, (0, 0, 1, 1), confidence, status))  # type: ignore[arg-type]


def codes(case: CaseFile, kind: str = "appeal") -> list[str]:
    return [block.code for block in find_blocks(case, kind, DAY)]


def test_an_ordinary_case_is_clear() -> None:
    assert codes(preflight_case()) == []
    assert codes(replace(preflight_case(), clocks=(), exhibits=()), "complaint") == []


def test_each_block_is_found() -> None:
    case = preflight_case()
    verdict = Verdict("swo.signature", "Signature", "missing", "No signature.", "swo")
    assert codes(replace(case, clocks=())) == ["unknown-deadline"]
    assert codes(replace(case, clocks=(replace(case.clocks[0], due=date(2026, 11, 23)),))) == ["passed-deadline"]
    assert codes(replace(case, exhibits=(replace(case.exhibits[0], kind="order"),))) == ["no-denial-notice"]
    assert codes(replace(case, verdicts=(verdict,))) == ["unsigned-order"]
    assert codes(replace(case, findings=(read("member_id", "U284872097", "suspect"),))) == ["suspect-value"]
    assert codes(replace(case, findings=(read("member_id", "U284872097", confidence=0.8),))) == ["suspect-value"]
    assert (
        codes(replace(case, findings=(read("member_id", "U284872097", "suspect"), read("member_id", "U284872097"))))
        == []
    )
    other = (read("member_name", "Somebody Else"), read("member_dob", "1940-01-01"))
    assert codes(replace(case, findings=other)) == ["wrong-patient"]
    assert codes(replace(case, findings=(*other, read("member_id", "U284872097")))) == []


def test_blocks_are_lifted_by_a_person_with_a_reason_and_by_nothing_else() -> None:
    blocks = find_blocks(replace(preflight_case(), clocks=()), "appeal", DAY)
    with pytest.raises(Blocked, match="--override unknown-deadline"):
        require_clear(blocks, ())
    with pytest.raises(PacketError, match="reason and a name"):
        require_clear(blocks, (Override("unknown-deadline", "plan says none", " "),))
    with pytest.raises(PacketError, match="nothing was found"):
        require_clear(blocks, (Override("unknown-deadline", "r", "J"), Override("wrong-patient", "r", "J")))
    assert require_clear(blocks, (Override("unknown-deadline", "the plan sets none", "J. Ruiz"),))


def test_overrides_stand_in_the_manifest(tmp_path: Path) -> None:
    request = replace(asked("default"), overrides=(Override("unknown-deadline", "the plan sets none", "J. Ruiz"),))
    manifest = read_manifest(bound(tmp_path, request).path) or {}
    assert manifest["overrides"] == [{"code": "unknown-deadline", "reason": "the plan sets none", "by": "J. Ruiz"}]


def test_a_photograph_keeps_its_size_and_gets_a_band(tmp_path: Path) -> None:
    image = Image.new("RGB", (800, 1000), (40, 60, 90))
    ImageDraw.Draw(image).text((100, 100), "wound", fill="white")
    out = BytesIO()
    image.save(out, "JPEG")
    sha256 = hashlib.sha256(out.getvalue()).hexdigest()
    (tmp_path / sha256).write_bytes(out.getvalue())
    exhibit = Exhibit("Photo", "photo", sha256, "image/jpeg", (PageText(1),))
    case = CaseFile("C-0001", "R", payer_name="N", exhibits=(exhibit,), ledger=(LedgerRow(sha256, 1, "exhibit"),))
    result = build_packet(case, kind="appeal", source_path=lambda key: tmp_path / key, out=tmp_path / "o.pdf", prefix="CB", organisation="H",
                          contact="5", letter_date=DAY)  # fmt: skip
    page = pdfium.PdfDocument(result.path)[result.plan.places[sha256, 1]]  # type: ignore[union-attr]
    assert page.get_size()[1] > 765
    assert page.render(scale=1, grayscale=True).to_numpy()[-6:, :40].min() > 250
