"""Images → PDF pages of their true size, embedded without loss: faxes as CCITT Group 4, photographs as their own bytes."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageOps

from casefile.records import PageText

LETTER = (612.0, 792.0)


def image_pdf(path: Path, texts: tuple[PageText, ...]) -> pikepdf.Pdf:
    """The wanted pages of an image file, in order, as a PDF in memory.

    Raises:
        OSError, EOFError, ValueError: The file or one of its pages cannot be decoded.
    """
    pdf = pikepdf.new()
    with Image.open(path) as image:
        for text in texts:
            if getattr(image, "n_frames", 1) > 1 or text.page_number > 1:
                image.seek(text.page_number - 1)
            _add_page(pdf, image, text, path)
    return pdf


def _add_page(pdf: pikepdf.Pdf, image: Image.Image, text: PageText, path: Path) -> None:
    """One image on one page of its true size; photographs are fitted to Letter."""
    turned = image.getexif().get(0x0112, 1) != 1 if image.format != "TIFF" else False
    if image.format == "JPEG" and not turned and image.mode in {"L", "RGB"}:
        stream = _jpeg(pdf, image, path)
    elif image.mode == "1":
        stream = _group4(pdf, image, path)
    else:
        stream = _lossless(pdf, ImageOps.exif_transpose(image) if turned else image)
    width, height = _size(int(stream.Width), int(stream.Height), text.dpi, image.format == "TIFF")
    content = pikepdf.Stream(pdf, f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q".encode())
    page = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, round(width, 3), round(height, 3)]),
                      Contents=pdf.make_indirect(content), Resources=Dictionary(XObject=Dictionary(Im0=stream)))  # fmt: skip
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))


def _size(across: int, down: int, dpi: tuple[int, int], true_size: bool) -> tuple[float, float]:
    """Page size in points."""
    if true_size:
        return across / dpi[0] * 72, down / dpi[1] * 72
    box = LETTER if down >= across else LETTER[::-1]
    scale = min(box[0] / across, box[1] / down)
    return across * scale, down * scale


def _image(pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], space: Name, bits: int) -> pikepdf.Stream:
    stream = pikepdf.Stream(pdf, data)
    stream.Type, stream.Subtype = Name.XObject, Name.Image
    stream.Width, stream.Height, stream.BitsPerComponent, stream.ColorSpace = *size, bits, space
    return pdf.make_indirect(stream)


def _jpeg(pdf: pikepdf.Pdf, image: Image.Image, path: Path) -> pikepdf.Stream:
    """The camera's own bytes."""
    space = Name.DeviceGray if image.mode == "L" else Name.DeviceRGB
    stream = _image(pdf, path.read_bytes(), image.size, space, 8)
    stream.Filter = Name.DCTDecode
    return stream


def _group4(pdf: pikepdf.Pdf, image: Image.Image, path: Path) -> pikepdf.Stream:
    """A 1-bit page as CCITT Group 4: the fax's own bytes where they are one strip of it, else coded anew."""
    return _ccitt(pdf, image.size, *(_own_strip(image, path) or _coded(image)))


def add_group4(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    """A 1-bit image as CCITT Group 4."""
    return _ccitt(pdf, image.size, *_coded(image))


def add_jpeg(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    """A colour image as JPEG."""
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=85)
    stream = _image(pdf, buffer.getvalue(), image.size, Name.DeviceRGB, 8)
    stream.Filter = Name.DCTDecode
    return stream


def _ccitt(pdf: pikepdf.Pdf, size: tuple[int, int], data: bytes, photometric: int) -> pikepdf.Stream:
    stream = _image(pdf, data, size, Name.DeviceGray, 1)
    stream.Filter = Name.CCITTFaxDecode
    stream.DecodeParms = Dictionary(K=-1, Columns=size[0], Rows=size[1], BlackIs1=photometric == 1)
    return stream


def _coded(image: Image.Image) -> tuple[bytes, int]:
    """Group 4 data in one strip, and what its zeros mean."""
    buffer = BytesIO()
    image.save(buffer, "TIFF", compression="group4", tiffinfo={278: image.height})
    with Image.open(BytesIO(buffer.getvalue())) as coded:
        tags = coded.tag_v2  # type: ignore[attr-defined]
        start, length = tags[273][0], tags[279][0]
        return buffer.getvalue()[start : start + length], tags[262]


def _own_strip(image: Image.Image, path: Path) -> tuple[bytes, int] | None:
    """The page's Group 4 data as the fax machine coded it, if it stands in one piece and in the usual bit order."""
    tags = getattr(image, "tag_v2", {})
    offsets, counts = tags.get(273, ()), tags.get(279, ())
    plain = tags.get(259) == 4 and tags.get(266, 1) == 1 and not tags.get(293, 0) & 2 and tags.get(274, 1) == 1
    if not plain or len(offsets) != 1 or len(counts) != 1 or tags.get(262) not in {0, 1}:
        return None
    with path.open("rb") as stream:
        stream.seek(offsets[0])
        data = stream.read(counts[0])
    return (data, tags[262]) if len(data) == counts[0] else None


def _lossless(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    """Grey or colour pixels, deflated."""
    if "A" in image.getbands() or "transparency" in image.info:
        on_white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(on_white, image.convert("RGBA"))
    plain = _eight_bits(image) if image.mode.startswith("I") else image.convert("L" if image.mode == "L" else "RGB")
    space = Name.DeviceGray if plain.mode == "L" else Name.DeviceRGB
    stream = _image(pdf, zlib.compress(plain.tobytes(), 6), plain.size, space, 8)
    stream.Filter = Name.FlateDecode
    return stream


def _eight_bits(image: Image.Image) -> Image.Image:
    """Sixteen-bit greys scaled to eight."""
    return image.convert("I").point(lambda value: value / 256).convert("L")
