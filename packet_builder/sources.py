"""Originals → PDF pages: PDFs copied and made harmless, images embedded without loss."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageOps

from casefile.records import Exhibit, PageText
from packet_builder.errors import PacketError

LETTER = (612.0, 792.0)


def add_exhibit(pdf: pikepdf.Pdf, exhibit: Exhibit, path: Path) -> None:
    """Append an exhibit's pages to the packet, upright.

    Raises:
        PacketError: The source cannot be opened or a page of it is missing; no page is ever skipped.
    """
    name = exhibit.fax_sha256[:12]
    try:
        if exhibit.media_type == "application/pdf":
            _add_pdf(pdf, exhibit, path)
        else:
            _add_images(pdf, exhibit, path)
    except (pikepdf.PdfError, pikepdf.PasswordError, OSError, EOFError, ValueError, IndexError) as error:
        raise PacketError(f"source {name} cannot be bound ({type(error).__name__}). Ask for a resend of it.") from error


def _add_pdf(pdf: pikepdf.Pdf, exhibit: Exhibit, path: Path) -> None:
    with pikepdf.open(path) as source:
        if source.Root.get("/AcroForm") is not None:
            source.generate_appearance_streams()
        source.flatten_annotations("all")
        for text in exhibit.pages:
            page = source.pages[text.page_number - 1]
            _harmless(page)
            page.obj.Rotate = (int(page.obj.get("/Rotate", 0)) + text.rotation) % 360
            pdf.pages.append(page)


def _harmless(page: pikepdf.Page) -> None:
    """Own copies of inherited entries; no scripts, actions, links, or dangling tags."""
    for key in ("/MediaBox", "/CropBox", "/Resources", "/Rotate"):
        node: pikepdf.Object = page.obj
        while key not in page.obj and "/Parent" in node:
            node = node.Parent
            if key in node:
                page.obj[key] = node[key]
    for key in ("/AA", "/Annots", "/StructParents", "/B", "/Metadata", "/PieceInfo", "/Thumb"):
        if key in page.obj:
            del page.obj[key]


def _add_images(pdf: pikepdf.Pdf, exhibit: Exhibit, path: Path) -> None:
    with Image.open(path) as image:
        for text in exhibit.pages:
            image.seek(text.page_number - 1) if getattr(image, "n_frames", 1) > 1 else None
            _add_image_page(pdf, image, text, path)


def _add_image_page(pdf: pikepdf.Pdf, image: Image.Image, text: PageText, path: Path) -> None:
    """One image on one page of its true size; photographs are fitted to Letter."""
    turned = image.getexif().get(0x0112, 1) != 1
    if image.format == "JPEG" and not turned and image.mode in {"L", "RGB"}:
        stream = _jpeg(pdf, image, path)
    elif image.mode == "1":
        stream = _group4(pdf, image)
    else:
        stream = _lossless(pdf, ImageOps.exif_transpose(image))
    width, height = _size(int(stream.Width), int(stream.Height), text.dpi, image.format == "TIFF")
    content = pikepdf.Stream(pdf, f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q".encode())
    page = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, round(width, 3), round(height, 3)]), Contents=pdf.make_indirect(content),
                      Resources=Dictionary(XObject=Dictionary(Im0=stream)), Rotate=text.rotation)  # fmt: skip
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))


def _size(across: int, down: int, dpi: tuple[int, int], true_size: bool) -> tuple[float, float]:
    """Page size in points."""
    if true_size:
        return across / dpi[0] * 72, down / dpi[1] * 72
    box = LETTER if down >= across else LETTER[::-1]
    scale = min(box[0] / across, box[1] / down)
    return across * scale, down * scale


def _image(pdf: pikepdf.Pdf, data: bytes, image: Image.Image, space: Name, bits: int) -> pikepdf.Stream:
    stream = pikepdf.Stream(pdf, data)
    stream.Type, stream.Subtype = Name.XObject, Name.Image
    stream.Width, stream.Height, stream.BitsPerComponent, stream.ColorSpace = (
        image.width,
        image.height,
        bits,
        space,
    )
    return pdf.make_indirect(stream)


def _jpeg(pdf: pikepdf.Pdf, image: Image.Image, path: Path) -> pikepdf.Stream:
    """The camera's own bytes."""
    stream = _image(pdf, path.read_bytes(), image, Name.DeviceGray if image.mode == "L" else Name.DeviceRGB, 8)
    stream.Filter = Name.DCTDecode
    return stream


def _group4(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    """A 1-bit page as CCITT Group 4, the fax's own coding, in one strip."""
    buffer = BytesIO()
    image.save(buffer, "TIFF", compression="group4", tiffinfo={278: image.height})
    with Image.open(BytesIO(buffer.getvalue())) as coded:
        tags = coded.tag_v2  # type: ignore[attr-defined]
        start, length, photometric = tags[273][0], tags[279][0], tags[262]
    stream = _image(pdf, buffer.getvalue()[start : start + length], image, Name.DeviceGray, 1)
    stream.Filter = Name.CCITTFaxDecode
    stream.DecodeParms = Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=photometric == 1)
    return stream


def _lossless(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    """Grey or colour pixels, deflated."""
    plain = image.convert("L" if image.mode in {"L", "I;16", "I"} else "RGB")
    stream = _image(
        pdf,
        zlib.compress(plain.tobytes(), 6),
        plain,
        Name.DeviceGray if plain.mode == "L" else Name.DeviceRGB,
        8,
    )
    stream.Filter = Name.FlateDecode
    return stream
