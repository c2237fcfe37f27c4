"""The API: tokens, scopes, what belongs to which case, dropping faxes, and no 500 whatever is sent."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import booleans

from casefile import tables as t
from casefile.accounts import SCOPES
from casefile.database import writing
from casefile.fax_list import faxes
from casefile.records import Document, Finding, PageText, Reading
from casefile.settings import Settings
from casefile.store_rows import add
from flows.steps import Desk, now
from flows.watch import drain
from intake.vault import sha256_of
from review_desk.api import schema
from review_desk.app import create_app
from review_desk.inbox_drop import plain_name
from samples.orders import letterhead_order
from samples.people import make_case
from samples.sheet import Sheets
from tests.review_desk.conftest import hire

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from starlette.testclient import TestClient

FAX, PDF = "a" * 64, b"%PDF-1.4\n%%EOF\n"
Token = Callable[..., dict[str, str]]


@pytest.fixture
def api(desk: Desk) -> TestClient:
    app = create_app(desk.settings, desk, hosts=("testserver",))
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def token(desk: Desk) -> Token:
    """Headers of a token with these scopes, of an account with this role."""
    for role in ("admin", "compliance"):
        desk.store.add_account(role, role, None, by="setup", at=now())

    def make(*scopes: str, role: str = "admin") -> dict[str, str]:
        return {"authorization": f"Bearer {desk.store.make_token(role, scopes or SCOPES, by='setup', at=now())}"}

    return make


@pytest.fixture
def filled(desk: Desk, tmp_path: Path) -> Desk:
    """Two cases, a fax in the first, a packet of each."""
    store = desk.store
    store.record_arrival(
        location="in", key="a", fingerprint="1", name="a.tif", sha256=FAX, size=1, media_type="", at=now()
    )
    found = Finding("order_date", "2026-11-02", "11/02/2026", 1, (0.1, 0.1, 0.2, 0.2), 0.9, "valid", None, "printed")
    page = PageText(1, (), "ocr", 0.9)
    store.save_reading(
        Reading("a", FAX, "image/tiff", (page,), (Document("order", (1,), 0.9, ""),), (found,), (), False)
    )
    with writing(store.engine) as c:
        add(
            c,
            t.case,
            [{"id": f"C-000{n}", "created_at": now().isoformat(), "member_name": "Ana Espinal"} for n in (1, 2)],
        )
    for number in (1, 2):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(PDF + bytes([number]))
        store.record_packet(f"C-000{number}", "appeal", sha256_of(path), str(path), 1, now())
    return desk


def routes() -> list[tuple[str, str]]:
    return [(method.upper(), path) for path, methods in schema()["paths"].items() for method in methods]


def at(path: str) -> str:
    return path.format(case_id="C-0001", sha256=FAX, name="metrics")


@pytest.mark.parametrize(("method", "path"), routes())
def test_every_route_asks_for_a_token_with_its_scope(
    api: TestClient, token: Token, filled: Desk, method: str, path: str
) -> None:
    """No token: 401. Every scope but one opens it unless that one is its own."""
    assert api.request(method, at(path)).status_code == 401
    assert api.request(method, at(path), headers={"authorization": "Bearer cb_guessed"}).status_code == 401
    refused = []
    for scope in SCOPES:
        others = token(*(other for other in SCOPES if other != scope))
        answer = api.request(method, at(path), headers=others, content=b"{}")
        assert answer.status_code < 500
        if answer.status_code == 403:
            refused.append(scope)
            assert answer.headers["content-type"] == "application/problem+json"
    assert len(refused) == 1, "one scope alone opens it"


@pytest.mark.parametrize(("method", "path"), [route for route in routes() if route[0] == "POST"])
def test_compliance_changes_nothing_even_with_every_scope(
    api: TestClient, token: Token, method: str, path: str
) -> None:
    assert api.request(method, at(path), headers=token(role="compliance"), content=b"{}").status_code == 403


def test_a_packet_is_handed_out_only_under_its_own_case_and_unchanged(
    api: TestClient, token: Token, filled: Desk
) -> None:
    mine = api.get("/api/cases/C-0001/packets", headers=token()).json()["packets"][0]
    assert "path" not in mine
    path = f"/packets/{mine['sha256']}.pdf"
    assert api.get(f"/api/cases/C-0001{path}", headers=token()).content == PDF + b"\1"
    assert api.get(f"/api/cases/C-0002{path}", headers=token()).status_code == 404
    Path(filled.store.case("C-0001")["packets"][0]["path"]).write_bytes(b"other")
    assert api.get(f"/api/cases/C-0001{path}", headers=token()).status_code == 404


def test_cases_are_listed_page_by_page_and_every_look_is_logged(api: TestClient, token: Token, filled: Desk) -> None:
    headers = token("cases:read")
    first = api.get("/api/cases?limit=1", headers=headers).json()
    second = api.get("/api/cases", params={"limit": 1, "after": first["next"]}, headers=headers).json()
    assert [row["id"] for row in first["cases"] + second["cases"]] == ["C-0001", "C-0002"]
    api.get("/api/cases/C-0002", headers=headers)
    entries = list(filled.store.audit_entries())
    assert (entries[-1]["by"], entries[-1]["what"], entries[-1]["case_id"]) == (
        "admin",
        "api: looked at a case",
        "C-0002",
    )
    assert not filled.store.verify_audit().broken


def test_a_reading_is_corrected_with_the_fields_own_check(api: TestClient, token: Token, filled: Desk) -> None:
    said = {"page": 1, "field": "order_date", "value": "11/03/2026", "why": "read the page"}
    done = api.post(f"/api/faxes/{FAX}/corrections", json=said, headers=token())
    assert (done.status_code, done.json()["value"]) == (201, "2026-11-03")
    assert filled.store.corrections()[0]["by"] == "admin"
    bad = api.post(f"/api/faxes/{FAX}/corrections", json={**said, "value": "soon"}, headers=token())
    assert bad.status_code == 422
    assert "soon" not in bad.text
    assert api.get(f"/api/faxes/{FAX}/reading", headers=token()).json()["schema"] == "casebinder.reading/1"


def test_a_dropped_fax_lies_in_the_watched_inbox_under_a_safe_name(api: TestClient, token: Token, desk: Desk) -> None:
    sent = api.post(
        "/api/inbox", params={"name": "../../etc/x\0.pdf", "urgent": True}, content=PDF, headers=token("inbox:write")
    )
    assert sent.status_code == 202
    files = [path for path in desk.settings.home.rglob("*") if path.is_file() and path.parent.name == "urgent"]
    assert [path.read_bytes() for path in files] == [PDF]
    assert files[0].parent == Path(desk.settings.inbox_location) / "urgent"
    assert [drop.urgent for drop in desk.inbox.ready()] == [True]
    assert sent.json()["sha256"] == sha256_of(files[0])


def test_a_fax_dropped_over_the_api_into_a_bucket_is_read(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, bucket, url = s3
    place = {"HOME": str(tmp_path), "INBOX": f"s3://{bucket}/in/", "S3_ENDPOINT_URL": url, "USE_PREFECT": "false"}
    for name, value in place.items():
        monkeypatch.setenv(f"CASEBINDER_{name}", value)
    desk = Desk(Settings())
    hire(desk.store)
    key = desk.store.make_token("adam", ["inbox:write"], by="setup", at=now())
    api = TestClient(create_app(desk.settings, desk, hosts=("testserver",)))
    sheets = Sheets(Random(3))
    letterhead_order(sheets, make_case(Random(3)))
    body = sheets.pdf()
    sent = api.post("/api/inbox", params={"name": "a/b.pdf"}, content=body, headers={"authorization": f"Bearer {key}"})
    assert sent.status_code == 202
    assert drain(desk.settings) == 1
    sha256 = sent.json()["sha256"]
    assert [(row["sha256"], row["state"]) for row in faxes(desk.store)] == [(sha256, "read")]
    assert desk.vault.path(sha256).read_bytes() == body


def test_what_is_no_fax_is_refused_and_leaves_nothing(api: TestClient, token: Token, desk: Desk) -> None:
    desk.settings.max_file_mb = 1
    answers = [api.post("/api/inbox", content=body, headers=token()).status_code for body in (b"", b"PK\3\4", PDF + b" " * (1 << 20), PDF + b" " * (3 << 20))]  # fmt: skip
    assert answers == [400, 415, 413, 413]
    assert list(Path(desk.settings.inbox_location).rglob("*")) == []


@pytest.mark.parametrize("name", ["", "..", "a/b\\c.pdf", ".hidden", "x.part", "x.part.tmp", "é\u202epdf", "a" * 300])
def test_names_are_made_safe(name: str) -> None:
    safe = plain_name(name)
    assert safe.isascii() and "/" not in safe and not safe.startswith(".") and not safe.endswith((".part", ".tmp"))
    assert 9 < len(safe) < 100


def test_the_api_describes_itself_without_a_token(api: TestClient) -> None:
    told = api.get("/api/openapi.json").json()
    assert told["paths"].keys() == schema()["paths"].keys()
    assert "HTTPBearer" in json.dumps(told["components"]["securitySchemes"])
    unknown = api.get("/api/nothing")
    assert unknown.status_code == 404


OPERATIONS = {f"{r.ok().method.upper()} {r.ok().path}": r.ok()
              for r in schemathesis.openapi.from_dict(schema()).get_all_operations()}  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_answer_is_our_fault_whatever_is_sent(api: TestClient, token: Token, filled: Desk, name: str) -> None:
    """Schemathesis makes requests from the description, right ones and wrong ones; the same ones every time."""
    headers, statuses = token(), set()
    known_ids = {"case_id": "C-0001", "sha256": FAX}

    @settings(max_examples=12, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(sent=OPERATIONS[name].as_strategy(), ours=booleans())
    def never_500(sent: schemathesis.Case, ours: bool) -> None:
        if ours:
            sent.path_parameters |= {key: value for key, value in known_ids.items() if key in sent.path_parameters}
            if isinstance(sent.body, dict) and "page" in sent.body:
                sent.body |= {"page": 1, "read_as": None, "role": None, "why": "so it stands", "value": ""}
        request = sent.as_transport_kwargs(base_url="http://testserver")
        given_headers = {
            key: value for key, value in (request.get("headers") or {}).items() if key.lower() != "authorization"
        }
        request["headers"] = {**given_headers, **headers}
        parts = ("method", "url", "headers", "params", "json", "data", "content")
        known = {key: request[key] for key in parts if request.get(key) is not None}
        answer = api.request(**known)
        statuses.add(answer.status_code)
        assert answer.status_code < 500, (known, answer.text)

    never_500()
    assert statuses - {401}, "the token was sent"
    assert statuses & ({200, 201, 202, 409, 415} | ({404} if "{sha256}.pdf" in name else set())), statuses
