"""What is understood from pages: per field precision, recall and F1 by mode, kinds, page faults, reliability, speed.

    .venv/bin/python -m benchmarks.findings [--pages 58] [--seed 71] [--modes digital,fine] [--unseen] [--errors] [--faxes 200]

`--unseen` draws wordings, value formats and layouts' styles that are kept back (`samples/wordings.py`). Texts of pages that went
through OCR are kept by the file's hash in the temporary folder, so that a second run measures the recognisers alone.
"""

from __future__ import annotations

import argparse
import pickle
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.faults import measure_faults, measure_photos, measure_refaxed
from casefile.records import Finding, PageText, Word
from extractors.documents import classify
from extractors.registry import EXTRACTORS, find_all
from intake.limits import Limits
from intake.read import read_file
from intake.vault import sha256_of
from samples.faxes import MORE_LAYOUTS, SUFFIX, Sample, emit
from samples.forms import UnseenSheets
from samples.people import make_case
from samples.sheet import Sheets

MODES = ("digital", "scan", "fine", "standard", "third")
CODES = ("icd10", "hcpcs", "cpt", "ordering_provider_npi")
FIELDS = (*CODES, "other_npi", "modifier", "member_name", "member_dob", "member_id", "mbi", "payer_name", "group_number",
          "ordering_provider_name", "order_date", "service_start", "signature", "signature_date", "claim_number",
          "authorization_number", "reference_number", "denial_date", "denial_reason", "denial_code", "appeal_deadline", "tax_id",
          "spo2", "wound_size", "quantity", "length_of_need", "liters_per_minute", "frequency", "discharge_at", "ahi")  # fmt: skip
RECALL_ONLY = ("phone", "shipping_address")
"""Fields of which a page may rightly show more than its truth lists."""
DATED = {"visit_date": "visit", "test_date": "test", "delivery_date": "delivery"}
FACES = ("sans", "serif", "mono", "wide")
CACHE = Path(tempfile.gettempdir()) / "casebinder-bench-pages"


@dataclass
class Tally:
    """Counts over one mode."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    sure: list[tuple[float, bool, str]] = field(default_factory=list)
    kinds: int = 0
    pages: int = 0
    seconds: float = 0.0

    def scores(self, *names: str) -> tuple[float, float, float]:
        """Precision, recall and F1 over these fields."""
        right, wrong, missed = (sum(c[n] for n in names) for c in (self.right, self.wrong, self.missed))
        precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
        return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def write(folder: Path, mode: str, count: int, seed: int, unseen: bool) -> list[Sample]:
    """One-page files of one mode: every layout in turn, a fifth of the orders unsigned."""
    samples = []
    for number in range(count):
        rng = Random(f"findings-{mode}-{seed}-{number}-{unseen}")
        face = rng.choice(FACES)
        sheets = (UnseenSheets if unseen else Sheets)(
            rng, face, rng.choice((8.5, 9) if face in {"mono", "wide"} else (9.5, 10, 11))
        )
        case, layout = make_case(rng), MORE_LAYOUTS[number % len(MORE_LAYOUTS)]
        if rng.random() < 0.2 and "signed" in layout.__code__.co_varnames:
            layout(sheets, case, signed=False)  # type: ignore[call-arg]
        else:
            layout(sheets, case)
        path = folder / f"{number:04d}-{layout.__name__}-{mode}.{SUFFIX[mode]}"
        emit(sheets.pdf(), path, mode, rng, banner=f"09/14/2026 17:47 FROM:{case.office_fax.replace('-', '')}")
        samples.append(Sample(path, mode, sheets.kinds, sheets.truth))
    return samples


def read(path: Path) -> tuple[PageText, ...]:
    """The file's page texts, from the cache where they are known."""
    kept = CACHE / f"{sha256_of(path)}.pickle"
    if kept.exists():
        return tuple(pickle.loads(kept.read_bytes()))
    pages = read_file(path, Limits()).pages
    CACHE.mkdir(exist_ok=True)
    kept.write_bytes(pickle.dumps(pages))
    return pages


