"""What keeps a page from PDF/A as it is, by our own rules."""

from __future__ import annotations

import pikepdf
from pikepdf import Dictionary

from packet_builder.page_shape import inherited

DEPTH = 6


def archive_fault(page: pikepdf.Object) -> str:
    """What keeps a page from PDF/A as it is, as far as our own rules go; empty where nothing does."""
    resources = inherited(page, "/Resources")
    return _fault(resources, DEPTH) if isinstance(resources, Dictionary) else ""


def _fault(resources: pikepdf.Object, depth: int) -> str:
    fonts = resources.get("/Font")
    for font in fonts.values() if isinstance(fonts, Dictionary) else ():
        if isinstance(font, Dictionary) and not _embedded(font):
            return "a font is not embedded"
    spaces = resources.get("/ColorSpace")
    if isinstance(spaces, Dictionary) and b"/DeviceCMYK" in spaces.unparse():
        return "device-dependent colour"
    objects = resources.get("/XObject")
    for item in objects.values() if isinstance(objects, Dictionary) else ():
        if not isinstance(item, pikepdf.Stream):
            continue
        kind, filters = str(item.get("/Subtype", "")), item.get("/Filter")
        if kind == "/Image" and (
            str(item.get("/ColorSpace", "")) == "/DeviceCMYK" or bool(item.get("/Interpolate", False))
        ):
            return "an image in device-dependent colour"
        if filters is not None and b"/LZWDecode" in filters.unparse():
            return "a coding that archives do not allow"
        inner = item.get("/Resources")
        if kind == "/Form" and isinstance(inner, Dictionary):
            if depth == 0:
                return "drawings nested too deep to check"
            if fault := _fault(inner, depth - 1):
                return fault
    return ""


def _embedded(font: pikepdf.Object) -> bool:
    kind = str(font.get("/Subtype", ""))
    if kind == "/Type3":
        return True
    if kind == "/Type0":
        below = font.get("/DescendantFonts")
        return isinstance(below, pikepdf.Array) and all(isinstance(f, Dictionary) and _embedded(f) for f in below)
    described = font.get("/FontDescriptor")
    return isinstance(described, Dictionary) and any(
        name in described for name in ("/FontFile", "/FontFile2", "/FontFile3")
    )
