"""Pages about another patient than the rest of the fax: by name, birth date and ids, tolerant of reading slips."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from casefile.records import Document, Finding, PageText, Problem

SURE, HINTED = 0.7, 0.5
"""Findings below the first confidence name nobody; from the second on they may speak against the fax's patient."""
ENOUGH = 2
"""Pages that must name the patient before unsure readings of another page speak against it."""
SHORTEST = 6
"""Glyphs of a name that can be told from another."""
WHO = ("member_name", "member_dob", "member_id", "mbi")
LIKE_NAMES = 74
"""Names more alike than this (of 100) may be one person's."""


@dataclass(frozen=True)
class Person:
    """Who a page is about, as far as it says; empty where it does not."""

    name: str = ""
    dob: str = ""
    member_id: str = ""
    mbi: str = ""


Test = Callable[[Person, Person], bool]


def find_strangers(
    pages: Sequence[PageText], documents: Sequence[Document], findings: Sequence[Finding]
) -> list[Problem]:
    """Pages that name another patient than most pages of the fax do.

    Pages on which a name or id was read too unsurely to name anybody count for the person who bears the very same, and a page on which
    the birth date of the fax's own patient may stand is no stranger's (an id may be a family's). Of two persons on as many pages, the
    one named first is the fax's own.
    """
    covers = {number for document in documents if document.kind == "cover_sheet" for number in document.pages}
    named = {
        page.page_number: person
        for page in pages
        if page.page_number not in covers and (person := _person(page, findings)) != Person()
    }
    groups = _groups(named)
    if not groups:
        return []
    hints = {page.page_number: _hints(page, findings) for page in pages if page.page_number not in covers}

    def said_by(group: list[int]) -> set[str]:
        return {value for number in group for value in vars(named[number]).values() if value}

    def weight(group: list[int]) -> tuple[int, int]:
        return len(group) + sum(bool(said_by(group) & hints[n]) for n in hints.keys() - named.keys()), -group[0]

    own = max(groups, key=weight)
    births = {named[number].dob for number in own} - {""}
    strangers = {
        number for group in groups if group is not own for number in group
        if (named[number].dob or not hints[number] & births) and any(differ(named[number], named[other]) for other in own)
    }  # fmt: skip
    for page in pages:
        number, others = page.page_number, [named[n] for n in own if n != page.page_number]
        if number not in covers and len(others) >= ENOUGH and _is_doubtful(page, findings, others):
            strangers.add(number)
    message = "Page {} names another patient than the rest. A person must look."
    return [Problem("foreign_page", message.format(number), number) for number in sorted(strangers)]


def _is_doubtful(page: PageText, findings: Sequence[Finding], others: list[Person]) -> bool:
    """Whether a page's name, birth date and ids, some read unsurely, all speak against the fax's patient and none for them.

    Where no name was read, the page must show nothing like the patient's name either.
    """
    sure, told = _person(page, findings), _person(page, findings, HINTED)
    if told == sure or any(agree(told, other) or _near(told, other) for other in others):
        return False
    apart = [differ(told, other) for other in others if differ(told, other) or _known(told, other)]
    return bool(apart) and all(apart) and (bool(sure.name) or not _shows(page, others))


def _shows(page: PageText, persons: list[Person]) -> bool:
    """Whether a part of one of these names, or something like it, stands anywhere on the page."""
    names, text = [person.name.casefold() for person in persons if person.name], page.text.casefold()
    parts = {part for name in names for part in name.split() if len(part) >= 4}
    return any(
        fuzz.partial_ratio(part, text) >= LIKE_NAMES
        for part in parts
        if 2 * sum(fuzz.partial_ratio(part, name) >= LIKE_NAMES for name in names) > len(names)
    )


def _groups(named: Mapping[int, Person]) -> list[list[int]]:
    """The pages of each person: two things the same first, then like names or ids, then what nothing parts."""

    def any_two(test: Test, one: list[int], other: list[int]) -> bool:
        return any(test(named[a], named[b]) for a in one for b in other)

    def like(one: Person, other: Person) -> bool:
        return agree(one, other) or _near(one, other)

    groups = _joined([[number] for number in named], lambda a, b: any_two(lambda x, y: _same(x, y) > 1, a, b))
    groups = _joined(groups, lambda a, b: any_two(like, a, b) and not any_two(differ, a, b))
    return _joined(groups, lambda a, b: not any_two(differ, a, b))


