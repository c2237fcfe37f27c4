"""Reply codes of our letters: twelve characters that a bad fax does not confuse, the last one a check."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

ALPHABET = "3479ACEFHKMPRTWXY"
"""Seventeen (a prime) characters that readers keep apart; no vowel pair spells a word people stumble on."""
LENGTH = 12


def new_token() -> str:
    """A code nobody can guess; it holds nothing about anybody."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + _check(body)


def is_token(text: str) -> bool:
    """Whether a text is a code whose check agrees; any one wrong character or swapped pair fails it."""
    return len(text) == LENGTH and set(text) <= set(ALPHABET) and _check(text[:-1]) == text[-1]


def in_groups(token: str) -> str:
    """The code as printed: "7KM3-9TXC-4WRP"."""
    return "-".join(token[start : start + 4] for start in range(0, LENGTH, 4))


def find_token(text: str, known: Iterable[str]) -> str | None:
    """The one known code that stands in a page's text; a single misread character is forgiven if only one code fits."""
    squeezed = [re.sub(r"[^0-9A-Z]", "", line.upper()) for line in text.splitlines()]
    known = list(known)
    exact = {token for token in known for line in squeezed if token in line}
    if exact:
        return exact.pop() if len(exact) == 1 else None
    near = {token for token in known for line in squeezed if _almost(token, line)}
    return near.pop() if len(near) == 1 else None


def _almost(token: str, line: str) -> bool:
    """Whether the code stands in the line with one character read wrongly."""
    return any(
        sum(a != b for a, b in zip(token, line[start : start + LENGTH], strict=True)) == 1
        for start in range(len(line) - LENGTH + 1)
    )


def _check(body: str) -> str:
    """A weighted sum modulo 17."""
    return ALPHABET[sum(place * ALPHABET.index(ch) for place, ch in enumerate(body, 1)) % len(ALPHABET)]
