"""Two rounds of a questionnaire side by side: figures of both, only closed ones, only what the reader may read."""

from __future__ import annotations

import html

from survey.dialogues import queries as dialogues
from survey.questionnaires import building
from survey.questionnaires import queries
from survey.questionnaires import service


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
