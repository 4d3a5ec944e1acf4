"""The sheets of an XLSForm as rows with named cells, in one language; what is left aside is said by row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from survey.core.cells import Cells
from survey.core.cells import refused
from survey.core.sheets import Odd
from survey.core.sheets import Sheet
from survey.core.text import N_
from survey.core.text import fold
from survey.questionnaires.exchange.found import Reading

SPOKEN = ("label", "hint")  # that may stand in several languages
ALIASES = {
    "command": "type", "tag": "name", "caption": "label", "relevance": "relevant", "bind::relevant": "relevant",
    "bind::required": "required", "bind::constraint": "constraint", "body::appearance": "appearance", "value": "name",
    "list name": "list_name", "set form title": "form_title", "control::appearance": "appearance",
    "calculate": "calculation", "readonly": "read_only", "read only": "read_only",
}  # fmt: skip
OURS = "bind::doithoai:"
HEADINGS_WITHIN = 10  # rows
_LANGUAGE = re.compile(r"^(label|caption|hint|guidance_hint)\s*::?\s*(.+)$", re.IGNORECASE)
_MERGED = N_("Ô gộp: đã hiểu là các ô trong vùng gộp đều ghi như ô đầu. Hãy xem lại.")
_FORMULA = N_("Ô “%(column)s” là công thức nên không đọc. Hãy dán giá trị vào ô ấy.")
_LEFT_OUT = N_("Phiếu ở đây có một thứ tiếng. Đã lấy “%(kept)s”, để lại “%(left)s” của các dòng %(rows)s.")
_BORROWED = N_("Dòng này không có chữ tiếng “%(kept)s” nên lấy chữ tiếng “%(other)s”.")


@dataclass(slots=True)
class Line:
    """One row: its number on the screen and its cells by heading."""

    row: int
    cells: dict[str, str]
    formulas: list[str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """A cell; empty where there is none."""
        return self.cells.get(name, "")


@dataclass(slots=True)
class Form:
    """The three sheets of an XLSForm."""

    survey: list[Line]
    choices: list[Line]
    settings: Line


def form_of(sheets: Sequence[Sheet], reading: Reading) -> Form:
    """The sheets by name, in the language that is taken. Raises `Invalid` where there is no XLSForm in the file."""
    named = {sheet.name.strip().lower(): sheet for sheet in sheets if not sheet.hidden}
    if "survey" not in named:
        raise refused(N_("Tệp này không phải XLSForm: không có trang tính “survey” (hoặc trang ấy đang ẩn)."))
    for sheet in sheets:
        if sheet.name.strip().lower() not in {"survey", "choices", "settings"} and (sheet.hidden or any(sheet.rows)):
            reading.doubt(sheet.name, 0, N_("Trang tính này không thuộc phần được đọc (survey, choices, settings)."))
    settings = next(iter(_lines(named.get("settings"), "form_title", reading)), Line(0, {}))
    survey = _lines(named["survey"], "type", reading)
    if not survey:
        raise refused(N_("Trang tính “survey” không có cột “type”, hoặc không có dòng nào bên dưới."))
    choices = _lines(named.get("choices"), "list_name", reading)
    _Languages([*survey, *choices], settings.get("default_language")).settle(
        [(named["survey"].name, survey), *([(named["choices"].name, choices)] if choices else [])], reading
    )
    return Form(survey, choices, settings)


def _lines(sheet: Sheet | None, needed: str, reading: Reading) -> list[Line]:
    if sheet is None:
        return []
    _spread(sheet, reading)
    for place, row in enumerate(sheet.rows[:HEADINGS_WITHIN]):
        headings = [_heading(cell) for cell in row]
        if needed in headings or (needed == "form_title" and any(headings)):
            found = [_line(number, row, headings) for number, row in enumerate(sheet.rows[place + 1 :], place + 2)]
            return [line for line in found if line.cells or line.formulas]
    return []


def _heading(cell: str) -> str:
    spoken = _LANGUAGE.match(cell)
    if spoken:
        base = ALIASES.get(spoken[1].lower(), spoken[1].lower())
        return f"{base}::{spoken[2].strip()}"
    plain = re.sub(r"\s*::\s*", "::", cell.strip()).lower()
    return ALIASES.get(plain, plain)


def _line(number: int, row: Cells, headings: Sequence[str]) -> Line:
    line = Line(number, {})
    for heading, cell in zip(headings, row, strict=False):
        if isinstance(cell, Odd) and cell.kind != "date":
            line.formulas.append(heading or "?")
        elif heading and cell and not line.cells.get(heading):
            line.cells[heading] = str(cell)
    return line


def _spread(sheet: Sheet, reading: Reading) -> None:
    """Write what a merged area says into each of its cells, and say so at its first row."""
    for top, left, bottom, right in sheet.merged:
        bottom, right = min(bottom, len(sheet.rows) - 1), min(right, 60)  # noqa: PLW2901 - held to what is there
        text = sheet.rows[top][left] if top < len(sheet.rows) and left < len(sheet.rows[top]) else ""
        if not text:
            continue
        reading.doubt(sheet.name, top + 1, _MERGED, text)
        for row in range(top, bottom + 1):
            cells = sheet.rows[row]
            cells.extend([""] * (right + 1 - len(cells)))
            cells[left : right + 1] = [text] * (right + 1 - left) if left == right else cells[left : right + 1]
            cells[left] = text


def formulas(sheet: str, line: Line, reading: Reading) -> bool:
    """Say which cells of the row are formulas; whether there are any."""
    for column in line.formulas:
        reading.lose(sheet, line.row, _FORMULA, column=column)
    return bool(line.formulas)


class _Languages:
    """Labels and hints in the one language that we keep: Vietnamese, else the form's own, else the first."""

    def __init__(self, lines: Sequence[Line], default: str) -> None:
        self.names: list[str] = []
        self.plain = False
        for line in lines:
            for heading in line.cells:
                base, _, language = heading.partition("::")
                if base in SPOKEN and language and language not in self.names:
                    self.names.append(language)
                self.plain = self.plain or heading == "label"
        self.kept = self._chosen(default)

    def _chosen(self, default: str) -> str:
        own = [name for name in self.names if _is_vietnamese(name)]
        own = own or ([] if not default else [name for name in self.names if name.casefold() == default.casefold()])
        return own[0] if own else "" if self.plain or not self.names else self.names[0]

    def settle(self, sheets: Sequence[tuple[str, list[Line]]], reading: Reading) -> None:
        """Put the kept language where the plain heading stands; say what stays behind, and where."""
        for sheet, lines in sheets:
            left: dict[str, list[int]] = {}
            for line in lines:
                self._line(sheet, line, left, reading)
            for language, rows in left.items():
                says = {"kept": self.kept or "label", "left": language or "label", "rows": _ranges(rows)}
                reading.doubt(sheet, rows[0], _LEFT_OUT, **says)

    def _line(self, sheet: str, line: Line, left: dict[str, list[int]], reading: Reading) -> None:
        for base in SPOKEN:
            given = {language: line.cells.pop(_under(base, language), "") for language in ["", *self.names]}
            taken = given.pop(self.kept, "")
            others = {language: text for language, text in given.items() if text}
            if not taken and others and base == "label":
                other, taken = next(iter(others.items()))
                others.pop(other)
                if self.kept:
                    reading.doubt(sheet, line.row, _BORROWED, taken, kept=self.kept, other=other or "label")
            if taken:
                line.cells[base] = taken
            for language in others:
                if line.row not in left.setdefault(language, []):
                    left[language].append(line.row)


def _under(base: str, language: str) -> str:
    return f"{base}::{language}" if language else base


def _is_vietnamese(name: str) -> bool:
    folded = fold(name)
    return "viet" in folded or bool(re.search(r"(^|\()vi(\)|$)", folded))


def _ranges(rows: Sequence[int]) -> str:
    """Row numbers in few words: "2–5, 8"."""
    parts: list[list[int]] = []
    for row in rows:
        if parts and row == parts[-1][1] + 1:
            parts[-1][1] = row
        else:
            parts.append([row, row])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in parts)


def by_list(choices: Sequence[Line]) -> Mapping[str, list[Line]]:
    """The rows of each list, in their order."""
    found: dict[str, list[Line]] = {}
    for line in choices:
        found.setdefault(line.get("list_name"), []).append(line)
    return found
