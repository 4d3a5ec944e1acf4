"""A paper as DOCX, set as its regime says (`regimes`): A4, Times New Roman, header, blocks, who signs and who gets it.

Import it where a document is made: lxml is heavy, and most processes never write one.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.shared import Pt

from survey.exports import docx_blocks
from survey.exports import measure
from survey.exports import regimes
from survey.exports.docx_parts import columns
from survey.exports.docx_parts import line
from survey.exports.docx_parts import rule
from survey.exports.papers import Paper
from survey.exports.papers import Signature
from survey.exports.regimes import Look
from survey.exports.regimes import Regime

MIMETYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LONGEST_PROPERTY = 255  # characters
NO_TIME = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - the file says nothing of when it was made
# Named for Latin letters alone, another font would set the Vietnamese ones.
LETTERS = ("ascii", "hAnsi", "cs", "eastAsia")


def write(paper: Paper) -> bytes:
    """The file."""
    document, regime = docx.Document(), regimes.REGIMES[paper.regime]
    room = regimes.width(landscape=paper.landscape)
    _page(document, paper)
    if not paper.plain:
        _letterhead(document, paper, regime, room)
    _title(document, paper, regime, room)
    for block in paper.blocks:
        docx_blocks.add(document, block, room)
    if paper.signatures and paper.blocks:
        # Nobody signs a page on which nothing else stands.
        document.paragraphs[-1].paragraph_format.keep_with_next = True
    _ending(document, paper, regime, room)
    _properties(document, paper)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _properties(document: Document, paper: Paper) -> None:
    about = document.core_properties
    about.author = about.last_modified_by = paper.issuer[:LONGEST_PROPERTY]
    about.title, about.language = f"{paper.kind} {paper.about}".strip()[:LONGEST_PROPERTY], "vi-VN"
    about.created = about.modified = NO_TIME
    about.comments = ""


def _page(document: Document, paper: Paper) -> None:
    section = document.sections[0]
    sides = regimes.PAGE[::-1] if paper.landscape else regimes.PAGE
    section.orientation = WD_ORIENT.LANDSCAPE if paper.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(sides[0]), Mm(sides[1])
    for edge, width in regimes.MARGINS.items():
        setattr(section, f"{edge}_margin", Mm(width))
    section.header_distance = Mm(10)
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = regimes.FONT, Pt(regimes.BODY)
    for kind in LETTERS:
        style.element.rPr.rFonts.set(qn(f"w:{kind}"), regimes.FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")  # or a word processor underlines every word in red
    style.element.rPr.append(language)
    style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(regimes.AFTER), regimes.LINE
    _page_number(section)


def _page_number(section: Any) -> None:
    """From page 2, centred at the top."""
    section.different_first_page_header_footer = True
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = ALIGN.CENTER
    field, run, size, text = (OxmlElement(name) for name in ("w:fldSimple", "w:r", "w:rPr", "w:t"))
    field.set(qn("w:instr"), "PAGE")
    points = OxmlElement("w:sz")
    points.set(qn("w:val"), str(2 * regimes.NUMBER_OF_PAGE))
    size.append(points)
    text.text = "2"
    run.extend([size, text])
    field.append(run)
    paragraph._p.append(field)


def _letterhead(document: Document, paper: Paper, regime: Regime, room: int) -> None:
    widths = tuple(room * share / 100 for share in regime.columns)
    left, right = columns(document, widths)
    if paper.superior:
        _set(left, paper.superior.upper(), regime.superior)
    _set(left, paper.issuer.upper(), regime.issuer)
    if regime.stars:
        _set(left, "***", regime.issuer)
    else:
        _short_rule(left, paper.issuer.upper(), regime.issuer.size, widths[0])
    if paper.sign:
        _set(left, f"Số:        {paper.sign}", regime.number)
    if paper.subject:
        _set(left, paper.subject, regime.subject)
    if paper.draft:
        _set(left, "DỰ THẢO", Look(regimes.DRAFT, bold=True), before=6, frame=(widths[0] - 30) / 2)
    lines = paper.right or regime.right
    for place, text in enumerate(lines):
        _set(right, text, regimes.look_of_right(regime, place))
    last = measure.millimetres(lines[-1], regimes.look_of_right(regime, len(lines) - 1).size)
    rule(right, min(last, widths[1]), widths[1])
    _set(right, f"{paper.place}, ngày      tháng      năm", regime.date, before=4)


def _short_rule(where: Any, text: str, points: int, width: float) -> None:
    rule(where, regimes.RULE * min(measure.millimetres(text, points), width), width)


def _title(document: Document, paper: Paper, regime: Regime, room: int) -> None:
    for place, one in enumerate(paper.to):
        _set(document, one, Look(regimes.BODY), before=6 if place else 14, after=6)
    if not paper.kind:
        return
    _set(document, paper.kind.upper(), regime.kind, before=0 if paper.plain else 14)
    _set(document, paper.about, regime.about)
    if regime.dashes:
        _set(document, "-------", Look(regimes.BODY), after=6)
    else:
        _short_rule(document, paper.about, regime.about.size, room)


def _ending(document: Document, paper: Paper, regime: Regime, room: int) -> None:
    """One who signs stands to the right of the recipients; several stand in a row above them."""
    if len(paper.signatures) == 1 and paper.recipients:
        line(document, "", size=4, keep=True)
        left, right = columns(document, (room * 0.45, room * 0.55), keep=True)
        _recipients(left, paper.recipients, regime)
        _signature(right, paper.signatures[0], regime)
        _close(document)
        return
    if paper.signatures:
        line(document, "", size=4, keep=True)
        widest = max(len(one.capacity) for one in paper.signatures)
        shares = [widest + len(one.capacity) for one in paper.signatures]  # a long capacity stays on one line
        widths = tuple(room * share / sum(shares) for share in shares)
        for cell, one in zip(columns(document, widths, keep=True), paper.signatures, strict=True):
            _signature(cell, one, regime)
    if paper.recipients:
        _recipients(document, paper.recipients, regime)
    else:
        _close(document)


def _close(document: Document) -> None:
    """A word processor wants a paragraph behind the last table; this one takes no room."""
    line(document, "", size=1).paragraph_format.line_spacing = Pt(1)


def _signature(cell: Any, one: Signature, regime: Regime) -> None:
    _set(cell, one.capacity, regime.capacity)
    if one.post:
        _set(cell, one.post, regime.post)
    for _gap in range(3):
        line(cell, "", size=regimes.BODY)
    _set(cell, one.name, Look(regimes.BODY, bold=True))


def _recipients(where: Any, recipients: tuple[str, ...], regime: Regime) -> None:
    _set(where, "Nơi nhận:", regime.recipients, align=ALIGN.LEFT, before=6)
    for place, one in enumerate(recipients, start=1):
        text = f"- {one}{'.' if place == len(recipients) else ';'}"
        line(where, text, size=regimes.RECIPIENTS, align=ALIGN.LEFT)


def _set(where: Any, text: str, look: Look, **more: Any) -> None:
    line(where, text, size=look.size, bold=look.bold, italic=look.italic, **more)
