"""The tables that lie on paper: all opinions by topic, what has to be done, the ranked list, and the letters "
"of reminder."""

from __future__ import annotations

from survey.exports.paper_making import frame
from survey.exports.paper_words import bold
from survey.exports.paper_words import counted
from survey.exports.paper_words import counts
from survey.exports.paper_words import held_on
from survey.exports.paper_words import helps
from survey.exports.paper_words import leads
from survey.exports.paper_words import number
from survey.exports.paper_words import outcome
from survey.exports.paper_words import roman
from survey.exports.paper_words import short_day
from survey.exports.paper_words import state
from survey.exports.paper_words import theme
from survey.exports.paper_words import until
from survey.exports.papers import DOTS
from survey.exports.papers import Across
from survey.exports.papers import Block
from survey.exports.papers import Grid
from survey.exports.papers import Paper
from survey.exports.papers import Run
from survey.exports.papers import Text
from survey.exports.papers import Words
from survey.exports.papers import gap
from survey.exports.queries import STATES
from survey.exports.scene import Scene
from survey.followups.recommended import Recommended
from survey.followups.steps import ANSWERING
from survey.followups.steps import State as Step
from survey.questions.queries import Row
from survey.questions.state import State

SUMMARY = ("TT", "Nội dung ý kiến, kiến nghị", "Đơn vị có ý kiến", "Lượt ủng hộ", "Nội dung trả lời, tiếp thu",
           "Đơn vị chịu trách nhiệm", "Thời hạn")  # fmt: skip
TRACKING = ("TT", "Kiến nghị", "Nguồn (câu số)", "Đơn vị chủ trì", "Phối hợp", "Thời hạn", "Trạng thái",
            "Kết quả, văn bản trả lời (số, ngày)", "Ghi chú")  # fmt: skip
_NONE = "Chưa có câu hỏi hay kiến nghị nào."


def summary(scene: Scene) -> Paper:
    """*Bảng tổng hợp ý kiến, kiến nghị*: by topic, with a line of totals."""
    rows: list[tuple[Words, ...] | Across] = []
    place = 0
    for part, (topic, asked, todo) in enumerate(scene.by_topic(), start=1):
        rows.append(Across(f"{roman(part)}. {topic} ({number(len(asked))} câu)"))
        for row in asked:
            place += 1
            rows.append(_asked(scene, place, row))
        for one in (one for one in todo if not one.questions):
            place += 1
            rows.append((str(place), one.body, "", "", outcome(one), (leads(one),), (until(one),)))
    total = sum(row.supporters for row in scene.board)
    answered, handed = counts(scene)[2:]
    rows.append(
        tuple(bold(text) for text in ("", f"Tổng cộng: {number(len(scene.board))} câu", "", number(total),
              f"Trả lời trực tiếp {number(answered)}; chuyển đơn vị, bằng văn bản {number(handed)}",
              f"{number(len(scene.recommended))} kiến nghị", ""))
    )  # fmt: skip
    grid = Grid(SUMMARY, tuple(rows), (10, 70, 27, 16, 68, 31, 25), (3,), (0, 6))
    about = f"tại {theme(scene)}, {held_on(scene.dialogue)}"
    blocks: list[Block] = (
        [Text(f"{counted(scene)}."), grid] if scene.board or scene.recommended else [Text(_NONE), grid]
    )
    return frame(scene, "summary", "Bảng tổng hợp ý kiến, kiến nghị", about, blocks, landscape=True)


def _asked(scene: Scene, place: int, row: Row) -> tuple[Words, ...]:
    todo = scene.of_question(row)
    answer: Words = row.note or "\n".join(filter(None, (outcome(one) for one in todo)))
    if not answer:
        answer = (gap("nội dung trả lời"),)
    units = (
        _joined([leads(one) for one in todo])
        if todo
        else ("" if row.state == State.ANSWERED else (gap("đơn vị trả lời"),))
    )
    days = _joined([until(one) for one in todo]) if todo else ""
    return (str(place), row.body, scene.asker(row), number(row.supporters), answer, units, days)


def _joined(parts: list[Run]) -> tuple[Run, ...]:
    """Each once, one a line."""
    different = list(dict.fromkeys(parts))
    return tuple(part for place, one in enumerate(different) for part in ((Run("\n"), one) if place else (one,)))


