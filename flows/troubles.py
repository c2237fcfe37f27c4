"""What can be wrong around us: one message when it begins, one when it is over, and a pause in between.

A trouble is never a fax's fault: the fax goes back to the queue without blame. Anything that is not recognised here
is an error of the work itself.
"""

from __future__ import annotations

import errno
import logging
import random
import threading
from dataclasses import dataclass
from time import monotonic

from botocore import exceptions as boto
from sqlalchemy import exc as sql

from flows.logs import event


@dataclass(frozen=True)
class Trouble:
    """What is wrong and what to do; `kind` is one word for logs and metrics."""

    kind: str
    message: str


DISK = Trouble("disk_full", "The disk is full. Free space or enlarge it; nothing that arrived is lost.")
DISK_LOW = Trouble("disk_low", "Disk space is low. Free space or enlarge the disk; drops stay in the inbox until then.")
FOLDER = Trouble("folder", "A folder cannot be read or written. Check the mount and its permissions.")
DATABASE = Trouble("database", "The database does not answer. Start it, or check CASEBINDER_DATABASE_URL.")
LOGIN = Trouble("database_login", "The database refuses the user, password or name in CASEBINDER_DATABASE_URL.")
BUCKET = Trouble("bucket", "The bucket cannot be reached. Check the network and CASEBINDER_S3_ENDPOINT_URL.")
NO_BUCKET = Trouble("no_bucket", "There is no such bucket. Create it, or mend CASEBINDER_INBOX or CASEBINDER_VAULT.")
KEYS = Trouble("credentials", "The store refuses our credentials. Check the access key, its secret and its policy.")
CLOCK = Trouble("clock", "This machine's clock differs from the server's. Set the clock (NTP).")
DROP = Trouble("drop", "A file in the inbox cannot be taken in; the others go on. It is tried again, ever more rarely.")
PREFECT = Trouble("prefect", "The Prefect server does not answer. Faxes are worked on without it meanwhile.")

FULL = {errno.ENOSPC, errno.EDQUOT}
MOUNT = {errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.ESTALE, errno.ENOTCONN, errno.EMFILE, errno.ENFILE}
REFUSED = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "ExpiredToken", "InvalidToken",
           "TokenRefreshRequired", "403", "Forbidden", "AuthorizationHeaderMalformed"}  # fmt: skip
UNREACHABLE = (boto.HTTPClientError, boto.ConnectionError, boto.IncompleteReadError, boto.ResponseStreamingError)
NO_KEYS = (boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError)


def recognise(error: BaseException) -> Trouble | None:
    """The trouble behind an error, looking through what it was raised from; None if it is none."""
    seen: BaseException | None = error
    while seen is not None:
        found = _of_database(seen) or _of_store(seen) or _of_disk(seen)
        if found:
            return found
        seen = seen.__cause__ or seen.__context__
    return None


def _of_disk(error: BaseException) -> Trouble | None:
    if not isinstance(error, OSError) or isinstance(error, ConnectionError):
        return None
    return DISK if error.errno in FULL else FOLDER if error.errno in MOUNT else None


def _of_database(error: BaseException) -> Trouble | None:
    if isinstance(error, sql.TimeoutError):
        return DATABASE
    if not isinstance(error, sql.DBAPIError):
        return None
    told, code = str(error.orig), getattr(error.orig, "sqlstate", None) or ""
    if "disk is full" in told or code.startswith("53100"):
        return DISK
    if code.startswith(("28", "3D")) or "authentication failed" in told or "does not exist" in told[:200] and not code:
        return LOGIN
    lost = isinstance(error, (sql.OperationalError, sql.InterfaceError)) or error.connection_invalidated
    return DATABASE if lost or code.startswith(("08", "57", "53", "55")) else None


def _of_store(error: BaseException) -> Trouble | None:
    if isinstance(error, NO_KEYS):
        return KEYS
    if isinstance(error, UNREACHABLE):
        return BUCKET
    if not isinstance(error, boto.ClientError):
        return None
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code == "RequestTimeTooSkewed":
        return CLOCK
    if code == "NoSuchBucket":
        return NO_BUCKET
    if code in REFUSED or status in {401, 403}:
        return KEYS
    return BUCKET if status >= 500 or status == 429 or code in {"SlowDown", "Throttling"} else None


class Board:
    """The troubles of this process now. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now: dict[str, tuple[Trouble, float, int]] = {}

    def report(self, trouble: Trouble, detail: str = "") -> float:
        """Note a trouble; said once, however often it is met. Returns the seconds to wait before the next try."""
        with self._lock:
            _, since, times = self._now.get(trouble.kind, (trouble, monotonic(), 0))
            self._now[trouble.kind] = trouble, since, times + 1
        if times == 0:
            event(trouble.message, logging.ERROR, trouble=trouble.kind, **({"detail": detail} if detail else {}))
        return random.uniform(0.5, 1.0) * min(0.5 * 2.0 ** min(times, 6), 15.0)

    def note(self, trouble: Trouble) -> None:
        """Put a trouble on the board without a line in the log."""
        with self._lock:
            self._now[trouble.kind] = trouble, monotonic(), 1

    def clear(self, *kinds: str) -> None:
        """These work again."""
        for kind in kinds:
            with self._lock:
                gone = self._now.pop(kind, None)
            if gone:
                event(f"{kind} works again", trouble=kind, seconds=round(monotonic() - gone[1], 1))

    def current(self) -> list[Trouble]:
        """What is wrong now."""
        with self._lock:
            return [trouble for trouble, _, _ in self._now.values()]
