"""Imports point one way, and only flows know Prefect."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {"casefile", "cli", "extractors", "flows", "intake", "packet_builder", "review_desk", "samples"}
ALLOWED = {
    "casefile": {"casefile"},
    "cli": ROOMS,
    "extractors": {"extractors", "casefile"},
    "flows": ROOMS - {"cli", "review_desk"},
    "intake": {"intake", "casefile"},
    "packet_builder": {"packet_builder", "casefile"},
    "review_desk": ROOMS - {"cli", "samples"},
    "samples": {"samples"},
}
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def imported_names(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    names = imported_names(path)
    assert {name.split(".")[0] for name in names} & ROOMS <= ALLOWED[room]
    if room in {"extractors", "intake", "packet_builder"}:
        assert {name for name in names if name.startswith("casefile")} <= {"casefile.records"}
    if room != "flows":
        assert "prefect" not in {name.split(".")[0] for name in names}


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Late imports inside functions count too: a circle that is hidden is a circle."""
    names = {str(path.relative_to(ROOT).with_suffix("")).replace("/", "."): path for path in MODULES}
    graph = {name: _modules(path) & names.keys() for name, path in names.items()}
    TopologicalSorter(graph).prepare()


def _modules(path: Path) -> set[str]:
    """Everything a file may import as a module: `from a import b` may name the module a.b."""
    found = imported_names(path)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found
