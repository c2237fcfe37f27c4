"""The API under /api: the desk's things for programs, with bearer tokens and scopes. Describes itself in OpenAPI."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, Request, Response, Security
from fastapi import Path as InPath
from fastapi import Query as InQuery
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse, JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from casefile.accounts import SCOPES, Account
from casefile.errors import NotFound
from casefile.fax_list import fax, faxes
from casefile.picture import picture
from casefile.report_store import make_report
from casefile.reports import NAMES
from casefile.statuses import STATUSES
from casefile.tables import NEVER
from flows import steps
from flows.steps import Desk
from intake.vault import sha256_of
from review_desk.fields import NotValid, checked
from review_desk.inbox_drop import drop
from review_desk.problems import RESPONSES, ProblemRoute
from review_desk.rights import SCOPE_ROLES

router = APIRouter(prefix="/api", route_class=ProblemRoute)
bearer = HTTPBearer(auto_error=False, description="A token made by `casebinder token make`.")
Row = dict[str, Any]
FAX_TYPES = ("application/pdf", "image/tiff", "image/jpeg", "image/png", "application/octet-stream")


def _plain(text: str) -> str:
    """Text without control characters."""
    if not text.isprintable():
        raise ValueError("must be plain characters on one line")
    return text


Plain = AfterValidator(_plain)
CaseId = Annotated[str, InPath(pattern=r"^C-[0-9]{4,9}$", description="As the list of cases gives it.")]
Sha = Annotated[str, InPath(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the file.")]
Limit = Annotated[int, InQuery(ge=1, le=200, description="Rows a page.")]


class Asking:
    """A request whose token was let in."""

    def __init__(self, request: Request, account: Account) -> None:
        self.desk: Desk = request.app.state.desk
        self.account, self.at = account, datetime.now(UTC)

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.desk.settings.timezone)

    def record(self, what: str, *, case_id: str | None = None, sha256: str | None = None) -> None:
        """Note in the audit log what was seen or done."""
        self.desk.store.record(self.account.name, f"api: {what}", case_id=case_id, sha256=sha256, at=self.at)


def with_scope(scope: str) -> Callable[..., Asking]:
    """Lets in tokens that have a scope and whose account's role may use it."""
    assert scope in SCOPES

    def let_in(
        request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)] = None
    ) -> Asking:  # fmt: skip
        challenge = {"www-authenticate": "Bearer"}
        if sent is None:
            raise HTTPException(401, "send a token: Authorization: Bearer cb_…", challenge)
        account = request.app.state.desk.store.token(sent.credentials[:200], datetime.now(UTC))
        if account is None:
            raise HTTPException(401, "the token is unknown, has run out or was ended", challenge)
        if scope not in account.scopes:
            raise HTTPException(403, f"the token lacks the scope {scope}")
        if account.role not in SCOPE_ROLES[scope]:
            raise HTTPException(403, f"the role {account.role} may not use the scope {scope}")
        return Asking(request, account)

    return let_in


ReadCases = Annotated[Asking, Depends(with_scope("cases:read"))]
WriteCases = Annotated[Asking, Depends(with_scope("cases:write"))]
ReadFaxes = Annotated[Asking, Depends(with_scope("faxes:read"))]
WriteInbox = Annotated[Asking, Depends(with_scope("inbox:write"))]
ReadPackets = Annotated[Asking, Depends(with_scope("packets:read"))]
ReadReports = Annotated[Asking, Depends(with_scope("reports:read"))]
ReadStatus = Annotated[Asking, Depends(with_scope("status:read"))]


@router.get("/openapi.json", include_in_schema=False)
def openapi() -> Row:
    """What the API is, for programs; holds no data."""
    return schema()


def schema() -> Row:
    """The API in OpenAPI 3.1."""
    about = "Faxes, cases, packets and reports of one casebinder. Errors are problem details (RFC 9457)."
    made: Row = get_openapi(title="casebinder", version="1", description=about, routes=router.routes)
    return made


@router.get("/status", responses=RESPONSES)
def status(a: ReadStatus) -> Row:
    """The queue, rates, failures, and counts of faxes, pages and cases."""
    return picture(a.desk.store)


# cases


