"""`casebinder extract` prints the contract's JSON for every sample file, and never a traceback."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from samples.faxes import Sample, write_all

READING_KEYS = {"schema", "source", "pages", "documents", "findings", "problems"}
FINDING_KEYS = {"field", "value", "raw", "page", "box", "confidence", "status", "role", "reason"}


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    return write_all(tmp_path_factory.mktemp("faxes"), seed=7)


@pytest.fixture(scope="module")
def result(samples: list[Sample]) -> Any:
    """One run of the program over every sample file."""
    files = [str(sample.path) for sample in samples]
    return subprocess.run(
        [sys.executable, "-m", "cli", "extract", *files, "--json"],
        capture_output=True,
        text=True,
        timeout=280,
    )


def test_broken_files_make_it_exit_3_without_a_traceback(result: Any) -> None:
    assert result.returncode == 3, result.stderr
    assert "Traceback" not in result.stderr


def test_every_reading_has_the_contracts_shape(result: Any, samples: list[Sample]) -> None:
    readings = json.loads(result.stdout)
    assert len(readings) == len(samples)
    for reading in readings:
        assert set(reading) == READING_KEYS
        assert reading["schema"] == "casebinder.reading/1"
        assert all(set(row) == FINDING_KEYS for row in reading["findings"])
        assert all(1 <= row["page"] <= reading["source"]["pages"] for row in reading["findings"])


def test_each_broken_file_says_what_is_wrong(result: Any, samples: list[Sample]) -> None:
    for sample, reading in zip(samples, json.loads(result.stdout), strict=True):
        if sample.broken:
            assert reading["problems"][0]["code"] in {"encrypted_pdf", "damaged_file", "unsupported_type"}
            assert reading["pages"] == []
        else:
            assert reading["pages"]


@pytest.mark.parametrize("content, code", [(b"", "damaged_file"), (b"%PDF-1.7\n1 0 obj", "damaged_file")])
def test_a_single_bad_file_exits_3_with_one_object(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(content)
    run = subprocess.run([sys.executable, "-m", "cli", "extract", str(path), "--json"], capture_output=True, text=True)
    assert run.returncode == 3
    assert json.loads(run.stdout)["problems"][0]["code"] == code
