"""The demo's story: an oxygen order, its cure, its proof, its denial."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

from samples import broken, orders, papers
from samples.faxes import emit
from samples.people import DIAGNOSES, ITEMS, Case, make_case
from samples.sheet import Sheets

NOTICED = date(2026, 11, 2)


def story_case() -> Case:
    """The one invented patient of the story."""
    return replace(
        make_case(Random("story")), first="Rosalind", last="Kestrelman", payer="Northfield Health Plan",
        ordered=date(2026, 9, 8), codes=DIAGNOSES[0], item=ITEMS[0],
    )  # fmt: skip


def write_demo(folder: Path) -> list[Path]:
    """Write the story's files in the order they arrive; names hold no patient data."""
    folder.mkdir(parents=True, exist_ok=True)
    c, rng = story_case(), Random("story-noise")

    def sheets(face: str = "sans") -> Sheets:
        return Sheets(rng, face)

    def put(name: str, mode: str, s: Sheets, banner: str = "") -> Path:
        emit(s.pdf(), folder / name, mode, rng, banner)
        return folder / name

    fax_number = c.office_fax.replace("-", "")
    first = sheets()
    papers.cover_sheet(first, c, 2)
    orders.letterhead_order(first, c, signed=False)
    note = sheets("serif")
    papers.progress_note(note, c, 2)
    test, signed, proof, calls, denial = sheets(), sheets(), sheets(), sheets(), sheets("serif")
    papers.oximetry_log(test, c)
    orders.letterhead_order(signed, c, signed=True)
    papers.delivery_proof(proof, c)
    papers.call_log(calls, c)
    papers.denial_letter(denial, c, NOTICED)
    paths = [
        put("01-order.tif", "fine", first, f"09/09/2026 08:14 FROM:{fax_number}"),
        put("02-note.pdf", "digital", note),
        put("03-oximetry.pdf", "scan", test),
        put("04-order-again.tif", "standard", signed, f"09/11/2026 16:02 FROM:{fax_number}"),
        put("05-delivery.jpg", "photo", proof),
        put("06-calls.pdf", "digital", calls),
        put("07-denial.tif", "fine", denial, "11/05/2026 10:31 FROM:5552190100"),
    ]
    broken.truncated(paths[1].read_bytes(), folder / "08-cut-off.pdf")
    (folder / "09-note-again.pdf").write_bytes(paths[1].read_bytes())
    return [*paths, folder / "08-cut-off.pdf", folder / "09-note-again.pdf"]
