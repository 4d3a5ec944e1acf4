"""A chart that a word processor knows as a chart: bars with their figures, drawn from numbers and not from a picture."""

from __future__ import annotations

from xml.sax.saxutils import escape

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Mm

from survey.exports.docx_parts import line
from survey.exports.papers import Bars

MIMETYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
BAR, REST, TALLEST = 9, 10, 220  # millimetres of height: for one bar, for what is around them, at most
BLUE = "0F5EA8"
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def add(document: Document, bars: Bars, room: int) -> None:
    """The chart in a paragraph of its own."""
    package = document.part.package
    number = 1 + sum(part.content_type == MIMETYPE for part in package.iter_parts())
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), MIMETYPE, _chart(bars).encode(), package)
    relation = document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    tall = min(REST + BAR * len(bars.bars), TALLEST)
    paragraph = line(document, "", size=12, after=6)
    paragraph.paragraph_format.line_spacing = 1.0
    paragraph._p.append(parse_xml(_frame(relation, number, bars.title, Mm(room - 10), Mm(tall))))


def _frame(relation: str, number: int, title: str, wide: int, tall: int) -> str:
    name = escape(title, {'"': "&quot;"})
    return (
        f'<w:r xmlns:w="{_W}" xmlns:wp="{_WP}" xmlns:a="{_A}" xmlns:c="{_C}" xmlns:r="{_R}"><w:drawing>'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{tall}"/>'
        f'<wp:docPr id="{1000 + number}" name="Biểu đồ {number}" descr="{name}"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{_C}"><c:chart r:id="{relation}"/></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )


def _chart(bars: Bars) -> str:
    """Categories and values as literals: there is no workbook behind it that could hold more than is shown."""
    words = "".join(f'<c:pt idx="{at}"><c:v>{escape(label)}</c:v></c:pt>' for at, (label, _n) in enumerate(bars.bars))
    figures = "".join(f'<c:pt idx="{at}"><c:v>{number}</c:v></c:pt>' for at, (_l, number) in enumerate(bars.bars))
    count = f'<c:ptCount val="{len(bars.bars)}"/>'
    font = (
        '<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1000"><a:latin typeface="Times New Roman"/>'
        '</a:defRPr></a:pPr><a:endParaRPr lang="vi-VN"/></a:p></c:txPr>'
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace xmlns:c="{_C}" xmlns:a="{_A}" '
        f'xmlns:r="{_R}"><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        '<c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/><c:ser><c:idx val="0"/>'
        f'<c:order val="0"/><c:spPr><a:solidFill><a:srgbClr val="{BLUE}"/></a:solidFill></c:spPr>'
        '<c:invertIfNegative val="0"/><c:dLbls><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/>'
        '<c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>'
        f"<c:cat><c:strLit>{count}{words}</c:strLit></c:cat>"
        f"<c:val><c:numLit><c:formatCode>#,##0</c:formatCode>{count}{figures}</c:numLit></c:val></c:ser>"
        '<c:gapWidth val="40"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        '<c:crossAx val="2"/></c:catAx><c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/>'
        '<c:min val="0"/></c:scaling><c:delete val="1"/><c:axPos val="t"/><c:majorTickMark val="none"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="none"/><c:crossAx val="1"/></c:valAx></c:plotArea>'
        f'<c:plotVisOnly val="1"/></c:chart>{font}</c:chartSpace>'
    )
