"""Objects of an open PDF, copied as the file stores them and known by the hash of all that hangs from them.

A source is never re-encoded: dictionaries are taken as text in which only object numbers change, streams as raw bytes.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import pikepdf

from packet_builder.pdf_writer import LEVEL
from packet_builder.references import REFERENCE, Shared, Sink

Key = tuple[int, int]
Pieces = list[bytes | Key]
LENGTH = re.compile(rb"/Length \d+(?: \d+ R)? ?")
FILTER_ARRAY = re.compile(rb"/Filter \[ ?(/\w+) ?\]")
CODING = re.compile(rb"/Filter (?:/\w+|\[[^\]]*\]) ?|/DecodeParms (?:<<[^<>]*>>|\[[^\[\]]*\]|null) ?")
OUTSIDE = re.compile(rb"/(?:PieceInfo|Metadata|StructParents?|AF|OPI|Ref|F|FFilter|FDecodeParms|Alternates) ")
OUTSIDE_NAMES = (
    "/PieceInfo", "/Metadata", "/StructParent", "/StructParents", "/AF", "/OPI", "/Ref", "/F", "/FFilter", "/FDecodeParms",
    "/Alternates",
)  # fmt: skip
FOREIGN = {"/Page", "/Pages", "/Catalog", "/StructTreeRoot", "/StructElem", "/Filespec"}
SMALL = 1 << 18
LOSSLESS = {"/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/Fl", "/LZW", "/A85", "/AHx"}


@dataclass
class _Visit:
    key: Key
    body: bytes
    pieces: Pieces
    stream: pikepdf.Object | None
    children: list[Key]
    position: int = 0
    in_cycle: bool = False


class ObjectGraph:
    """Walks what hangs from a page, every object after its children; with a writer, copies it there.

    With `deflating`, streams that are stored plain are deflated on the way: our own sheets are.
    """

    def __init__(
        self, pdf: pikepdf.Pdf, writer: Sink | None = None, shared: Shared | None = None, deflating: bool = False
    ) -> None:
        self._pdf, self._writer, self._deflating = pdf, writer, deflating
        self._shared = shared or Shared()
        self._digests: dict[Key, bytes] = {}
        self._numbers: dict[Key, int] = {}
        self._tainted: set[Key] = set()

    def both(self, body: bytes) -> tuple[bytes, bytes]:
        """A direct object's text with the new numbers, and its hash."""
        pieces = self._visited(body)
        return self._renumbered(pieces), self._hash(pieces, b"")

    def digest(self, body: bytes) -> bytes:
        """The hash of a direct object and of everything it leads to, whatever its objects' numbers."""
        return self._hash(self._visited(body), b"")

    def _visited(self, body: bytes) -> Pieces:
        pieces = pieces_of(body)
        for piece in pieces:
            if isinstance(piece, tuple):
                self._visit(piece)
        return pieces

    def digest_of(self, obj: pikepdf.Object) -> bytes:
        """The hash of an indirect object and of everything it leads to."""
        self._visit(obj.objgen)
        return self._digests[obj.objgen]

    def number(self, key: Key) -> int:
        """The new number of an indirect object, which is written if it was not yet."""
        self._visit(key)
        return self._numbers[key]

    def digests(self) -> Mapping[int, bytes]:
        """Hashes by new number, of the objects that may be shared with another source: those in no cycle."""
        return {number: self._digests[key] for key, number in self._numbers.items() if key not in self._tainted}

    def _visit(self, root: Key) -> None:
        if root in self._digests:
            return
        stack = [self._open(root)]
        waiting = {root: stack[0]}
        while stack:
            visit = stack[-1]
            if visit.position == len(visit.children):
                stack.pop()
                del waiting[visit.key]
                self._close(visit)
                continue
            child = visit.children[visit.position]
            visit.position += 1
            if child in self._digests:
                visit.in_cycle |= child in self._tainted
            elif child in waiting:
                self._take(child)
                for other in stack[stack.index(waiting[child]) :]:
                    other.in_cycle = True
            else:
                waiting[child] = self._open(child)
                stack.append(waiting[child])

    def _open(self, key: Key) -> _Visit:
        obj = self._pdf.get_object(key)
        kind = obj._type_code
        stream = obj if kind == pikepdf.ObjectType.stream else None
        if kind in {pikepdf.ObjectType.stream, pikepdf.ObjectType.dictionary} and str(obj.get("/Type", "")) in FOREIGN:
            body, stream = b"<< >>", None
        elif kind == pikepdf.ObjectType.stream:
            body = FILTER_ARRAY.sub(rb"/Filter \1", LENGTH.sub(b"", _clean(obj), count=1))
        else:
            body = obj.unparse(resolved=True)
        pieces = pieces_of(body)
        return _Visit(key, body, pieces, stream, [piece for piece in pieces if isinstance(piece, tuple)])

    def _close(self, visit: _Visit) -> None:
        raw, digest = b"", b""
        if visit.stream is None:
            digest = self._hash(visit.pieces, b"")
        else:
            raw = visit.stream.read_raw_bytes()
            digest = self._stream_hash(visit, raw)
        self._digests[visit.key] = digest
        if visit.in_cycle:
            self._tainted.add(visit.key)
        if self._writer is None:
            return
        known = self._shared.numbers.get(digest)
        if known is not None and not visit.in_cycle and visit.key not in self._numbers:
            self._numbers[visit.key] = known
            return
        number, text = self._take(visit.key), self._renumbered(visit.pieces)
        if visit.stream is None:
            self._writer.put(text, number)
        elif self._deflating and b"/Filter " not in text:
            self._writer.stream(text[2:-2] + b"/Filter/FlateDecode", zlib.compress(raw, LEVEL), number)
        else:
            self._writer.stream(text[2:-2], raw, number)
        if not visit.in_cycle:
            self._shared.numbers[digest] = number

    def _stream_hash(self, visit: _Visit, raw: bytes) -> bytes:
        """Small streams count by their decoded bytes, so that another program's re-packing is no change."""
        data = _decoded(visit.stream, raw) if len(raw) <= SMALL else None
        if data is None:
            return self._hash(visit.pieces, raw)
        return self._hash(pieces_of(CODING.sub(b"", visit.body)), data)

    def _hash(self, pieces: Pieces, data: bytes) -> bytes:
        parts = [piece if isinstance(piece, bytes) else self._digests.get(piece, b"again") for piece in pieces]
        digest = hashlib.sha256(b"".join(parts))
        digest.update(b"\0")
        digest.update(data)
        return digest.digest()

    def _take(self, key: Key) -> int:
        if key not in self._numbers:
            self._numbers[key] = self._writer.take() if self._writer else 0
        return self._numbers[key]

    def _renumbered(self, pieces: Pieces) -> bytes:
        return b"".join(piece if isinstance(piece, bytes) else b"%d 0 R" % self._numbers[piece] for piece in pieces)


