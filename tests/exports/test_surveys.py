"""The files of one questionnaire: what they hold, when there are rows, and what those tell of nobody."""

from __future__ import annotations

import csv
import html
import io
import json
import random
import subprocess
import sys
import zipfile
from collections import Counter
from typing import Any

import pytest
from openpyxl import load_workbook

from survey import lifecycle
from survey.core.errors import NotNow
from survey.exports import survey_file
from survey.exports.survey_file import Item
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import queries
from survey.questionnaires import rows
from survey.questionnaires import service
from survey.questionnaires.conditions import holds
from survey.questionnaires.snapshot import Snapshot
from tests.conftest import csrf

EVIL = '=HYPERLINK("http://x","y")'


def make(cast, *, announced=True, people=25):
    """A questionnaire with an identifying item, options that look like formulas, and its responses."""
    made = cast.write(building.create, cast.dialogue_id, "Khảo sát =1+1")
    typed = {"label": "Chức vụ?", "required": True, "options": "Bí thư\nỦy viên\nĐoàn viên", "identifying": True}
    post = cast.write(items.add_item, cast.dialogue_id, made, "single", typed)
    pick = cast.write(items.add_item, cast.dialogue_id, made, "multiple", {"label": EVIL, "options": f"{EVIL}\nNhà ở"})
    text = cast.write(items.add_item, cast.dialogue_id, made, "text", {"label": "Nói gì?"})
    cast.write(building.change, cast.dialogue_id, made, {"rows_announced": announced})
    cast.write(building.open_, cast.dialogue_id, made)
    with cast.reading() as session:
        row = queries.one(session, cast.dialogue_id, made)
    posts, picks = ([option["id"] for option in item.settings["options"]] for item in row.items[:2])
    key = cast.keys.get(cast.dialogue_id, "response")
    for n in range(people):
        sent = {post: {"": [posts[0 if n < 2 else 1 if n < 9 else 2]]}, pick: {"": [picks[n % 2]]}, text: {"": [EVIL]}}
        cast.write(service.respond, made, queries.response_mark(key, f"{n:032x}", made), sent)
    return made


def conclude(cast):
    for step in ("closed", "concluded"):
        cast.write(lifecycle.step, cast.dialogue_id, step, actor="test")


