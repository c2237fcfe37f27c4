"""Faxes of several pages with pages missing, repeated and foreign: how many faults are found, how many are invented."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

from casefile.records import Banner, PageText
from extractors.documents import classify
from extractors.problems import find_problems
from extractors.registry import find_all
from extractors.twins import find_repeated
from intake.limits import Limits
from intake.read import read_file
from samples import layouts_clinical, layouts_office, layouts_orders
from samples.faxes import emit
from samples.forms import UnseenSheets
from samples.people import Case, make_case
from samples.photos import photo_page
from samples.sheet import Sheets

BODY = (layouts_orders.section_order, layouts_clinical.visit_note, layouts_clinical.walk_test, layouts_office.registration,
        layouts_clinical.therapy_evaluation, layouts_clinical.wound_table, layouts_orders.table_order,
        layouts_clinical.sleep_study, layouts_clinical.discharge_summary)  # fmt: skip
FAULTS = ("none", "none", "missing_page", "duplicate_page", "foreign_page")
Truth = list[tuple[str, int]]


def one_fax(folder: Path, rng: Random, unseen: bool) -> tuple[tuple[PageText, ...], Truth]:
    """A born-digital fax's page texts with banners put on, and the faults made in it."""
    sheets, case, other = (UnseenSheets if unseen else Sheets)(rng, size=10), make_case(rng), make_case(rng)
    layouts = rng.sample(BODY, rng.randrange(3, 6))
    fault, cover = rng.choice(FAULTS), rng.random() < 0.6
    if fault == "foreign_page":
        place = rng.randrange(1, len(layouts))
    if cover:
        layouts_office.fax_cover(sheets, case, len(layouts) + 1)
    for number, layout in enumerate(layouts):
        layout(sheets, other if fault == "foreign_page" and number == place else case)
    path = folder / "fax.pdf"
    path.write_bytes(sheets.pdf())
    pages = list(read_file(path, Limits()).pages)
    total = len(pages)
    truth: Truth = [("foreign_page", place + 1 + cover)] if fault == "foreign_page" else []
    counted = [replace(page, banner=Banner(None, "5555550100", n, total)) for n, page in enumerate(pages, 1)]
    pages = counted if rng.random() < 0.5 or not cover else pages
    if fault == "missing_page":
        gone = rng.randrange(1 + cover, total + (pages is not counted and cover))
        truth.append(("missing_page", gone if pages is counted else 0))
        del pages[gone - 1]
    if fault == "duplicate_page":
        again = rng.randrange(cover, total)
        copy = replace(pages[again], banner=None, words=_reread(pages[again], rng))
        pages.insert(again + 1 if rng.random() < 0.5 else total, copy)
        pages = [replace(page, banner=None) for page in pages]
        truth.append(("duplicate_page", 0))
    return tuple(replace(page, page_number=n) for n, page in enumerate(pages, 1)), truth


def _reread(page: PageText, rng: Random) -> tuple:  # type: ignore[type-arg]
    """The same page sent again: a few glyphs read otherwise and not surely, everything moved a little."""
    move = rng.uniform(-0.01, 0.01)
    words = []
    for word in page.words:
        text, sure = word.text, word.confidence
        if rng.random() < 0.06:
            place = rng.randrange(len(text))
            text, sure = text[:place] + rng.choice("oI.5e") + text[place + 1 :], rng.uniform(0.4, 0.9)
        left, top, right, bottom = word.box
        box = (max(0.0, left + move), top, min(1.0, right + move), bottom)
        words.append(replace(word, text=text, box=box, confidence=sure))
    return tuple(words)


def measure_faults(count: int, seed: int, unseen: bool, errors: bool) -> None:
    """Print found, missed and invented faults."""
    found: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    invented: Counter[str] = Counter()
    notes = []
    for number in range(count):
        rng = Random(f"faults-{seed}-{number}")
        with tempfile.TemporaryDirectory() as folder:
            pages, truth = one_fax(Path(folder), rng, unseen)
        documents = classify(pages)
        problems = find_problems(pages, documents, find_all(pages, documents))
        got = [(p.code, p.page) for p in problems if p.code in FAULTS]
        for code, page in truth:
            hit = next((row for row in got if row[0] == code and page in (0, row[1])), None)
            (found if hit else missed)[code] += 1
            if hit:
                got.remove(hit)
            else:
                notes.append(f"fax {number}: missed {code} page {page}; got {got}")
        for code, page in got:
            invented[code] += 1
            notes.append(f"fax {number}: invented {code} page {page}; truth {truth}")
    print(f"\n{count} faxes: fault, found, missed, invented")
    for code in sorted(set(FAULTS) - {"none"}):
        print(f"{code:16} {found[code]:4} {missed[code]:4} {invented[code]:4}")
    if errors:
        print("\n".join(notes))


DATED = (layouts_orders.section_order, layouts_clinical.visit_note, layouts_clinical.walk_test, layouts_clinical.therapy_evaluation,
         layouts_orders.table_order, layouts_clinical.sleep_study, layouts_clinical.discharge_summary)  # fmt: skip
"""Forms on which the day stands, so that the next one is another page."""


def measure_refaxed(count: int, seed: int) -> None:
    """Pages sent again, and the same form of a later day, through real machines and readers: how many are taken for repeats."""
    taken: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            rng = Random(f"refaxed-{seed}-{number}")
            case, layout, style = make_case(rng), DATED[number % len(DATED)], rng.random()
            later = replace(case, ordered=case.ordered + timedelta(rng.choice((1, 2, 3, 7, 14, 30))))
            kind, size = rng.choice((Sheets, UnseenSheets)), rng.choice((9, 10, 11))

            def sent(case: Case, mode: str, copy: int) -> PageText:
                sheets = kind(Random(style), size=size)  # noqa: B023
                layout(sheets, case)  # noqa: B023
                path = Path(folder) / "page.tif"
                emit(sheets.pdf(), path, mode, Random(f"{number}{mode}{copy}"), "")  # noqa: B023
                return read_file(path, Limits()).pages[0]

            first = sent(case, "fine", 1)
            for what, of in (("sent again", case), ("a later day's", later)):
                for mode in ("fine", "standard", "third"):
                    again = replace(sent(of, mode, 2), page_number=2)
                    taken[f"{what:13} {mode}"] += bool(find_repeated((first, again)))
    print(f"\n{count} pages: how many of their second sendings are taken for repeats")
    for name in sorted(taken, reverse=True):
        print(f"{name:24} {taken[name]:4} of {count}")


def measure_photos(count: int, seed: int) -> None:
    """Photos sent again, and others with the same caption, by real machines: how many are taken for repeats."""
    taken: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:

        def sent(number: int, mode: str, copy: int) -> PageText:
            path = Path(folder) / "photo.tif"
            emit(photo_page(seed + number, "Wound photo"), path, mode, Random(f"{number}{mode}{copy}"))
            return read_file(path, Limits()).pages[0]

        firsts = [sent(number, "fine", 1) for number in range(count)]
        for number, first in enumerate(firsts):
            for mode in ("fine", "standard", "third"):
                again = replace(sent(number, mode, 2), page_number=2)
                taken[f"sent again    {mode}"] += bool(find_repeated((first, again)))
                other = replace(firsts[number - 1], page_number=3)
                taken[f"another photo {mode}"] += bool(find_repeated((other, again)))
    print(f"\n{count} photos under one caption: how many second sendings are taken for repeats")
    for name in sorted(taken, reverse=True):
        print(f"{name:24} {taken[name]:4} of {count}")
