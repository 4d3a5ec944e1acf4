"""XLSForms as they are met: every row is right or reported, and pyxform says the same of what came in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from survey.questionnaires.exchange import upload
from tests.questionnaires.exchange.forms import FORMS
from tests.questionnaires.exchange.forms import tables
from tests.questionnaires.exchange.forms import workbook
from tests.questionnaires.exchange.judged import judged

Figure = Callable[[str], None]
NAMES = {
    "single": "select one", "yesno": "select one", "multiple": "select all that apply", "rank": "rank", "short": "text",
    "text": "text", "date": "date", "note": "note", "rating": "range", "score": "range", "section": "group",
    "matrix": "group",
}  # fmt: skip


def said(complaint) -> str:
    message, says = complaint["message"], complaint["says"]
    return f"{message % says if says else message} {complaint['value']}"


def read(name):
    sheets = tables(FORMS[name])
    return sheets, upload.found(workbook(sheets), f"{name}.xlsx")


@pytest.mark.claim("surveys", "twelve XLSForms, judged by pyxform, come in with every row right or reported")
def test_every_row_of_twelve_forms_is_right_or_reported(figure: Figure) -> None:
    """Each row against what stands beside it in the form, and what came in against pyxform."""
    rows = told = compared = 0
    for name in FORMS:
        sheets, found = read(name)
        items = {row: item for item, (_sheet, row) in zip(found["document"]["items"], found["rows"], strict=True)}
        for number, row in enumerate(sheets["survey"][1:], 2):
            kind, *words = (part.strip() for part in row[-1].split("+"))
            here = [one for one in found["complaints"] if (one["sheet"], one["row"]) == ("survey", number)]
            lost, words = kind.startswith("-"), words if not kind.startswith("-") else [kind[1:].strip()]
            assert (items[number]["kind"] if number in items else "") == ("" if lost else kind), (name, number)
            assert len(here) == len(words), (name, number, here)
            assert not lost or any(one["lost"] for one in here), (name, number)
            assert all(any(word in said(one) for one in here) for word in words), (name, number, here)
            rows, told = rows + 1, told + len(here)
        compared += agrees(name, sheets, items)
    figure(
        f"{len(FORMS)} forms, {rows} rows: {told} reported, {compared} items the same to pyxform, 0 silently changed"
    )
    assert compared > 80, "the premise: pyxform had something to say"


def agrees(name, sheets, items) -> int:
    """How many items pyxform reads with the same words, options and type; it may not read one of them otherwise."""
    language = {"vietnamese": "Tiếng Việt (vi)", "french": "Français"}.get(name, "")
    theirs, count = judged(workbook(sheets), language), 0
    place = sheets["survey"][0].index("name")
    for number, item in items.items():
        row = theirs[sheets["survey"][number - 1][place]]
        types = {NAMES.get(item["kind"], "integer"), "string"}
        assert row.type in ({"integer", "int", "decimal", "range"} if item["kind"] == "number" else types), (name, row)
        # The label of a table stands in a note that pyxform makes.
        labels = {one.label for one in theirs.values()} if row.type == "group" and not row.label else {row.label}
        parts = [one["text"] for one in item["settings"].get("rows", ())]
        label = " ".join([item["label"], *item["help"].split()]) if (name, number) == ("aside", 12) else item["label"]
        assert labels >= {label, *parts} or (name, number) == ("vietnamese", 4), (name, number)
        assert item["required"] == row.required or item["kind"] == "matrix", (name, number)
        own = [option["text"] for option in item["settings"].get("options", ())]
        if item["kind"] in {"single", "multiple", "rank"}:
            assert own == [text for text in row.options if text != "Other"], (name, number)
        count += 1
    return count


def test_a_row_that_came_in_otherwise_would_be_seen() -> None:
    """The control: pyxform reads another label, and the comparison fails."""
    sheets, found = read("choosing")
    items = {row: item for item, (_sheet, row) in zip(found["document"]["items"], found["rows"], strict=True)}
    items[2] = {**items[2], "label": "Việc nào đã xong?"}
    with pytest.raises(AssertionError):
        agrees("choosing", sheets, items)


def test_rules_mean_what_the_expressions_say() -> None:
    _sheets, found = read("rules")
    by_label = {item["label"]: item for item in found["document"]["items"]}
    names = {item["id"]: item["label"] for item in by_label.values()}

    def rule(label):
        shown_if = by_label[label]["shown_if"]
        tests = [(names[test["item"]], test["op"], test["value"]) for test in shown_if.get("tests", ())]
        return (shown_if["join"], tests) if tests else None

    assert rule("Việc gì?") == ("all", [("Có việc không?", "equals", "yes")])
    assert rule("Các việc?") == ("all", [("Có việc không?", "differs", "no"), ("Việc gì?", "equals", "a1")])
    assert rule("Một") == ("any", [("Các việc?", "equals", "a2"), ("Các việc?", "equals", "a1")])
    assert rule("Hai") == ("all", [("Các việc?", "differs", "a2")])
    assert rule("Tuổi?") == ("all", [("Việc gì?", "equals", "other")])
    assert rule("Ba") == ("all", [("Tuổi?", "greater", "17"), ("Tuổi?", "less", "30")])
    assert rule("Bốn") == ("all", [("Tuổi?", "greater", "29")])
    assert rule("Mức?") == ("all", [("Một", "answered", "")])
    assert rule("Lương?") == ("all", [("Mức?", "less", "3")])
    assert rule("Năm") == ("any", [("Lương?", "greater", "1,5"), ("Lương?", "equals", "1,5")])
    assert rule("Ngày?") == ("all", [("Lương?", "equals", "1,5")])
    assert rule("Sáu") == ("all", [("Ngày?", "greater", "31/1/2026")])
    assert rule("Bảy") == ("all", [("Ngày?", "greater", "31/1/2026"), ("Ngày?", "less", "1/3/2026")])
    assert rule("Tám") == ("all", [("Một", "contains", "việc")])
    assert rule("Chín") == ("any", [("Một", "empty", ""), ("Có việc không?", "differs", "yes"), ("Mức?", "empty", "")])
    assert rule("Mười") == ("all", [("Các việc?", "answered", "")])
    assert rule("Mười một") == ("all", [("Có việc không?", "equals", "yes")])
    assert rule("Mười hai") is None


def test_bounds_ends_and_pages_are_kept() -> None:
    _sheets, found = read("basics")
    settings = {item["label"]: item["settings"] for item in found["document"]["items"]}
    assert settings["Bạn bao nhiêu tuổi?"] == {"decimals": False, "least": 16, "greatest": 60, "measure": ""}
    assert settings["Có mấy con?"]["greatest"] == 9
    assert settings["Thu nhập mỗi tháng (triệu)?"] == {
        "decimals": True,
        "least": 0.5,
        "greatest": 200.25,
        "measure": "",
    }
    assert settings["Ngày vào Đoàn?"] == {"least": "1990-01-01", "greatest": "2026-11-22"}
    assert found["document"]["title"] == "Thông tin chung"
    _sheets, found = read("aside")
    assert [
        (one["sheet"], one["row"], one["says"]["column"]) for one in found["complaints"] if one["sheet"] == "settings"
    ] == [("settings", 2, "instance_name")]
    note = found["document"]["items"][-1]
    assert (note["label"], note["help"]) == ("Dòng đầu", "Dòng hai")
    _sheets, found = read("whole")
    settings = {item["label"]: item["settings"] for item in found["document"]["items"]}
    assert settings["Bạn hài lòng đến đâu?"] == {"steps": 5, "low": "rất không", "high": "rất hài lòng"}
    assert settings["Điều gì cần đổi?"] | {"options": 3} == {
        "options": 3, "other": True, "shuffled": True, "fewest": 0, "most": 3,
    }  # fmt: skip
    assert settings["Về bạn"] == {"page": True}
    assert [row["text"] for row in settings["Lãnh đạo trả lời thế nào?"]["rows"]] == ["Đúng câu hỏi", "Có hẹn ngày"]
    of_group = next(
        item for item in found["document"]["items"] if item["label"] == "Bạn có khuyên đồng nghiệp dự không?"
    )
    assert of_group["shown_if"]["tests"][0]["op"] == "answered", "the group's rule holds for what stands in it"
