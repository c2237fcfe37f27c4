"""How well and how fast pages are read, by mode, beside plain pytesseract and ocrmypdf on the same pages, in one run.

    .venv/bin/python -m benchmarks.reading [--pages 48] [--seed 901] [--modes fine,standard]

`read`: key values whose printed form stands in the text, before any repair. `found`: key values among the findings,
after check digits and tables. Key values: NPI, ICD-10, HCPCS, dates, member id. `word error`: share of the reference's
words that are not in the text. Pages per second include starting the workers (ours) and the program (ocrmypdf).
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pypdfium2 as pdfium
import pytesseract
from PIL import Image

from casefile.records import Finding, PageText
from extractors.documents import classify
from extractors.registry import find_all
from intake import workers
from intake.limits import Limits
from intake.read import read_file
from samples.faxes import Sample, write_varied

MODES = ("digital", "scan300", "fine", "standard", "third", "photo")
KEYS = {"ordering_provider_npi", "other_npi", "icd10", "hcpcs", "cpt", "member_id", "member_dob", "order_date",
        "signature_date", "denial_date", "service_start"}  # fmt: skip
NOT_THE_PATIENTS_OWN = {"negated", "ruled_out", "family_history", "historical"}
"""Diagnoses that a sentence takes back; the samples' truth does not list them."""
PLAIN_PAGES = 12
"""Pages given to plain pytesseract, which is slow."""


@dataclass
class Score:
    """Tally of one reader over one mode."""

    read: int = 0
    found: int = 0
    keys: int = 0
    words: int = 0
    lost: int = 0
    seconds: float = 0.0
    pages: int = 0
    missed: list[str] = field(default_factory=list)
    sure: list[tuple[float, bool]] = field(default_factory=list)

    def row(self) -> str:
        """The figures in columns."""
        found = f"{self.found / self.keys:.3f}" if self.found else "  -  "
        return (f"{self.pages:5d} {self.pages / self.seconds:8.2f} {self.read / self.keys:7.3f} {found:>7} "
                f"{self.lost / self.words:10.3f}")  # fmt: skip


def printed_forms(name: str, value: str) -> list[str]:
    """How a value may stand on the page, without spaces and hyphens, in capitals."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return [re.sub(r"[\s-]", "", value).upper()] + ([value.replace(".", "")] if name == "icd10" else [])
    day = date.fromisoformat(value)
    months, numbers = {day.strftime("%m"), str(day.month)}, {day.strftime("%d"), str(day.day)}
    plain = [f"{month}{mark}{number}{mark}{year}" for mark in ("/", ".", "") for month in months for number in numbers
             for year in (day.strftime("%Y"), day.strftime("%y"))]  # fmt: skip
    named = [form for month in ("%B", "%b", "%b.") for number in numbers
             for form in (day.strftime(f"{month}{number},%Y"), day.strftime(f"{number}{month}%Y"),
                          day.strftime(f"{month}{number}%Y"))]  # fmt: skip
    return [form.upper() for form in (*plain, *named, day.strftime("%Y%m%d"))]


def judge(score: Score, sample: Sample, text: str, findings: tuple[Finding, ...] | None) -> None:
    """Add one page to a tally."""
    squeezed = re.sub(r"[\s-]", "", text).upper()
    got = {(_truth_name(f), f.value.upper()) for f in findings or ()}
    for row in sample.truth:
        name, value = str(row["field"]), str(row["value"])
        if name not in KEYS:
            continue
        score.keys += 1
        score.read += any(form in squeezed for form in printed_forms(name, value))
        hit = (name, value.upper()) in got
        score.found += hit
        if findings is not None and not hit:
            near = [f"{f.value} ({f.raw})" for f in findings if f.field == name]
            score.missed.append(f"{sample.path.name} {name} {value}: {near}")
    expected = {(str(r["field"]), str(r["value"]).upper()) for r in sample.truth}
    named = {name for name, _ in expected} & KEYS
    score.sure += [
        (f.confidence, (_truth_name(f), f.value.upper()) in expected)
        for f in findings or ()
        if _truth_name(f) in named and f.role not in NOT_THE_PATIENTS_OWN
    ]
    want, have = Counter(_reference(sample)), Counter(text.split())
    score.words += want.total()
    score.lost += (want - have).total()
    score.pages += 1


def _truth_name(finding: Finding) -> str:
    """The field's name in the samples' truth, where dates of visits, tests and deliveries have names of their own."""
    own = finding.field == "service_start" and finding.role in {"visit", "test", "delivery"}
    return f"{finding.role}_date" if own else finding.field


def _reference(sample: Sample) -> list[str]:
    """The words of the page before any damage."""
    document = pdfium.PdfDocument(sample.path.parent / f"{sample.path.name[:4]}.reference.pdf")
    return str(document[0].get_textpage().get_text_bounded()).split()


def ours(samples: list[Sample], limits: Limits) -> Score:
    """This program's reader, with workers started afresh."""
    for pool in workers._pools.values():
        pool.close()
    workers._pools.clear()
    score, start = Score(), time.perf_counter()
    texts: list[tuple[PageText, ...]] = _read_all(samples, limits)
    score.seconds = time.perf_counter() - start
    for sample, pages in zip(samples, texts, strict=True):
        judge(score, sample, "\n".join(page.text for page in pages), find_all(pages, classify(pages)))
    return score


