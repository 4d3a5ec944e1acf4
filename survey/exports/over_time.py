"""Support over time as rows: at steps of five minutes, and a figure only where it has moved by five."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from sqlalchemy.orm import Session

from survey.core.clock import COARSE
from survey.core.text import N_
from survey.dialogues import rehearsing
from survey.dialogues.models import Dialogue
from survey.exports.tables import Cell
from survey.exports.tables import Chart
from survey.exports.tables import Column
from survey.exports.tables import Report
from survey.exports.tables import Table
from survey.questions import queries as questions
from survey.questions import sampling
from survey.questions.queries import Standing
from survey.questions.sampling import Sample

TITLE = N_("Lượt ủng hộ theo thời gian")
FEW = N_(
    "Mỗi dòng là một lần một câu đã đổi ít nhất năm lượt; lượt ủng hộ tròn xuống bội của 5, giờ theo từng năm phút."
)
BEST = N_("Những câu đứng đầu, theo từng năm phút")
NONE = N_("Chưa câu nào đủ năm lượt ủng hộ trong giờ hội trường mở, nên chưa có dòng nào.")
CHARTED = 10  # questions that get a column and a line of the chart
LONGEST = dt.timedelta(days=1)  # of a hall; one that was forgotten open draws no more steps than that
_ROWS = (
    Column("at", N_("Lúc (từng năm phút)"), "time", 18), Column("number", N_("Câu số"), "int", 8),
    Column("body", N_("Nội dung câu hỏi"), "text", 64), Column("supporters", N_("Lượt ủng hộ, ít nhất"), "int", 12),
)  # fmt: skip


def report(session: Session, dialogue: Dialogue) -> Report:
    """Every move of five, and the best questions side by side for the chart."""
    samples = sampling.of_dialogue(session, dialogue.id)
    bodies = {
        row.id: row.body for row in questions.some(session, dialogue.id, sorted({s.question_id for s in samples}))
    }
    rows = tuple((one.at, one.number, bodies[one.question_id], one.supporters) for one in samples)
    moves = Table("supporters", TITLE, _ROWS, rows, (FEW,) if rows else (FEW, NONE))
    best = questions.standing(session, dialogue.id)[:CHARTED]
    tables = (moves, *_beside(samples, best))
    return Report("supporters", TITLE, dialogue.code, rehearsing.marked(dialogue), tables)


def _beside(samples: list[Sample], best: list[Standing]) -> tuple[Table, ...]:
    """The best questions in columns, a row for each step; nothing where none of them has moved."""
    moved: dict[str, dict[dt.datetime, int]] = defaultdict(dict)
    for one in samples:
        moved[one.question_id][one.at] = one.supporters
    shown = [place for place in best if place.id in moved]
    if not shown:
        return ()
    last = dict.fromkeys((place.id for place in shown), 0)
    rows: list[tuple[Cell, ...]] = []
    for at in _steps(samples):
        last = {one: moved[one].get(at, count) for one, count in last.items()}
        rows.append((at, *last.values()))
    names = tuple(f"q{place.number}" for place in shown)
    columns = tuple(Column(name, f"Câu {place.number}", "int", 9) for name, place in zip(names, shown, strict=True))
    chart = Chart(TITLE, "at", names[0], 0, len(rows) - 1, kind="line", more=names[1:])
    return (Table("supporters_best", BEST, (_ROWS[0], *columns), tuple(rows), (FEW,), (chart,)),)


def _steps(samples: list[Sample]) -> list[dt.datetime]:
    """From one step before the first move to the last one; a break of more than a day is left out."""
    found = sorted({one.at for one in samples})
    steps = [found[0] - COARSE, found[0]]
    for at in found[1:]:
        if at - steps[-1] <= LONGEST:
            while steps[-1] + COARSE < at:
                steps.append(steps[-1] + COARSE)
        steps.append(at)
    return steps
