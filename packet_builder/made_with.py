"""Which versions of which libraries made a packet: they decide its bytes."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pikepdf

LIBRARIES = {"pikepdf": "pikepdf", "reportlab": "reportlab", "pypdfium2": "pypdfium2", "pillow": "PIL"}


@cache
def made_with() -> dict[str, str]:
    """Versions of the libraries that decide the packet's bytes."""
    return {name: _version(name, module) for name, module in LIBRARIES.items()} | {"qpdf": pikepdf.__libqpdf_version__}


def _version(name: str, module: str) -> str:
    """A library's version from the name of the folder that its installer left; without importing anything."""
    spec = find_spec(module)
    if spec is not None and spec.origin:
        for folder in Path(spec.origin).parent.parent.glob(f"{name}-*.dist-info"):
            return folder.name.removeprefix(f"{name}-").removesuffix(".dist-info")
    from importlib.metadata import version

    return version(name)