def _joined(groups: list[list[int]], belong: Callable[[list[int], list[int]], bool]) -> list[list[int]]:
    """Each group put to the first before it that it belongs to."""
    kept: list[list[int]] = []
    for group in groups:
        home = next((other for other in kept if belong(group, other)), None)
        if home is None:
            kept.append(group)
        else:
            home.extend(group)
    return kept


def _person(page: PageText, findings: Sequence[Finding], least: float = SURE) -> Person:
    """The surest name, birth date and ids of one page."""
    best: dict[str, Finding] = {}
    for finding in findings:
        if finding.page == page.page_number and finding.field in WHO and finding.confidence >= least:
            best[finding.field] = max(best.get(finding.field, finding), finding, key=lambda f: f.confidence)
    return Person(*(best[field].value if field in best else "" for field in WHO))


def _hints(page: PageText, findings: Sequence[Finding]) -> set[str]:
    """All that a page may say of who it is about, however unsurely it was read."""
    return {f.value for f in findings if f.page == page.page_number and f.field in WHO}


def agree(one: Person, other: Person) -> bool:
    """Whether two pages plainly name one person: two things the same, or one the same and nothing against it."""
    same = _same(one, other)
    return same >= 2 or same == 1 and not differ(one, other)


def differ(one: Person, other: Person) -> bool:
    """Whether two pages plainly name two persons: two things against it, or the name alone with nothing for it.

    One glyph's slip in a date or an id is not against it.
    """
    named_apart = 0 <= _names(one, other) < LIKE_NAMES or _other_given(one.name, other.name)
    against = (_slips(one.dob, other.dob) > 1) + named_apart + _other_id(one, other)
    if _same(one, other) >= 2:
        return False
    return (
        against >= 2
        or against == 1 == _known(one, other)
        and (_slips(one.dob, other.dob) > 2 or 0 <= _names(one, other) < 55)
    )


def _same(one: Person, other: Person) -> int:
    """How many of name, birth date and id are the same."""
    return _same_id(one, other) + (_slips(one.dob, other.dob) == 0) + (_names(one, other) >= 90)


def _known(one: Person, other: Person) -> int:
    """How many of them both pages tell."""
    ids = _same_id(one, other) or _other_id(one, other)
    return (_slips(one.dob, other.dob) >= 0) + (_names(one, other) >= 0) + ids


def _near(one: Person, other: Person) -> bool:
    """Whether two pages have a name, birth date or id in common but for a slip of the reader."""
    slips = _slips(one.dob, other.dob), _slips(one.member_id, other.member_id), _slips(one.mbi, other.mbi)
    return _names(one, other) >= LIKE_NAMES or any(0 <= slip <= 1 for slip in slips)


def _slips(one: str, other: str) -> int:
    """In how many glyphs two values differ; -1 when one is not known."""
    return Levenshtein.distance(one, other) if one and other else -1


def _names(one: Person, other: Person) -> float:
    """How alike two names are, of 100; -1 when one is not known, or too short to be more than initials."""
    known = min(len(one.name), len(other.name)) >= SHORTEST
    return fuzz.token_sort_ratio(one.name.casefold(), other.name.casefold()) if known else -1.0


def _other_given(one: str, other: str) -> bool:
    """Whether two names share the family's part and their given parts are plainly others: relatives."""
    first, second = one.casefold().split(), other.casefold().split()
    if len(first) < 2 or len(second) < 2 or fuzz.ratio(first[-1], second[-1]) < 80:
        return False
    given = first[0].strip("."), second[0].strip(".")
    spelt = min(map(len, given)) > 1 and not given[0].startswith(given[1]) and not given[1].startswith(given[0])
    return spelt and fuzz.ratio(*given) < 50


def _same_id(one: Person, other: Person) -> bool:
    return 0 in {_slips(one.member_id, other.member_id), _slips(one.mbi, other.mbi)}


def _other_id(one: Person, other: Person) -> bool:
    """Ids that differ in more than two glyphs; a person may hold ids of two plans, so this alone decides nothing."""
    far = [_slips(one.member_id, other.member_id) > 2, _slips(one.mbi, other.mbi) > 2]
    return any(far) and not _same_id(one, other)
