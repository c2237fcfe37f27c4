"""What a person does on the review screen: checked, stored with what takes it back, and the cases checked again.

Nothing is stored over what somebody else did meanwhile: an act names the question it answers, and a question that is
not open any more is refused with who answered it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from casefile.errors import Refused
from casefile.filing import OTHER_PATIENT, REPEATED
from casefile.records import Box, Document, PageText, union
from casefile.review_store import HELD, Review, documents_of
from flows import steps
from flows.rearrange import rearrange
from flows.steps import Desk
from review_desk.fields import NAMES, NotValid, checked, name_of, shown
from review_desk.questions import Question, list_questions

KINDS = frozenset({"cover_sheet", "order", "plan_of_care", "cmn", "progress_note", "test_result", "therapy_note",
                   "face_sheet", "delivery_proof", "denial_letter", "credential", "call_log", "photo",
                   "other"})  # fmt: skip
WHOLE_PAGE: Box = (0.0, 0.0, 1.0, 1.0)
LEFT_OUT = {"other": OTHER_PATIENT, "repeated": REPEATED, "excluded": "not part of any case"}
"""How a page can be left out → the first words of the reason."""


class Conflict(Refused):
    """Somebody else was there first; nothing was changed."""


@dataclass(frozen=True)
class Clerk:
    """Who acts, when, and on which desk."""

    desk: Desk
    name: str
    at: datetime

    @property
    def today(self) -> date:
        """The day in the office."""
        return self.at.astimezone(ZoneInfo(self.desk.settings.timezone)).date()

    def review(self, sha256: str) -> Review:
        """The fax as it stands now."""
        return self.desk.store.review(sha256)

    def questions(self, review: Review) -> tuple[Question, ...]:
        """What on it needs a person."""
        if review.state != "read":
            return ()
        return list_questions(review.reading, review.ledger, review.seen, self.today)


def holder(review: Review, clerk: Clerk) -> str:
    """Who else has the fax before them; "" when nobody does."""
    free = not review.held_at or review.held_at < (clerk.at - HELD).isoformat()
    return "" if free or review.held_by == clerk.name else review.held_by


def answer(clerk: Clerk, sha256: str, form: Mapping[str, str]) -> str:
    """Confirm, change, or take away what a question is about; or add what nobody read. Returns what was done, in words.

    Args:
        clerk: Who acts.
        sha256: The fax.
        form: `act` (confirm, edit, discard, add) with `item` and `value`; to add: `field`, `page`, `box`, `version`.

    Raises:
        NotValid: The field cannot have this value.
        Conflict: Somebody else was there first.
    """
    review = clerk.review(sha256)
    _refuse_if_held(review, clerk)
    act = form.get("act", "")
    if act == "add":
        return _add(clerk, review, form)
    question = _still_open(clerk, review, form.get("item", ""))
    if act == "confirm":
        return _confirm(clerk, review, question)
    if act == "edit":
        return _change(clerk, review, question, checked(question.field, form.get("value", ""), clerk.today), "changed")
    if act == "discard" and question.sort == "finding":
        return _change(clerk, review, question, "", "taken away")
    raise Refused("The review screen sent something it does not know; reload the page")


def _confirm(clerk: Clerk, review: Review, question: Question) -> str:
    if question.sort == "page":
        raise Refused("A page in no case is placed with P")
    if question.sort == "problem" and not question.value:
        _note_seen(clerk, review, question)
        return f"{question.title}: noted"
    return _change(clerk, review, question, checked(question.field, question.value, clerk.today), "confirmed")


def _note_seen(clerk: Clerk, review: Review, question: Question) -> None:
    """A problem that a person looked at and can do nothing about here."""
    pages = (question.page,)
    details = clerk.desk.store.before(review.sha256, pages)
    clerk.desk.store.act(review.sha256, "seen", question.id, details, by=clerk.name, at=clerk.at)


def _change(clerk: Clerk, review: Review, question: Question, value: str, verb: str) -> str:
    """Store a value everywhere the question stands, and check the cases."""
    store, places = clerk.desk.store, question.places
    pages = tuple(sorted({place.page for place in places} or {question.page}))
    details = {**store.before(review.sha256, pages), "field": question.field}
    touched: list[str] = []
    for page in pages:
        place = next((p for p in places if p.page == page), None)
        role = place.role if place else _role_of(question.field)
        touched += store.correct(
            review.sha256, page, question.field, value, by=clerk.name, why=f"{verb} on the review screen", at=clerk.at,
            role=role, read_as=place.value if place and place.value else None,
            box=None if place else _found_at(store.page_text(review.sha256, page), value),
        )  # fmt: skip
    store.act(review.sha256, "correct", question.id, details, by=clerk.name, at=clerk.at)
    _check(clerk, touched)
    what = name_of(question.field)
    return f"{what}: {verb}" if verb != "changed" else f"{what}: {shown(question.field, value)}"


def _add(clerk: Clerk, review: Review, form: Mapping[str, str]) -> str:
    """Add what the readers did not see, at the box that was drawn or where the page's words say so."""
    field, number = form.get("field", ""), form.get("page", "")
    if field not in NAMES or not number.isdigit():
        raise NotValid("Choose what it is.")
    if not _has_page(review, int(number)):
        raise NotValid("The fax has no such page.")
    page = clerk.desk.store.page_text(review.sha256, int(number))
    if form.get("version", "") != review.version:
        raise Conflict(_what_happened(review, clerk, ""))
    value = checked(field, form.get("value", ""), clerk.today)
    box = box_of(form.get("box", "")) or _found_at(page, form.get("value", ""))
    store = clerk.desk.store
    details = {**store.before(review.sha256, (page.page_number,)), "field": field}
    touched = store.correct(
        review.sha256, page.page_number, field, value, by=clerk.name, why="added on the review screen", at=clerk.at,
        role=_role_of(field), box=box,
    )  # fmt: skip
    store.act(review.sha256, "correct", f"added {field}", details, by=clerk.name, at=clerk.at)
    _check(clerk, touched)
    return f"{name_of(field)} added: {shown(field, value)}"


