"""A list of the choices sheet as options: named, different, with what each is called in the file."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from survey.core.text import N_
from survey.core.text import clean_line
from survey.core.text import fold
from survey.questionnaires.exchange.columns import Line
from survey.questionnaires.exchange.columns import formulas
from survey.questionnaires.exchange.found import Reading
from survey.questionnaires.kinds.base import OTHER

CHOICES = "choices"
_NO_LIST = N_("Không có danh sách “%(list)s” ở trang “choices”.")
_NO_NAME = N_("Lựa chọn này không có tên ở cột “name”; vẫn nhập, nhưng không điều kiện nào hỏi đến được.")
_NO_LABEL = N_("Lựa chọn này không có chữ ở cột “label”; đã lấy tên của nó.")
_SAME_LABEL = N_("Trùng chữ với lựa chọn ở trên trong cùng danh sách; đã gộp làm một.")
_SAME_NAME = N_("Tên “%(name)s” đã dùng trong danh sách này; điều kiện hỏi đến tên ấy được hiểu là lựa chọn ở trên.")
_OWN_OTHER = N_("“or_other” ở đây luôn hiện là “Khác”, có ô ghi rõ.")
_YES_OR_NO = ({"yes": "co", "no": "khong"}, {"yes": "yes", "no": "no"}, {"co": "co", "khong": "khong"})


@dataclass(slots=True)
class Options:
    """Options of one item; `names`: the file's name of each and its place, counted from 0."""

    texts: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    other: bool = False

    def is_yes_or_no(self) -> bool:
        """Whether this is the list of yes and no, in this order."""
        folded = {name.casefold(): fold(self.texts[int(place)]) for name, place in self.names.items()}
        return list(self.names.values()) == ["0", "1"] and folded in _YES_OR_NO


def options(
    lists: Mapping[str, Sequence[Line]], name: str, line: Line, sheet: str, reading: Reading, *, other: bool
) -> Options | None:
    """The options of the list; None, and a complaint at the item's row, where there is no such list."""
    if name not in lists:
        reading.lose(sheet, line.row, _NO_LIST, line.get("label"), list=name[:60])
        return None
    found, seen = Options(other=other), dict[str, str]()
    for one in lists[name]:
        if one.formulas:
            if not any((c.sheet, c.row) == (CHOICES, one.row) for c in reading.complaints):
                formulas(CHOICES, one, reading)
            continue
        label, own = clean_line(one.get("label")) or clean_line(one.get("name")), one.get("name")
        if other and own == OTHER:
            if fold(label) not in {"khac", "other"}:
                _say(reading, one, _OWN_OTHER, label)
            continue
        if not label:
            continue
        if label.casefold() in seen:
            _say(reading, one, _SAME_LABEL, label)
            found.names.setdefault(own, seen[label.casefold()])
            continue
        _wonder(reading, one, found, label)
        seen[label.casefold()] = place = str(len(found.texts))
        found.texts.append(label)
        if own:
            found.names.setdefault(own, place)
    return found


def _wonder(reading: Reading, one: Line, found: Options, label: str) -> None:
    own = one.get("name")
    if not own:
        _say(reading, one, _NO_NAME, label)
    elif own in found.names:
        _say(reading, one, _SAME_NAME, label, name=own[:60])
    if not one.get("label"):
        _say(reading, one, _NO_LABEL, own)


def _say(reading: Reading, one: Line, message: str, value: str, **says: str) -> None:
    """Once for each row, however many items use its list."""
    if not any((c.sheet, c.row, c.message) == (CHOICES, one.row, message) for c in reading.complaints):
        reading.doubt(CHOICES, one.row, message, value, **says)