@router.get("/cases", responses=RESPONSES)
def cases(
    a: ReadCases,
    status: Annotated[str, InQuery(description="Only cases of this status."), Plain] = "",
    search: Annotated[str, InQuery(max_length=120, description="An identifier or its beginning."), Plain] = "",
    after: Annotated[str, InQuery(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}/C-[0-9]{4,9})?$")] = "",
    limit: Limit = 50,
) -> Row:
    """Cases with their gaps, the nearest deadline first; `next` goes on as `after`."""
    if status and status not in STATUSES:
        raise HTTPException(422, f"a status is one of {', '.join(STATUSES)}")
    store = a.desk.store
    if search:
        a.record("searched cases")
        return {"cases": store.search(search, limit), "next": None}
    due, _, last = after.partition("/")
    rows = store.worklist(status, (due, last) if after else None, limit)
    a.record("listed cases")
    more = f"{rows[-1]['next_due'] or NEVER}/{rows[-1]['id']}" if len(rows) == limit else None
    return {"cases": rows, "next": more}


@router.get("/cases/{case_id}", responses=RESPONSES)
def case(a: ReadCases, case_id: CaseId) -> Row:
    """One case with everything known of it."""
    found = a.desk.store.case(case_id, a.at.astimezone(a.zone).date())
    a.record("looked at a case", case_id=case_id)
    return {**found, "packets": [_without_path(row) for row in found["packets"]]}


@router.get("/cases/{case_id}/evidence", responses=RESPONSES)
def evidence(a: ReadCases, case_id: CaseId) -> Row:
    """What a case asks for, each with its answer, the reason, and the fax, page and box that shows it."""
    found = a.desk.store.case(case_id)
    a.record("looked at a case's evidence", case_id=case_id)
    return {"case": case_id, "verdicts": found["verdicts"], "corrections": found["corrections"]}


@router.get("/cases/{case_id}/requests", responses=RESPONSES)
def requests(a: ReadCases, case_id: CaseId) -> Row:
    """The letters of a case to the ordering office."""
    found = a.desk.store.case(case_id)
    a.record("looked at a case's letters", case_id=case_id)
    return {"case": case_id, "requests": found["requests"]}


class Ask(BaseModel):
    """Whether to remind of the open letter rather than ask anew."""

    model_config = ConfigDict(extra="forbid")
    remind: bool = False


@router.post("/cases/{case_id}/requests", status_code=201, responses=RESPONSES)
def request(a: WriteCases, case_id: CaseId, ask: Ask) -> Row:
    """Make the letter for what a case lacks, or count a reminder; the open letter again if it asks for the same."""
    letter = a.desk.store.request(case_id, by=a.account.name, at=a.at, remind=ask.remind)
    steps.check(a.desk, case_id)
    return {"case": case_id, "token": letter.token, "office": letter.office, "office_fax": letter.office_fax,
            "items": list(letter.items), "made_at": letter.made_at, "reminders": letter.reminders}  # fmt: skip


# faxes


@router.get("/faxes", responses=RESPONSES)
def list_faxes(
    a: ReadFaxes,
    state: Annotated[Literal["", "received", "read", "set_aside"], InQuery()] = "",
    after: Annotated[str, InQuery(pattern=r"^([0-9T:.+-]{10,40}/[0-9a-f]{64})?$")] = "",
    limit: Limit = 50,
) -> Row:
    """Faxes, the newest first; `next` goes on as `after`."""
    at, _, last = after.partition("/")
    rows = faxes(a.desk.store, state, (at, last) if after else None, limit)
    more = f"{rows[-1]['received_at']}/{rows[-1]['sha256']}" if len(rows) == limit else None
    return {"faxes": rows, "next": more}


@router.get("/faxes/{sha256}", responses=RESPONSES)
def one_fax(a: ReadFaxes, sha256: Sha) -> Row:
    """One fax: its state, why it was set aside, and the names it came by."""
    return fax(a.desk.store, sha256)


@router.get("/faxes/{sha256}/reading", responses=RESPONSES)
def reading(a: ReadFaxes, sha256: Sha) -> Row:
    """What was read of a fax, as `casebinder extract --json` prints it."""
    if fax(a.desk.store, sha256)["state"] == "received":
        raise HTTPException(409, "the fax waits to be read; ask again later")
    found = a.desk.store.reading(sha256)
    a.record("looked at a reading", sha256=sha256)
    return found.to_json()


