"""A paper as the page from which its PDF is printed: the same blocks and figures as the DOCX, with the style of its regime."""

from __future__ import annotations

import base64
import io

from markupsafe import Markup
from markupsafe import escape

from survey.exports import measure
from survey.exports import regimes
from survey.exports.papers import Across
from survey.exports.papers import Bars
from survey.exports.papers import Block
from survey.exports.papers import Break
from survey.exports.papers import Code
from survey.exports.papers import Grid
from survey.exports.papers import Heading
from survey.exports.papers import Paper
from survey.exports.papers import Signature
from survey.exports.papers import Text
from survey.exports.papers import Words
from survey.exports.papers import runs
from survey.exports.regimes import Look
from survey.exports.regimes import Regime

WHOLE = 25  # bars of a chart that stands on one page
LONG_ROW = 900  # characters of a cell; a row with more may go on on the next page
_SHEET = """
@page{{size:{size};
 margin:{top}mm {right}mm {bottom}mm {left}mm;@top-center{{content:counter(page);font:{number}pt Tinos}}}}
@page:first{{@top-center{{content:none}}}}
html{{font:{body}pt/{line} Tinos,"Liberation Serif",serif;color:#000}}
body,p,table,td,th,div{{margin:0;padding:0}}
p{{orphans:2;widows:2}}
.two{{width:100%;border-collapse:collapse;table-layout:fixed}}
.two>tbody>tr>td{{vertical-align:top;text-align:center}}
.rule{{border-top:.75pt solid;height:0;margin:2pt auto 6pt}}
.draft{{border:.75pt solid;width:30mm;margin:6pt auto 0;padding:1pt 0}}
.kind{{text-align:center;margin-top:14pt}}
.about{{text-align:center;white-space:pre-line}}
.dashes{{text-align:center;margin-bottom:6pt}}
.to{{text-align:center;margin:10pt 0 6pt}}
.plain{{margin-top:0}}
h2{{font-size:{body}pt;margin:6pt 0 3pt;break-after:avoid}}
.t{{text-align:justify;text-indent:{indent}mm;margin-bottom:{after}pt;white-space:pre-line}}
.c{{text-align:center;text-indent:0}}
.g{{border-collapse:collapse;margin:3pt auto 6pt;table-layout:fixed;font-size:{table}pt}}
.g td,.g th{{border:.5pt solid;
 padding:2pt 1.9mm;vertical-align:top;text-align:left;white-space:pre-line;overflow-wrap:anywhere}}
.g th{{text-align:center;vertical-align:middle}}
.g .n{{text-align:right}}
.g .m{{text-align:center}}
.g tr{{break-inside:avoid}}
.g tr.long{{break-inside:auto}}
.g .a{{break-after:avoid}}
.g .a td{{background:#efefef;font-weight:700}}
.bars{{width:100%;border-collapse:collapse;font-size:{table}pt;margin-bottom:6pt}}
.bars td{{padding:1.5pt 3pt;vertical-align:middle}}
.bars .l{{width:38%;text-align:right}}
.bars .f{{width:12%}}
.bars svg{{width:100%;height:4.5mm;display:block}}
.bt{{font-size:{table}pt;font-weight:700;text-align:center;margin:4pt 0 2pt;break-after:avoid}}
.bars tr{{break-inside:avoid}}
.whole{{break-inside:avoid}}
.code{{text-align:center;margin:4pt 0;break-inside:avoid}}
.code img{{width:45mm}}
.code p{{font-size:{table}pt}}
.end{{margin-top:6pt;break-inside:avoid;break-before:avoid}}
.s{{height:22mm}}
.r{{text-align:left}}
.r p{{font-size:{recipients}pt}}
.gap{{background:#fff3a0}}
.red{{color:#c00000}}
.brk{{break-after:page}}
"""


def write(paper: Paper) -> str:
    """The whole page; only words of the paper are in it, and each is escaped."""
    regime = regimes.REGIMES[paper.regime]
    parts = [Markup() if paper.plain else _letterhead(paper, regime), _title(paper, regime)]
    parts += [_block(block) for block in paper.blocks]
    parts.append(_ending(paper, regime))
    head = Markup(
        '<html lang="vi"><meta charset="utf-8"><title>{}</title><meta name="author" content="{}"><style>'
    ).format(f"{paper.kind} {paper.about}".strip() or paper.subject, paper.issuer)
    return head + Markup(_sheet(paper)) + Markup("</style><body>") + Markup().join(parts) + Markup("</body></html>")  # noqa: S704


