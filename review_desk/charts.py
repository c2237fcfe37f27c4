"""Small charts as SVG elements, drawn on the server; colours and type come from the style sheet. Pure; escapes text.

Every chart stands beside the table of its numbers and is described in words for those who do not see it.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, LABEL, ROW, LETTERS = 640, 250, 26, 30
HEIGHT, FOOT = 180, 26
Pairs = Sequence[tuple[str, float]]


def bars(title: str, rows: Pairs) -> Markup:
    """Horizontal bars, one a row with its number; empty when there is nothing to show."""
    most = max((value for _, value in rows), default=0)
    if most <= 0:
        return Markup("")
    parts = []
    for place, (label, value) in enumerate(rows):
        y, long = place * ROW, round((WIDTH - LABEL - 60) * value / most, 1)
        short = label if len(label) <= LETTERS else f"{label[: LETTERS - 1]}…"
        parts.append(
            Markup('<text class="label" x="{}" y="{}">{}</text>').format(LABEL - 8, y + 17, short)
            + Markup('<rect class="bar" x="{}" y="{}" width="{}" height="{}"/>').format(LABEL, y + 4, long, ROW - 8)
            + Markup('<text class="value" x="{}" y="{}">{:,}</text>').format(LABEL + long + 6, y + 17, value)
        )
    return _svg(title, rows, len(rows) * ROW + 4, parts)


def columns(title: str, rows: Pairs) -> Markup:
    """Upright columns in order, such as days; every seventh or so is named, and the highest has its number."""
    most = max((value for _, value in rows), default=0)
    if most <= 0:
        return Markup("")
    step = WIDTH / len(rows)
    every = max(1, round(len(rows) / 7))
    parts = []
    top = next(place for place, (_, value) in enumerate(rows) if value == most)
    for place, (label, value) in enumerate(rows):
        high = round((HEIGHT - FOOT - 20) * value / most, 1)
        x, y = round(place * step, 1), round(HEIGHT - FOOT - high, 1)
        parts.append(
            Markup('<rect class="bar" x="{}" y="{}" width="{}" height="{}"><title>{}: {:,}</title></rect>').format(
                x + 1, y, round(max(step - 2, 1), 1), high, label, value
            )
        )
        if place % every == 0 and x < WIDTH - 50:
            parts.append(Markup('<text class="tick" x="{}" y="{}">{}</text>').format(x + 1, HEIGHT - 8, label))
        if place == top:
            at = min(max(x + step / 2, 16), WIDTH - 16)
            parts.append(Markup('<text class="peak" x="{}" y="{}">{:,}</text>').format(round(at, 1), y - 5, value))
    line = Markup('<line class="axis" x1="0" y1="{0}" x2="{1}" y2="{0}"/>').format(HEIGHT - FOOT, WIDTH)
    return _svg(title, rows, HEIGHT, [*parts, line])


def _svg(title: str, rows: Pairs, height: int, parts: Sequence[Markup]) -> Markup:
    label, value = max(rows, key=lambda row: row[1])
    words = f"{title}. Highest: {label}, {value:,}. The table has every number."
    head = Markup('<p class="caption small">{}</p>').format(title)
    head += Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(WIDTH, height, words)
    return head + Markup("").join(parts) + Markup("</svg>")
