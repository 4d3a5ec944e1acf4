"""Files that come in by the page: looked at first, made on a word, and refused in words where they are no questionnaire."""

from __future__ import annotations

import html
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from werkzeug.test import TestResponse

from survey.core import apart
from survey.core import settings as core_settings
from survey.organisations import units
from survey.questionnaires import building
from survey.questionnaires import items as build
from survey.questionnaires import queries
from survey.questionnaires.exchange import checking
from survey.questionnaires.exchange import upload
from tests.conftest import Cast
from tests.conftest import _running
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.questionnaires.exchange.forms import FORMS
from tests.questionnaires.exchange.forms import tables
from tests.questionnaires.exchange.forms import workbook

Figure = Callable[[str], None]
HEAD = ["type", "name", "label", "relevant"]


class Office:
    """The organiser's browser."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.browser, self.path = cast, cast.staff("organiser"), f"{cast.desk}/surveys/import"
        self.token = csrf(self.browser, self.path)

    def send(self, data: bytes, name: str = "phieu.xlsx") -> TestResponse:
        return self.browser.post(
            f"{self.path}/preview", data={"csrf_token": self.token, "file": (io.BytesIO(data), name)}
        )

    def confirm(self, page: str) -> TestResponse:
        read = re.search(r'name="read"[^>]*value="([^"]*)"', page)
        assert read
        return self.browser.post(
            f"{self.path}/questionnaire", data={"csrf_token": self.token, "read": html.unescape(read[1])}
        )

    def surveys(self) -> list[queries.Row]:
        with self.cast.reading() as session:
            return queries.of_dialogue(session, self.cast.dialogue_id)


@pytest.fixture(scope="module")
def office(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One hall for all of these tests."""
    folder = tmp_path_factory.mktemp("exchange")
    shutil.copytree(migrated, folder / "data")
    settings = core_settings.load(
        {"DATA_DIR": str(folder / "data"), "KEY_DIR": str(folder / "keys"), "HOST": "127.0.0.1"}
    )
    for app in _running(settings):
        yield Office(make_cast(app, "open_hall"))


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read workbooks without another process, which costs a second each; one test undoes this."""
    monkeypatch.setattr(apart, "run", lambda _module, data, name: upload.found(data, name))


def book(
    *rows: list[Any], choices: list[list[Any]] | None = None, change: Callable[[Any], None] | None = None
) -> bytes:
    """A workbook with these rows on its survey sheet."""
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.title = "survey"
    for row in [HEAD, *rows]:
        sheet.append(row)
    listed = made.create_sheet("choices")
    for row in [["list_name", "name", "label"], *(choices or [["c", "a", "A"], ["c", "b", "B"]])]:
        listed.append(row)
    if change:
        change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def text_of(answer: TestResponse) -> str:
    return " ".join(html.unescape(answer.get_data(as_text=True)).split())


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def with_macros() -> bytes:
    out = io.BytesIO(book(["text", "a", "A"]))
    with zipfile.ZipFile(out, "a") as made:
        made.writestr("xl/vbaProject.bin", b"x")
    return out.getvalue()


LONG = [["text", f"q{n}", f"Câu {n}"] for n in range(10_000)]
OURS = {"format": "doi-thoai/questionnaire", "version": 1, "title": "T", "items": []}


def bomb() -> bytes:
    """A small file that holds 130 MB."""
    return archive(xl__workbook_xml=b"0" * (130 * 1024 * 1024))


def whole_files() -> dict[str, tuple[bytes, str, str]]:
    """Files that cannot be used at all: content, name, and words of the sentence."""
    return {
        "not a table": (b"\x89PNG\r\n\x1a\n....", "a.xlsx", "không phải bảng tính"),
        "words": ("Câu hỏi một\nCâu hỏi hai\n".encode(), "a.xlsx", "không phải phiếu khảo sát"),
        "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "a.xls", "đời cũ"),
        "empty": (b"", "a.xlsx", "trống"),
        "damaged": (b"PK\x03\x04" + b"\0" * 300, "a.xlsx", "hỏng"),
        "another archive": (archive(mimetype=b"x"), "a.xlsx", "không phải bảng tính"),
        "macros": (with_macros(), "a.xlsm", "macro"),
        "a bomb": (bomb(), "a.xlsx", "phình ra quá lớn"),
        "10,000 rows": (book(*LONG), "a.xlsx", "có 10000; mục thứ 301 ở dòng 302"),
        "301 items": (book(*LONG[:301]), "a.xlsx", "có 301; mục thứ 301 ở dòng 302"),
        "no survey sheet": (
            book(change=lambda b: setattr(b.worksheets[0], "title", "Phiếu")),
            "a.xlsx",
            "không có trang tính “survey”",
        ),
        "nothing below": (book(), "a.xlsx", "không có dòng nào bên dưới"),
        "broken JSON": (b'{"format": "doi-thoai/questionnaire",\n "items": [}', "a.json", "dòng 2, cột 12"),
        "another JSON": (b'{"questions": []}', "a.json", "thiếu “format”"),
        "a later version": (json.dumps({**OURS, "version": 2}).encode(), "a.json", "bản mới hơn"),
        "JSON without a title": (
            json.dumps({**OURS, "title": 3}).encode(),
            "a.json",
            "Chỗ “title” của tệp sai: cần chữ",
        ),
        "JSON without items": (json.dumps({**OURS, "items": {}}).encode(), "a.json", "Chỗ “items”"),
        "30,000 items": (json.dumps({**OURS, "items": [{"id": "q"}] * 30_000}).encode(), "a.json", "tệp này có 30000"),
        "deep JSON": (b"[" * 20_000, "a.json", "hỏng"),
    }


@pytest.mark.claim("surveys", "a file that is no questionnaire is refused in words, and nothing is made")
def test_files_that_cannot_be_used_are_refused_in_words(office: Office, figure: Figure) -> None:
    """Macros, bombs, 10,000 rows, 301 items, no table at all, damaged JSON by line and place."""
    before, files = office.surveys(), whole_files()
    for name, (data, file_name, words) in files.items():
        answer = office.send(data, file_name)
        page = text_of(answer)
        assert answer.status_code == 422, name
        assert words in page, (name, page[-1500:])
        assert 'type="file"' in answer.text
        assert 'name="read"' not in answer.text
    assert office.surveys() == before
    figure(f"{len(files)} files, all refused with 422 and a sentence, 0 questionnaires made")


FAULTY: list[list[Any]] = [
    ["emoji", "a1", "Loại lạ"],
    ["select_one khong_co", "a2", "Danh sách không có"],
    ["text", "a3", "=A1&A2"],
    ["select_one mot", "a4", "Một lựa chọn"],
    ["text", "a5", "x" * 301],
    ["select_one nhieu", "a6", "201 lựa chọn"],
    ["select_one du", "a7", "200 lựa chọn"],
    ["text", "a8", "Hỏi mục sau", "${a10} = 'x'"],
    ["text", "a8", "Trùng tên"],
    ["text", "a10", "Trái nhau", "${a7} = 'o1' and ${a7} = 'o2'"],
    ["text", "a11", "Hỏi mục không nhập", "${a1} = 'x'"],
    ["text", "a12", "Gộp"],
    ["text", "a13", None],
    [None, "a14", "Không ghi loại"],
]
LISTED = [
    ["mot", "a", "A"],
    *[["nhieu", f"o{n}", f"Lựa chọn {n}"] for n in range(201)],
    *[["du", f"o{n}", f"Chọn {n}"] for n in range(200)],
]
SAID = {
    2: "Không có loại “emoji”", 3: "Không có danh sách “khong_co”", 4: "Ô “label” là công thức", 5: "ít nhất hai lựa chọn",
    6: "dài nhất 300 ký tự", 7: "Nhiều nhất 200 lựa chọn", 9: "đứng sau", 10: "Tên “a8” đã dùng ở dòng 9", 11: "trái nhau",
    12: "Điều kiện hỏi đến “a1”", 13: "Ô gộp", 14: "cột “label”", 15: "không ghi loại",
}  # fmt: skip


def test_faults_are_named_by_row_and_the_rest_comes_in_when_it_is_confirmed(office: Office) -> None:
    data = book(*FAULTY, choices=LISTED, change=lambda b: b.worksheets[0].merge_cells("C13:D13"))
    found = upload.found(data, "loi.xlsx")
    by_row = {one["row"]: one["message"] % one["says"] if one["says"] else one["message"] for one in found["complaints"]
              if one["sheet"] == "survey"}  # fmt: skip
    assert {row: words in by_row.get(row, "") for row, words in SAID.items()} == dict.fromkeys(SAID, True), by_row
    before = len(office.surveys())
    answer = office.send(data, "lỗi.xlsx")
    page = text_of(answer)
    assert answer.status_code == 200
    for row, words in SAID.items():
        assert f"Dòng {row}" in page
        assert words in page, words
    assert len(office.surveys()) == before, "nothing until it is confirmed"
    made = office.confirm(answer.text)
    assert made.status_code == 303
    draft = office.surveys()[-1]
    labels = ["200 lựa chọn", "Hỏi mục sau", "Trùng tên", "Trái nhau", "Hỏi mục không nhập", "Gộp", "a13"]
    assert [item.label for item in draft.items] == labels
    assert (draft.title, draft.state, len(draft.items[0].settings["options"])) == ("lỗi", "draft", 200)
    assert draft.items[4].shown_if == {}
    opened = office.browser.post(f"{made.location}/opening", data={"csrf_token": office.token})
    assert "đứng sau" in text_of(office.browser.get(opened.location)), (
        "what is wrong in the rules keeps it from opening"
    )


def test_a_file_of_faults_alone_shows_them_and_offers_nothing(office: Office) -> None:
    answer = office.send(book(["geopoint", "a", "Ở đâu?"], ["calculate", "b", "Tính"]))
    assert answer.status_code == 422
    assert "không nhận tệp, ảnh, tiếng hay vị trí" in text_of(answer)
    assert "Nhập 0 mục" not in text_of(answer)


def test_damaged_json_is_named_by_item_and_place(office: Office) -> None:
    items: list[Any] = [
        {"id": "q1", "kind": "short", "label": "Đúng"},
        {"id": "q2", "kind": "single", "label": "Lựa chọn hỏng", "settings": {"options": [{"id": "a", "text": 3}]}},
        {"id": "q3", "kind": "bow", "label": "Loại lạ"},
        {"id": "q1", "kind": "text", "label": "Trùng mã"},
        {"id": "q5", "kind": "rating", "label": "Không có mức", "settings": {}},
        {"id": "q6", "kind": "text", "label": "Luật hỏng", "shown_if": {"join": "xor", "tests": []}},
        {"id": "q7", "kind": "rating", "label": "Mức sai", "settings": {"steps": 99}},
        7,
    ]
    found = upload.found(json.dumps({**OURS, "items": items}).encode(), "a.json")
    assert [(one["row"], one["lost"], one["says"].get("place")) for one in found["complaints"]] == [
        (2, True, "settings.options"), (3, True, None), (4, True, None), (5, True, "settings.steps"), (6, True, "shown_if"),
        (7, True, None), (8, True, "items"),
    ]  # fmt: skip
    assert [item["label"] for item in found["document"]["items"]] == ["Đúng"]
    page = text_of(office.send(json.dumps({**OURS, "items": items}).encode(), "a.json"))
    assert "Mục 2" in page
    assert "Chỗ “settings.options” của tệp sai: cần danh sách" in page


def test_an_item_may_be_called_as_a_row_of_a_table() -> None:
    rows = {"rows": [{"id": "a1", "text": "Đúng giờ"}], "steps": 5}
    items = [
        {"id": "a1", "kind": "yesno", "label": "Có không?"},
        {"id": "m", "kind": "matrix", "label": "Bảng", "settings": rows},
        {"id": "t", "kind": "text", "label": "Vì sao?",
         "shown_if": {"join": "any", "tests": [{"item": "a1", "op": "equals", "value": "no"}, {"item": "m", "op": "empty"}]}},
    ]  # fmt: skip
    found = upload.found(json.dumps({**OURS, "items": items}).encode(), "a.json")
    assert found["complaints"] == []
    assert found["document"]["items"][2]["shown_if"] == {"join": "any", "tests": [
        {"item": "q1", "op": "equals", "value": "no"}, {"item": "q2", "op": "empty", "value": ""},
    ]}  # fmt: skip


def test_a_preview_belongs_to_one_dialogue_and_person(office: Office) -> None:
    answer = office.send(book(["text", "a", "A"]))
    stranger = Office(office.cast)
    assert stranger.confirm(answer.text).status_code == 422, "another person of the same dialogue"
    before = len(office.surveys())
    forged = answer.text.replace('name="read" type="hidden" value="', 'name="read" type="hidden" value="A')
    assert office.confirm(forged).status_code == 422
    assert len(office.surveys()) == before


def test_a_workbook_is_read_in_another_process(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page for a large file and one for a bomb, as they come when nothing is short-cut."""
    monkeypatch.undo()
    answer = office.send(workbook(tables(FORMS["whole"])), "sau.xlsx")
    assert (answer.status_code, "Sau đối thoại" in answer.text) == (200, True)
    assert office.send(bomb()).status_code == 422


