"""The rows of an XLSForm's survey sheet as items: types, groups, options, bounds. What has no place here is said by row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.questionnaires.exchange.bounds import bounds
from survey.questionnaires.exchange.columns import OURS
from survey.questionnaires.exchange.columns import Form
from survey.questionnaires.exchange.columns import Line
from survey.questionnaires.exchange.columns import by_list
from survey.questionnaires.exchange.columns import formulas
from survey.questionnaires.exchange.found import Draft
from survey.questionnaires.exchange.found import Reading
from survey.questionnaires.exchange.options import options as options_of
from survey.questionnaires.exchange.scales import matrix
from survey.questionnaires.exchange.scales import ranged
from survey.questionnaires.exchange.words import ASIDE
from survey.questionnaires.exchange.words import LOOKS
from survey.questionnaires.exchange.words import NO
from survey.questionnaires.exchange.words import OUTSIDE
from survey.questionnaires.exchange.words import PLAIN
from survey.questionnaires.exchange.words import UNSUPPORTED
from survey.questionnaires.exchange.words import YES
from survey.questionnaires.exchange.words import plain_type
from survey.questionnaires.kinds import KINDS

_SELECT = re.compile(
    r"(?:add )?(?P<many>select[_ ]one(?: from| prompt using)?|select1|select[_ ]multiple(?: prompt using)?"
    r"|select all that apply(?: from)?|rank) (?P<list>\S+)(?P<other> or[_ ](?:other|specify other))?",
    re.IGNORECASE,
)
_UNKNOWN = N_("Không có loại “%(type)s” ở đây.")
_REPEATED = N_("Nằm trong nhóm lặp; phiếu ở đây hỏi mỗi mục một lần.")
_TWICE = N_("Tên “%(name)s” đã dùng ở dòng %(first)s; điều kiện hỏi đến tên ấy được hiểu là hỏi dòng %(first)s.")
_NAMELESS = N_("Dòng này không có tên ở cột “name”; vẫn nhập, nhưng không điều kiện nào hỏi đến được.")
_AFTER = N_("Nhóm “%(group)s” đã hết; ở đây các mục sau vẫn nằm dưới đề mục ấy cho đến đề mục tiếp theo.")
_REQUIRED = N_("“required” là một biểu thức; mục được nhập là không bắt buộc.")


@dataclass(slots=True)
class _Group:
    """A group that is open: its row, what it repeats, its rule, and whether a heading was made of it."""

    line: Line
    repeat: bool
    asked_if: list[str]
    label: str = ""
    heading: bool = False


@dataclass(slots=True)
class Rows:
    """Reads one form from its first row to its last."""

    form: Form
    reading: Reading
    sheet: str = "survey"
    open: list[_Group] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    ended: str = ""  # the group whose heading still stands over what follows
    lists: Mapping[str, list[Line]] = field(default_factory=dict)

    def read(self) -> None:
        """All rows."""
        self.lists = by_list(self.form.choices)
        skip_to = 0
        for place, line in enumerate(self.form.survey):
            if place < skip_to or formulas(self.sheet, line, self.reading):
                continue
            kind = plain_type(line.get("type"))
            if line.get("disabled").casefold() in YES:
                self.reading.lose(
                    self.sheet, line.row, N_("Dòng này đã tắt trong tệp (cột “disabled”)."), line.get("label")
                )
            elif kind in {"begin group", "begin repeat", "begin loop"}:
                skip_to = self._begin(place, line, repeat=kind != "begin group")
            elif kind in {"end group", "end repeat", "end loop", "end"} and (self.open or kind != "end"):
                self._end(line)
            elif not kind:
                if line.get("label") or line.get("name"):
                    self.reading.lose(
                        self.sheet, line.row, N_("Dòng này không ghi loại ở cột “type”."), line.get("label")
                    )
            else:
                self._item(line, kind)
        for group in self.open:
            self.reading.doubt(self.sheet, group.line.row, N_("Nhóm này không có dòng “end_group”."), group.label)

    def _begin(self, place: int, line: Line, *, repeat: bool) -> int:
        """Open a group; a table of ratings is read whole, and the place behind it is given back."""
        appearance = line.get("appearance").casefold().split()
        rule = [line.get("relevant")] if line.get("relevant") else []
        if not repeat and "table-list" in appearance and not self._repeated():
            behind = self._table(place, line, rule)
            if behind:
                return behind
        if repeat:
            self.reading.lose(self.sheet, line.row, N_("Nhóm lặp: phiếu ở đây hỏi mỗi mục một lần."), line.get("label"))
        label = clean_line(line.get("label"))
        heading = bool(label) and not repeat and not self._repeated()
        if heading:
            settings = {"page": "field-list" in appearance or "table-list" in appearance}
            self._keep(line, "section", settings, rule)
        self.open.append(_Group(line, repeat, rule, label, heading))
        if not repeat:
            self._aside(line, {"field-list", "table-list"})
        return 0

    def _end(self, line: Line) -> None:
        if not self.open:
            self.reading.doubt(self.sheet, line.row, N_("Dòng này đóng một nhóm chưa mở; đã bỏ qua."))
            return
        group = self.open.pop()
        self.ended = group.label if group.heading else self.ended

    def _table(self, place: int, line: Line, rule: list[str]) -> int:
        inside = []
        for after in self.form.survey[place + 1 :]:
            if plain_type(after.get("type")) == "end group":
                break
            inside.append(after)
        made = matrix(line, inside, self.lists, self.sheet, self.reading)
        if made is None:
            return 0
        settings, names, required = made
        self._keep(line, "matrix", settings, rule, names=names, required=required)
        for row in inside:
            self._known(row)
            self._aside(row, {"label", "list-nolabel"})
        self._aside(line, {"table-list", "field-list"})
        return place + len(inside) + 2

    def _item(self, line: Line, kind: str) -> None:
        if self._repeated():
            self.reading.lose(self.sheet, line.row, _REPEATED, line.get("label"))
            return
        choice = _SELECT.fullmatch(" ".join(line.get("type").split()))
        mark = line.get(f"{OURS}kind").casefold()
        if choice:
            self._select(line, choice, mark)
        elif kind == "range":
            found = ranged(line, self.lists, self.sheet, self.reading)
            if found:
                self._keep(line, *found)
        elif kind == "note" and mark == "intro" and not self.reading.items and not self.reading.intro:
            self.reading.intro = "\n".join(filter(None, (clean(line.get("label")), clean(line.get("hint")))))
        elif kind == "note" and mark in {"section", "section page"}:
            self._keep(line, "section", {"page": mark.endswith("page")})
        elif kind in PLAIN:
            self._plain(line, kind)
        elif kind.startswith(("select one from file", "select multiple from file", "select one external")):
            self.reading.lose(self.sheet, line.row, OUTSIDE, line.get("label"))
        elif kind in UNSUPPORTED:
            self.reading.lose(self.sheet, line.row, UNSUPPORTED[kind], line.get("label") or line.get("name"))
        else:
            self.reading.lose(self.sheet, line.row, _UNKNOWN, line.get("label"), type=line.get("type")[:60])

    def _plain(self, line: Line, kind: str) -> None:
        appearance = line.get("appearance").casefold().split()
        made = PLAIN[kind] if kind != "text" or "multiline" not in appearance else "text"
        settings = bounds(line, made, self.sheet, self.reading, decimals=kind == "decimal")
        self._keep(line, made, settings)
        self._aside(line, {"multiline"} if kind == "text" else set())

    def _select(self, line: Line, choice: re.Match[str], mark: str) -> None:
        word = choice["many"].casefold()
        made = "rank" if word == "rank" else "multiple" if "mult" in word or "all" in word else "single"
        if mark == "unit" and made == "single":
            units = [
                (c.get("name"), clean_line(c.get("label")), c.get("depth")) for c in self.lists.get(choice["list"], ())
            ]
            own = [
                {"id": name, "text": text, "depth": int(depth) if depth.isdecimal() and len(depth) < 3 else 0}
                for name, text, depth in units
            ]
            self._keep(line, "unit", {"options": own}, names={name: name for name, _, _ in units})
            self._aside(line, {"minimal"})
            return
        options = options_of(self.lists, choice["list"], line, self.sheet, self.reading, other=bool(choice["other"]))
        if options is None:
            return
        typed: dict[str, Any] = {"options": options.texts, "shuffled": self._shuffled(line, made)}
        if made != "rank":
            typed["other"] = options.other
        elif options.other:
            self.reading.doubt(self.sheet, line.row, N_("Xếp thứ tự không có “khác, ghi rõ”; đã bỏ phần ấy."))
        if made == "single" and options.is_yes_or_no() and not typed["other"] and not typed["shuffled"]:
            made, typed = "yesno", {}
        if made == "multiple":
            typed |= bounds(line, made, self.sheet, self.reading, decimals=False)
        elif line.get("constraint"):
            bounds(line, made, self.sheet, self.reading, decimals=False)
        self._keep(line, made, typed, names=options.names)
        self._aside(line, set())

    def _shuffled(self, line: Line, made: str) -> bool:
        given = dict(pair.partition("=")[::2] for pair in line.get("parameters").casefold().split())
        if set(given) - {"randomize"}:
            self.reading.doubt(self.sheet, line.row, N_("Tham số không dùng ở đây; đã bỏ qua."), line.get("parameters"))
        return given.get("randomize") in {"true", "true()", "yes"}

    def _keep(
        self, line: Line, kind: str, settings: dict[str, Any], rule: Sequence[str] | None = None,
        *, names: dict[str, str] | None = None, required: bool | None = None,
    ) -> None:  # fmt: skip
        """Add an item with what every row may say, and with settings of ours that XLSForm has no column for."""
        marked = {name: line.get(f"{OURS}{name}") for name in KINDS[kind].fields if line.get(f"{OURS}{name}")}
        settings = {**settings, **{name: "" if text == "no" else text for name, text in marked.items()}}
        name = self._known(line)
        own = [line.get("relevant")] if rule is None and line.get("relevant") else list(rule or ())
        asked = line.get("required").casefold()
        if asked and asked not in YES | NO:
            self.reading.doubt(self.sheet, line.row, _REQUIRED, line.get("required"))
        if kind == "section":
            self.ended = ""
        elif self.ended and not any(group.heading for group in self.open):
            self.reading.doubt(self.sheet, line.row, _AFTER, line.get("label"), group=self.ended[:80])
            self.ended = ""
        self.reading.items.append(Draft(
            self.sheet, line.row, name, kind, clean_line(line.get("label")) or clean_line(line.get("name")),
            clean(line.get("hint")), asked in YES if required is None else required, settings, names=names or {},
            asked_if=[text for group in self.open for text in group.asked_if] + own,
            identifying=line.get(f"{OURS}identifying").casefold() in YES,
        ))  # fmt: skip
        if not line.get("label"):
            self.reading.doubt(
                self.sheet, line.row, N_("Dòng này không có chữ ở cột “label”; đã lấy tên của nó."), line.get("name")
            )
        elif "${" in line.get("label") + line.get("hint"):
            message = N_("Chữ có chỗ để chèn câu trả lời khác (${…}); ở đây chữ ấy hiện y nguyên.")
            self.reading.doubt(self.sheet, line.row, message, line.get("label"))

    def _known(self, line: Line) -> str:
        """The name under which rules find this row; one that is taken already finds the first."""
        name = line.get("name")
        if not name:
            self.reading.doubt(self.sheet, line.row, _NAMELESS, line.get("label"))
        elif name in self.names:
            self.reading.doubt(self.sheet, line.row, _TWICE, line.get("label"), name=name[:60], first=self.names[name])
        else:
            self.names[name] = line.row
            return name
        return f"{name}#{line.row}"

    def _aside(self, line: Line, used: set[str]) -> None:
        """Say which of the row's cells mean nothing here."""
        looks = [word for word in line.get("appearance").casefold().split() if word not in used]
        if looks:
            self.reading.doubt(self.sheet, line.row, LOOKS, " ".join(looks))
        for column, text in line.cells.items():
            message = ASIDE.get(column) or next(
                (said for start, said in ASIDE.items() if column.startswith(f"{start}::")), ""
            )
            if message and text.casefold() not in NO:
                self.reading.doubt(self.sheet, line.row, message, text, column=column)

    def _repeated(self) -> bool:
        return any(group.repeat for group in self.open)
