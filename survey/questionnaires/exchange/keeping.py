"""What every row of a survey sheet may say beside its type: name, words, rule, required; and what means nothing here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.questionnaires.exchange.columns import OURS
from survey.questionnaires.exchange.columns import Line
from survey.questionnaires.exchange.found import Draft
from survey.questionnaires.exchange.found import Reading
from survey.questionnaires.exchange.words import ASIDE
from survey.questionnaires.exchange.words import LOOKS
from survey.questionnaires.exchange.words import NO
from survey.questionnaires.exchange.words import SAID
from survey.questionnaires.exchange.words import YES
from survey.questionnaires.kinds import KINDS

HEADED = 100  # characters of a long note that stand as its heading
_TWICE = N_("Tên “%(name)s” đã dùng ở dòng %(first)s; điều kiện hỏi đến tên ấy được hiểu là hỏi dòng %(first)s.")
_NAMELESS = N_("Dòng này không có tên ở cột “name”; vẫn nhập, nhưng không điều kiện nào hỏi đến được.")
_AFTER = N_("Nhóm “%(group)s” đã hết; ở đây các mục sau vẫn nằm dưới đề mục ấy cho đến đề mục tiếp theo.")
_REQUIRED = N_("“required” là một biểu thức; mục được nhập là không bắt buộc.")
_MARKUP = re.compile(r"</?[a-zA-Z]+[^<>]*>|\*\*|\]\(")
_MARKED = N_("Chữ có định dạng (Markdown hoặc HTML); ở đây chữ ấy hiện y nguyên.")
_FILLED = N_("Chữ có chỗ để chèn câu trả lời khác (${…}); ở đây chữ ấy hiện y nguyên.")
_UNSAID = N_("Dòng này không có chữ ở cột “label”; đã lấy tên của nó.")


@dataclass(slots=True)
class Group:
    """A group that is open: its row, what it repeats, its rule, and whether a heading was made of it."""

    line: Line
    repeat: bool
    asked_if: list[str]
    label: str = ""
    heading: bool = False


@dataclass(slots=True)
class Keeper:
    """Keeps items as they come, under the groups that are open."""

    reading: Reading
    sheet: str = "survey"
    open: list[Group] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    ended: str = ""  # the group whose heading still stands over what follows

    def keep(
        self, line: Line, kind: str, settings: dict[str, Any], rule: Sequence[str] | None = None,
        *, names: dict[str, str] | None = None, required: bool | None = None,
    ) -> None:  # fmt: skip
        """Add an item with what every row may say, and with settings of ours that XLSForm has no column for."""
        own = {name: line.get(f"{OURS}{name}") for name in KINDS[kind].fields if name not in SAID}
        settings = {**settings, **{name: "" if text == "no" else text for name, text in own.items() if text}}
        name = self.known(line)
        relevant = [line.get("relevant")] if rule is None and line.get("relevant") else list(rule or ())
        asked = line.get("required").casefold()
        if asked and asked not in YES | NO:
            self.reading.doubt(self.sheet, line.row, _REQUIRED, line.get("required"))
        label, help_ = _spoken(line, kind)
        if kind == "section":
            self.ended = ""
        elif self.ended and not any(group.heading for group in self.open):
            self.reading.doubt(self.sheet, line.row, _AFTER, line.get("label"), group=self.ended[:80])
            self.ended = ""
        self.reading.items.append(Draft(
            self.sheet, line.row, name, kind, label or clean_line(line.get("name")), help_,
            asked in YES if required is None else required, settings, names=names or {},
            asked_if=[text for group in self.open for text in group.asked_if] + relevant,
            identifying=line.get(f"{OURS}identifying").casefold() in YES,
        ))  # fmt: skip
        self._wonder(line)

    def _wonder(self, line: Line) -> None:
        words = line.get("label") + line.get("hint")
        if not line.get("label"):
            self.reading.doubt(self.sheet, line.row, _UNSAID, line.get("name"))
        if "${" in words:
            self.reading.doubt(self.sheet, line.row, _FILLED, line.get("label"))
        if _MARKUP.search(words):
            self.reading.doubt(self.sheet, line.row, _MARKED, line.get("label"))

    def known(self, line: Line) -> str:
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

    def aside(self, line: Line, used: set[str]) -> None:
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

    def repeated(self) -> bool:
        """Whether this stands in a group that repeats."""
        return any(group.repeat for group in self.open)


def _spoken(line: Line, kind: str) -> tuple[str, str]:
    """Label and help. A long note, or one of several lines, is headed by its beginning and keeps the rest below."""
    label, help_ = clean(line.get("label")), clean(line.get("hint"))
    if kind != "note" or ("\n" not in label and len(label) <= 3 * HEADED):
        return clean_line(label), help_
    first, _, rest = label.partition("\n")
    if len(first) > 3 * HEADED:
        cut = max(first.rfind(" ", 0, HEADED), HEADED // 2)
        first, rest = f"{first[:cut]}…", "\n".join(filter(None, (f"…{first[cut:].strip()}", rest)))
    return clean_line(first), "\n\n".join(filter(None, (rest.strip(), help_)))