def test_files_go_out_and_come_back_by_the_page(office: Office) -> None:
    answer = office.send(workbook(tables(FORMS["whole"])), "sau.xlsx")
    made = office.confirm(answer.text).location
    for act in ("xlsx", "json"):
        file = office.browser.get(f"{made}/questionnaire.{act}")
        assert f".{act}" in file.headers["Content-Disposition"]
        assert file.headers["Cache-Control"] == "no-store"
        again = office.browser.post(
            f"{office.path}/preview", headers={"Accept": "application/json"},
            data={"csrf_token": office.token, "file": (io.BytesIO(file.data), f"a.{act}")},
        )  # fmt: skip
        assert again.json
        assert again.json["complaints"] == []
        assert (
            again.json["document"]["items"]
            == json.loads(office.browser.get(f"{made}/questionnaire.json").data)["items"]
        )


def test_units_are_those_of_this_organisation(office: Office) -> None:
    """A unit item takes the tree that is here; a rule on a unit finds it by its path, or is said to be lost."""
    cast = office.cast
    path = [
        ["select_one u", "u", "Đơn vị của bạn?", ""],
        ["text", "a", "Hỏi riêng", "${u} = 'u2'"],
        ["text", "b", "Chung", "${u} = 'u3'"],
    ]
    listed: list[list[Any]] = [["u", "u1", "Sở", 0], ["u", "u2", "Văn phòng", 1], ["u", "u3", "Thanh tra", 1]]

    def mark(made: Workbook) -> None:
        made["survey"]["E1"], made["survey"]["E2"], made["choices"]["D1"] = "bind::doithoai:kind", "unit", "depth"
        for place, row in enumerate(listed, 2):
            made["choices"].cell(place, 4, row[3])

    data = book(*path, choices=[row[:3] for row in listed], change=mark)
    assert "Tổ chức chưa có danh sách đơn vị" in text_of(office.send(data))
    top = cast.write(units.add, cast.organisation_id, None, "Sở")
    office_id = cast.write(units.add, cast.organisation_id, top, "Văn phòng")
    answer = office.send(data)
    assert "tệp ghi 3 đơn vị, ở đây có 2" in text_of(answer)
    assert "không có ở đây" in text_of(answer)
    office.confirm(answer.text)
    row = office.surveys()[-1]
    assert [option["id"] for option in row.items[0].settings["options"]] == [top, office_id]
    assert [test["value"] for test in row.items[1].shown_if["tests"]] == [office_id]
    assert row.items[2].shown_if == {}