def key(row: Finding) -> tuple[str, str]:
    """A finding as the truth writes it: dates by their role, names and words without case."""
    apart = row.field == "service_start" and row.role in {"visit", "test", "delivery", "admission"}
    name = f"{row.role}_date" if apart else row.field
    return name, squeeze(name, row.value)


def squeeze(name: str, value: str) -> str:
    """Words compare without case, spaces and accents' care."""
    kept = "." if name in {"spo2", "liters_per_minute", "wound_size", "ahi", "icd10"} else ""
    return "".join(ch for ch in value.casefold() if ch.isalnum() or ch == kept)


def judge(tally: Tally, sample: Sample, findings: tuple[Finding, ...], kind: str) -> None:
    """Add one page."""
    want = {(str(r["field"]), squeeze(str(r["field"]), str(r["value"]))) for r in sample.truth}
    counted = [f for f in findings if f.role not in {"negated", "ruled_out", "family_history", "historical"}]
    have = {key(f): f for f in counted if f.status != "suspect" or f.confidence >= 0.5}
    if kind == sample.kinds[0]:
        tally.kinds += 1
    else:
        tally.errors.append(f"{sample.path.name:48} kind {sample.kinds[0]} read as {kind}")
    tally.pages += 1
    for name, value in sorted(want):
        hit = (name, value) in have
        (tally.right if hit else tally.missed)[name] += 1
        if not hit:
            near = [f"{f.value} ({f.raw}, {f.confidence:.2f})" for f in findings if key(f)[0] == name]
            tally.errors.append(f"{sample.path.name:48} missed {name} {value}: {near}")
    for (name, value), finding in sorted(have.items()):
        known = (name, value) in want
        if name in FIELDS or name in DATED:
            tally.sure.append((finding.confidence, known, name))
            if not known:
                tally.wrong[name] += 1
                tally.errors.append(
                    f"{sample.path.name:48} wrong {name} {finding.value} ({finding.raw}) {finding.confidence:.2f}: {finding.reason}"
                )


