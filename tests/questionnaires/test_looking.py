"""What a look at the results of 5,000 responses costs the server, and who reads what was written."""

from __future__ import annotations

import html
import random
import re
import time
from collections.abc import Callable

import pytest

from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import queries
from survey.questionnaires import results
from survey.questionnaires import sharing
from survey.questionnaires import snapshot
from survey.questionnaires.models import Questionnaire

Figure = Callable[[str], None]

PEOPLE = 5_000
SYLLABLES = [f"{first}{vowel}{last}" for first in "bcdhklmntvx" for vowel in "aeiouơư" for last in ("", "n", "t", "ng")]
LIKELY = [1 / (place + 1) for place in range(len(SYLLABLES))]
LINE = '<li><p class="pre">'


def keep(cast, questionnaire_id: str, answers) -> None:
    """These responses as one step of a closed questionnaire."""

    def put(session):
        found = session.get(Questionnaire, questionnaire_id)
        row = queries.one(session, cast.dialogue_id, questionnaire_id)
        found.published, taken = results.advance(row.items, answers, ({}, snapshot.Snapshot()), last=True)
        found.snapshot, found.responses, found.state = snapshot.pack(taken), len(answers), "closed"

    cast.write(put)


def cost(staff, path: str) -> tuple[float, str]:
    """Seconds of CPU, and the page."""
    start = time.process_time()
    answer = staff.get(path)
    spent = time.process_time() - start
    assert answer.status_code == 200
    return spent, html.unescape(answer.get_data(as_text=True))


@pytest.mark.claim("surveys", "a look at 5,000 responses with 5,000 texts costs less than 100 ms of CPU, a search too")
def test_a_look_at_five_thousand_texts_is_cheap_and_paged(poll, figure: Figure) -> None:
    chance, ids = random.Random(7), poll.options()
    answers = [
        {poll.single: chance.choice(ids), poll.rating: chance.randint(1, 5),
         poll.text: " ".join(chance.choices(SYLLABLES, LIKELY, k=chance.randint(8, 30)))}
        for _person in range(PEOPLE - 60)
    ]  # fmt: skip
    answers += [{poll.single: ids[0], poll.text: f"Cần nhà ở xã hội số {n}"} for n in range(60)]
    keep(poll.cast, poll.id, answers)
    staff, path = poll.cast.staff("organiser"), f"{poll.desk}/results"
    first, page = cost(staff, path)
    again, page = min(cost(staff, path), cost(staff, path))
    search, found = min(cost(staff, f"{path}?q=nha+o"), cost(staff, f"{path}?q=NHÀ+Ở"))
    figure(f"first {first * 1000:.0f} ms, again {again * 1000:.0f} ms, search {search * 1000:.0f} ms")
    assert (page.count(LINE), found.count(LINE)) == (50, 50)
    assert "5.000 câu trả lời" in page
    assert "Trang 1 / 100" in page
    second = cost(staff, f"{path}?q=nha+o&at={poll.text}&page=2")[1]
    lines = [set(re.findall(r'<p class="pre">(.*?)</p>', one)) for one in (found, second)]
    assert lines[0] | lines[1] == {f"Cần nhà ở xã hội số {n}" for n in range(60)}
    assert len(lines[1]) == 10
    assert max(again, search) < 0.1
    for odd in (f"?at={poll.text}&page=0", f"?at={poll.text}&page=999", "?at=x&page=2", f"?at={poll.text}&page=x"):
        assert cost(staff, path + odd)[1].count(LINE) in {43, 50}, odd


@pytest.mark.claim("surveys", "a filter over 156 lines and 5,000 responses costs less than 300 ms of CPU")
def test_a_filter_over_many_axes_is_cheap(cast, figure: Figure) -> None:
    made = cast.write(building.create, cast.dialogue_id, "Dài")
    single = cast.write(items.add_item, cast.dialogue_id, made, "single", {"label": "Nhóm?", "options": "Một\nHai\nBa"})
    lines = "\n".join(f"Dòng {n}" for n in range(20))
    matrices = [
        cast.write(items.add_item, cast.dialogue_id, made, "matrix", {"label": f"M{n}", "rows": lines, "steps": "5"})
        for n in range(8)
    ]
    with cast.reading() as session:
        row = queries.one(session, cast.dialogue_id, made)
    ids = [option["id"] for option in row.items[0].settings["options"]]
    asked = {item.id: [line["id"] for line in item.settings["rows"]] for item in row.items if item.id in matrices}
    chance = random.Random(9)
    answers = [
        {single: chance.choice(ids), **{item: {line: chance.randint(1, 5) for line in asked[item]} for item in asked}}
        for _person in range(PEOPLE)
    ]
    keep(cast, made, answers)
    staff, path = cast.staff("organiser"), f"{cast.desk}/surveys/{made}/results"
    cost(staff, path)
    first, page = cost(staff, f"{path}?by={single}:{ids[0]}")
    again = min(cost(staff, f"{path}?by={single}:{ids[0]}")[0], cost(staff, f"{path}?by={single}:{ids[1]}")[0])
    figure(f"first filter {first * 1000:.0f} ms, others {again * 1000:.0f} ms")
    bars = page.split('id="results"')[0].split("<h4")[1:]
    assert 150 < len(bars) <= 160, "a line that bounds would open is left out"
    line = asked[matrices[0]][0]
    people = sum(one[single] == ids[0] and one[matrices[0]][line] == 3 for one in answers)
    shown = int(re.findall(r"từ ([\d.]+) người", bars[0])[2].replace(".", ""))
    assert people - 10 < shown <= people
    assert again < 0.3


def test_members_and_the_link_show_figures_without_what_was_written(poll):
    for n in range(10):
        poll.answer(f"{n:032x}", 0, "5", f"Chữ không ai đọc trước {n}")
    cast = poll.cast
    cast.write(building.change, cast.dialogue_id, poll.id, {"results_shown": True})
    cast.write(building.close, cast.dialogue_id, poll.id)
    token = cast.write(sharing.share, cast.dialogue_id, poll.id)
    assert "Chữ không ai đọc trước 3" in cost(cast.staff("organiser"), f"{poll.desk}/results")[1], "the premise"
    for reader, path in ((cast.member(), f"{poll.path}/results"), (cast.stranger(), f"/p/{cast.code}/results/{token}")):
        page = cost(reader, path)[1]
        assert "Tính trên 10 phiếu." in page
        assert "Chữ không ai đọc" not in page
        assert "Ý kiến viết tay do ban tổ chức đọc" in page
