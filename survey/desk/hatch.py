"""The hatched field that lies on QR and code when a card is folded, so that neither can be read against the light.

Strokes in three directions at uneven distances: an even pattern melts to grey, and a camera reads the code through it.
Every card has the same one.
"""

from __future__ import annotations

import math
import random
from functools import cache

WIDTH, HEIGHT = 43.0, 42.0  # millimetres; the template has the same, and a stroke of 0.45
_DIRECTIONS = (20, 80, 140)  # degrees
_NEAREST, _FARTHEST = 0.9, 2.2  # millimetres between two strokes


@cache
def path() -> str:
    """The strokes as the path of an SVG drawing in millimetres, clipped to the field; the same in every process."""
    uneven = random.Random(17)  # noqa: S311 - a drawing
    strokes = []
    for degrees in _DIRECTIONS:
        along = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        reach = math.hypot(WIDTH, HEIGHT) / 2
        place = -reach
        while (place := place + uneven.uniform(_NEAREST, _FARTHEST)) < reach:
            ends = _clipped((WIDTH / 2 - along[1] * place, HEIGHT / 2 + along[0] * place), along)
            if ends:
                strokes.append("M{:.1f} {:.1f}L{:.1f} {:.1f}".format(*ends))
    return "".join(strokes)


def _clipped(point: tuple[float, float], along: tuple[float, float]) -> tuple[float, float, float, float] | None:
    """Where the line through `point` enters and leaves the field; None where it passes by."""
    first, last = -math.inf, math.inf
    for start, step, size in zip(point, along, (WIDTH, HEIGHT), strict=True):
        near, far = sorted(((0 - start) / step, (size - start) / step))
        first, last = max(first, near), min(last, far)
    if first >= last:
        return None
    (x, y), (dx, dy) = point, along
    return x + dx * first, y + dy * first, x + dx * last, y + dy * last
