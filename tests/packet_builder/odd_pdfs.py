"""Odd PDFs, made here: each is one way in which real files differ from tidy ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

Change = Callable[[pikepdf.Pdf], None]

rl_config.useA85 = 0
"""As the program has it once it draws, so that the same call gives the same bytes before and after."""


def plain(pages: int = 2, words: str = "exhibit words") -> bytes:
    """A tidy PDF of text pages."""
    stream = BytesIO()
    canvas = Canvas(stream, invariant=1)
    for number in range(pages):
        canvas.drawString(100, 500, f"{words} {number + 1}")
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def changed(change: Change, pages: int = 2, words: str = "exhibit words", **save: Any) -> bytes:
    """A tidy PDF after a change."""
    out = BytesIO()
    with pikepdf.open(BytesIO(plain(pages, words))) as pdf:
        change(pdf)
        pdf.save(out, **(save or {"deterministic_id": True}))
    return out.getvalue()


def _each(**entries: Any) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        for page in pdf.pages:
            for key, value in entries.items():
                page.obj[f"/{key}"] = Array(value) if isinstance(value, list) else value

    return change


def _wrapped(before: bytes, after: bytes) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        for page in pdf.pages:
            page.contents_add(pikepdf.Stream(pdf, before), prepend=True)
            page.contents_add(pikepdf.Stream(pdf, after))

    return change


def _look(pdf: pikepdf.Pdf, content: bytes) -> pikepdf.Object:
    stream = pikepdf.Stream(pdf, content, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 120, 20]))
    return pdf.make_indirect(stream)


def _note(kind: str, look: bool, flags: int = 4, **more: Any) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        note = Dictionary(
            Type=Name.Annot,
            Subtype=Name("/" + kind),
            Rect=Array([100, 300, 220, 320]),
            F=flags,
            Contents=String("note"),
            **more,
        )
        if look:
            note.AP = Dictionary(N=_look(pdf, b"0.8 0.2 0.2 rg 0 0 120 20 re f"))
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])

    return change


def form(value: str, name: str = "name") -> Change:
    """A text field with a value and no drawing of its own."""

    def change(pdf: pikepdf.Pdf) -> None:
        font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        box = pdf.make_indirect(Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String(name), V=String(value), Rect=Array([100, 300, 300, 320]), F=4,
            DA=String("/Helv 12 Tf 0 g"), P=pdf.pages[0].obj,
        ))  # fmt: skip
        pdf.pages[0].obj.Annots = Array([box])
        pdf.Root.AcroForm = Dictionary(
            Fields=Array([box]),
            NeedAppearances=True,
            DR=Dictionary(Font=Dictionary(Helv=font)),
            DA=String("/Helv 12 Tf 0 g"),
        )

    return change


def named_link(pdf: pikepdf.Pdf) -> None:
    """A link on page 1 to the name ch1, which is page 2."""
    pdf.Root.Names = Dictionary(
        Dests=Dictionary(Names=Array([String("ch1"), Array([pdf.pages[1].obj, Name.XYZ, 0, 700, 0])]))
    )
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=Array([90, 490, 200, 520]), Dest=String("ch1")))])  # fmt: skip


def _outside_link(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=Array([90, 490, 200, 520]), A=Dictionary(S=Name.URI, URI=String("http://example.invalid/track"))))])  # fmt: skip


def _launch(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.Launch, F=String("calc.exe")))
    pdf.Root.AA = Dictionary(WC=Dictionary(S=Name.JavaScript, JS=String("app.alert(2)")))
    pdf.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array([String("x"), Dictionary(S=Name.JavaScript, JS=String("app.alert(3)"))]))
    )


def _attached(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["secret.txt"] = b"attached text"


def _signed(pdf: pikepdf.Pdf) -> None:
    signature = pdf.make_indirect(Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=String("x" * 40)))
    field = pdf.make_indirect(
        Dictionary(
            FT=Name.Sig, T=String("s"), V=signature, Type=Name.Annot, Subtype=Name.Widget, Rect=Array([0, 0, 0, 0])
        )
    )
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)


def _hidden_layer(pdf: pikepdf.Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("draft")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), Order=Array([])))
    page = pdf.pages[0]
    page.obj.Resources.Properties = Dictionary(MC0=layer)
    page.contents_add(pikepdf.Stream(pdf, b"/OC /MC0 BDC 0 g 50 50 500 700 re f EMC"))


def _cycle(pdf: pikepdf.Pdf) -> None:
    look = _look(pdf, b"/Again Do")
    look.Resources = Dictionary(XObject=Dictionary(Again=look))
    pdf.pages[0].obj.Resources.XObject = Dictionary(Loop=look)


def _deep(pdf: pikepdf.Pdf) -> None:
    inner = pdf.make_indirect(Dictionary(End=True))
    for _ in range(3000):
        inner = pdf.make_indirect(Dictionary(Next=inner))
    pdf.pages[0].obj.Resources.Properties = Dictionary(P0=inner)


def _to_pages(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Resources.Properties = Dictionary(
        P0=pdf.make_indirect(Dictionary(Back=pdf.pages[1].obj, Root=pdf.Root))
    )


def _inherited(pdf: pikepdf.Pdf) -> None:
    pages = pdf.Root.Pages
    pages.Resources, pages.MediaBox, pages.Rotate = pdf.pages[0].obj.Resources, Array([0, 0, 500, 700]), 90
    for page in pdf.pages:
        for key in ("/Resources", "/MediaBox", "/Rotate"):
            if key in page.obj:
                del page.obj[key]


def _no_contents(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[0].obj["/Contents"]


def _empty_array(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Contents = Array([])


def _null_pieces(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0].obj
    page.Contents = Array([None, page.Contents, pdf.make_indirect(Dictionary(Odd=1))])


def _many_pieces(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0].obj
    page.Contents = Array(
        [pdf.make_stream(piece) for piece in (b"q", b"BT /F1 12 Tf", b"100 500 Td (split words) Tj", b"ET", b"Q")]
    )


def _bad_deflate(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0].obj
    page.Contents = Array([page.Contents, pdf.make_indirect(pikepdf.Stream(pdf, b"q Q"))])
    page.Contents[1].write(b"this is not deflated", filter=Name.FlateDecode)


def _inline_image(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(pikepdf.Stream(pdf, b"q 10 0 0 10 300 300 cm BI /W 2 /H 2 /BPC 8 /CS /G ID q Qq EI Q"))


def _strings_with_marks(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(pikepdf.Stream(pdf, b"BT /F1 9 Tf 100 400 Td (q q 5 0 R ((nested) q) \\) q) Tj ET"))


def _odd_names(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Resources.Font[Name("/F 1#(x)")] = pdf.pages[0].obj.Resources.Font["/F1"]


def whole_set() -> Iterator[tuple[str, bytes, int]]:
    """(name, bytes, pages) of every odd file that must be bound."""
    rows: list[tuple[str, Change, dict[str, Any]]] = [
        *[(f"rotated-{turn}", _each(Rotate=turn), {}) for turn in (90, 180, 270, -90, 450)],
        ("rotated-oddly", _each(Rotate=45), {}), ("cropped", _each(CropBox=[100, 100, 400, 600]), {}),
        ("cropped-turned", _each(CropBox=[100, 100, 400, 600], Rotate=90), {}),
        ("crop-outside", _each(CropBox=[5000, 5000, 6000, 6000]), {}), ("crop-larger", _each(CropBox=[-100, -100, 900, 1000]), {}),
        ("inverted-box", _each(MediaBox=[595, 842, 0, 0]), {}), ("origin-off", _each(MediaBox=[-300, 200, 295, 1042]), {}),
        ("origin-off-turned", _each(MediaBox=[-300, 200, 295, 1042], Rotate=270), {}), ("huge", _each(MediaBox=[0, 0, 14400, 14400]), {}),
        ("tiny", _each(MediaBox=[0, 0, 40, 30]), {}), ("narrow", _each(MediaBox=[0, 0, 200, 800]), {}), ("flat-box", _each(MediaBox=[0, 0, 612, 0]), {}),
        ("box-of-words", _each(MediaBox=Name.Nonsense), {}), ("user-unit", _each(UserUnit=4.0), {}), ("user-unit-odd", _each(UserUnit=-1), {}),
        ("inherited", _inherited, {}), ("unbalanced-q", _wrapped(b"q q 0.5 0 0 0.5 0 0 cm", b""), {}),
        ("unbalanced-Q", _wrapped(b"", b"Q Q Q 1 0 0 rg"), {}), ("left-transformed", _wrapped(b"3 0 0 3 200 200 cm", b""), {}),
        ("no-contents", _no_contents, {}), ("empty-contents", _empty_array, {}), ("null-pieces", _null_pieces, {}), ("pieces", _many_pieces, {}),
        ("bad-deflate", _bad_deflate, {}), ("inline-image", _inline_image, {}), ("strings", _strings_with_marks, {}), ("odd-names", _odd_names, {}),
        ("form", form("Rosalind"), {}), ("form-same-name", form("Another value"), {}), ("named-dest", named_link, {}), ("outside-link", _outside_link, {}),
        ("launch", _launch, {}), ("attachment", _attached, {}), ("signed", _signed, {}), ("hidden-layer", _hidden_layer, {}), ("cycle", _cycle, {}),
        ("deep", _deep, {}), ("points-back", _to_pages, {}), ("square-drawn", _note("Square", True), {}), ("stamp-drawn", _note("Stamp", True), {}),
        ("highlight-undrawn", _note("Highlight", False, QuadPoints=Array([100, 320, 220, 320, 100, 300, 220, 300]), C=Array([1, 1, 0])), {}),
        ("square-undrawn", _note("Square", False, C=Array([1, 0, 0])), {}), ("hidden-note", _note("Square", True, 2), {}),
        ("sticky-note", _note("Text", False), {}), ("old-version", _each(), {"force_version": "1.1"}),
        ("owner-password", _each(), {"encryption": pikepdf.Encryption(owner="o", user="")}),
        ("owner-password-rc4", _each(), {"encryption": pikepdf.Encryption(owner="o", user="", R=3, aes=False, metadata=False)}),
        ("object-streams", _each(), {"object_stream_mode": pikepdf.ObjectStreamMode.generate}), ("linearized", _each(), {"linearize": True}),
        ("qdf", _each(), {"qdf": True, "static_id": True}), ("no-compression", _each(), {"compress_streams": False}),
    ]  # fmt: skip
    for name, change, save in rows:
        yield name, changed(change, words=name, **save), 2
    data = plain()
    yield "xref-offset-wrong", re.sub(rb"startxref\n\d+", b"startxref\n7", data), 2
    yield "no-xref", data[: data.rindex(b"xref\n0")] + b"trailer << /Root 5 0 R >>", 2
    yield "junk-before", b"junk\n" * 40 + data, 2
    yield "junk-after", data + b"\0" * 5000, 2
    yield "cut-off-end", data[:-120], 2
    yield "length-wrong", re.sub(rb"/Length \d+", b"/Length 3", data), 2


def refused_set() -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of every file that must stop the build."""
    yield "password", changed(_each(), encryption=pikepdf.Encryption(owner="o", user="secret"))
    empty = BytesIO()
    pikepdf.new().save(empty)
    yield "no-pages", empty.getvalue()
    yield "nothing", b""
    yield "header-alone", b"%PDF-1.7"
    yield "words", b"these are words and no PDF"
