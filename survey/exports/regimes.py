"""The two regimes in which offices set their papers, as numbers: what both writers go by, and what a test measures.

Đoàn: guidance 29-HD/TWĐTN-VP. State: decree 30/2020/NĐ-CP, annex I. Where they allow a range, one figure serves both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

UNION, STATE = "union", "state"
FONT = "Times New Roman"
PAGE = (210, 297)  # millimetres
MARGINS = {"top": 20, "bottom": 20, "left": 30, "right": 20}
INDENT = 12.7  # millimetres, of a paragraph's first line
BODY, TABLE, NUMBER_OF_PAGE, DRAFT = 14, 12, 13, 13  # points
AFTER, LINE = 6, 1.1  # points behind a paragraph; lines
LETTER_SUBJECT, RECIPIENTS = 12, 11  # points
RULE = 0.4  # of the text above it: the short rule, between a third and a half


@dataclass(frozen=True, slots=True)
class Look:
    """How a line is set: points, and whether bold or italic."""

    size: int
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Regime:
    """Everything in which the two differ. `columns` share the width of the header, in hundredths."""

    right: tuple[str, ...]
    right_looks: tuple[Look, ...]
    superior: Look
    issuer: Look
    stars: bool  # *** under the issuer; else a short rule
    number: Look
    date: Look
    kind: Look
    about: Look
    dashes: bool  # ------- under the abstract; else a short rule
    subject: Look
    capacity: Look
    post: Look
    recipients: Look
    columns: tuple[int, int]


REGIMES: Mapping[str, Regime] = {
    UNION: Regime(
        right=("ĐOÀN TNCS HỒ CHÍ MINH",), right_looks=(Look(15, bold=True),), superior=Look(14), issuer=Look(14, bold=True),
        stars=True, number=Look(14), date=Look(13, italic=True), kind=Look(16, bold=True), about=Look(14, bold=True),
        dashes=True, subject=Look(LETTER_SUBJECT, italic=True), capacity=Look(14, bold=True), post=Look(14),
        recipients=Look(13, bold=True), columns=(45, 55),
    ),
    STATE: Regime(
        right=("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
        right_looks=(Look(13, bold=True), Look(14, bold=True)), superior=Look(13), issuer=Look(13, bold=True),
        stars=False, number=Look(13), date=Look(14, italic=True), kind=Look(14, bold=True), about=Look(14, bold=True),
        dashes=False, subject=Look(LETTER_SUBJECT), capacity=Look(14, bold=True), post=Look(14, bold=True),
        recipients=Look(12, bold=True, italic=True), columns=(38, 62),
    ),
}  # fmt: skip


def width(*, landscape: bool) -> int:
    """What is left between the margins, in millimetres."""
    return PAGE[1 if landscape else 0] - MARGINS["left"] - MARGINS["right"]


def number_line(regime: str, kind: str, code: str) -> str:
    """The letters behind the number: a hyphen and then a slash in the Union, the other way round in the state."""
    if regime == UNION:
        return f"-{kind}/{code}"
    return f"/{kind}-{code}" if kind != "CV" else f"/{code}"


def look_of_right(regime: Regime, place: int) -> Look:
    """How the line at this place of the top right is set; offices may have more lines than the regime."""
    return regime.right_looks[min(place, len(regime.right_looks) - 1)]
