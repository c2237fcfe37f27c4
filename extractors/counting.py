"""Pages that somebody counted but that did not come. Three witnesses: the machine's banner, "page n of m" in print, the cover sheet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from casefile.records import Document, PageText, Problem
from extractors.labels import labelled_values, values_of

PRINTED = re.compile(r"\b(?:page|pg\.?)\s*#?\s*(\d{1,3})\s*(?:of|/)\s*(\d{1,3})\b", re.IGNORECASE)
ON_COVER = re.compile(
    r"(?:(?:total|number|no\.?|#)\s*(?:of\s*)?pages?|pages?)\s*(?:\(?\s*(?:incl\w*\.?|w/|with)\s*(?:this\s*)?(?:cover\s*(?:sheet|page)?|transmittal)?\s*\)?|sent|total|being sent|in all|to follow)?\s*[:.]?\s*(?:is\s*)?[_.\s]{0,40}(\d{1,3})\b",
    re.IGNORECASE,
)
NOT_COUNTED = re.compile(r"to follow|not incl|exclud|after|following", re.IGNORECASE)
EDGE = 400
"""Characters at a page's head and foot where its number is printed."""
MOST = 500
UNCOUNTED = "The cover sheet counts its pages, but shows no number that could be read. Compare it with the pages."


def find_missing(pages: Sequence[PageText], documents: Sequence[Document], repeated: int = 0) -> list[Problem]:
    """Pages that did not arrive, each once, by the first witness that tells.

    Args:
        pages: The fax's pages.
        documents: Its documents; a cover sheet's count is believed, a count on other pages is that document's own.
        repeated: How many of the pages repeat an earlier one.
    """
    by_banner, told = _by_banner(pages)
    if told:
        return by_banner
    return [*_by_cover(pages, documents, repeated), *_by_print(pages)]


def _by_banner(pages: Sequence[PageText]) -> tuple[list[Problem], bool]:
    """What the banners say, and whether they say anything; one misread banner is no witness."""
    counted = [page.banner for page in pages if page.banner and page.banner.page and page.banner.of]
    totals = Counter(banner.of for banner in counted)
    if not totals:
        return [], False
    total, votes = totals.most_common(1)[0]
    assert total is not None
    if votes * 2 <= len(counted) or len(pages) >= total:
        return [], votes * 2 > len(counted)
    arrived = {banner.page for banner in counted if banner.of == total}
    absent = [number for number in range(1, min(total, MOST) + 1) if number not in arrived]
    unread = len(pages) - len(arrived)
    if unread and unread < len(absent):
        return [
            _problem(f"The fax counts {total} pages; {total - len(pages)} did not arrive. Ask for them.", number)
            for number in absent[: total - len(pages)]
        ], True
    if unread >= len(absent):
        return [
            _problem(
                f"The fax counts {total} pages; {len(pages)} arrived. Ask for the rest.", absent[0] if absent else total
            )
        ], True
    return [
        _problem(f"The fax counts {total} pages; page {number} did not arrive. Ask for it.", number)
        for number in absent
    ], True


def _by_cover(pages: Sequence[PageText], documents: Sequence[Document], repeated: int) -> list[Problem]:
    """What the cover sheet counts, against the pages that came from it on."""
    covers = {number for document in documents if document.kind == "cover_sheet" for number in document.pages}
    for place, page in enumerate(pages):
        if page.page_number not in covers:
            continue
        total = _told(page)
        if not total:
            if any(value.field == "page_count" for value in labelled_values(page)):
                return [Problem("low_quality", UNCOUNTED, page.page_number)]
            continue
        following = next((n for n in range(place + 1, len(pages)) if pages[n].page_number in covers), len(pages))
        came = following - place - repeated
        if total > MOST or total <= came:
            return []
        return [
            _problem(
                f"The cover sheet counts {total} pages; {came} arrived. Ask for the other {total - came}.",
                place + came + 1,
            )
        ]
    return []


def _told(page: PageText) -> int:
    """How many pages a cover sheet says were sent, itself included; 0 when it does not say."""
    for value in values_of(page, "page_count"):
        if number := re.match(r"\W*(\d{1,3})\b", value.text):
            return int(number[1]) + bool(NOT_COUNTED.search(value.label))
    match = ON_COVER.search(page.text[:3000])
    return int(match[1]) + bool(NOT_COUNTED.search(match[0])) if match else 0


def _by_print(pages: Sequence[PageText]) -> list[Problem]:
    """Gaps in runs of "page n of m": a run that never reaches its end, or skips."""
    found: list[Problem] = []
    run: list[tuple[int, int, int]] = []
    for page in [*pages, None]:
        text = "" if page is None else page.text[:EDGE] + "\n" + page.text[-EDGE:]
        match = PRINTED.search(text)
        number, total = (int(match[1]), int(match[2])) if match else (0, 0)
        goes_on = bool(run) and total == run[-1][1] and number > run[-1][0]
        if run and not goes_on:
            found += _gaps(run)
            run = []
        if page is not None and 1 <= number <= total <= MOST and total > 1:
            run.append((number, total, page.page_number))
    return found


def _gaps(run: list[tuple[int, int, int]]) -> list[Problem]:
    have, total, last = {number for number, _, _ in run}, run[0][1], run[-1][2]
    absent = [number for number in range(1, total + 1) if number not in have]
    where = f"the document on page {run[0][2]}"
    return [
        _problem(
            f"Page {number} of {total} of {where} did not arrive. Ask for it.",
            last + 1 if number > run[-1][0] else run[0][2] + number - run[0][0],
        )
        for number in absent[:MOST]
    ]


def _problem(message: str, page: int) -> Problem:
    return Problem("missing_page", message, page)