class Correct(BaseModel):
    """What a field of a page really is."""

    model_config = ConfigDict(extra="forbid")
    page: int = Field(ge=1, le=100_000)
    field: str = Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")
    value: Annotated[str, Field(max_length=200, description='"": nothing stands there.'), Plain]
    why: Annotated[str, Field(min_length=1, max_length=500), Plain]
    role: Annotated[str, Field(max_length=60), Plain] | None = None
    read_as: Annotated[str, Field(max_length=500), Plain] | None = None


@router.post("/faxes/{sha256}/corrections", status_code=201, responses=RESPONSES)
def correct(a: WriteCases, sha256: Sha, said: Correct) -> Row:
    """Correct a reading; the cases it stands in are checked again."""
    try:
        value = checked(said.field, said.value, a.at.astimezone(a.zone).date()) if said.value.strip() else ""
    except NotValid as error:
        raise HTTPException(422, f"value: {error}") from error
    touched = a.desk.store.correct(
        sha256, said.page, said.field, value, by=a.account.name, why=said.why, at=a.at, role=said.role,
        read_as=said.read_as,
    )  # fmt: skip
    for case_id in touched:
        steps.check(a.desk, case_id)
    return {"fax": sha256, "page": said.page, "field": said.field, "value": value, "cases": touched}


@router.post(
    "/inbox", status_code=202, responses=RESPONSES,
    openapi_extra={"requestBody": {"required": True, "content": {
        kind: {"schema": {"type": "string", "format": "binary"}} for kind in FAX_TYPES}}},
)  # fmt: skip
async def inbox(
    a: WriteInbox, request: Request,
    name: Annotated[str, InQuery(max_length=200, description="The file's name; a person will see it.")] = "fax",
    urgent: Annotated[bool, InQuery(description="Read before the others.")] = False,
) -> Response:  # fmt: skip
    """Drop a fax: the file is the request's body. It is read as if it had been put into the watched inbox."""
    sha256, size = await drop(a.desk, name, request.stream(), urgent=urgent)
    await run_in_threadpool(a.record, "dropped a fax", sha256=sha256)
    where = f"/api/faxes/{sha256}"
    return JSONResponse({"sha256": sha256, "size": size, "fax": where}, 202, {"location": where})


# packets


@router.get("/cases/{case_id}/packets", responses=RESPONSES)
def packets(a: ReadPackets, case_id: CaseId) -> Row:
    """The packets built of a case."""
    return {"case": case_id, "packets": [_without_path(row) for row in a.desk.store.case(case_id)["packets"]]}


@router.get("/cases/{case_id}/packets/{sha256}.pdf", responses=RESPONSES, response_class=FileResponse)
def packet(a: ReadPackets, case_id: CaseId, sha256: Sha) -> Response:
    """A packet's PDF, if the file is still what was built."""
    built = [row for row in a.desk.store.case(case_id)["packets"] if row["sha256"] == sha256]
    if not built:
        raise NotFound(f"no such packet of {case_id}")
    path = next((path for row in reversed(built) if (path := Path(row["path"])).is_file()), None)
    if path is None or sha256_of(path) != sha256:
        raise NotFound("the file is no longer where it was built, or was changed; build the packet again")
    a.record("took a packet", case_id=case_id, sha256=sha256)
    return FileResponse(path, media_type="application/pdf", filename=f"{case_id}-{built[-1]['kind']}.pdf")


# reports


@router.get("/reports", responses=RESPONSES)
def reports(a: ReadReports) -> Row:
    """The names of the reports."""
    return {"reports": list(NAMES)}


@router.get("/reports/{name}", responses=RESPONSES)
def report(
    a: ReadReports,
    name: Annotated[Literal["daily-referrals", "open-referrals", "denial-audit", "metrics"], InPath()],
    since: Annotated[date | None, InQuery(alias="from", description="First day.")] = None,
    until: Annotated[date | None, InQuery(alias="to", description="Last day.")] = None,
) -> Row:
    """A report over a period, every figure with its definition, numerator and denominator."""
    made = make_report(a.desk.store, name, zone=a.zone, at=a.at, first=since, last=until)
    a.record(f"made the report {name}")
    return made.to_json()


def _without_path(row: Row) -> Row:
    """A packet without its place on our disk."""
    return {key: value for key, value in row.items() if key != "path"}