def place(clerk: Clerk, sha256: str, page: int, form: Mapping[str, str]) -> str:
    """Put a page's document in a case, or leave pages out with the reason. Returns what was done, in words.

    Args:
        clerk: Who acts.
        sha256: The fax.
        page: Page number.
        form: `case_id`, or `out` (other, repeated, excluded) with `why`; `whole` for the document's other pages too.
    """
    review = clerk.review(sha256)
    _refuse_if_held(review, clerk)
    if not _has_page(review, page):
        raise Refused(f"the fax has no page {page}")
    document = next((d.pages for d in review.reading.documents if page in d.pages), (page,))
    case_id, out = form.get("case_id", "").strip().upper(), form.get("out", "")
    pages = document if case_id or form.get("whole") else (page,)
    if not case_id and out not in LEFT_OUT:
        raise NotValid("Choose a case, or why the page is left out.")
    typed = " ".join(form.get("why", "").split())[:200]
    if out == "excluded" and not typed:
        raise NotValid("Say why the page is left out; the packet's ledger shows it.")
    why = typed or "seen on the page" if case_id else ": ".join(part for part in (LEFT_OUT[out], typed) if part)
    store = clerk.desk.store
    details = store.before(sha256, pages)
    for number in pages:
        store.place(sha256, number, case_id or None, by=clerk.name, why=why, at=clerk.at)
    store.act(sha256, "place", f"page {page}", details, by=clerk.name, at=clerk.at)
    homes = {review.homes[number] for number in pages if number in review.homes}
    _check(clerk, [*steps.file_fax(clerk.desk, sha256), *homes])
    which = f"Page {pages[0]}" if len(pages) == 1 else f"Pages {pages[0]}-{pages[-1]}"
    return f"{which}: {'placed in ' + case_id if case_id else LEFT_OUT[out]}"


def arrange(clerk: Clerk, sha256: str, form: Mapping[str, str]) -> str:
    """Cut the fax into documents as a person says. Returns what was done, in words.

    Args:
        clerk: Who acts.
        sha256: The fax.
        form: `documents`, as "order:1,2;photo:3": kind and pages in their order; `version`.
    """
    review = clerk.review(sha256)
    _refuse_if_held(review, clerk)
    if form.get("version", "") != review.version:
        raise Conflict(_what_happened(review, clerk, ""))
    documents = cut_as(form.get("documents", ""), review)
    before, after = ([d.to_json() for d in cut] for cut in (review.reading.documents, documents))
    rearrange(clerk.desk, sha256, documents)
    clerk.desk.store.act(
        sha256, "documents", "documents", {"before": before, "after": after}, by=clerk.name, at=clerk.at
    )
    return f"The fax has {len(documents)} document{'s' if len(documents) != 1 else ''} now"


