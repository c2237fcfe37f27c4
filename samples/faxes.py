"""A mixed pile of incoming files with their truth."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from samples import broken, degrade, layouts_clinical, layouts_office, layouts_orders, layouts_payer, orders, papers
from samples.people import Case, make_case
from samples.sheet import Sheets, Truth

Layout = Callable[[Sheets, Case], None]


@dataclass(frozen=True)
class Sample:
    """One file, how it was made, and what a reader should find in it."""

    path: Path
    mode: str
    kinds: list[str] = field(default_factory=list)
    truth: list[Truth] = field(default_factory=list)
    broken: bool = False


def _note_of_two(s: Sheets, c: Case) -> None:
    papers.progress_note(s, c, 2)


def _unsigned(layout: Callable[..., None]) -> Layout:
    return lambda s, c: layout(s, c, signed=False)


RECIPES: tuple[tuple[str, str, tuple[Layout, ...]], ...] = (
    ("fine", "sans", (papers.cover_sheet, orders.letterhead_order)),
    ("standard", "sans", (orders.letterhead_order,)),
    ("fine", "serif", (orders.grid_order,)),
    ("digital", "sans", (orders.printout_order,)),
    ("scan", "wide", (orders.item_order,)),
    ("fine", "sans", (orders.plan_of_care,)),
    ("digital", "serif", (_note_of_two,)),
    ("scan", "sans", (papers.oximetry_log,)),
    ("fine", "sans", (papers.wound_sheet,)),
    ("digital", "sans", (papers.face_sheet,)),
    ("photo", "sans", (papers.delivery_proof,)),
    ("scan", "serif", (papers.call_log,)),
    ("fine", "serif", (papers.denial_letter,)),
    ("standard", "wide", (_unsigned(orders.item_order),)),
    ("digital", "mono", (_unsigned(orders.letterhead_order), papers.face_sheet)),
    ("fine", "sans", (papers.cover_sheet, orders.letterhead_order, _note_of_two, papers.oximetry_log,
                      papers.face_sheet, papers.delivery_proof, papers.call_log)),
)  # fmt: skip
SUFFIX = {
    "third": "tif",
    "scan300": "pdf",
    "fine": "tif",
    "standard": "tif",
    "digital": "pdf",
    "scan": "pdf",
    "photo": "jpg",
}


def write_all(folder: Path, seed: int = 1) -> list[Sample]:
    """Write every recipe and the broken files.

    Args:
        folder: Where the files go; truths go to `folder/truth`.
        seed: The same seed gives the same bytes.

    Returns:
        The samples, in name order.
    """
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    samples = [_write(folder, number, recipe, Random(f"{seed}-{number}")) for number, recipe in enumerate(RECIPES, 1)]
    return samples + _write_broken(folder, Random(seed))


def _write(folder: Path, number: int, recipe: tuple[str, str, tuple[Layout, ...]], rng: Random) -> Sample:
    mode, face, layouts = recipe
    case, sheets = make_case(rng), Sheets(rng, face)
    for layout in layouts:
        layout(sheets, case)
    path = folder / f"{number:02d}-{mode}.{SUFFIX[mode]}"
    turned = frozenset({4}) if len(sheets.kinds) > 6 else frozenset()
    emit(
        sheets.pdf(),
        path,
        mode,
        rng,
        banner=f"09/14/2026 17:47 FROM:{case.office_fax.replace('-', '')}",
        turned=turned,
    )
    truth = {"mode": mode, "kinds": sheets.kinds, "findings": sheets.truth}
    (folder / "truth" / f"{path.name}.json").write_text(json.dumps(truth, indent=1))
    return Sample(path, mode, sheets.kinds, sheets.truth)


LAYOUTS: tuple[Layout, ...] = (
    orders.letterhead_order, orders.grid_order, orders.printout_order, orders.item_order, orders.plan_of_care,
    papers.progress_note, papers.face_sheet, papers.denial_letter, papers.oximetry_log, papers.delivery_proof,
    papers.call_log, papers.wound_sheet,
)  # fmt: skip
MORE_LAYOUTS: tuple[Layout, ...] = (
    layouts_orders.section_order, layouts_orders.table_order, layouts_orders.checkbox_order, layouts_orders.letter_order,
    layouts_orders.printout_head_order, layouts_orders.prior_auth_request, layouts_orders.rx_pad, layouts_orders.numbered_plan_of_care,
    layouts_clinical.visit_note, layouts_clinical.discharge_summary, layouts_clinical.walk_test, layouts_clinical.overnight_oximetry,
    layouts_clinical.blood_gas, layouts_clinical.sleep_study, layouts_clinical.wound_table, layouts_clinical.therapy_evaluation,
    layouts_payer.advantage_denial, layouts_payer.group_plan_denial, layouts_payer.medicaid_denial, layouts_payer.medicare_denial,
    layouts_payer.commercial_denial, layouts_payer.remittance,
    layouts_office.registration, layouts_office.delivery_ticket, layouts_office.phone_log, layouts_office.tax_form,
    layouts_office.licence, layouts_office.photo_page, layouts_office.fax_cover,
)  # fmt: skip
"""Layouts in wordings and styles drawn at random (`samples/wordings.py`, `samples/values.py`, `samples/forms.py`)."""
FACE_NAMES = ("sans", "serif", "mono", "wide", "narrow", "office", "book")


def write_varied(folder: Path, mode: str, pages: int, seed: int) -> list[Sample]:
    """One-page files of one mode: every layout in turn, in changing faces and sizes, some ruled, some stamped."""
    folder.mkdir(parents=True, exist_ok=True)
    samples = []
    for number in range(pages):
        rng = Random(f"{mode}-{seed}-{number}")
        face = rng.choice(FACE_NAMES)
        sheets = Sheets(
            rng, face, rng.choice((9, 9.5) if face in {"mono", "wide"} else (10, 11, 12)), rng.random() < 0.25,
            rng.random() < 0.4,
        )  # fmt: skip
        case = make_case(rng)
        if rng.random() < 0.15:
            sheets.stamp()
        layouts = LAYOUTS + MORE_LAYOUTS
        layouts[number % len(layouts)](sheets, case)
        path = folder / f"{number:04d}-{mode}.{SUFFIX[mode]}"
        pdf = sheets.pdf()
        banner = f"09/14/2026 17:47 FROM:{case.office_fax.replace('-', '')}"
        emit(pdf, path, mode, rng, banner=banner, worn=rng.random() < 0.5)
        (folder / f"{number:04d}.reference.pdf").write_bytes(pdf)
        samples.append(Sample(path, mode, sheets.kinds, sheets.truth))
    return samples


def emit(
    pdf: bytes, path: Path, mode: str, rng: Random, banner: str = "", turned: frozenset[int] = frozenset(),
    worn: bool = False,
) -> None:  # fmt: skip
    """Send drawn pages through one kind of machine; `worn`: one that has seen better days, or a photo on a desk."""
    if mode == "digital":
        path.write_bytes(pdf)
    elif mode in {"scan", "scan300"}:
        degrade.scan(pdf, path, rng, 300 if mode == "scan300" else 200, worn=worn)
    elif mode == "third":
        degrade.third_generation(pdf, path, rng, banner=banner)
    elif mode == "photo":
        degrade.photo(pdf, path, rng, desk=worn)
    else:
        degrade.fax(pdf, path, rng, standard=mode == "standard", banner=banner, upside_down=turned, worn=worn)


def _write_broken(folder: Path, rng: Random) -> list[Sample]:
    sheets = Sheets(rng)
    papers.face_sheet(sheets, make_case(rng))
    pdf = sheets.pdf()
    paths = [folder / f"9{n}-{name}" for n, name in enumerate(("cut.pdf", "locked.pdf", "empty.pdf", "letter.docx"))]
    broken.truncated(pdf, paths[0])
    broken.encrypted(pdf, paths[1])
    broken.empty(paths[2])
    broken.office(paths[3])
    return [Sample(path, "broken", broken=True) for path in paths]
