"""A questionnaire as an XLSForm that comes back in unchanged, and that other tools for XLSForm take as well.

What XLSForm has no word for stands in columns of the namespace `doithoai`, which those tools pass over.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from survey.questionnaires.exchange.columns import OURS
from survey.questionnaires.exchange.document import Document
from survey.questionnaires.exchange.relevance import plain_number
from survey.questionnaires.exchange.relevance import written_rule
from survey.questionnaires.exchange.scales import DASH
from survey.questionnaires.exchange.words import SAID
from survey.questionnaires.exchange.xpath import guarded
from survey.questionnaires.kinds.base import OTHER
from survey.questionnaires.kinds.choice import YesNo

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SURVEY = (
    ("type", 26), ("name", 12), ("label", 60), ("hint", 40), ("required", 10), ("relevant", 36), ("constraint", 36),
    ("appearance", 14), ("parameters", 34), (f"{OURS}kind", 18),
)  # fmt: skip
CHOICES = (("list_name", 14), ("name", 12), ("label", 60), ("depth", 8))
SETTINGS = (
    ("form_title", 50), ("form_id", 16), ("style", 10), ("namespaces", 34), ("doithoai_editable", 18),
    ("doithoai_results_shown", 22), ("doithoai_rows_announced", 22), ("doithoai_opens_at", 24), ("doithoai_closes_at", 24),
)  # fmt: skip
Line = dict[str, str]


def workbook(document: Document) -> bytes:
    """The document as an XLSX file; every cell is text, so nothing in it is ever reckoned."""
    import xlsxwriter  # noqa: PLC0415 - loaded when the first workbook is made

    survey, choices = Writer(document).lines()
    out = io.BytesIO()
    safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, safe) as book:
        head, text = book.add_format({"bold": True, "bottom": 2}), book.add_format({"text_wrap": True, "valign": "top"})
        for name, columns, lines in (
            ("survey", SURVEY, survey), ("choices", CHOICES, choices), ("settings", SETTINGS, [_settings(document)]),
        ):  # fmt: skip
            sheet = book.add_worksheet(name)
            for place, (title, width) in enumerate([*columns, *_more(lines, columns)]):
                sheet.set_column(place, place, width)
                sheet.write_string(0, place, title, head)
                for number, line in enumerate(lines, start=1):
                    if line.get(title):
                        words = title in _WORDS or title.startswith(OURS)
                        sheet.write_string(number, place, guarded(line[title]) if words else line[title], text)
            sheet.freeze_panes(1, 0)
    return out.getvalue()


_WORDS = frozenset({"label", "hint", "form_title"})


def _more(lines: Sequence[Line], columns: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Columns of our own that some row fills."""
    known = {title for title, _width in columns}
    filled = dict.fromkeys(title for line in lines for title in line if line[title])
    return [(title, 18) for title in filled if title.startswith(OURS) and title not in known]


def _settings(document: Document) -> Line:
    return {
        "form_title": document["title"], "form_id": "doi_thoai", "style": "pages",
        "namespaces": 'doithoai="urn:doithoai:questionnaire"',
        "doithoai_editable": "yes" if document["editable"] else "no",
        "doithoai_results_shown": "yes" if document["results_shown"] else "no",
        "doithoai_rows_announced": "yes" if document["rows_announced"] else "no",
        "doithoai_opens_at": document["opens_at"], "doithoai_closes_at": document["closes_at"],
    }  # fmt: skip


def _cell(value: Any) -> str:
    return "yes" if value is True else "" if value is None or value is False else str(value)


