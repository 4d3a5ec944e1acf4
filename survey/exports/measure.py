"""How long a line of bold capitals is, so that the rule below it can be drawn in that length. Times, in thousandths."""

from __future__ import annotations

import unicodedata

_ADVANCES = {
    250: " ,.", 278: "'/\\il", 333: "!()-:;[]`fjt", 389: "Is", 444: "cerz", 500: "#$*0123456789?J_agovxy–",
    556: "Sbdhknpquđ", 611: "FP", 667: "BELTZ", 722: "ACDNRUVXYwĐ", 778: "GHKOQ", 833: "&m", 944: "M", 1000: "%W",
}  # fmt: skip
_WIDTH = {letter: advance for advance, letters in _ADVANCES.items() for letter in letters}
_POINT = 25.4 / 72  # millimetres


def millimetres(text: str, points: int) -> float:
    """About the length of a line in bold."""
    base = (letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return sum(_WIDTH.get(letter, 600) for letter in base) / 1000 * points * _POINT