def cut_as(text: str, review: Review) -> tuple[Document, ...]:
    """Documents from what the screen sends.

    Raises:
        NotValid: A page is missing, named twice or none of the fax's, or a kind is unknown.
    """
    documents = []
    for part in text[:20_000].split(";"):
        kind, _, pages = part.partition(":")
        numbers = [int(page) for page in pages.split(",") if page.isdigit()]
        if kind not in KINDS | {d.kind for d in review.reading.documents} or not numbers:
            raise NotValid("Say of every page what it is.")
        documents.append(Document(kind, tuple(numbers), 1.0))
    if sorted(page for d in documents for page in d.pages) != sorted(loose_and_bound(review)):
        raise NotValid("Every page belongs to exactly one document.")
    return tuple(documents)


def loose_and_bound(review: Review) -> list[int]:
    """The pages that documents are made of: all but blank ones that belong to none."""
    bound = [page for d in review.reading.documents for page in d.pages]
    loose = [row.page for row in review.ledger if row.state != "blank" and row.page not in bound]
    return [*bound, *loose]


def undo(clerk: Clerk, sha256: str) -> str:
    """Take back the last thing this person did on the fax. Returns what happened, in words."""
    _refuse_if_held(clerk.review(sha256), clerk)
    undone = clerk.desk.store.take_back(sha256, by=clerk.name, at=clerk.at)
    if undone is None:
        return "Nothing of yours to take back on this fax"
    if undone["kind"] == "documents":
        rearrange(clerk.desk, sha256, documents_of(undone["documents"]))
    refiled = steps.file_fax(clerk.desk, sha256) if undone["refile"] else []
    _check(clerk, [*undone["cases"], *refiled])
    return "Taken back"


def box_of(text: str) -> Box | None:
    """A drawn box "left,top,right,bottom" as fractions of the page; None where none was drawn or it is no box."""
    try:
        left, top, right, bottom = (min(1.0, max(0.0, float(edge))) for edge in text.split(","))
    except ValueError:
        return None
    is_box = right - left > 0.003 and bottom - top > 0.002
    return (left, top, right, bottom) if is_box else None


def _role_of(field: str) -> str | None:
    """The role that readings of a field carry where nothing else is said."""
    return "ordering" if field == "ordering_provider_npi" else None


def _check(clerk: Clerk, case_ids: Sequence[str]) -> None:
    for case_id in dict.fromkeys(case_ids):
        steps.check(clerk.desk, case_id)


def _has_page(review: Review, number: int) -> bool:
    return any(row.page == number for row in review.ledger)


def _found_at(page: PageText, text: str) -> Box:
    """Where the page's own words say the same; the whole page where they do not."""
    wanted = "".join(text.casefold().split())
    for line in page.lines if wanted else ():
        for start in range(len(line.words)):
            for end in range(start + 1, min(start + 7, len(line.words) + 1)):
                if "".join(word.text.casefold() for word in line.words[start:end]).strip(".,;:") == wanted:
                    return union(word.box for word in line.words[start:end])
    return WHOLE_PAGE


def _refuse_if_held(review: Review, clerk: Clerk) -> None:
    if other := holder(review, clerk):
        raise Conflict(f"{other} has this fax open. Take it over if they are not working on it")


def _still_open(clerk: Clerk, review: Review, item: str) -> Question:
    """The question, if it is still asked.

    Raises:
        Conflict: It is not; the message says who answered it.
    """
    found = next((q for q in clerk.questions(review) if q.id == item), None)
    if found is None:
        raise Conflict(_what_happened(review, clerk, item))
    return found


def _what_happened(review: Review, clerk: Clerk, item: str) -> str:
    """Who changed what, so that a refusal is no riddle."""
    last = review.last
    if last and last["by"] != clerk.name:
        doing = "answered this" if last["item"] == item else "worked on this fax"
        return f"{last['by']} {doing} since you opened it. Nothing was changed; the list is up to date now"
    if last and last["item"] == item:
        return "You answered this already; the list is up to date now"
    return "The fax was read again or corrected since you opened it. Nothing was changed; the list is up to date now"
