"""The results as the staff read them: bars, a filter, a cross-table, search without accents, phrases."""

from __future__ import annotations

import html

from survey.questionnaires import building


def read(staff, path: str) -> str:
    answer = staff.get(path)
    assert answer.status_code == 200
    return html.unescape(answer.get_data(as_text=True))


def test_a_closed_survey_is_filtered_crossed_and_searched(poll):
    for n in range(40):
        text = "Cần nhà ở xã hội gần trường" if n % 4 == 0 else "Bớt họp" if n % 4 == 1 else ""
        poll.answer(f"{n:032x}", int(n >= 20), "5" if n < 11 else "2", text)
    staff, path = poll.cast.staff("organiser"), f"{poll.desk}/results"
    first = poll.options()[0]
    by = f"{path}?by={poll.single}:{first}"
    assert "Xem kỹ hơn" not in read(staff, by), "not while responses are taken"
    poll.cast.write(building.close, poll.cast.dialogue_id, poll.id)
    page = read(staff, by)
    group = page[page.index("Xem kỹ hơn") : page.index('id="results"')]
    assert "từ 20 người" in group
    assert "từ 10 người" in group, "eleven of the twenty gave a 5"
    cross = read(staff, f"{path}?x={poll.single}&y={poll.rating}")
    assert '<td class="num">10</td>' in cross
    assert "dưới 5" in cross
    found = read(staff, f"{path}?q=nha+o")
    assert (found.count('<p class="pre">Cần nhà ở'), found.count('<p class="pre">Bớt họp')) == (10, 0)
    assert "nhà ở xã hội" in read(staff, path).split("Hay nhắc đến")[1]
    for odd in ("?by=x", f"?by={poll.single}:x", f"?x={poll.single}&y={poll.single}", "?x=1&y=2", f"?by={poll.text}:a"):
        read(staff, path + odd)


def test_the_page_and_the_file_say_of_how_many_the_figures_are(poll):
    cast, staff = poll.cast, poll.cast.staff("organiser")
    for n in range(12):
        poll.answer(f"{n:032x}", 0, "5")
    cast.write(building.close, cast.dialogue_id, poll.id)
    page = read(staff, f"{poll.desk}/results")
    assert "Tính trên 10 trong 12 phiếu, rút ngẫu nhiên." in page
    assert "cả 10 phiếu được tính đều trả lời" in page
    assert "“dưới 5” là 0 đến 4" in page
    assert "đến sau" not in page
    for file in ("csv", "json"):
        made = read(staff, f"{cast.desk}/exports/survey-{poll.id}.{file}")
        assert "12 phiếu trả lời; số liệu tính trên 10 phiếu" in made
        assert "đôi khi một phiếu được tính thay cho một phiếu khác" in made
    assert "kết quả khi có 12 phiếu" in read(staff, f"{cast.desk}/surveys")
    cast.write(building.open_, cast.dialogue_id, poll.id)
    poll.answer(f"{12:032x}", 0, "5")
    cast.write(building.close, cast.dialogue_id, poll.id)
    assert "đến sau lần tính cuối chưa đủ 5" in read(staff, f"{poll.desk}/results")