def _sheet(paper: Paper) -> str:
    """Numbers alone go into the style."""
    return _SHEET.format(
        size="A4 landscape" if paper.landscape else "A4", **regimes.MARGINS, number=regimes.NUMBER_OF_PAGE,
        body=regimes.BODY, line=regimes.LINE, indent=regimes.INDENT, after=regimes.AFTER, table=regimes.TABLE,
        recipients=regimes.RECIPIENTS,
    )  # fmt: skip


def _line(text: Words, look: Look, kind: str = "") -> Markup:
    words = Markup().join(_run(run.text, run.bold, run.italic, red=run.red, gap=run.gap) for run in runs(text))
    weight, slope = "bold" if look.bold else "normal", "italic" if look.italic else "normal"
    return Markup('<p class="{}" style="font-size:{}pt;font-weight:{};font-style:{}">{}</p>').format(
        kind, look.size, weight, slope, words
    )


def _run(text: str, bold: bool, italic: bool, *, red: bool, gap: bool) -> Markup:
    found = escape(text)
    for wanted, opened, closed in (
        (bold, "<b>", "</b>"), (italic, "<i>", "</i>"), (red, '<span class="red">', "</span>"),
        (gap, '<span class="gap">', "</span>"),
    ):  # fmt: skip
        if wanted:
            found = Markup(opened) + found + Markup(closed)  # noqa: S704 - tags of our own
    return found


def _words(text: Words) -> Markup:
    return Markup().join(_run(run.text, run.bold, run.italic, red=run.red, gap=run.gap) for run in runs(text))


def _rule(length: float) -> Markup:
    return Markup('<div class="rule" style="width:{:.1f}mm"></div>').format(length)


def _letterhead(paper: Paper, regime: Regime) -> Markup:
    room = regimes.width(landscape=paper.landscape)
    widths = [room * share / 100 for share in regime.columns]
    left = [_line(paper.superior.upper(), regime.superior)] if paper.superior else []
    left.append(_line(paper.issuer.upper(), regime.issuer))
    short = min(measure.millimetres(paper.issuer.upper(), regime.issuer.size), widths[0])
    left.append(_line("***", regime.issuer) if regime.stars else _rule(regimes.RULE * short))
    if paper.sign:
        left.append(_line(f"Số:\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0{paper.sign}", regime.number))
    if paper.subject:
        left.append(_line(paper.subject, regime.subject))
    if paper.draft:
        left.append(_line("DỰ THẢO", Look(regimes.DRAFT, bold=True), "draft"))
    lines = paper.right or regime.right
    right = [_line(text, regimes.look_of_right(regime, place)) for place, text in enumerate(lines)]
    last = measure.millimetres(lines[-1], regimes.look_of_right(regime, len(lines) - 1).size)
    right.append(_rule(min(last, widths[1])))
    space = "\u00a0" * 6
    right.append(_line(f"{paper.place}, ngày{space}tháng{space}năm{space}", regime.date))
    return _two(left, right, widths)


def _two(left: list[Markup], right: list[Markup], widths: list[float], kind: str = "two") -> Markup:
    cells = Markup().join(
        Markup('<td style="width:{:.1f}mm">{}</td>').format(width, Markup().join(parts))
        for width, parts in zip(widths, (left, right), strict=True)
    )
    return Markup('<table class="{}"><tbody><tr>{}</tr></tbody></table>').format(kind, cells)


def _title(paper: Paper, regime: Regime) -> Markup:
    parts = [_line(one, Look(regimes.BODY), "to") for one in paper.to]
    if paper.kind:
        parts.append(_line(paper.kind.upper(), regime.kind, "kind plain" if paper.plain else "kind"))
        parts.append(_line(paper.about, regime.about, "about"))
        room = regimes.width(landscape=paper.landscape)
        short = min(measure.millimetres(paper.about, regime.about.size), room)
        parts.append(_line("-------", Look(regimes.BODY), "dashes") if regime.dashes else _rule(regimes.RULE * short))
    return Markup().join(parts)


