"""Which versions of which libraries made a packet, and which state of our own code: they decide its bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from packet_builder.page_cache import PageCache

LIBRARIES = {"pikepdf": "pikepdf", "reportlab": "reportlab", "pypdfium2": "pypdfium2", "pillow": "PIL"}
OURS = "made-with"
"""Under which name a fact about this installation is kept among what is known of sources."""


@lru_cache(maxsize=1)
def made_with(kept: PageCache) -> Mapping[str, str]:
    """Versions of the libraries that decide the packet's bytes."""
    return {name: _version(name, module) for name, module in LIBRARIES.items()} | {"qpdf": _qpdf(kept)}


def _version(name: str, module: str) -> str:
    """A library's version from the name of the folder that its installer left; without importing anything."""
    if (home := _home(module)) is not None:
        for folder in home.glob(f"{name}-*.dist-info"):
            return folder.name.removeprefix(f"{name}-").removesuffix(".dist-info")
    from importlib.metadata import version

    return version(name)


@cache
def _home(module: str) -> Path | None:
    """The folder that a library is installed in."""
    spec = find_spec(module)
    return Path(spec.origin).parent.parent if spec is not None and spec.origin else None


def _qpdf(kept: PageCache) -> str:
    """The version of qpdf. It must be asked itself, which loads it: what it said is kept while its file stays the same."""
    home = _home("pikepdf")
    files = sorted(home.glob("pikepdf.libs/*qpdf*")) if home else []
    marks = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    kind = f"qpdf/{json.dumps(marks)}"
    if files and (known := kept.get(OURS, 0, kind)):
        return known.decode()
    import pikepdf

    kept.put(OURS, 0, kind, pikepdf.__libqpdf_version__.encode())
    return pikepdf.__libqpdf_version__


@cache
def code_digest(*names: str) -> str:
    """A hash of this room's own code and tables, or of the named modules: other code may have found other things."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for path in [folder / name for name in names] or sorted([*folder.glob("*.py"), *folder.glob("data/*.toml")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
