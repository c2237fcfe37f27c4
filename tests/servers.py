"""Real servers for tests, each a child process on 127.0.0.1 that can be killed and started again on its data."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import psycopg
from botocore.config import Config

if TYPE_CHECKING:
    from flows.steps import Desk

KEYS = {
    "AWS_ACCESS_KEY_ID": "specimenkey",
    "AWS_SECRET_ACCESS_KEY": "specimensecret",
    "AWS_DEFAULT_REGION": "us-east-1",
}
ROOT = Path(__file__).parent.parent


def free_port() -> int:
    """A port that nobody listens on, below those that the system hands out."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        with socket.socket() as twin:
            if port < 55000 and twin.connect_ex(("127.0.0.1", port + 10000)):
                return port


def postgres_programs() -> Path | None:
    """The newest installed PostgreSQL's programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].split(".")[0]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


def as_server_user(*command: str) -> list[str]:
    """PostgreSQL refuses to run as root; there it runs as the package's own user."""
    return (
        ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        if os.geteuid() == 0
        else [*command]
    )


class Server:
    """A child process; subclasses say how it starts and when it is ready."""

    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.child: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def ready(self) -> bool:
        return True

    def start(self, wait: bool = True) -> None:
        """Start it; a leftover of the killed one may hold it up for a moment."""
        with (self.folder / "log").open("ab") as log:
            self.child = subprocess.Popen(
                self.command(), env=os.environ | self.environment(), cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
            )  # fmt: skip
        if wait:
            until(self.well, 90, self.start_again)

    def start_again(self) -> None:
        if self.child is not None and self.child.poll() is not None:
            self.start(wait=False)

    def well(self) -> bool:
        return self.child is not None and self.child.poll() is None and self.ready()

    def kill(self) -> None:
        assert self.child is not None
        self.child.kill()
        self.child.wait()

    def stop(self) -> None:
        if self.child is not None and self.child.poll() is None:
            self.child.send_signal(self.stop_signal)
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


class S3Server(Server):
    """SeaweedFS; it takes its time to stop, and its data is thrown away."""

    stop_signal = signal.SIGKILL

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.ports = {name: free_port() for name in ("s3", "master", "volume", "filer", "admin")}
        self.url = f"http://127.0.0.1:{self.ports['s3']}"

    def command(self) -> list[str]:
        ports = [f"-{name}.port={port}" for name, port in self.ports.items()]
        weed = str(Path(sys.executable).parent / "weed")
        return [weed, "mini", f"-dir={self.folder}/data", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-admin.ui=false",
                "-webdav=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false", *ports]  # fmt: skip

    def environment(self) -> dict[str, str]:
        (self.folder / "data").mkdir(exist_ok=True)
        return KEYS

    def client(self, **keys: str) -> Any:
        config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 2}, connect_timeout=2,
                        read_timeout=10)  # fmt: skip
        names = {"aws_access_key_id": KEYS["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": KEYS["AWS_SECRET_ACCESS_KEY"]}
        return boto3.client("s3", endpoint_url=self.url, region_name="us-east-1", config=config, **{**names, **keys})

    def ready(self) -> bool:
        try:
            self.client().list_buckets()
        except Exception:
            return False
        return True


class PostgresServer(Server):
    """PostgreSQL on a socket in its own folder; durable, since it will be killed. SIGINT stops it without waiting for clients."""

    stop_signal = signal.SIGINT

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.programs = postgres_programs()
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        subprocess.run(
            as_server_user(f"{self.programs}/initdb", "-D", f"{folder}/data", "-U", "tester", "-A", "trust"),
            check=True, capture_output=True, cwd=folder, timeout=90,
        )  # fmt: skip

    def command(self) -> list[str]:
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}"]
        return as_server_user(f"{self.programs}/postgres", "-D", f"{self.folder}/data", *options)

    def ready(self) -> bool:
        try:
            self.run("select 1")
        except psycopg.Error:
            return False
        return True

    def run(self, statement: str) -> None:
        where = f"host={self.folder} user=tester dbname=postgres connect_timeout=3"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def url(self, database: str, driver: str = "psycopg") -> str:
        return f"postgresql+{driver}://tester@/{database}?host={self.folder}"


class PrefectServer(Server):
    """Prefect's own server."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        super().__init__(folder)
        self.port, self.database_url = free_port(), database_url
        self.api_url = f"http://127.0.0.1:{self.port}/api"

    def command(self) -> list[str]:
        return [
            sys.executable,
            "-m",
            "prefect",
            "server",
            "start",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--no-ui",
        ]

    def environment(self) -> dict[str, str]:
        url = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": self.database_url} if self.database_url else {}
        return {"PREFECT_HOME": str(self.folder / "prefect"), "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
                "DO_NOT_TRACK": "1", "PREFECT_API_URL": "", "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2",
                **url}  # fmt: skip

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.api_url}/health", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False


class Watcher(Server):
    """A worker as a user starts it: `casebinder watch`."""

    def __init__(self, folder: Path, settings: dict[str, str], *arguments: str) -> None:
        super().__init__(folder)
        self.settings, self.arguments = settings, arguments or ("watch",)
        self.keys = KEYS

    def command(self) -> list[str]:
        return [sys.executable, "-m", "cli", *self.arguments]

    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(ROOT), **self.keys, **self.settings}


def until(true: Callable[[], object], seconds: float, between: Callable[[], object] | None = None) -> None:
    """Wait until it is true; fail when that takes too long."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        if between:
            between()
        time.sleep(0.1)


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """The review desk in a thread of this process; its address while it runs."""
    import uvicorn

    from review_desk.app import create_app

    port = free_port()
    config = uvicorn.Config(create_app(desk.settings, desk), host="127.0.0.1", port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)
