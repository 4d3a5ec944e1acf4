"""The picture of how cost grows: written by hand as SVG, so that nothing is needed to make it and any browser shows it."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 400, 56, 190, 54, 64
COLOURS = ("#1d4ed8", "#b45309", "#047857")
_STYLE = "text{font:13px sans-serif}.head{font-weight:700;font-size:15px}.axis{stroke:#6b7280}.line{fill:none;stroke-width:2}"


def growth(rows: Sequence[Mapping[str, float]], kinds: Mapping[str, str], target: float) -> str:
    """Each of `kinds` as a line over the sizes, as a multiple of the smallest; the target as a broken line."""
    lines = {kind: [row[kind] / rows[0][kind] for row in rows] for kind in kinds}
    top = max(1.5, *(value * 1.1 for values in lines.values() for value in values))

    def x(place: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * place / max(1, len(rows) - 1)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>CPU in ever larger dialogues, as a multiple of the smallest</title><style>{_STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _text(LEFT, 24, "CPU as a multiple of the smallest dialogue, floors taken out", css="head"),
        f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>',
    ]
    step = 0.5 if top <= 4 else round(top / 5)
    parts += [_text(LEFT - 8, y(n * step) + 4, f"{n * step:g}", anchor="end") for n in range(int(top / step) + 1)]
    for place, row in enumerate(rows):
        parts.append(_text(x(place), HEIGHT - BOTTOM + 20, f"{row['questions']:,.0f} questions", anchor="middle"))
        parts.append(_text(x(place), HEIGHT - BOTTOM + 38, f"{row['votes']:,.0f} votes", anchor="middle"))
    parts.append(f'<path stroke="#b91c1c" stroke-dasharray="6 4" d="M{LEFT} {y(target):.1f}H{WIDTH - RIGHT}"/>')
    ends = _apart([(y(values[-1]), kind) for kind, values in lines.items()] + [(y(target), "")])
    for (kind, values), colour in zip(lines.items(), COLOURS, strict=False):
        points = " ".join(f"{x(place):.1f},{y(value):.1f}" for place, value in enumerate(values))
        parts.append(f'<polyline class="line" stroke="{colour}" points="{points}"/>')
        parts += [
            f'<circle cx="{x(place):.1f}" cy="{y(v):.1f}" r="3.5" fill="{colour}"/>' for place, v in enumerate(values)
        ]
        parts.append(_text(WIDTH - RIGHT + 12, ends[kind] + 4, f"{kinds[kind]}: {values[-1]:.2f}", fill=colour))
    parts.append(_text(WIDTH - RIGHT + 12, ends[""] + 4, f"target: {target:g}", fill="#b91c1c"))
    return "\n".join([*parts, "</svg>", ""])


def _text(x: float, y: float, words: str, *, anchor: str = "start", fill: str = "#1f2937", css: str = "") -> str:
    more = f' class="{css}"' if css else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{more}>{words}</text>'


def _apart(wanted: list[tuple[float, str]], gap: float = 18) -> dict[str, float]:
    """Heights of labels that do not lie on each other, each as near to where it belongs as that allows."""
    placed: dict[str, float] = {}
    last = float("-inf")
    for height, name in sorted(wanted):
        last = max(height, last + gap)
        placed[name] = last
    over = max(0.0, last - (HEIGHT - BOTTOM))
    return {name: height - over for name, height in placed.items()}
