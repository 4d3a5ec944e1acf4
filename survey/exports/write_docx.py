"""A paper as DOCX, as the Youth Union's guidance 29-HD/TWĐTN-VP sets its documents: A4, Times New Roman, no Quốc hiệu.

Import it where a document is made: lxml is heavy, and most processes never write one.
"""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.shared import Pt

from survey.exports.papers import Block
from survey.exports.papers import Grid
from survey.exports.papers import Heading
from survey.exports.papers import Paper
from survey.exports.papers import Signature

MIMETYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "Times New Roman"
LONGEST_PROPERTY = 255  # characters
BODY, SMALL, TABLE = 14, 11, 12  # points
PAGE, MARGINS = (210, 297), {"top": 20, "bottom": 20, "left": 30, "right": 20}  # millimetres
WIDTH = PAGE[0] - MARGINS["left"] - MARGINS["right"]
# Named for Latin letters alone, another font would set the Vietnamese ones.
LETTERS = ("ascii", "hAnsi", "cs", "eastAsia")


def write(paper: Paper) -> bytes:
    """The file."""
    document = docx.Document()
    _page(document)
    _letterhead(document, paper)
    _title(document, paper)
    for block in paper.blocks:
        _block(document, block)
    _signatures(document, paper.signatures)
    _recipients(document, paper.recipients)
    document.core_properties.author = paper.issuer[:LONGEST_PROPERTY]
    document.core_properties.title = f"{paper.kind} {paper.about}"[:LONGEST_PROPERTY]
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
    for edge, width in MARGINS.items():
        setattr(section, f"{edge}_margin", Mm(width))
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(BODY)
    for kind in LETTERS:
        style.element.rPr.rFonts.set(qn(f"w:{kind}"), FONT)
    style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(6), 1.1
    _page_number(section)


def _page_number(section: Any) -> None:
    """From page 2, centred at the top."""
    section.different_first_page_header_footer = True
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = ALIGN.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _letterhead(document: Document, paper: Paper) -> None:
    left, right = _columns(document, (70, WIDTH - 70))
    if paper.superior:
        _line(left, paper.superior.upper(), size=BODY)
    _line(left, paper.issuer.upper(), size=BODY, bold=True)
    _line(left, "***", size=BODY)
    _line(left, f"Số:        {paper.sign}", size=BODY)
    _line(right, "ĐOÀN TNCS HỒ CHÍ MINH", size=15, bold=True, rule=True)
    _line(right, f"{paper.place}, ngày      tháng      năm", size=13, italic=True)
    for cell in (left, right):
        _drop_first(cell)


def _title(document: Document, paper: Paper) -> None:
    _line(document, paper.kind.upper(), size=16, bold=True, before=12)
    _line(document, paper.about, size=BODY, bold=True)
    _line(document, "-------", size=BODY, after=6)


def _block(document: Document, block: Block) -> None:
    if isinstance(block, Heading):
        _line(document, block.text, size=BODY, bold=True, align=ALIGN.LEFT, before=6, keep=True)
    elif isinstance(block, Grid):
        _grid(document, block)
    else:
        paragraph = _line(document, block.text, size=BODY, italic=block.italic, align=ALIGN.JUSTIFY, after=4)
        paragraph.paragraph_format.first_line_indent = Mm(12.7)


def _grid(document: Document, grid: Grid) -> None:
    table = document.add_table(rows=0, cols=len(grid.head))
    table.style, table.autofit = "Table Grid", False
    _set_widths(table, grid.widths)
    for number, row in enumerate((grid.head, *grid.rows)):
        added = table.add_row()
        added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        cells = added.cells
        for place, (cell, text) in enumerate(zip(cells, row, strict=True)):
            cell.width = Mm(grid.widths[place])
            align = ALIGN.CENTER if not number else ALIGN.RIGHT if place in grid.numbers else ALIGN.LEFT
            _line(cell, text, size=TABLE, bold=not number, align=align, after=2, before=2)
            _drop_first(cell)
    _repeat_head(table.rows[0])
    _line(document, "", size=4, after=0)


def _signatures(document: Document, signatures: tuple[Signature, ...]) -> None:
    if not signatures:
        return
    _line(document, "", size=4)
    widest = max(len(one.capacity) for one in signatures)
    shares = [widest + len(one.capacity) for one in signatures]  # a long capacity stays on one line
    cells = _columns(document, tuple(WIDTH * share // sum(shares) for share in shares))
    for cell, one in zip(cells, signatures, strict=True):
        _line(cell, one.capacity, size=BODY, bold=True, keep=True)
        if one.post:
            _line(cell, one.post, size=BODY, keep=True)
        for _gap in range(3):
            _line(cell, "", size=BODY, keep=True)
        _line(cell, one.name, size=BODY, bold=True)
        _drop_first(cell)


def _recipients(document: Document, recipients: tuple[str, ...]) -> None:
    if not recipients:
        return
    _line(document, "Nơi nhận:", size=13, bold=True, align=ALIGN.LEFT, before=6)
    for place, one in enumerate(recipients, start=1):
        _line(document, f"- {one}{'.' if place == len(recipients) else ';'}", size=SMALL, align=ALIGN.LEFT)


def _columns(document: Document, widths: tuple[int, ...]) -> Any:
    """Cells side by side without a rule."""
    table = document.add_table(rows=1, cols=len(widths))
    table.autofit = False
    _set_widths(table, widths)
    for cell, width in zip(table.rows[0].cells, widths, strict=True):
        cell.width = Mm(width)
    return table.rows[0].cells


def _set_widths(table: Any, widths: tuple[int, ...]) -> None:
    """Of the columns, which some programs go by; others go by the cells."""
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)


def _line(
    where: Any, text: str, *, size: float, bold: bool = False, italic: bool = False, align: ALIGN = ALIGN.CENTER, before: int = 0,
    after: int = 0, keep: bool = False, rule: bool = False,
) -> Any:  # fmt: skip
    paragraph = where.add_paragraph()
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    paragraph.alignment = align
    how = paragraph.paragraph_format
    how.space_before, how.space_after, how.keep_with_next = Pt(before), Pt(after), keep
    if rule:
        run.font.underline = True
    return paragraph


def _drop_first(cell: Any) -> None:
    """A new cell holds an empty paragraph that nobody asked for."""
    first = cell.paragraphs[0]
    if not first.text and len(cell.paragraphs) > 1:
        first._p.getparent().remove(first._p)


def _repeat_head(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
