"""Small bar charts as drawings. The table beside each says the same in words. Pure; escapes all text."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

Bar = tuple[str, int]
WIDTH, LEFT, ROW, HIGH = 720, 310, 26, 140
"""Drawing units: the width, where lying bars begin, the height of a lying bar's row and of standing bars."""
MOST, LETTERS = 10, 38
END = 60
"""Room behind the longest bar for its number."""


def lying(bars: Sequence[Bar], title: str) -> Markup:
    """A bar a row with its label and number, the first ten; empty when every number is 0."""
    shown = [bar for bar in bars if bar[1] > 0][:MOST]
    if not shown:
        return Markup("")
    most = max(number for _, number in shown)
    parts = []
    for n, (label, number) in enumerate(shown):
        y, length = n * ROW, max(2, round((WIDTH - LEFT - END) * number / most))
        parts.append(
            _text(LEFT - 8, y + 18, _short(label), "end")
            + Markup('<rect x="{}" y="{}" width="{}" height="18" rx="2"/>').format(LEFT, y + 4, length)
            + _text(LEFT + length + 6, y + 18, f"{number:,}")
        )
    return _drawing(title, len(shown) * ROW + 4, Markup("").join(parts))


def standing(bars: Sequence[Bar], title: str) -> Markup:
    """A bar a day, with the first and last label below and the highest number beside; empty when every number is 0."""
    most = max((number for _, number in bars), default=0)
    if not most:
        return Markup("")
    step = (WIDTH - 40) / len(bars)
    parts = [_text(32, 20, f"{most:,}", "end"), _text(32, HIGH + 10, "0", "end")]
    for n, (label, number) in enumerate(bars):
        height = round(HIGH * number / most, 1)
        parts.append(
            Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}"><title>{}: {}</title></rect>').format(
                40 + n * step, HIGH + 10 - height, max(step - 1.5, 0.5), height, label, number
            )
        )
    parts.append(Markup('<line x1="40" x2="{}" y1="{}" y2="{}"/>').format(WIDTH, HIGH + 10, HIGH + 10))
    parts += [_text(40, HIGH + 28, bars[0][0]), _text(WIDTH, HIGH + 28, bars[-1][0], "end")]
    return _drawing(title, HIGH + 34, Markup("").join(parts))


def _drawing(title: str, height: int, inside: Markup) -> Markup:
    head = Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">')
    return head.format(WIDTH, height, f"Chart: {title}. The table has the numbers.") + inside + Markup("</svg>")


def _text(x: float, y: float, words: str, anchor: str = "start") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(x, y, anchor, words)


def _short(label: str) -> str:
    return label if len(label) <= LETTERS else label[: LETTERS - 1] + "…"
