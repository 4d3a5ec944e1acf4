"""The blocks of a paper as DOCX: headings, paragraphs, tables, charts that stay charts, codes."""

from __future__ import annotations

import io
from typing import Any

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from survey.exports import docx_chart
from survey.exports import regimes
from survey.exports.docx_parts import line
from survey.exports.docx_parts import set_widths
from survey.exports.papers import Across
from survey.exports.papers import Bars
from survey.exports.papers import Block
from survey.exports.papers import Break
from survey.exports.papers import Code
from survey.exports.papers import Grid
from survey.exports.papers import Heading
from survey.exports.papers import Text
from survey.exports.papers import Words
from survey.exports.papers import plain

CODE = 45  # millimetres
LONG_ROW = 900  # characters of a cell; a row with more may go on on the next page


def add(document: Document, block: Block, room: int) -> None:
    """One block at the end of the document, which is `room` millimetres wide."""
    if isinstance(block, Heading):
        line(document, block.text, size=regimes.BODY, bold=True, align=ALIGN.LEFT, before=6, after=3, keep=True)
    elif isinstance(block, Grid):
        _grid(document, block)
    elif isinstance(block, Bars):
        line(document, block.title, size=regimes.TABLE, bold=True, before=4, after=2, keep=True)
        docx_chart.add(document, block, room)
    elif isinstance(block, Code):
        _code(document, block)
    elif isinstance(block, Break):
        document.add_page_break()  # type: ignore[no-untyped-call]  # python-docx leaves it untyped
    else:
        _text(document, block)


def _text(document: Document, block: Text) -> None:
    align = ALIGN.CENTER if block.centred else ALIGN.JUSTIFY
    how = {"size": regimes.BODY, "italic": block.italic, "align": align, "after": regimes.AFTER}
    paragraph = line(document, block.text, **how)  # type: ignore[arg-type]  # one dictionary of several types
    if not block.centred:
        paragraph.paragraph_format.first_line_indent = Mm(regimes.INDENT)


def _code(document: Document, block: Code) -> None:
    import segno  # noqa: PLC0415 - few papers have one

    picture = io.BytesIO()
    segno.make(block.content, error="m", micro=False).save(picture, kind="png", scale=8, border=4)
    paragraph = line(document, "", size=regimes.BODY, before=4, keep=True)
    picture.seek(0)
    paragraph.add_run().add_picture(picture, width=Mm(CODE))
    paragraph.paragraph_format.line_spacing = 1.0
    line(document, block.caption, size=regimes.TABLE, after=regimes.AFTER)


def _grid(document: Document, grid: Grid) -> None:
    table = document.add_table(rows=0, cols=len(grid.head))
    table.style, table.autofit, table.alignment = "Table Grid", False, WD_TABLE_ALIGNMENT.CENTER
    set_widths(table, grid.widths)
    head = _row(table, grid, grid.head, head=True)
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row in grid.rows:
        if isinstance(row, Across):
            _across(table, grid, row)
        else:
            _row(table, grid, row)
    line(document, "", size=4)


def _row(table: Any, grid: Grid, words: tuple[Words, ...], *, head: bool = False) -> Any:
    row = table.add_row()
    if max(len(plain(text)) for text in words) <= LONG_ROW:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for place, (cell, text) in enumerate(zip(row.cells, words, strict=True)):
        cell.width = Mm(grid.widths[place])
        if head:
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        align = ALIGN.CENTER if head or place in grid.centred else ALIGN.RIGHT if place in grid.numbers else ALIGN.LEFT
        line(cell, text, size=regimes.TABLE, bold=head, align=align, after=2, before=2)
    return row


def _across(table: Any, grid: Grid, row: Across) -> None:
    added = table.add_row()
    added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    cell = added.cells[0].merge(added.cells[-1])
    cell.width = Mm(sum(grid.widths))
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", "EFEFEF")):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)
    for extra in cell.paragraphs[1:]:
        extra._p.getparent().remove(extra._p)
    line(cell, row.text, size=regimes.TABLE, bold=True, align=ALIGN.LEFT, after=2, before=2, keep=True)
