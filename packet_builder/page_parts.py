"""What a page takes from its open source: resources as text, content streams, and the brackets they need."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from copy import copy

import pikepdf
from pikepdf import Array, Dictionary

from packet_builder import stamp, words
from packet_builder.page_shape import inherited
from packet_builder.page_writer import Brackets, PageParts
from packet_builder.pdf_objects import ObjectGraph

LITERAL = re.compile(rb"\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>|%[^\r\n]*", re.DOTALL)
BRACKET = re.compile(rb"(?<![^\s\]>)}/])(?<!/)([qQ])(?=[\s\[<(/%]|$)")
INLINE_IMAGE = re.compile(rb"(?<![^\s])BI(?=[\s/])")


def parts_of(graph: ObjectGraph, page: pikepdf.Object, brackets: Brackets | None = None) -> PageParts:
    """A page's parts; what hangs from them is written to the graph's writer."""
    streams = content_streams(page)
    (rest, rest_hash), (fonts, fonts_hash) = map(graph.both, split_resources(inherited(page, "/Resources")))
    group = page.get("/Group")
    body, group_hash = b"", b""
    if isinstance(group, Dictionary):
        body, group_hash = graph.both(group.unparse(resolved=True))
    contents = tuple((graph.number(stream.objgen), graph.digest_of(stream)) for stream in streams)
    return PageParts(rest, fonts, body, (rest_hash, fonts_hash, group_hash), contents, brackets or brackets_of(streams))


def split_resources(resources: pikepdf.Object | None) -> tuple[bytes, bytes]:
    """A page's resources as text: all but fonts, and the fonts without ours."""
    if not isinstance(resources, Dictionary):
        return b"<< >>", b"<< >>"
    rest = copy(resources)
    fonts = rest.get("/Font")
    if fonts is not None:
        del rest["/Font"]
    if "/ProcSet" in rest:
        del rest["/ProcSet"]
    if not isinstance(fonts, Dictionary):
        return bytes(rest.unparse()), b"<< >>"
    own = copy(fonts)
    for name in (stamp.FONT, words.FONT):
        if f"/{name}" in own:
            del own[f"/{name}"]
    return bytes(rest.unparse()), bytes(own.unparse())


def content_streams(page: pikepdf.Object) -> list[pikepdf.Object]:
    """A page's content streams, in order."""
    contents = page.get("/Contents")
    if isinstance(contents, Array):
        return [item for item in contents if isinstance(item, pikepdf.Stream)]
    return [contents] if isinstance(contents, pikepdf.Stream) else []


def brackets_of(streams: Sequence[pikepdf.Object]) -> Brackets:
    """What must be put around a content so that nothing of it acts on what follows."""
    data = b"\n".join(_read(stream) for stream in streams)
    bare = LITERAL.sub(b" ", data)
    if b"(" in bare or b")" in bare or INLINE_IMAGE.search(bare):
        marks = _parsed_brackets(streams)
    else:
        marks = BRACKET.findall(bare)
    depth = lowest = 0
    for mark in marks:
        depth += 1 if mark == b"q" else -1
        lowest = min(lowest, depth)
    return -lowest, depth - lowest, b"/MCID" in data


def _parsed_brackets(streams: Sequence[pikepdf.Object]) -> list[bytes]:
    holder = Dictionary(Type=pikepdf.Name.Page, Contents=Array(streams))
    try:
        return [str(step.operator).encode() for step in pikepdf.parse_content_stream(pikepdf.Page(holder), "q Q")]
    except (pikepdf.PdfError, pikepdf.PdfParsingError, TypeError, ValueError):
        return []


def _read(stream: pikepdf.Object) -> bytes:
    try:
        if str(stream.get("/Filter", "")) == "/FlateDecode" and "/DecodeParms" not in stream:
            return zlib.decompress(stream.read_raw_bytes())
        return bytes(stream.read_bytes())
    except (zlib.error, pikepdf.PdfError):
        try:
            return bytes(stream.read_bytes())
        except pikepdf.PdfError:
            return b""