def pieces_of(body: bytes) -> Pieces:
    """An object's text cut at its references: text, reference, text, …, text."""
    if b" R" not in body:
        return [body]
    pieces: Pieces = []
    last = 0
    for match in REFERENCE.finditer(body):
        if match[1] is None:
            continue
        pieces += [body[last : match.start()], (int(match[1]), int(match[2]))]
        last = match.end()
    return [*pieces, body[last:]]


def _clean(stream: pikepdf.Object) -> bytes:
    """A stream's dictionary as text, without what stands outside the page: metadata, other files, other versions."""
    body = bytes(stream.stream_dict.unparse())
    if not OUTSIDE.search(body):
        return body
    for name in OUTSIDE_NAMES:
        if name in stream:
            del stream[name]
    return bytes(stream.stream_dict.unparse())


def _decoded(stream: pikepdf.Object | None, raw: bytes) -> bytes | None:
    """A stream's bytes decoded, where its coding loses nothing and can be undone."""
    assert stream is not None
    coding = stream.get("/Filter")
    if coding is None:
        return raw
    names = {str(name) for name in coding} if isinstance(coding, pikepdf.Array) else {str(coding)}
    if not names <= LOSSLESS:
        return None
    try:
        if names == {"/FlateDecode"} and "/DecodeParms" not in stream:
            return zlib.decompress(raw)
        return bytes(stream.read_bytes())
    except (zlib.error, pikepdf.PdfError):
        return None
