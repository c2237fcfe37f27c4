"""Reading a file that is bound: pages read before, in this file or another, are not read again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from casefile.records import PageText, Problem, Reading
from casefile.rows import page_of, page_row, problem_of
from flows import steps
from intake.limits import Limits
from intake.page_count import page_count
from intake.read import FileText, Unreadable, file_text, read_file, read_pages
from intake.separators import find_separators
from intake.sniff import media_type, refusal
from packet_builder.page_cache import PageCache
from packet_builder.page_names import page_names

UNSURE = {"damaged_file", "timed_out"}
"""Problems that another try may not meet again."""
Answer = tuple[PageText, Problem | None]


def read_with_kept_pages(path: Path, name: str, sha256: str, limits: Limits, cache: PageCache, kind: str) -> Reading:
    """Read a file, taking from the cache what was read of its very pages before.

    Args:
        path: The file.
        name: What to call it in messages.
        sha256: Its hash.
        limits: Bounds on size, pages, pixels and time.
        cache: Where pages are kept, by what is on them.
        kind: Under which kind: it names the reader's version and settings.
    """
    names = _names(path, limits)
    known = [_kept(key, number, kind, cache) for number, key in enumerate(names, 1)]
    text = _read(path, sha256, limits, known) if any(known) else read_file(path, limits)
    text = replace(text, pages=tuple(page_of(page.page_number, page_row(page)) for page in text.pages))
    if len(names) == len(text.pages):
        problems = {problem.page: problem for problem in text.problems}
        for key, page in zip(names, text.pages, strict=True):
            _keep(key, page, problems.get(page.page_number), kind, cache)
    return steps.understand(text, name, find_separators(path, text.media_type, text.pages, limits))


def _names(path: Path, limits: Limits) -> list[str]:
    """The names of a file's pages; none where it is refused as a whole, or the reader counts its pages otherwise."""
    if refusal(path, limits.max_file_bytes):
        return []
    names = page_names(path, media_type(path) or "", limits.max_megapixels) or []
    return names if len(names) == page_count(path) <= limits.max_pages else []


def _read(path: Path, sha256: str, limits: Limits, known: Sequence[Answer | None]) -> FileText:
    """The pages that are not known, put among those that are."""
    answers = list(known)
    media = media_type(path) or ""
    try:
        for wanted in _gaps(known):
            answers[wanted.start - 1 : wanted.stop - 1] = read_pages(path, limits, only=wanted)
    except Unreadable as error:
        return FileText(sha256, media, problems=(error.problem,), set_aside=True)
    return file_text(sha256, media, [answer for answer in answers if answer])


def _gaps(known: Sequence[Answer | None]) -> Iterator[range]:
    """Runs of page numbers that are not known."""
    start = None
    for number, answer in enumerate([*known, (None, None)], 1):
        if answer is None and start is None:
            start = number
        elif answer is not None and start is not None:
            yield range(start, number)
            start = None


def _kept(key: str, number: int, kind: str, cache: PageCache) -> Answer | None:
    data = cache.get(key, 0, kind)
    if data is None:
        return None
    row = json.loads(data)
    problem = problem_of(row["problem"]) if row["problem"] else None
    if problem:
        said = problem.message.replace(f"Page {problem.page} ", f"Page {number} ", 1)
        problem = replace(problem, page=number, message=said)
    return page_of(number, row["page"]), problem


def _keep(key: str, page: PageText, problem: Problem | None, kind: str, cache: PageCache) -> None:
    if problem is None or problem.code not in UNSURE:
        row = {"page": page_row(page), "problem": problem.to_json() if problem else None}
        cache.put(key, 0, kind, json.dumps(row).encode())
