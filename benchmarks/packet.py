"""A packet of 1,000 pages from 60 mixed sources with every feature on, beside a bare append by pypdf.

    .venv/bin/python -m benchmarks.packet [--times 1] [--rounds 5] [--keep FOLDER]

Both run as whole processes, imports counted, and the ratio is of these times; the time without the start of Python and
the imports is printed beside it. casebinder keeps two cores busy where there are two (hashing and writing run beside the
pages), which pypdf does not; the processor seconds tell. A build of what was built before takes its own sheets (letter,
contents, timeline, annex) from the cache too; one with another date on its letter draws them all anew, and has a line of its
own. Every build reads and hashes every source, writes the whole packet and reads it again to check it. The sources are made here: Group 4 fax scans, grey JPEG scans, text PDFs,
photographs, fax TIFFs, and odd files (rotated, cropped, locked, damaged cross-reference, annotations). `--times 10`
repeats them (with other bytes) to 10,000 pages, to show that memory does not grow with the packet. Scanned pages carry
530 words each, which are taken from the cache, as after a first build.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import date
from io import BytesIO
from pathlib import Path
from random import Random

PAGES = {"g4": (10, 40), "gray": (10, 20), "text": (10, 22), "photo": (8, 1), "tiff": (2, 30), "odd": (20, 6)}
WORDS = 530


def make_sources(folder: Path, times: int) -> list[tuple[Path, int, bool]]:
    """Write the sources; returns (path, pages, scanned) rows."""
    import numpy as np
    from PIL import Image, ImageDraw

    rng = Random("packet")
    noise = np.random.default_rng(7)
    rows = []
    sheet = Image.new("L", (1700, 2200), 255)
    draw = ImageDraw.Draw(sheet)
    for line in range(60):
        words = " ".join("".join(rng.choices("etaoinshrdlu", k=rng.randint(2, 9))) for _ in range(11))
        draw.text((150, 120 + 33 * line), words, fill=0, font_size=24)
    gray = Image.fromarray(
        np.clip(np.asarray(sheet, dtype=np.int16) + noise.normal(0, 2.5, (2200, 1700)).astype(np.int16), 0, 255).astype(
            "uint8"
        )
    )
    specks = noise.random((2200, 1700)) < 0.0004
    bits = np.asarray(sheet).copy()
    bits[specks] = 0
    fax = Image.fromarray(bits).convert("1", dither=Image.Dither.NONE)
    number = 0
    for turn in range(times):
        for kind, (count, pages) in PAGES.items():
            for n in range(count):
                number += 1
                suffix = {"photo": ".jpg", "tiff": ".tif"}.get(kind, ".pdf")
                path = folder / f"{number:04d}-{kind}{suffix}"
                _make(path, kind, pages, f"{turn}-{n}", fax, gray)
                rows.append((path, pages, kind in {"g4", "gray", "tiff"}))
    return rows


def _make(path: Path, kind: str, pages: int, mark: str, fax, gray) -> None:  # type: ignore[no-untyped-def]
    from PIL import ImageDraw

    if kind in {"g4", "gray", "photo", "tiff"}:
        base = (fax if kind in {"g4", "tiff"} else gray).copy()
        images = []
        for number in range(pages):
            image = base.copy()
            ImageDraw.Draw(image).text((700, 20), f"{mark} page {number + 1}", fill=0, font_size=30)
            images.append(image)
        if kind == "photo":
            images[0].convert("RGB").save(path, quality=82)
        elif kind == "tiff":
            images[0].save(path, save_all=True, append_images=images[1:], compression="group4", dpi=(200, 200))
        else:
            import img2pdf

            blobs = []
            for image in images:
                buffer = BytesIO()
                image.save(buffer, "TIFF", compression="group4", dpi=(200, 200)) if kind == "g4" else image.save(
                    buffer, "JPEG", quality=60, dpi=(200, 200)
                )
                blobs.append(buffer.getvalue())
            path.write_bytes(img2pdf.convert(blobs, nodate=True) or b"")
        return
    data = _text_pdf(pages, mark)
    path.write_bytes(_odd(data, int(mark.split("-")[1])) if kind == "odd" else data)


def _text_pdf(pages: int, mark: str) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    stream = BytesIO()
    canvas = Canvas(stream, invariant=1, pageCompression=1)
    for number in range(pages):
        for line in range(45):
            canvas.drawString(
                72,
                740 - 14 * line,
                f"{mark} page {number + 1} line {line}: the patient was seen at home and the equipment was in use",
            )
        canvas.bookmarkPage(f"p{number}")
        canvas.linkRect("", f"p{(number + 1) % pages}", (72, 60, 200, 80)) if number else None
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _odd(data: bytes, number: int) -> bytes:
    """One oddity a file, in turn."""
    import pikepdf
    from pikepdf import Array, Dictionary, Name, String

    out = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        for page in pdf.pages:
            if number % 5 == 0:
                page.obj.Rotate = 90 * (1 + number % 3)
            elif number % 5 == 1:
                page.obj.CropBox = Array([30, 40, 560, 800])
            elif number % 5 == 2:
                look = pikepdf.Stream(
                    pdf,
                    b"0.9 0.9 0.2 rg 0 0 100 20 re f",
                    BBox=Array([0, 0, 100, 20]),
                    Subtype=Name.Form,
                    Type=Name.XObject,
                )
                page.obj.Annots = Array(
                    [
                        pdf.make_indirect(
                            Dictionary(
                                Type=Name.Annot,
                                Subtype=Name.Square,
                                Rect=Array([300, 60, 400, 80]),
                                F=4,
                                AP=Dictionary(N=pdf.make_indirect(look)),
                            )
                        )
                    ]
                )
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("1"))
        if number % 5 == 3:
            pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user=""), deterministic_id=False)
        else:
            pdf.save(out, deterministic_id=True)
    made = out.getvalue()
    return made.replace(b"startxref\n", b"startxref\n9") if number % 5 == 4 else made


def redraw(folder: Path, rows: list[tuple[str, int, bool]], out: Path) -> None:
    """The packet with a date on its letter that no build before had: every sheet is drawn anew."""
    build(folder, rows, out, date.fromordinal(1 + time.time_ns() // 1000 % 3_000_000))


def build(folder: Path, rows: list[tuple[str, int, bool]], out: Path, letter_date: date = date(2026, 11, 24)) -> None:
    """The packet, from a case whose scanned pages' words are in the cache."""
    from hashlib import sha256

    from casefile.records import CaseFile, Event, Evidence, Exhibit, LedgerRow, PageText
    from packet_builder.page_cache import PageCache
    from packet_builder.render import build_packet

    exhibits, paths = [], {}
    known = json.loads((folder / "hashes.json").read_text()) if (folder / "hashes.json").exists() else {}
    for name, pages, scanned in rows:
        path = folder / name
        digest = known.get(name) or sha256(path.read_bytes()).hexdigest()
        known[name] = digest
        paths[digest] = path
        media = {".jpg": "image/jpeg", ".tif": "image/tiff"}.get(path.suffix, "application/pdf")
        texts = tuple(PageText(n + 1, (), "ocr" if scanned else "text-layer", 0.9) for n in range(pages))
        exhibits.append(Exhibit(path.stem, "other", digest, media, texts, date(2026, 9, 1)))
    (folder / "hashes.json").write_text(json.dumps(known))
    ledger = tuple(LedgerRow(e.fax_sha256, p.page_number, "exhibit") for e in exhibits for p in e.pages)
    events = tuple(
        Event(
            "received", "paperwork", f"Received: {e.title}", date(2026, 9, 1 + n % 28), None, Evidence(e.fax_sha256, 1)
        )
        for n, e in enumerate(exhibits)
    )
    case = CaseFile(
        "C-0001",
        "Rosalind Kestrelman",
        payer_name="Northfield Health Plan",
        exhibits=tuple(exhibits),
        ledger=ledger,
        events=events,
    )
    cache = PageCache(folder / "cache.sqlite")
    build_packet(
        case,
        kind="appeal",
        source_path=paths.__getitem__,
        out=out,
        prefix="CB",
        organisation="Harbor Home Care",
        contact="555-010-0199",
        letter_date=letter_date,
        cache=cache,
    )
    cache.close()


