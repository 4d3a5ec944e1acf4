"""The smallest parts of a DOCX: a line, a drawn rule, cells side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.shared import Pt
from docx.shared import RGBColor

from survey.exports.papers import Words
from survey.exports.papers import runs

RED = RGBColor(0xC0, 0x00, 0x00)


def line(
    where: Any, text: Words, *, size: float, bold: bool = False, italic: bool = False, align: ALIGN = ALIGN.CENTER,
    before: float = 0, after: float = 0, keep: bool = False, frame: float | None = None,
) -> Any:  # fmt: skip
    """One paragraph. `frame` draws a box around it, indented by so many millimetres on both sides."""
    paragraph = where.add_paragraph()
    for one in runs(text):
        run = paragraph.add_run(one.text)
        run.bold, run.italic, run.font.size = bold or one.bold, italic or one.italic, Pt(size)
        if one.red:
            run.font.color.rgb = RED
        if one.gap:
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
    if not text:
        _mark(paragraph, size)
    paragraph.alignment = align
    how = paragraph.paragraph_format
    how.space_before, how.space_after = Pt(before), Pt(after)
    if keep:
        how.keep_with_next = True
    if frame is not None:
        how.left_indent = how.right_indent = Mm(frame)
        _border(paragraph, "top", "left", "bottom", "right")
    drop_first(where)
    return paragraph


def rule(where: Any, length: float, room: float) -> None:
    """A drawn line of this length in the middle of `room`, in millimetres."""
    paragraph = where.add_paragraph()
    how = paragraph.paragraph_format
    how.left_indent = how.right_indent = Mm(max(0.0, (room - length) / 2))
    how.space_before, how.space_after, how.line_spacing = Pt(1), Pt(2), Pt(2)
    _border(paragraph, "top")


def _mark(paragraph: Any, size: float) -> None:
    """An empty line is as tall as its mark."""
    looks, points = OxmlElement("w:rPr"), OxmlElement("w:sz")
    points.set(qn("w:val"), str(round(2 * size)))
    looks.append(points)
    paragraph._p.get_or_add_pPr().append(looks)


def _border(paragraph: Any, *edges: str) -> None:
    borders = OxmlElement("w:pBdr")
    for edge in edges:
        one = OxmlElement(f"w:{edge}")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
            one.set(qn(f"w:{name}"), value)
        borders.append(one)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def columns(document: Any, widths: Sequence[float], *, keep: bool = False) -> Any:
    """Cells side by side without a rule and without room at their sides; `keep` them on one page."""
    table = document.add_table(rows=1, cols=len(widths))
    table.autofit = False
    margins = OxmlElement("w:tblCellMar")
    for edge in ("left", "right"):
        one = OxmlElement(f"w:{edge}")
        one.set(qn("w:w"), "0")
        one.set(qn("w:type"), "dxa")
        margins.append(one)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")
    set_widths(table, widths)
    if keep:
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    cells = table.rows[0].cells
    for cell, width in zip(cells, widths, strict=True):
        cell.width = Mm(width)
    return cells


def set_widths(table: Any, widths: Sequence[float]) -> None:
    """Of the columns, which some programs go by; others go by the cells."""
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)


def drop_first(where: Any) -> None:
    """A new cell holds an empty paragraph that nobody asked for."""
    found: list[Any] = list(where.paragraphs) if hasattr(where, "_tc") else []
    if len(found) == 2 and not found[0].text and not found[0].paragraph_format.left_indent:
        found[0]._p.getparent().remove(found[0]._p)
