"""What a misread glyph may have been.

Used only where a check digit or a code table decides, never on ids, dates or doses.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

TO_DIGIT = {"O": "0", "o": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "l": "1", "|": "1", "!": "1", "S": "5", "s": "5",
            "B": "8", "Z": "2", "z": "2", "G": "6", "b": "6", "T": "7", "A": "4"}  # fmt: skip
TO_LETTER = {"0": "ODQ", "1": "IJ", "l": "IJ", "|": "IJ", "!": "IJ", "2": "Z", "3": "B", "4": "A", "5": "S", "6": "G",
             "7": "TZ", "8": "B", "$": "SJ", "£": "E", "€": "CE", "§": "S", "&": "B"}  # fmt: skip
LIKE_ONE = frozenset("1l|!")
"""What is left of an I or a J, and more seldom of an L."""
MOST = 64


def candidates(raw: str, *, digits_only: bool = False, first_is_letter: bool = False) -> list[str]:
    """Readings of `raw` once each glyph that the grammar forbids is replaced; at most a few dozen.

    Args:
        raw: What was read.
        digits_only: Every place takes a digit.
        first_is_letter: The first place takes a letter; the others are given as read and as digits.
    """
    options: list[str] = []
    for place, glyph in enumerate(raw):
        if place == 0 and first_is_letter:
            options.append(TO_LETTER.get(glyph, glyph.upper()))
        elif digits_only:
            options.append(TO_DIGIT.get(glyph, glyph))
        else:
            options.append("".join(dict.fromkeys(glyph.upper() + TO_DIGIT.get(glyph, ""))))
    count = 1
    for choice in options:
        count *= len(choice)
    return ["".join(choice) for choice in product(*options)] if count <= MOST else []


def passing(raw: str, passes: Callable[[str], bool]) -> list[str]:
    """The readings of a code that begins with a letter which pass a table, the likelier misreadings first.

    Only where none of those passes is a leading 1 taken for what a worn L leaves.
    """
    found = sorted({code for code in candidates(raw, first_is_letter=True) if passes(code)})
    if not found and raw[:1] in LIKE_ONE:
        found = sorted({code for code in candidates("L" + raw[1:], first_is_letter=True) if passes(code)})
    return found
