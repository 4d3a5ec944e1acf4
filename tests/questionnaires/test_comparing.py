"""Two rounds of a questionnaire side by side: figures of both, only closed ones, only what the reader may read."""

from __future__ import annotations

import html

from survey.dialogues import queries as dialogues
from survey.questionnaires import building
from survey.questionnaires import comparing
from survey.questionnaires import items
from survey.questionnaires import queries
from survey.questionnaires import service
from survey.questionnaires.results import ItemResult
from survey.questionnaires.results import PartResult
from survey.questionnaires.results import Results
from survey.questionnaires.results import Row


def read(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return html.unescape(answer.get_data(as_text=True))


def test_two_rounds_of_a_questionnaire_stand_side_by_side(poll):
    cast, dialogue = poll.cast, poll.cast.dialogue_id
    for n in range(10):
        poll.answer(f"{n:032x}", 0, "5", "Chữ viết tay")
    staff, path = cast.staff("organiser"), f"{poll.desk}/comparison"
    assert "So sánh có khi phiếu đã đóng." in read(staff, path)
    again = cast.write(building.copy, dialogue, poll.id)
    cast.write(building.close, dialogue, poll.id)
    assert "Chưa có phiếu nào để so sánh" in read(staff, path), "the copy is a draft"
    cast.write(building.open_, dialogue, again)
    with cast.reading() as session:
        row = queries.one(session, dialogue, again)
    key, options = cast.keys.get(dialogue, "response"), [one["id"] for one in row.items[0].settings["options"]]
    for n in range(20):
        sent = {row.items[0].id: {"": [options[n % 2]]}, row.items[1].id: {"": ["2"]}}
        cast.write(service.respond, again, queries.response_mark(key, f"{n:032x}", again), sent)
    assert "Chưa có phiếu nào để so sánh" in read(staff, f"{path}?with={again}"), "the copy is open"
    cast.write(building.close, dialogue, again)
    page = read(staff, f"{path}?with={again}")
    table = " ".join(page[page.index("<tbody>") : page.index("</tbody>")].split())
    assert '<th scope="row">Thu nhập</th><td class="num"><b>100,0 %</b>' in table
    assert '<b>50,0 %</b><br><span class="xs dim">từ 10 người</span>' in table
    assert ("<b>5,0</b>" in page, "<b>2,0</b>" in page, "Chữ viết tay" in page) == (True, True, False)
    assert "<table" not in read(staff, f"{path}?with={'x' * 12}")
    assert f"{poll.desk}/comparison" in read(staff, f"{poll.desk}/results")


def test_another_house_is_nothing_to_compare_with(poll):
    cast = poll.cast
    with cast.reading() as session:
        theirs = dialogues.by_code(session, cast.other_code).id
    other = cast.write(building.copy, cast.dialogue_id, poll.id, theirs)
    for dialogue, made in ((theirs, other), (cast.dialogue_id, poll.id)):
        if made == other:
            cast.write(building.open_, dialogue, made)
        cast.write(building.close, dialogue, made)
    page = read(cast.staff("organiser"), f"{poll.desk}/comparison?with={other}")
    assert "Chưa có phiếu nào để so sánh" in page


def bars(*labels):
    return tuple(Row(label, 5 * place, 0.5) for place, label in enumerate(labels, 1))


def asked(*items):
    return Results("x", "x", "closed", 10, items, 10)


def single(label, *options, kind="single", mean=None):
    return ItemResult("i", kind, label, 10, bars(*options), mean)


def lines(first, second):
    return [
        [(line.label, line.first and line.first.count, line.second and line.second.count) for line in pair.lines]
        for pair in comparing.pairs(asked(*first), asked(*second))
    ]


def test_answers_that_differ_by_their_accents_alone_are_two_answers():
    """Ma, má, mà: none is dropped, none stands beside another."""
    first, second = single("Ai?", "Bà", "Ba", "Ông"), single("Ai?", "Ba", "Bã", "Bà", "ông")
    assert lines([first], [second]) == [[("Bà", 5, 15), ("Ba", 10, 5), ("Ông", 15, 20), ("Bã", None, 10)]]


def test_answers_without_accents_are_the_same_where_only_one_can_be_meant():
    assert lines([single("Việc gì?", "Nhà ở", "Khác")], [single("VIEC GI?", "Nha o", "khac")]) == [
        [("Nhà ở", 5, 5), ("Khác", 10, 10)]
    ]
    assert lines([single("Ai?", "Ba")], [single("Ai?", "Bà", "Bá")]) == [
        [("Ba", 5, None), ("Bà", None, 5), ("Bá", None, 10)]
    ]
    assert lines([single("Ai?", "Ba", "Ba")], [single("Ai?", "Ba")]) == [[("Ba", 5, 5), ("Ba", 10, None)]]


def test_items_and_lines_pair_like_answers():
    first = [single("Bà nói gì?", "Có"), single("Ba nói gì?", "Có", "Không")]
    second = [single("Ba nói gì?", "Không"), single("Bà nói gì?", "Có")]
    assert lines(first, second) == [[("Có", 5, 5)], [("Có", 5, None), ("Không", 10, 5)]]
    parts = [[PartResult(label, bars("1", "2")) for label in order] for order in (("Lúa", "Lụa"), ("Lụa", "Lúa"))]
    matrix = [ItemResult("i", "matrix", "Hài lòng?", 10, parts=part) for part in parts]
    assert [pair.label for pair in comparing.pairs(asked(matrix[0]), asked(matrix[1]))] == [
        "Hài lòng? – Lúa", "Hài lòng? – Lụa",
    ]  # fmt: skip


def test_numbers_in_other_ranges_are_compared_by_their_means_alone():
    first, second = (
        single("Tuổi?", *ranges, kind="number", mean=30.0) for ranges in (("18 – 22", "23 – 27"), ("18 – 27",))
    )
    (pair,) = comparing.pairs(asked(first), asked(second))
    assert (pair.lines, pair.means) == ((), (30.0, 30.0))
    (pair,) = comparing.pairs(asked(first), asked(first))
    assert len(pair.lines) == 2


def test_a_group_that_is_not_named_may_be_a_small_one(cast):
    """A month without a figure is left out, of four people as of none."""
    made, staff, dialogue = [], cast.staff("organiser"), cast.dialogue_id
    for month in ("2026-01-15", "2026-02-15"):
        made.append(cast.write(building.create, dialogue, "Ngày"))
        item = cast.write(items.add_item, dialogue, made[-1], "date", {"label": "Vào Đoàn ngày nào?"})
        cast.write(building.open_, dialogue, made[-1])
        for n in range(15):
            mark = queries.response_mark(cast.keys.get(dialogue, "response"), f"{n:032x}", made[-1])
            cast.write(service.respond, made[-1], mark, {item: {"": [month]}})
        cast.write(building.close, dialogue, made[-1])
    page = read(staff, f"{cast.desk}/surveys/{made[0]}/comparison?with={made[1]}")
    assert page.count("dưới 5 người hoặc không có") == 2


def test_the_newest_that_share_nothing_hide_no_older_one(poll, monkeypatch):
    monkeypatch.setattr(comparing, "MOST", 1)
    cast, dialogue = poll.cast, poll.cast.dialogue_id
    strange = cast.write(building.create, dialogue, "A khác hẳn")
    cast.write(items.add_item, dialogue, strange, "yesno", {"label": "Chuyện khác?"})
    again = cast.write(building.copy, dialogue, poll.id)
    for one in (strange, again):
        cast.write(building.open_, dialogue, one)
    for one in (strange, again, poll.id):
        cast.write(building.close, dialogue, one)
    assert f'value="{again}"' in read(cast.staff("organiser"), f"{poll.desk}/comparison")
