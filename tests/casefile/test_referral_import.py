"""A portal's export beside our cases: encodings, dates, bad rows, matching, and nothing half-kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from casefile import tables as t
from casefile.database import writing
from casefile.errors import Refused
from casefile.referral_file import MOST_BYTES, read_export
from casefile.referral_store import reconcile
from casefile.store import Store
from casefile.store_rows import add

TODAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 15, tzinfo=UTC)
HEAD = "Referral ID,Patient Name,DOB,Member #,Date Ordered\n"
HEADS = HEAD.replace("Member #", "Member ID")


def test_names_dates_and_ids_are_read_in_the_forms_portals_use() -> None:
    export = read_export((HEADS + 'R1,"Okafor, Marisol",3/4/1951,w123 45-6,2026-11-20 09:15\n').encode(), TODAY)
    row = export.referrals[0]
    assert (row.line, row.member_name, row.member_dob, row.member_id, row.order_date) == (
        2, "Marisol Okafor", "1951-03-04", "W123456", "2026-11-20")  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters(encoding: str, delimiter: str) -> None:
    text = "\n\nPatient;Birth Date;Notes\nZoë Núñez;1951-03-04;x\n".replace(";", delimiter)
    assert read_export(text.encode(encoding), TODAY).referrals[0].member_name == "Zoë Núñez"


@pytest.mark.parametrize(("row", "reason"), [
    ("R1,Ana Brandvold,25/12/1951,,", "birth date is no date"), ("R1,Ana Brandvold,1951-03-04,,2027-01-01", "order date is not between"),
    ("R1,Ana Brandvold,,,", "neither a member id nor"), ("R1,Ana,1951-03-04,W1,,extra", "6 cells where the header has 5"),
    ("R1," + "A" * 501 + ",1951-03-04,W1,", "more than 500 letters")])  # fmt: skip
def test_a_bad_row_is_named_by_line_and_quotes_nothing(row: str, reason: str) -> None:
    export = read_export((HEADS + "R0,Ana Brandvold,1951-03-04,W1,\n" + row + "\n").encode(), TODAY)
    assert [(bad.line, reason in bad.reason, "Brandvold" in bad.reason) for bad in export.bad] == [(3, True, False)]


@pytest.mark.parametrize("data", [
    b"", b"\x00\x01PDF", b"a,b,c\n1,2,3\n", b"Patient,DOB,Birth Date\n", b'Patient,DOB\n"never closed,1951-03-04\n',
    b"Patient,DOB\n\x81\xff,1\n", b"x" * (MOST_BYTES + 1), b"Patient Name\nAna\n", b"," * 300 + b"\n"])  # fmt: skip
def test_what_is_no_export_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(Refused, match=r"export"):
        read_export(data, TODAY)


@pytest.fixture
def cases(store: Store) -> Store:
    rows: list[dict[str, Any]] = [
        {"id": "C-0001", "member_name": "Marisol Okafor", "member_dob": "1951-03-04", "member_id": "W123456"},
        {"id": "C-0002", "member_name": "Edgar Ibarrola", "member_dob": "1949-07-01", "member_id": "W777777"},
        {"id": "C-0003", "member_name": "Edgar Ibarrola", "member_dob": "1949-07-01", "member_id": "W777777"},
        {"id": "C-0004", "member_name": "Priya Drummey", "member_dob": "1960-01-01", "member_id": "W999999"},
        {
            "id": "C-0005",
            "member_name": "Old Case",
            "member_dob": "1930-01-01",
            "member_id": "W555555",
            "created_at": "2025-01-01T00:00:00+00:00",
        },
    ]
    with writing(store.engine) as c:
        for row in rows:
            add(c, t.case, [{"created_at": "2026-11-20T15:00:00+00:00", "status": "ready", **row}])
        for case_id, day in (("C-0002", "2026-11-18"), ("C-0003", "2026-11-19")):
            sha256 = case_id[-1] * 64
            add(c, t.fax, [{"sha256": sha256, "state": "read", "received_at": AT.isoformat()}])
            add(c, t.document, [{"sha256": sha256, "kind": "order", "pages": [1], "confidence": 1, "case_id": case_id}])
            add(c, t.finding, [{"sha256": sha256, "page": 1, "field": "order_date", "value": day, "row": {}}])
    return store


def bring(store: Store, rows: str) -> dict[str, Any]:
    export = read_export((HEADS + rows).encode(), TODAY)
    return reconcile(store, export, file_sha256="f" * 64, zone=ZoneInfo("America/New_York"), by="vera", at=AT)


ROWS = ("R1,Marisol Okafor,1951-03-04,W123456,2026-11-18\nR2,Edgar Ibarrola,1949-07-01,,2026-11-19\n"
        "R3,Nobody Known,1970-01-01,W000001,2026-11-19\n")  # fmt: skip


def kept(store: Store) -> dict[str, str | None]:
    with store.engine.connect() as c:
        return {
            ref: case_id
            for ref, case_id in c.execute(select(t.portal_referral.c.reference, t.portal_referral.c.case_id))
        }


def test_what_is_in_one_and_not_in_the_other(cases: Store) -> None:
    """Of two cases of one person the order's date decides; an old case is not missed."""
    found = bring(cases, ROWS)
    assert (found["both"], found["new"], found["imported"]) == (2, 3, True)
    assert [row["line"] for row in found["only_in_export"]] == [4]
    assert [row["case"] for row in found["only_with_us"]] == ["C-0002", "C-0004"]
    assert kept(cases) == {"R1": "C-0001", "R2": "C-0003", "R3": None}


def test_several_cases_that_fit_are_for_a_person(cases: Store) -> None:
    found = bring(cases, "R2,Edgar Ibarrola,1949-07-01,W777777,\n")
    assert found["unsure"][0]["reason"] == "more than one case of this person fits"


def test_the_same_export_twice_changes_nothing(cases: Store) -> None:
    bring(cases, ROWS)
    with cases.engine.connect() as c:
        before = c.execute(select(func.count()).select_from(t.audit)).scalar_one()
    again = bring(cases, ROWS + ROWS)
    assert (again["new"], again["known"], again["repeated"]) == (0, 3, 3)
    with cases.engine.connect() as c:
        assert c.execute(select(func.count()).select_from(t.audit)).scalar_one() == before


def test_a_bad_row_keeps_all_of_it_out(cases: Store) -> None:
    found = bring(cases, ROWS + "R4,Somebody,,,\n")
    assert not found["imported"]
    assert found["bad"] == [{"line": 5, "reason": "has neither a member id nor a name with a birth date"}]
    assert kept(cases) == {}


def test_a_case_that_comes_later_is_found_by_the_next_import(cases: Store) -> None:
    bring(cases, ROWS)
    with writing(cases.engine) as c:
        add(c, t.case, [{"id": "C-0009", "created_at": AT.isoformat(), "status": "new", "member_name": "Nobody Known",
                         "member_dob": "1970-01-01", "member_id": "W000001"}])  # fmt: skip
    assert bring(cases, ROWS)["only_in_export"] == []
    assert kept(cases)["R3"] == "C-0009"