class Writer:
    """Rows of both sheets, item by item. A heading is a group that ends where the next heading begins."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.items: Mapping[str, Mapping[str, Any]] = {item["id"]: item for item in document["items"]}
        self.survey: list[Line] = []
        self.choices: list[Line] = []
        self.grouped = False

    def lines(self) -> tuple[list[Line], list[Line]]:
        """The rows of `survey` and `choices`."""
        if self.document["intro"]:
            intro = {"type": "note", "name": "intro", "label": self.document["intro"], f"{OURS}kind": "intro"}
            self.survey.append(intro)
        for item in self.document["items"]:
            self._item(item)
        self._close()
        return self.survey, self.choices

    def _item(self, item: Mapping[str, Any]) -> None:
        line = {
            "name": item["id"], "label": item["label"], "hint": item["help"],
            "required": "yes" if item["required"] else "", "relevant": written_rule(item["shown_if"], self.items),
        }  # fmt: skip
        settings = item["settings"]
        line[f"{OURS}identifying"] = "yes" if item["identifying"] else ""
        line |= {f"{OURS}{key}": _cell(value) for key, value in settings.items() if key not in SAID and _cell(value)}
        if item["kind"] == "section":
            self._heading(line, page=bool(settings.get("page")))
        elif item["kind"] == "matrix":
            self._table(line, item)
        else:
            self.survey.append({**line, **getattr(self, f"_{item['kind']}")(item["id"], settings)})

    def _heading(self, line: Line, *, page: bool) -> None:
        """A group; one that has a rule or a text of its own is a note, for its items have theirs."""
        self._close()
        if line["relevant"] or line["hint"]:
            mark = "section page" if page else "section"
            self.survey.append({**line, "type": "note", f"{OURS}kind": mark})
            return
        self.survey.append({**line, "type": "begin_group", "appearance": "field-list" if page else ""})
        self.grouped = True

    def _close(self) -> None:
        if self.grouped:
            self.survey.append({"type": "end_group"})
        self.grouped = False

    def _table(self, line: Line, item: Mapping[str, Any]) -> None:
        settings, name = item["settings"], f"muc_{item['id']}"
        self.survey.append({**line, "type": "begin_group", "appearance": "table-list", "required": ""})
        for row in settings["rows"]:
            self.survey.append({
                "type": f"select_one {name}", "name": f"{item['id']}_{row['id']}", "label": row["text"],
                "required": line["required"],
            })  # fmt: skip
        self.survey.append({"type": "end_group"})
        named = {1: settings["low"], settings["steps"]: settings["high"]}
        for step in range(1, settings["steps"] + 1):
            label = f"{step}{DASH}{named[step]}" if named.get(step) else str(step)
            self.choices.append({"list_name": name, "name": str(step), "label": label})

    def _list(self, name: str, options: Sequence[Mapping[str, Any]]) -> str:
        self.choices += [
            {"list_name": name, "name": one["id"], "label": one["text"], "depth": str(one.get("depth", ""))}
            for one in options
        ]
        return name

    def _choice(self, word: str, name: str, settings: Mapping[str, Any]) -> Line:
        other = f" or_{OTHER}" if settings.get("other") else ""
        listed = self._list(f"chon_{name}", settings["options"])
        return {"type": f"{word} {listed}{other}", "parameters": "randomize=true" if settings.get("shuffled") else ""}

    def _single(self, name: str, settings: Mapping[str, Any]) -> Line:
        return self._choice("select_one", name, settings)

    def _multiple(self, name: str, settings: Mapping[str, Any]) -> Line:
        limits = ((">=", settings.get("fewest")), ("<=", settings.get("most")))
        bounds = " and ".join(f"count-selected(.) {sign} {number}" for sign, number in limits if number)
        return {**self._choice("select_multiple", name, settings), "constraint": bounds}

    def _rank(self, name: str, settings: Mapping[str, Any]) -> Line:
        return self._choice("rank", name, settings)

    def _yesno(self, name: str, settings: Mapping[str, Any]) -> Line:
        if not any(one["list_name"] == "co_khong" for one in self.choices):
            self._list("co_khong", [{"id": value, "text": text} for value, text in YesNo.LABELS.items()])
        return {"type": "select_one co_khong"}

    def _unit(self, name: str, settings: Mapping[str, Any]) -> Line:
        listed = self._list(f"don_vi_{name}", settings["options"])
        return {"type": f"select_one {listed}", "appearance": "minimal", f"{OURS}kind": "unit"}

    def _scale(self, name: str, settings: Mapping[str, Any], start: int, end: int) -> Line:
        ends = [(start, settings.get("low")), (end, settings.get("high"))]
        named = [{"list_name": f"muc_{name}", "name": str(step), "label": text} for step, text in ends if text]
        self.choices += named
        labels = f" tick_labelset=muc_{name}" if named else ""
        return {"type": "range", "parameters": f"start={start} end={end} step=1{labels}"}

    def _rating(self, name: str, settings: Mapping[str, Any]) -> Line:
        return self._scale(name, settings, 1, settings["steps"])

    def _score(self, name: str, settings: Mapping[str, Any]) -> Line:
        return self._scale(name, settings, 0, 10)

    def _short(self, name: str, settings: Mapping[str, Any]) -> Line:
        return {"type": "text"}

    def _text(self, name: str, settings: Mapping[str, Any]) -> Line:
        return {"type": "text", "appearance": "multiline"}

    def _number(self, name: str, settings: Mapping[str, Any]) -> Line:
        limits = ((">=", settings.get("least")), ("<=", settings.get("greatest")))
        bounds = " and ".join(f". {sign} {plain_number(number)}" for sign, number in limits if number is not None)
        kind = "decimal" if settings.get("decimals") else "integer"
        return {"type": kind, "constraint": bounds}

    def _date(self, name: str, settings: Mapping[str, Any]) -> Line:
        limits = ((">=", settings.get("least")), ("<=", settings.get("greatest")))
        return {"type": "date", "constraint": " and ".join(f". {sign} date('{day}')" for sign, day in limits if day)}

    def _note(self, name: str, settings: Mapping[str, Any]) -> Line:
        return {"type": "note"}