def run(mode: str, count: int, seed: int, unseen: bool) -> Tally:
    """One mode."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        samples = write(Path(folder), mode, count, seed, unseen)
        texts = [read(sample.path) for sample in samples]
    _warm(texts[0])
    for sample, pages in zip(samples, texts, strict=True):
        start = time.process_time()
        documents = classify(pages)
        findings = find_all(pages, documents)
        tally.seconds += time.process_time() - start
        judge(tally, sample, findings, documents[0].kind if documents else "none")
    return tally


def _warm(pages: tuple[PageText, ...]) -> None:
    """Load tables and spaCy before the clock starts."""
    find_all(pages, classify(pages))
    prose = PageText(
        1,
        tuple(
            Word(w, (0.1 * n, 0.1, 0.1 * n + 0.05, 0.12), 0.9, 0)
            for n, w in enumerate(["we", "saw", "patient", "Ann", "today"])
        ),
    )
    find_all((prose,), classify((prose,)))


def show(tallies: dict[str, Tally]) -> None:
    """The tables."""
    print(f"{'F1 by field':24}" + "".join(f"{mode:>24}" for mode in tallies))
    rows: dict[str, tuple[str, ...]] = {
        "exact codes": CODES,
        "all fields": FIELDS,
        **{n: (n,) for n in (*FIELDS, *DATED, *RECALL_ONLY)},
    }
    for name, fields in rows.items():
        line = ""
        for tally in tallies.values():
            known = sum(tally.right[f] + tally.missed[f] for f in fields)
            precision, recall, f1 = tally.scores(*fields)
            line += f"{f'{precision:.3f} {recall:.3f} {f1:.3f} {known:5}' if known else '-':>24}"
        print(f"{name:24}{line}")
    print(f"{'document kind right':24}" + "".join(f"{t.kinds / t.pages:24.3f}" for t in tallies.values()))
    print(f"{'pages/s, one core':24}" + "".join(f"{t.pages / t.seconds:24.1f}" for t in tallies.values()))
    pages, seconds = sum(t.pages for t in tallies.values()), sum(t.seconds for t in tallies.values())
    print(f"{'all modes together':24}{pages / seconds:24.1f}")


def reliability(tallies: dict[str, Tally]) -> None:
    """Of the findings given a confidence, how many are right; and which fields break the promise of 0.9."""
    rows = [row for tally in tallies.values() for row in tally.sure]
    print("\nconfidence    findings    right")
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01)):
        inside = [right for sure, right, _ in rows if low <= sure < high]
        if inside:
            print(f"{low:.2f}-{min(high, 1):.2f} {len(inside):13d} {sum(inside) / len(inside):8.3f}")
    broken: defaultdict[str, int] = defaultdict(int)
    for sure, right, name in rows:
        broken[name] += sure >= 0.9 and not right
    print("wrong at 0.9 or more:", {name: count for name, count in broken.items() if count} or "none")


def scaling() -> None:
    """Seconds of each recogniser on one line of a million digits, and on a page of 1,000 and of 2,000 lines of codes."""
    digits = PageText(1, (Word("1234567890" * 100_000, (0.1, 0.1, 0.9, 0.12), 0.9, 0),), "ocr", 0.9)
    line = "NPI: 1234567893 Dx J44.9 E1390-RR on 1/2/26 appeal within 60 days SpO2 88%"
    dense = [_dense(line, count) for count in (1000, 2000)]
    print("\nrecogniser       1 MB of digits   1,000 lines   2,000 lines   (seconds)")
    for name, find in EXTRACTORS:
        took = []
        for page in (digits, *dense):
            find(_dense(line, 1))
            start = time.process_time()
            find(page)
            took.append(time.process_time() - start)
        print(f"{name:14} {took[0]:16.2f} {took[1]:13.2f} {took[2]:13.2f}")


def _dense(line: str, count: int) -> PageText:
    words = [
        Word(text, (0.05 + 0.06 * place, number / count, 0.1 + 0.06 * place, (number + 0.7) / count), 0.95, number)
        for number in range(count)
        for place, text in enumerate(line.split())
    ]
    return PageText(1, tuple(words), "ocr", 0.95)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=2 * len(MORE_LAYOUTS), help="pages a mode")
    parser.add_argument("--seed", type=int, default=71)
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--unseen", action="store_true", help="wordings and formats that were kept back")
    parser.add_argument("--errors", action="store_true", help="list every error")
    parser.add_argument(
        "--faxes", type=int, default=0, help="faxes of several pages, for missing, repeated and foreign pages"
    )
    parser.add_argument(
        "--refaxed",
        type=int,
        default=0,
        help="pages and photos to send again by real machines, and forms of a later day",
    )
    parser.add_argument("--scaling", action="store_true", help="how the recognisers' time grows with the text")
    given = parser.parse_args()
    print(
        f"seed {given.seed}, {given.pages} pages a mode, {'kept-back' if given.unseen else 'seen'} wordings; precision recall F1 count\n"
    )
    tallies = {mode: run(mode, given.pages, given.seed, given.unseen) for mode in given.modes.split(",") if mode}
    if tallies:
        show(tallies)
        reliability(tallies)
    if given.errors:
        print("\n" + "\n".join(error for tally in tallies.values() for error in tally.errors))
    if given.scaling:
        scaling()
    if given.faxes:
        measure_faults(given.faxes, given.seed, given.unseen, given.errors)
    if given.refaxed:
        measure_refaxed(given.refaxed, given.seed)
        measure_photos(given.refaxed, given.seed)


if __name__ == "__main__":
    main()