def _block(block: Block) -> Markup:
    if isinstance(block, Heading):
        return Markup("<h2>{}</h2>").format(block.text)
    if isinstance(block, Grid):
        return _grid(block)
    if isinstance(block, Bars):
        return _bars(block)
    if isinstance(block, Code):
        return _code(block)
    if isinstance(block, Break):
        return Markup('<div class="brk"></div>')
    return _text(block)


def _text(block: Text) -> Markup:
    words = _words(block.text)
    if block.italic:
        words = Markup("<i>{}</i>").format(words)
    return Markup('<p class="t{}">{}</p>').format(" c" if block.centred else "", words)


def _grid(grid: Grid) -> Markup:
    columns = Markup().join(Markup('<col style="width:{}mm">').format(width) for width in grid.widths)
    head = Markup().join(Markup("<th>{}</th>").format(text) for text in grid.head)
    rows = Markup().join(_row(grid, row) for row in grid.rows)
    return Markup(
        '<table class="g" style="width:{}mm"><colgroup>{}</colgroup><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(sum(grid.widths), columns, head, rows)


def _row(grid: Grid, row: tuple[Words, ...] | Across) -> Markup:
    if isinstance(row, Across):
        return Markup('<tr class="a"><td colspan="{}">{}</td></tr>').format(len(grid.head), row.text)
    cells = Markup().join(
        Markup('<td class="{}">{}</td>').format(
            "n" if at in grid.numbers else "m" if at in grid.centred else "", _words(text)
        )
        for at, text in enumerate(row)
    )
    long = any(sum(len(run.text) for run in runs(text)) > LONG_ROW for text in row)
    return Markup('<tr class="{}">{}</tr>').format("long" if long else "", cells)


def _bars(block: Bars) -> Markup:
    most = max((number for _label, number in block.bars), default=0) or 1
    rows = Markup().join(
        Markup(
            '<tr><td class="l">{}</td><td><svg viewBox="0 0 100 10" preserveAspectRatio="none"><rect width="{:.1f}" '
            'height="10" fill="#0f5ea8"/></svg></td><td class="f">{}</td></tr>'
        ).format(label, 100 * number / most, f"{number:,}".replace(",", "."))
        for label, number in block.bars
    )
    whole = "whole" if len(block.bars) <= WHOLE else ""
    return Markup('<div class="{}"><p class="bt">{}</p><table class="bars">{}</table></div>').format(
        whole, block.title, rows
    )


def _code(block: Code) -> Markup:
    import segno  # noqa: PLC0415 - few papers have one

    picture = io.BytesIO()
    segno.make(block.content, error="m", micro=False).save(picture, kind="png", scale=8, border=4)
    data = base64.b64encode(picture.getvalue()).decode()
    return Markup('<div class="code"><img src="data:image/png;base64,{}" alt=""><p>{}</p></div>').format(
        data, block.caption
    )


def _ending(paper: Paper, regime: Regime) -> Markup:
    if len(paper.signatures) == 1 and paper.recipients:
        room = regimes.width(landscape=paper.landscape)
        right = _signature(paper.signatures[0], regime)
        return _two([_recipients(paper.recipients, regime)], [right], [room * 0.45, room * 0.55], "two end")
    row = Markup()
    if paper.signatures:
        cells = Markup().join(Markup("<td>{}</td>").format(_signature(one, regime)) for one in paper.signatures)
        row = Markup('<table class="two end"><tbody><tr>{}</tr></tbody></table>').format(cells)
    return row + (_recipients(paper.recipients, regime) if paper.recipients else Markup())


def _signature(one: Signature, regime: Regime) -> Markup:
    post = _line(one.post, regime.post) if one.post else Markup()
    return (
        _line(one.capacity, regime.capacity)
        + post
        + Markup('<div class="s"></div>')
        + _line(one.name, Look(regimes.BODY, bold=True))
    )


def _recipients(recipients: tuple[str, ...], regime: Regime) -> Markup:
    rows = Markup().join(
        Markup("<p>- {}{}</p>").format(one, "." if place == len(recipients) else ";")
        for place, one in enumerate(recipients, start=1)
    )
    return Markup('<div class="r">{}{}</div>').format(_line("Nơi nhận:", regime.recipients), rows)
