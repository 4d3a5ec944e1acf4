"""Ranges and tables of ratings in XLSForm as our scales."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from survey.core.text import N_
from survey.core.text import clean_line
from survey.questionnaires.exchange.columns import Line
from survey.questionnaires.exchange.found import Reading
from survey.questionnaires.exchange.words import LOOKS
from survey.questionnaires.exchange.words import YES
from survey.questionnaires.exchange.words import plain_type
from survey.questionnaires.kinds import FEWEST_STEPS
from survey.questionnaires.kinds import MOST_STEPS
from survey.questionnaires.kinds.amount import number_of
from survey.questionnaires.kinds.amount import written

DASH = " – "
_NUMBER = N_(
    "Thang từ %(start)s đến %(end)s không phải thang điểm của chương trình (1 đến 2..10, hoặc 0 đến 10); đã nhập thành mục số."
)
_STEP = N_("Bước %(step)s của thang không giữ được: mọi số trong giới hạn đều được nhận.")
_MIDDLE = N_("Bảng thang điểm ở đây chỉ ghi tên mức thấp nhất và cao nhất; tên các mức giữa để lại.")
_HALF = N_("Trong bảng chỉ có vài dòng bắt buộc; ở đây cả bảng bắt buộc hoặc không. Đã nhập là không bắt buộc.")
_ROW_RULE = N_("Dòng của bảng có điều kiện hoặc giải thích riêng; ở đây chỉ cả bảng mới có. Phần ấy để lại.")
_PARAMETERS = N_("Tham số không dùng ở đây; đã bỏ qua.")
_LABELS = N_("Chỉ hai đầu của thang có tên; tên các mức giữa để lại.")
Item = tuple[str, dict[str, Any]]
Table = tuple[dict[str, Any], dict[str, str], bool]


def ranged(line: Line, lists: Mapping[str, Sequence[Line]], sheet: str, reading: Reading) -> Item | None:
    """A rating, a score from 0 to 10, or a number between bounds."""
    given = dict(
        pair.partition("=")[::2] for pair in line.get("parameters").replace(",", " ").replace(";", " ").split()
    )
    values = [_number(given.pop(name, default)) for name, default in (("start", "1"), ("end", "10"), ("step", "1"))]
    if None in values:
        reading.lose(
            sheet, line.row, N_("Không đọc được “start”, “end”, “step” ở cột “parameters”."), line.get("parameters")
        )
        return None
    start, end, step = (value or 0 for value in values)
    low, high = _ends(given.pop("tick_labelset", ""), (start, end), lists, line, sheet, reading)
    if given:
        reading.doubt(sheet, line.row, _PARAMETERS, " ".join(given))
    if line.get("appearance"):
        reading.doubt(sheet, line.row, LOOKS, line.get("appearance"))
    if step == 1 and (start, end) == (0, 10):
        return "score", {"low": low, "high": high}
    if step == 1 and start == 1 and end in range(FEWEST_STEPS, MOST_STEPS + 1):
        return "rating", {"steps": str(int(end)), "low": low, "high": high}
    reading.doubt(sheet, line.row, _NUMBER, line.get("label"), start=written(start), end=written(end))
    if step != 1:
        reading.doubt(sheet, line.row, _STEP, line.get("label"), step=written(step))
    decimals = any(isinstance(value, float) for value in (start, end, step))
    return "number", {"least": written(start), "greatest": written(end), "decimals": decimals}


def matrix(
    line: Line, inside: Sequence[Line], lists: Mapping[str, Sequence[Line]], sheet: str, reading: Reading
) -> Table | None:
    """The table of ratings that this group is: settings, names of its rows, required. None where it is none."""
    kinds = {" ".join(row.get("type").split()) for row in inside if not row.formulas}
    (kind,) = kinds if len(kinds) == 1 else ("",)
    steps = lists.get(kind.rpartition(" ")[2], ())
    alike = plain_type(kind.rpartition(" ")[0]) in {"select one", "select one from", "select1"}
    if (
        not alike
        or len(steps) not in range(FEWEST_STEPS, MOST_STEPS + 1)
        or any(row.formulas for row in [*inside, *steps])
    ):
        return None
    texts = [clean_line(row.get("label")) or row.get("name") for row in inside]
    if len({text.casefold() for text in texts}) < len(texts) or not line.get("label"):
        return None
    low, *middle, high = (end_of(number, clean_line(step.get("label"))) for number, step in enumerate(steps, 1))
    if any(middle):
        reading.doubt("choices", steps[1].row, _MIDDLE, ", ".join(filter(None, middle)))
    asked = [row.get("required").casefold() in YES for row in inside]
    if any(asked) and not all(asked):
        reading.doubt(sheet, line.row, _HALF, line.get("label"))
    for row in inside:
        if row.get("relevant") or row.get("hint") or row.get("constraint"):
            reading.lose(sheet, row.row, _ROW_RULE, row.get("relevant") or row.get("hint") or row.get("constraint"))
    settings = {"rows": texts, "steps": str(len(steps)), "low": low, "high": high}
    return settings, {row.get("name"): str(place) for place, row in enumerate(inside)}, all(asked)


def end_of(step: int, label: str) -> str:
    """The name of a step, as it stands behind its number; empty for the number alone."""
    return "" if label == str(step) else label.removeprefix(f"{step}{DASH}")


def _ends(
    name: str, ends: tuple[float, float], lists: Mapping[str, Sequence[Line]], line: Line, sheet: str, reading: Reading
) -> tuple[str, str]:
    labels = {_number(one.get("name")): clean_line(one.get("label")) for one in lists.get(name, ())}
    if name and not labels:
        reading.doubt(sheet, line.row, N_("Không có danh sách “%(list)s” ở trang “choices”."), name, list=name[:60])
    if set(labels) - set(ends):
        reading.doubt(sheet, line.row, _LABELS, ", ".join(label for at, label in labels.items() if at not in ends))
    return labels.get(ends[0], ""), labels.get(ends[1], "")


def _number(text: str) -> int | float | None:
    return number_of(text.strip().replace(".", ",")) if text.strip() else None
