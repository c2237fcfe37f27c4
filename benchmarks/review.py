"""How long the review screen takes: a page's picture by kind of file, the screen, and one confirmed reading.

    python -m benchmarks.review

The peer draws the same page plainly (pdfium or Pillow, neither straightened nor turned) and saves it as Pillow's PNG.
Exit 1 when the median of first pictures of a kind, of screens or of confirmations is over 300 ms.
"""

from __future__ import annotations

import io
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pypdfium2 as pdfium
from PIL import Image
from starlette.testclient import TestClient

from casefile.settings import Settings
from flows.steps import Desk, receive
from review_desk.app import create_app
from samples import orders, papers
from samples.faxes import SUFFIX, emit
from samples.people import make_case
from samples.sheet import Sheets

TARGET_MS = 300.0
PASSWORD = "a-benchmark-password"
WIDTH = 1700


def main() -> None:
    """Read a fax of each kind, then time pictures, screens and confirmations."""
    over: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        desk = Desk(Settings(home=home, inbox=str(home / "inbox"), use_prefect=False))
        faxes = {mode: _read(desk, home, mode) for mode in ("fine", "standard", "scan", "photo", "digital")}
        client = _signed_in(desk)
        print(f"{'ms, median':12} {'first':>8} {'again':>8} {'peer':>8} {'screen':>8} {'confirm':>8}")
        for mode, (path, sha256) in faxes.items():
            picture = f"/faxes/{sha256}/pages/1.png?width={WIDTH}"
            first = statistics.median(_first(client, picture, home) for _ in range(7))
            again = _median(partial(client.get, picture))
            peer = _median(partial(_plainly, path))
            screen = _median(partial(client.get, f"/faxes/{sha256}"))
            confirm = _confirmed(client, sha256)
            print(f"{mode:12} {first:8.0f} {again:8.1f} {peer:8.0f} {screen:8.0f} {confirm:8.0f}", flush=True)
            over += [mode] if max(first, screen, confirm) > TARGET_MS else []
    print(f"over {TARGET_MS:.0f} ms: {', '.join(over) or 'none'}")
    sys.exit(bool(over))


def _read(desk: Desk, home: Path, mode: str) -> tuple[Path, str]:
    sheets, rng = Sheets(Random(mode)), Random(mode)
    case = make_case(rng)
    orders.letterhead_order(sheets, case)
    papers.oximetry_log(sheets, case) if mode != "photo" else None
    path = home / f"{mode}.{SUFFIX[mode]}"
    emit(sheets.pdf(), path, mode, rng)
    sha256 = desk.vault.put(path)
    desk.store.record_arrival(location="bench", key=mode, fingerprint="1", name=path.name, sha256=sha256, size=1,
                              media_type="", at=datetime.now(UTC))  # fmt: skip
    receive(desk, sha256)
    return path, sha256


def _signed_in(desk: Desk) -> TestClient:
    desk.store.add_account("ines", "intake", PASSWORD, by="benchmark", at=datetime.now(UTC))
    client = TestClient(create_app(desk.settings, desk, hosts=("testserver",)), follow_redirects=False)
    form = {"csrf": _code(client.get("/sign-in").text), "name": "ines", "password": PASSWORD, "next": "/"}
    client.post("/sign-in", data=form)
    client.headers["x-csrf"] = _code(client.get("/inbox").text)
    return client


def _code(html: str) -> str:
    return str(re.findall(r'name="csrf" (?:value|content)="([0-9a-f]{64})"', html)[0])


def _first(client: TestClient, picture: str, home: Path) -> float:
    shutil.rmtree(home / "page-images", ignore_errors=True)
    return _ms(partial(client.get, picture))


def _confirmed(client: TestClient, sha256: str) -> float:
    """Confirms whatever is asked, one by one; 0 where nothing is."""
    taken, html = [], client.get(f"/faxes/{sha256}").text
    while item := re.search(r'data-item="([0-9a-f]{16})" data-sort="finding"[^>]*>', html):
        form = {"act": "confirm", "item": item[1]}
        started = time.perf_counter()
        answer = client.post(f"/faxes/{sha256}/findings", data=form)
        taken.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            break
        html = answer.json()["html"]
    return statistics.median(taken) if taken else 0.0


def _plainly(path: Path) -> None:
    out = io.BytesIO()
    if path.suffix == ".pdf":
        document = pdfium.PdfDocument(path)
        page = document[0]
        page.render(scale=WIDTH / page.get_width(), grayscale=True).to_pil().save(out, "PNG")
        document.close()
        return
    with Image.open(path) as image:
        gray = image.convert("L")
        gray.resize((WIDTH, WIDTH * 11 * 2 // 17)).save(out, "PNG")


def _median(act: Callable[[], Any]) -> float:
    return statistics.median(_ms(act) for _ in range(9))


def _ms(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
