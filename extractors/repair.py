"""What a misread glyph may have been.

Used only where a check digit or a code table decides, never on ids, dates or doses.
"""

from __future__ import annotations

from itertools import product

TO_DIGIT = {"O": "0", "o": "0", "Q": "0", "D": "0", "I": "1", "l": "1", "|": "1", "!": "1", "S": "5", "s": "5",
            "B": "8", "Z": "2", "z": "2", "G": "6", "T": "7", "A": "4"}  # fmt: skip
TO_LETTER = {"0": "ODQ", "1": "IJ", "l": "IJ", "|": "IJ", "!": "IJ", "2": "Z", "3": "B", "4": "A", "5": "S", "6": "G",
             "7": "T", "8": "B", "$": "SJ", "£": "E", "€": "CE", "§": "S", "&": "B"}  # fmt: skip
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
