"""What the second reader makes of a line, and what else it held possible."""

from __future__ import annotations

import pytest

from intake.line_reader import Glyph, is_code_beside, second_thought


def glyphs(text: str, place: int = 0, rival: str = "", chance: float = 0.0) -> list[Glyph]:
    """Glyphs of a text, one of them with a rival."""
    return [
        Glyph(letter, n / len(text), 0.9, rival if n == place else "", chance if n == place else 0.0)
        for n, letter in enumerate(text)
    ]


@pytest.mark.parametrize(
    ("text", "place", "chance", "expected"),
    [
        ("150.22", 0, 0.3, "I50.22"),
        ("(169.351),", 1, 0.06, "(I69.351),"),
        ("110", 0, 0.4, "I10"),
        ("150.22", 0, 0.003, ""),  # what true numbers get
        ("$150.22", 1, 0.06, ""),
        ("101/60", 0, 0.06, ""),
        ("1234567893", 0, 0.06, ""),
    ],
)
def test_a_number_is_a_code_only_where_the_reader_held_its_i_possible(
    text: str, place: int, chance: float, expected: str
) -> None:
    thought = second_thought(glyphs(text, place, "I", chance))
    assert thought == expected
    assert is_code_beside(text, thought) is bool(expected)


@pytest.mark.parametrize(("rival", "chance", "expected"), [("Z", 0.14, "XYZ21"), ("Z", 0.05, ""), (".", 0.3, "")])
def test_a_contested_letter_or_figure_is_a_second_thought_and_no_code(rival: str, chance: float, expected: str) -> None:
    assert second_thought(glyphs("XY221", 2, rival, chance)) == expected
    assert not is_code_beside("XY221", expected)