def tracking(scene: Scene) -> Paper:
    """*Bảng theo dõi kiến nghị*: who does what by when; overdue rows in red."""
    rows: tuple[tuple[Words, ...], ...] = tuple(
        _followed(place, one) for place, one in enumerate(scene.recommended, start=1)
    )
    grid = Grid(TRACKING, rows, (10, 60, 18, 30, 26, 26, 26, 34, 17), (), (0, 2, 5))
    late = len(scene.overdue())
    said = (
        f"Tổng số {number(len(rows))} kiến nghị; {_done(scene)}; quá hạn {number(late)}. "
        f"Số liệu đến ngày {short_day(scene.today)}."
    )
    about = f"sau {theme(scene)}, {held_on(scene.dialogue)}"
    blocks: list[Block] = [Text(said if rows else "Chưa có kiến nghị nào được giao."), grid]
    return frame(scene, "tracking", "Bảng theo dõi kiến nghị", about, blocks, landscape=True)


def _done(scene: Scene) -> str:
    """What is no longer owed: what was answered, and beside it, where there is any, what was not."""
    answered = sum(one.state in ANSWERING for one in scene.recommended)
    said = [f"đã trả lời, giải quyết {number(answered)}"]
    for state_, words in ((Step.PASSED_UP, "chuyển cấp trên"), (Step.REFUSED, "không chấp nhận")):
        found = sum(one.state == state_ for one in scene.recommended)
        said += [f"{words} {number(found)}"] if found else []
    return "; ".join(said)


def _followed(place: int, one: Recommended) -> tuple[Words, ...]:
    source = ", ".join(str(question.number) for question in one.questions if question.number)
    row: tuple[Words, ...] = (
        str(place), one.body, source, (leads(one),), helps(one), (until(one),), state(one), outcome(one), "",
    )  # fmt: skip
    if not one.overdue:
        return row
    return tuple(
        (Run(text, bold=True, red=True),) if isinstance(text, str)
        else tuple(Run(run.text, bold=True, red=True, gap=run.gap) for run in text)
        for text in row
    )  # fmt: skip


def ranking(scene: Scene) -> Paper:
    """The ranked questions, for the leader to read on paper: what waits first, with room for notes."""
    waiting = [row for row in scene.board if row.state in {State.APPROVED, State.ANSWERING}]
    done = [row for row in scene.board if row not in waiting]
    rows: list[tuple[Words, ...] | Across] = [_ranked(place, row) for place, row in enumerate(waiting, start=1)]
    if done:
        rows.append(Across("Đã trả lời, hoặc trả lời bằng văn bản"))
        rows += [_ranked(len(waiting) + place, row) for place, row in enumerate(done, start=1)]
    head = ("TT", "Câu hỏi", "Nhóm vấn đề", "Lượt ủng hộ", "Ghi chú")
    grid = Grid(head, tuple(rows), (10, 78, 28, 16, 28), (3,), (0,))
    about = f"{theme(scene)}, {held_on(scene.dialogue)}"
    said = "Xếp theo thứ tự trên bảng của hội trường. Tài liệu phục vụ người chủ trì."
    return frame(scene, "ranking", "Danh sách câu hỏi xếp hạng", about, [Text(said if rows else _NONE), grid])


def _ranked(place: int, row: Row) -> tuple[Words, ...]:
    words = f"{row.body} (câu {row.number})" if row.number else row.body
    remark = "" if row.state == State.APPROVED else STATES[row.state]
    return (str(place), words, row.topic or "", number(row.supporters), remark)


def reminder(scene: Scene, unit_id: str) -> Paper:
    """*Công văn đôn đốc* to a unit with something overdue."""
    mine = [one for one in scene.overdue() if one.unit_id == unit_id]
    unit = mine[0].unit
    rows: tuple[tuple[Words, ...], ...] = tuple(
        (str(place), f"{one.body} (kiến nghị {one.number})", short_day(one.due),
         number((scene.today - (one.due or scene.today)).days),
         state(one))
        for place, one in enumerate(mine, start=1)
    )  # fmt: skip
    grid = Grid(
        ("TT", "Kiến nghị", "Thời hạn", "Số ngày quá hạn", "Trạng thái"), rows, (10, 76, 26, 18, 30), (3,), (0, 2)
    )
    blocks: list[Block] = [
        Text(f"Tại {theme(scene)}, {held_on(scene.dialogue)}, {unit} được giao giải quyết, trả lời kiến nghị "
             "của đoàn viên, "
             f"thanh niên. Đến ngày {short_day(scene.today)}, {number(len(mine))} kiến nghị sau đã quá thời hạn:"),
        grid,
        Text(f"Đề nghị {unit} khẩn trương giải quyết, trả lời và báo cáo kết quả (nêu số, ngày văn bản trả lời) "
             "trước ngày "
             f"{DOTS[:14]}; việc nào chưa làm được, nêu rõ lý do và thời hạn mới./."),
    ]  # fmt: skip
    subject = "V/v đôn đốc giải quyết kiến nghị sau đối thoại"
    to = (f"Kính gửi: {unit}",)
    return frame(scene, "reminder", "", "", blocks, sign="CV", subject=subject, to=to)