def test_a_new_questionnaire_starts_from_a_template_or_an_earlier_one(office: Office) -> None:
    cast = office.cast
    start = f"{cast.desk}/surveys/start"
    page = text_of(office.browser.get(start))
    assert "Sau đối thoại" in page
    made = office.browser.post(start, data={"csrf_token": office.token, "source": "template:after"})
    assert made.status_code == 303
    assert office.surveys()[-1].title == "Khảo sát sau đối thoại"
    source = office.surveys()[-1]
    again = office.browser.post(start, data={"csrf_token": office.token, "source": f"{cast.dialogue_id}:{source.id}"})
    assert again.status_code == 303
    assert [item.label for item in office.surveys()[-1].items] == [item.label for item in source.items]
    nothing = office.browser.post(start, data={"csrf_token": office.token})
    assert (nothing.status_code, "Hãy chọn một mẫu" in text_of(nothing)) == (422, True)


def test_an_earlier_one_of_another_dialogue_needs_the_right_there_too(office: Office) -> None:
    """Who organises the whole organisation copies from its other dialogues; who has a role here alone does not see them."""
    from survey import lifecycle

    cast = office.cast
    other = cast.write(lifecycle.prepare, cast.keys, cast.organisation_id, "Kỳ trước")["id"]
    earlier = cast.write(building.create, other, "Phiếu kỳ trước")
    cast.write(build.add_item, other, earlier, "short", {"label": "Câu kỳ trước"})
    chief = cast.staff("organiser", whole_organisation=True)
    start = f"{cast.desk}/surveys/start"
    assert "Phiếu kỳ trước" in text_of(chief.get(start))
    assert "Phiếu kỳ trước" not in text_of(office.browser.get(start))
    source = {"source": f"{other}:{earlier}"}
    assert office.browser.post(start, data={"csrf_token": office.token, **source}).status_code == 422
    before = len(office.surveys())
    assert chief.post(start, data={"csrf_token": csrf(chief, start), **source}).status_code == 303
    assert [item.label for item in office.surveys()[-1].items] == ["Câu kỳ trước"]
    assert len(office.surveys()) == before + 1
    with cast.reading() as session:
        assert [row.id for row in queries.of_dialogue(session, other)] == [earlier], "the old one stays where it is"


