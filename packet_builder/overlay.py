"""What we add to a page: the Bates stamp and the invisible words of a scan."""

from __future__ import annotations

import pikepdf
from pikepdf import Dictionary, Name

from casefile.records import PageText
from packet_builder.geometry import upright

STAMP_FONT, TEXT_FONT = "CbStamp", "CbText"


def standard_font(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """One shared font for stamps and invisible words."""
    return pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica,
                                        Encoding=Name.WinAnsiEncoding))  # fmt: skip


def overlay(pdf: pikepdf.Pdf, page: pikepdf.Page, font: pikepdf.Object, bates: str, text: PageText | None) -> None:
    """Stamp a page upright in its lower right corner and lay a scan's words under it, invisible.

    The page's own content is wrapped, its resources are copied, so nothing shared is changed.
    """
    matrix, width, height = upright(page)
    _own_resources(page, font)
    pieces = [b"\nQ\nq\n", " ".join(f"{n:.4f}" for n in matrix).encode(), b" cm\n"]
    if text is not None and text.source == "ocr":
        pieces.append(_words(text, width, height))
    pieces += [_stamp(bates, width), b"Q\n"]
    page.contents_add(pikepdf.Stream(pdf, b"q\n"), prepend=True)
    page.contents_add(pikepdf.Stream(pdf, b"".join(pieces)))


def _own_resources(page: pikepdf.Page, font: pikepdf.Object) -> None:
    shared = page.obj.get("/Resources", Dictionary())
    own = Dictionary({key: shared[key] for key in sorted(shared.keys())})
    fonts = Dictionary({key: value for key, value in sorted(dict(shared.get("/Font", Dictionary())).items())})
    fonts[Name("/" + STAMP_FONT)] = font
    fonts[Name("/" + TEXT_FONT)] = font
    own.Font = fonts
    page.obj.Resources = own


def _stamp(bates: str, width: float) -> bytes:
    """The number in small type on white, 14 points from the corner; smaller on narrow pages."""
    size = 9.0 if width >= 250 else max(3.0, width / 28)
    across = 0.56 * size * len(bates)
    x, y = width - across - 1.6 * size, 1.55 * size
    ground = f"q 1 1 1 rg {x - 3:.2f} {y - 3:.2f} {across + 6:.2f} {size + 4:.2f} re f Q\n"
    return f"{ground}q 0 g BT /{STAMP_FONT} {size:.2f} Tf {x:.2f} {y:.2f} Td ({bates}) Tj ET Q\n".encode()


def _words(text: PageText, width: float, height: float) -> bytes:
    """The words in rendering mode 3 (invisible), each stretched to its box."""
    rows = ["q BT 3 Tr"]
    for word in text.words:
        left, top, right, bottom = word.box
        size = max(2.0, (bottom - top) * height)
        natural = 0.5 * size * len(word.text)
        scale = max(10.0, min(400.0, 100 * (right - left) * width / natural))
        rows.append(f"/{TEXT_FONT} {size:.2f} Tf {scale:.1f} Tz 1 0 0 1 {left * width:.2f} "
                    f"{height - bottom * height + 0.2 * size:.2f} Tm ({_literal(word.text)} ) Tj")  # fmt: skip
    return ("\n".join([*rows, "ET Q\n"])).encode("latin-1")


def _literal(words: str) -> str:
    """Text as a PDF string: WinAnsi characters only, brackets and backslash escaped, control characters dropped."""
    plain = words.encode("cp1252", "replace").decode("latin-1")
    plain = "".join(ch for ch in plain if ord(ch) >= 32)
    return plain.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