def _read_all(samples: list[Sample], limits: Limits) -> list[tuple[PageText, ...]]:
    """Several faxes at once, as several arrive at once."""
    from concurrent.futures import ThreadPoolExecutor

    if samples[0].mode == "digital":
        return [read_file(sample.path, limits).pages for sample in samples]
    with ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as threads:
        return list(threads.map(lambda sample: read_file(sample.path, limits).pages, samples))


def plain(samples: list[Sample]) -> Score:
    """Pytesseract on the image as it arrives, one page after the other."""
    score = Score()
    for sample in samples[:PLAIN_PAGES]:
        image = _image(sample)
        start = time.perf_counter()
        text = pytesseract.image_to_string(image)
        score.seconds += time.perf_counter() - start
        judge(score, sample, text, None)
    return score


def _image(sample: Sample) -> Image.Image:
    if sample.path.suffix == ".pdf":
        page = pdfium.PdfDocument(sample.path)[0]
        return page.render(scale=200 / 72, grayscale=True).to_pil()
    return Image.open(sample.path)


def peer(samples: list[Sample]) -> Score:
    """`ocrmypdf -j <cores>` on all pages in one PDF."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "all.pdf"
        frames = [_image(sample).convert("L") for sample in samples]
        frames[0].save(source, "PDF", save_all=True, append_images=frames[1:], resolution=204)
        program = str(Path(sys.executable).parent / "ocrmypdf")
        command = [program, "-j", str(os.cpu_count()), "--output-type", "pdf", "-q",
                   "--sidecar", f"{folder}/text.txt", str(source), f"{folder}/out.pdf"]  # fmt: skip
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"OMP_THREAD_LIMIT": "1"})
        score = Score(seconds=time.perf_counter() - start)
        texts = Path(f"{folder}/text.txt").read_text().split("\f")
    for sample, text in zip(samples, texts, strict=False):
        judge(score, sample, text, None)
    return score


def reliability(scores: list[Score]) -> None:
    """Of findings given a confidence, how many are right."""
    rows = [row for score in scores for row in score.sure]
    print("\nconfidence    findings    right")
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 1.01)):
        inside = [right for sure, right in rows if low <= sure < high]
        if inside:
            print(f"{low:.2f}-{min(high, 1):.2f} {len(inside):13d} {sum(inside) / len(inside):8.3f}")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=48, help="pages a mode")
    parser.add_argument("--seed", type=int, default=901)
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--alone", action="store_true", help="leave the peers out")
    parser.add_argument("--missed", action="store_true", help="list every key value that was not found")
    given = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, seed {given.seed}, {given.pages} pages a mode")
    print(f"{'mode':9} {'reader':22} pages  pages/s    read   found word error")
    kept = []
    for mode in given.modes.split(","):
        with tempfile.TemporaryDirectory() as folder:
            samples = write_varied(Path(folder), mode, given.pages, given.seed)
            readers: list[tuple[str, Callable[[], Score]]] = [("casebinder", lambda s=samples: ours(s, Limits()))]  # type: ignore[misc]
            if mode != "digital":
                readers.append(("  second reader off", lambda s=samples: ours(s, Limits(second_words=0))))  # type: ignore[misc]
                if not given.alone:
                    readers += [
                        ("ocrmypdf -j", lambda s=samples: peer(s)),
                        ("plain pytesseract", lambda s=samples: plain(s)),
                    ]  # type: ignore[misc]
            for name, reader in readers:
                score = reader()
                print(f"{mode:9} {name:22} {score.row()}", flush=True)
                if name == "casebinder":
                    kept.append(score)
                    print("\n".join(score.missed) if given.missed else "", end="\n" if given.missed else "")
    reliability(kept)


if __name__ == "__main__":
    main()
