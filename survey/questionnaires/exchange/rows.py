"""The rows of an XLSForm's survey sheet as items: types, groups, options, bounds. What has no place here is said by row."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
from survey.questionnaires.exchange.keeping import Group
from survey.questionnaires.exchange.keeping import Keeper
from survey.questionnaires.exchange.options import options as options_of
from survey.questionnaires.exchange.scales import matrix
from survey.questionnaires.exchange.scales import ranged
from survey.questionnaires.exchange.words import OUTSIDE
from survey.questionnaires.exchange.words import PLAIN
from survey.questionnaires.exchange.words import UNSUPPORTED
from survey.questionnaires.exchange.words import YES
from survey.questionnaires.exchange.words import plain_type

_SELECT = re.compile(
    r"(?:add )?(?P<many>select[_ ]one(?: from| prompt using)?|select1|select[_ ]multiple(?: prompt using)?"
    r"|select all that apply(?: from)?|rank) (?P<list>\S+)(?P<other> or[_ ](?:other|specify other))?",
    re.IGNORECASE,
)
_UNKNOWN = N_("Không có loại “%(type)s” ở đây.")
_REPEATED = N_("Nằm trong nhóm lặp; phiếu ở đây hỏi mỗi mục một lần.")


@dataclass(slots=True)
class Rows(Keeper):
    """Reads one form from its first row to its last."""

    form: Form = field(kw_only=True)
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
        if not repeat and "table-list" in appearance and not self.repeated():
            behind = self._table(place, line, rule)
            if behind:
                return behind
        if repeat:
            self.reading.lose(self.sheet, line.row, N_("Nhóm lặp: phiếu ở đây hỏi mỗi mục một lần."), line.get("label"))
        label = clean_line(line.get("label"))
        heading = bool(label) and not repeat and not self.repeated()
        if heading:
            settings = {"page": "field-list" in appearance or "table-list" in appearance}
            self.keep(line, "section", settings, rule)
        self.open.append(Group(line, repeat, rule, label, heading))
        if not repeat:
            self.aside(line, {"field-list", "table-list"})
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
        self.keep(line, "matrix", settings, rule, names=names, required=required)
        for row in inside:
            self.known(row)
            self.aside(row, {"label", "list-nolabel"})
        self.aside(line, {"table-list", "field-list"})
        return place + len(inside) + 2

    def _item(self, line: Line, kind: str) -> None:
        if self.repeated():
            self.reading.lose(self.sheet, line.row, _REPEATED, line.get("label"))
            return
        choice = _SELECT.fullmatch(" ".join(line.get("type").split()))
        mark = line.get(f"{OURS}kind").casefold()
        if choice:
            self._select(line, choice, mark)
        elif kind == "range":
            found = ranged(line, self.lists, self.sheet, self.reading)
            if found:
                self.keep(line, *found)
        elif kind == "note" and mark == "intro" and not self.reading.items and not self.reading.intro:
            self.reading.intro = "\n".join(filter(None, (clean(line.get("label")), clean(line.get("hint")))))
        elif kind == "note" and mark in {"section", "section page"}:
            self.keep(line, "section", {"page": mark.endswith("page")})
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
        self.keep(line, made, settings)
        self.aside(line, {"multiline"} if kind == "text" else set())

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
            self.keep(line, "unit", {"options": own}, names={name: name for name, _, _ in units})
            self.aside(line, {"minimal"})
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
        self.keep(line, made, typed, names=options.names)
        self.aside(line, set())

    def _shuffled(self, line: Line, made: str) -> bool:
        given = dict(pair.partition("=")[::2] for pair in line.get("parameters").casefold().split())
        if set(given) - {"randomize"}:
            self.reading.doubt(self.sheet, line.row, N_("Tham số không dùng ở đây; đã bỏ qua."), line.get("parameters"))
        return given.get("randomize") in {"true", "true()", "yes"}