def fetch(cast, made, fmt):
    answer = cast.staff("organiser").get(f"{cast.desk}/exports/survey-{made}.{fmt}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data()


def test_rows_come_only_where_they_were_announced_and_after_the_conclusion(cast):
    told, untold = make(cast), make(cast, announced=False)
    chief = cast.staff("organiser")
    assert chief.get(f"{cast.desk}/exports/survey-{told}.sps").status_code == 403
    assert "sau khi kết luận" in chief.get(f"{cast.desk}/surveys/{told}/files").get_data(as_text=True)
    conclude(cast)
    syntax = fetch(cast, told, "sps").decode("utf-8-sig")
    assert syntax.count("\n") > 24
    assert "VALUE LABELS v1 1 'Bí thư' 2 'Ủy viên' 3 'Đoàn viên' -9 'đã che'." in syntax
    assert chief.get(f"{cast.desk}/exports/survey-{untold}.sps").status_code == 403
    assert [table["name"] for table in json.loads(fetch(cast, untold, "json"))["tables"]][1:] == ["texts", "codes"]


def test_the_promise_of_rows_is_frozen_from_the_opening_on(cast):
    made = make(cast, announced=False, people=0)
    cast.write(building.change, cast.dialogue_id, made, {"rows_announced": True})
    with cast.reading() as session:
        row = queries.one(session, cast.dialogue_id, made)
    assert (row.state, row.rows_announced) == ("open", False)
    item = row.items[0]
    cast.write(items.change_item, cast.dialogue_id, made, item.id, {
        "label": "Chức vụ?", "required": True, "options": "Bí thư\nỦy viên\nĐoàn viên", "identifying": False,
    })  # fmt: skip
    with cast.reading() as session:
        assert queries.one(session, cast.dialogue_id, made).items[0].identifying


def test_a_promised_file_is_said_on_the_first_page_and_shows_no_figures_before_closing(cast):
    made = make(cast, people=10)
    page = cast.member().get(f"{cast.base}/surveys/{made}").get_data(as_text=True)
    assert "tệp ghi từng phiếu trả lời" in page
    with cast.reading() as session:
        assert queries.results(session, made).responses == 0
    cast.write(building.close, cast.dialogue_id, made)
    with cast.reading() as session:
        assert queries.results(session, made).responses == 10
    with pytest.raises(NotNow):
        cast.write(building.open_, cast.dialogue_id, made)


def test_a_rare_answer_that_identifies_is_covered_in_the_rows(cast):
    made = make(cast)
    conclude(cast)
    tables = {table["name"]: table["rows"] for table in json.loads(fetch(cast, made, "json"))["tables"]}
    assert Counter(row["v1"] for row in tables["rows"]) == {2: 7, 3: 16, -9: 2} or Counter(
        row["v1"] for row in tables["rows"]
    ) == {3: 16, -9: 9}
    assert min(Counter(row["v1"] for row in tables["rows"]).values()) >= 5
    assert {row["meaning"] for row in tables["codes"] if row["code"] == -9} == {"đã che"}


def test_the_workbook_holds_no_formula_no_author_and_no_time(cast):
    made = make(cast)
    conclude(cast)
    raw = fetch(cast, made, "xlsx")
    book = load_workbook(io.BytesIO(raw))
    assert book.sheetnames[1:] == ["Tự viết", "Phụ lục mã", "Từng phiếu", "Biểu đồ"]
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert any(cell.value == EVIL for cell in cells), "the premise: such a text is in the file"
    assert not any(cell.data_type == "f" for cell in cells)
    packed = zipfile.ZipFile(io.BytesIO(raw))
    core = packed.read("docProps/core.xml").decode()
    assert "<dc:creator></dc:creator>" in core
    assert core.count("1980-01-01T00:00:00Z") == 2  # created and changed
    assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert any(name.startswith("xl/charts/") for name in packed.namelist())


def test_the_csv_runs_nothing_in_a_spreadsheet(cast):
    made = make(cast)
    cells = [cell for line in csv.reader(io.StringIO(fetch(cast, made, "csv").decode("utf-8-sig"))) for cell in line]
    assert any(EVIL in cell for cell in cells)
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@"} and not cell.lstrip("-").isdigit()]


def test_a_large_file_is_made_by_a_process_that_knows_no_database():
    code = "import sys, survey.exports.survey_file; print('sqlalchemy' in sys.modules or 'flask' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "False\n"


def test_every_combination_of_identifying_answers_stands_five_times():
    """Random people, random items; what cannot be made coarse enough is refused with a sentence."""
    refused = 0
    for seed in range(60):
        chance = random.Random(seed)
        settings: dict[str, Any] = {
            "options": [{"id": f"o{n}", "text": f"o{n}"} for n in range(chance.randint(2, 5))],
            "other": False,
        }
        asked = [Item(f"i{n}", "single", "?", settings, n < 3) for n in range(4)]
        asked.append(Item("age", "number", "?", {}, True))
        people = chance.randint(5, 120)
        ids = [option["id"] for option in settings["options"]]
        skew = [1 / (n + 1) ** 2 for n in range(len(ids))]
        columns = {item.id: [chance.choices(ids, skew)[0] for _ in range(people)] for item in asked[:4]}
        columns["age"] = [chance.randint(18, 60) for _ in range(people)]
        try:
            found = rows.row_file(asked, Snapshot(people, columns))
        except NotNow:
            refused += 1
            continue
        places = [place for place, one in enumerate(found.variables) if one.identifying]
        counts = Counter(tuple(row[place] for place in places) for row in found.rows)
        assert min(counts.values()) >= 5, seed
        assert len(found.rows) == people
    assert 0 < refused < 55


def given(asked: list[Item], chance: random.Random, weights: list[float]) -> dict[str, Any]:
    """One response under the rules."""
    found: dict[str, Any] = {}
    for item in asked:
        if holds(item.shown_if, found):
            ids = [option["id"] for option in item.settings["options"]]
            drawn = {"number": chance.randint(-12, 60), "date": "2026-05-01", "score": chance.randint(0, 10)}
            found[item.id] = drawn.get(item.kind, chance.choices(ids, weights[: len(ids)])[0])
    return found


def test_what_a_rule_asked_tells_no_covered_answer_and_no_code_stands_twice():
    """Random rules, also through others: the answers that identify, and which of the items were asked at all by them."""
    made = 0
    for seed in range(80):
        chance = random.Random(seed)
        asked: list[Item] = []
        for n in range(5):
            kind = chance.choice(("single", "single", "unit", "number", "score", "date"))
            options = [{"id": f"o{o}", "text": f"o{o}", "depth": 0} for o in range(chance.randint(2, 4))]
            source = chance.choice([one for one in asked if one.kind in {"single", "unit"}] or [None])
            tests = [{"item": source.id, "op": "equals", "value": chance.choice(source.settings["options"])["id"]}] if (
                source and chance.random() < 0.6
            ) else []  # fmt: skip
            asked.append(Item(f"i{n}", kind, f"i{n}", {"options": options}, chance.random() < 0.3, {"tests": tests}))
        people = [given(asked, chance, [1, 0.1, 0.05, 0.02]) for _n in range(chance.randint(20, 90))]
        columns = {item.id: [one.get(item.id) for one in people] for item in asked}
        taken = Snapshot(len(people), columns)
        for one in rows.variables(asked, taken):
            assert len({code for code, _words in one.codes}) == len(one.codes), (seed, one)
        try:
            found = rows.row_file(asked, taken)
        except NotNow:
            continue
        made += 1
        tells = {item.label for item in asked if item.identifying or item.kind in rows.LEFT_OUT}
        for item in asked:
            if {asked[int(test["item"][1:])].label for test in item.shown_if["tests"]} & tells:
                tells.add(item.label)
        places = [place for place, one in enumerate(found.variables) if one.label in tells]
        counts = Counter(tuple(row[place] for place in places) for row in found.rows)
        assert not places or min(counts.values()) >= 5, seed
    assert made > 20


def test_numbers_below_zero_have_codes_of_their_own():
    """Groups -3 to 3 at places 1 to 7: a group that was its own code would be that of another place."""
    taken = Snapshot(70, {"n": [step for step in range(-3, 4) for _one in range(10)]})
    (one,) = rows.variables([Item("n", "number", "?", {}, False)], taken)
    assert [words for _code, words in one.codes] == ["-3", "-2", "-1", "0", "1", "2", "3"]
    assert len({code for code, _words in one.codes}) == 7
    assert len(rows.words_of(one)) == 7


def test_covering_hundreds_of_values_takes_few_rounds(monkeypatch):
    """One round for each value is half a minute for 5,000 responses to sixty of them."""
    chance, rounds, look = random.Random(3), list[int](), rows._rare

    def counted(*args: Any) -> Any:
        rounds.append(1)
        return look(*args)

    monkeypatch.setattr(rows, "_rare", counted)
    answers = [[chance.randint(0, 1) for _option in range(200)] for _person in range(200)]
    assert rows.cover(answers, range(200)) == 200
    assert 10 < len(rounds) <= 50


def test_results_by_link_show_what_is_published_and_can_be_withdrawn(cast):
    made = make(cast, announced=False)
    chief = cast.staff("organiser")
    token = {"csrf_token": csrf(chief, f"{cast.desk}/surveys/{made}/files")}
    chief.post(f"{cast.desk}/surveys/{made}/link", data=token)
    page = chief.get(f"{cast.desk}/surveys/{made}/files").get_data(as_text=True)
    path = page[page.index(f"/p/{cast.code}/results/") :].split("<")[0].strip()
    reader = cast.app.test_client()
    answer = reader.get(path)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
    shown = answer.get_data(as_text=True)
    assert "Tính trên 25 phiếu." in shown
    assert "<form" not in shown
    assert reader.get(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 404
    chief.post(f"{cast.desk}/surveys/{made}/link/withdrawal", data=token)
    assert reader.get(path).status_code == 404


def test_a_job_goes_to_another_process_and_comes_back_the_same(cast):
    made = make(cast, people=6)
    from survey.dialogues import queries as dialogues
    from survey.exports import surveys

    with cast.reading() as session:
        job = surveys.job(session, dialogues.by_id(session, cast.dialogue_id), made)
    assert survey_file.read_again(survey_file.written_down(job)) == job


def test_the_pages_of_files_and_of_the_print_make_no_rows(cast, monkeypatch):
    made = make(cast)
    conclude(cast)
    chief, asked = cast.staff("organiser"), []
    monkeypatch.setattr(rows, "row_file", lambda *_args: asked.append(1))
    page = chief.get(f"{cast.desk}/surveys/{made}/files").get_data(as_text=True)
    assert f"survey-{made}.sps" in page
    printed = chief.get(f"{cast.desk}/surveys/{made}/print").get_data(as_text=True)
    assert (EVIL in html.unescape(printed), "−9" in printed, asked) == (True, False, [])


def test_rows_that_are_too_rare_are_refused_at_the_download_in_words(cast):
    made = make(cast, people=6)
    conclude(cast)
    chief = cast.staff("organiser")
    assert f"survey-{made}.sps" in chief.get(f"{cast.desk}/surveys/{made}/files").get_data(as_text=True)
    answer = chief.get(f"{cast.desk}/exports/survey-{made}.sps")
    assert (answer.status_code, "Hãy dùng bảng tổng hợp." in answer.get_data(as_text=True)) == (403, True)