def test_a_questionnaire_of_another_house_is_not_there(office: Office) -> None:
    made = office.confirm(office.send(book(["text", "a", "A"])).text).location
    assert office.browser.get(f"{made}/questionnaire.json").status_code == 200
    assert office.cast.outsider().get(f"{made}/questionnaire.json").status_code == 404
    elsewhere = f"/s/{office.cast.other_code}/surveys/{made.rsplit('/', 1)[1]}"
    assert office.cast.outsider().get(f"{elsewhere}/questionnaire.json").status_code == 404, (
        "under a dialogue of their own"
    )
    for role in ("moderator", "leader"):
        assert office.cast.staff(role).get(f"{made}/questionnaire.xlsx").status_code == 403
        assert office.cast.staff(role).get(f"{office.cast.desk}/surveys/start").status_code == 403


def test_the_limits_are_the_builders() -> None:
    assert (checking.LONGEST_TITLE, checking.LONGEST_INTRO) == (building.LONGEST_TITLE, building.LONGEST_INTRO)
    own = (checking.LONGEST_LABEL, checking.LONGEST_HELP, checking.LONGEST_NOTE, checking.MOST_ITEMS)
    assert own == (build.LONGEST_LABEL, build.LONGEST_HELP, build.LONGEST_NOTE, build.MOST_ITEMS)