def fill_cache(folder: Path, rows: list[tuple[str, int, bool]], _: Path) -> None:
    """Put the layers of 530 words a page where a first build would have put them."""
    from hashlib import sha256

    from casefile.records import PageText, Word
    from packet_builder.geometry import Shape
    from packet_builder.kept_exhibits import keep_layer, made_layer
    from packet_builder.page_cache import PageCache

    rng = Random("words")
    cache = PageCache(folder / "cache.sqlite")
    for name, pages, scanned in rows:
        digest = sha256((folder / name).read_bytes()).hexdigest()
        for number in range(1, pages + 1) if scanned else ():
            words = tuple(
                Word(
                    "".join(rng.choices("etaoinshrdlu", k=rng.randint(2, 9))),
                    (0.1 + n % 11 * 0.075, 0.05 + n // 11 * 0.018, 0.16 + n % 11 * 0.075, 0.062 + n // 11 * 0.018),
                    0.9,
                    n // 11,
                )
                for n in range(WORDS)
            )
            text = PageText(number, words, "ocr")
            shape = Shape((0, 0, 612, 792))
            keep_layer(digest, text, shape, made_layer(text, shape), cache)
    cache.close()


def append(folder: Path, rows: list[tuple[str, int, bool]], out: Path) -> None:
    """The peer: a bare append by pypdf; images were made PDFs beforehand, outside the clock."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    for name, _, _ in rows:
        path = folder / name
        writer.append(path if path.suffix == ".pdf" else path.with_suffix(".image.pdf"))
    with out.open("wb") as stream:
        writer.write(stream)


def prepare_peer(folder: Path, rows: list[tuple[Path, int, bool]]) -> None:
    """The peer appends PDFs alone: it is given the images as PDFs, for free."""
    import img2pdf

    for path, _, _ in rows:
        if path.suffix != ".pdf":
            path.with_suffix(".image.pdf").write_bytes(img2pdf.convert(path.read_bytes(), nodate=True) or b"")


def run(what: str, folder: Path, out: Path) -> tuple[float, float, float, float]:
    """Wall seconds, processor seconds and peak megabytes of one whole process, and the seconds of its job alone."""
    import subprocess

    out.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "benchmarks.packet",
        "--do",
        what,
        "--keep",
        str(folder),
        "--out",
        str(out),
    ]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout
    seconds, peak = (float(word) for word in process.stdout.read().split()[-2:])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{what} failed")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, peak / 1024, seconds


def peak_kilobytes() -> str:
    """This process's own peak, which a parent's memory does not add to."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("VmHWM"))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", default="")
    parser.add_argument("--do", default="")
    parser.add_argument("--out", default="")
    given = parser.parse_args()
    if given.do:
        rows = json.loads((Path(given.keep) / "rows.json").read_text())
        __import__({"append": "pypdf"}.get(given.do, "packet_builder.render"))
        start = time.perf_counter()
        {"build": build, "redraw": redraw, "append": append, "fill": fill_cache}[given.do](
            Path(given.keep), rows, Path(given.out)
        )
        print(time.perf_counter() - start, peak_kilobytes())
        return
    import statistics
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(given.keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "rows.json").exists():
            made = make_sources(folder, given.times)
            prepare_peer(folder, made)
            (folder / "rows.json").write_text(
                json.dumps([(path.name, pages, scanned) for path, pages, scanned in made])
            )
        run("fill", folder, folder / "none")
        rows = json.loads((folder / "rows.json").read_text())
        size = sum((folder / name).stat().st_size for name, _, _ in rows) / 1e6
        print(f"{sum(row[1] for row in rows):,} pages from {len(rows)} sources, {size:.0f} MB; {os.cpu_count()} cores")
        first = run("build", folder, folder / "packet.out.pdf")
        print(f"first build, which looks at every page: {first[0]:.2f} s wall, {first[2]:.0f} MB peak")
        results: dict[str, list[tuple[float, float, float, float]]] = {"build": [], "redraw": [], "append": []}
        for _ in range(given.rounds):
            for what in results:
                results[what].append(run(what, folder, folder / f"{what}.out.pdf"))
        walls = {}
        titles = {
            "build": "casebinder, every feature",
            "redraw": "  its sheets drawn anew",
            "append": "pypdf, bare append",
        }
        for what, title in titles.items():
            wall, cpu, peak, job = (statistics.median(row[n] for row in results[what]) for n in range(4))
            walls[what] = wall
            out = (folder / f"{what}.out.pdf").stat().st_size / 1e6
            print(
                f"{title:28} {wall:6.2f} s wall  {job:6.2f} s without imports  {cpu:6.2f} s cpu  {peak:6.0f} MB peak  "
                f"{out:6.0f} MB out"
            )
        ratio, anew = (walls[what] / walls["append"] for what in ("build", "redraw"))
        print(f"ratio of wall times of whole processes: {ratio:.2f}; with the sheets drawn anew {anew:.2f}")


if __name__ == "__main__":
    main()
