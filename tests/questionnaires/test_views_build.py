"""The builder and the results for staff, by plain forms; and who may do what."""

from __future__ import annotations

import html

import pytest
from flask import Flask

from survey import lifecycle
from survey.organisations import units
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import queries
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast


def text_of(answer):
    return html.unescape(answer.get_data(as_text=True))


def post(client, path, page, **data):
    return client.post(path, data={"csrf_token": csrf(client, page), **data})


def test_template_is_made_and_opened_in_two_taps(cast):
    office = cast.staff("organiser")
    listing = f"{cast.desk}/surveys"
    assert "Chưa có phiếu khảo sát nào" in text_of(office.get(listing))
    made = post(office, listing, listing, template="before")
    assert made.status_code == 303
    opened = post(office, f"{made.location}/opening", made.location)
    assert opened.status_code == 303
    phone = cast.member()
    with cast.reading() as session:
        ((survey_id, title, count, _closes_at),) = queries.open_for_members(session, cast.dialogue_id)
    assert (title, count) == ("Khảo sát trước đối thoại", 4)
    assert "Nhóm vấn đề nào bạn mong lãnh đạo trả lời nhất?" in text_of(phone.get(f"{cast.base}/surveys/{survey_id}"))
    assert "Khảo sát trước đối thoại" in text_of(office.get(listing))


def test_survey_is_built_from_nothing(cast):
    office = cast.staff("organiser")
    made = post(office, f"{cast.desk}/surveys", f"{cast.desk}/surveys", title="Ý kiến của bạn").location
    assert "Chưa đoàn viên nào thấy".lower() in text_of(office.get(made)).lower()
    single = {"kind": "single", "label": "Bạn ở đâu?", "options": "Xã\nPhường", "required": "y"}
    rating = {"kind": "rating", "label": "Đường truyền?", "steps": "10", "low": "kém", "high": "tốt"}
    for item in (single, rating, {"kind": "text", "label": "Nói thêm?"}):
        answer = post(office, f"{made}/items", f"{made}/items/new?kind={item['kind']}", **item)
        assert answer.status_code == 303, text_of(answer)
    survey_id = made.rsplit("/", 1)[1]
    with cast.reading() as session:
        row = queries.one(session, cast.dialogue_id, survey_id)
    assert [(item.label, item.required) for item in row.items] == [
        ("Bạn ở đâu?", True), ("Đường truyền?", False), ("Nói thêm?", False),
    ]  # fmt: skip
    last = row.items[2].id
    assert post(office, f"{made}/items/{last}/up", made).location == f"{made}#i-{last}"
    assert post(office, f"{made}/items/{last}/copy", made).status_code == 303
    preview = text_of(office.get(f"{made}/preview"))
    assert preview.index("2. Nói thêm?") < preview.index("3. Nói thêm?") < preview.index("4. Đường truyền?")
    assert 'value="10"' in preview
    assert post(office, f"{made}/items/{last}/deletion", made).status_code == 303
    assert "4. Đường truyền?" not in text_of(office.get(f"{made}/preview"))


def test_item_form_keeps_what_was_typed_and_says_where_it_is_wrong(poll):
    office = poll.cast.staff("organiser")
    new = f"{poll.desk}/items/new?kind=single"
    refused = post(office, f"{poll.desk}/items", new, kind="single", label="", help="Chú thích", options="chỉ một")
    page = text_of(refused)
    assert refused.status_code == 422
    assert "Hãy ghi câu hỏi của mục này." in page
    assert "Hãy ghi ít nhất hai lựa chọn" in page
    assert "chỉ một" in page
    assert "Chú thích" in page


def test_item_form_is_filled_with_what_is_there(poll):
    office = poll.cast.staff("organiser")
    assert "Thu nhập\nMáy tính\nĐào tạo" in text_of(office.get(f"{poll.desk}/items/{poll.single}"))
    changed = post(
        office, f"{poll.desk}/items/{poll.rating}", f"{poll.desk}/items/{poll.rating}", label="Hài lòng?", steps="7"
    )
    assert changed.status_code == 303
    assert poll.row().items[1].settings["steps"] == 7


def test_builder_after_the_first_response_offers_wording_only(poll):
    office = poll.cast.staff("organiser")
    assert f"{poll.desk}/items/{poll.text}/deletion" in text_of(office.get(poll.desk))
    poll.answer("aa" * 16)
    page = text_of(office.get(poll.desk))
    assert f"{poll.desk}/items/{poll.text}/deletion" not in page
    assert "chỉ sửa được cách viết" in page
    assert office.get(f"{poll.desk}/items/new?kind=text").status_code == 303
    refused = post(
        office, f"{poll.desk}/items/{poll.single}", f"{poll.desk}/items/{poll.single}",
        label="Khác hẳn", options="A\nB", required="y",
    )  # fmt: skip
    assert refused.status_code == 422
    assert "Khác hẳn" in text_of(refused)
    assert poll.row().items[0].label == "Việc nào cần nhất?"
    told = post(office, f"{poll.desk}/deletion", poll.desk)
    assert told.location == poll.desk
    assert "không xóa được" in text_of(office.get(poll.desk))


def test_settings_are_saved_and_a_bad_name_is_kept(poll):
    office = poll.cast.staff("organiser")
    assert post(office, poll.desk, poll.desk, title="Tên mới", intro="Hai phút", results_shown="y").status_code == 303
    row = poll.row()
    assert (row.title, row.intro, row.editable, row.results_shown) == ("Tên mới", "Hai phút", False, True)
    refused = post(office, poll.desk, poll.desk, title="x" * 121, intro="Giữ lại")
    assert refused.status_code == 422
    assert "Giữ lại" in text_of(refused)


def test_results_say_in_words_what_the_bars_show(poll):
    secretary = poll.cast.staff("secretary")
    assert "Chưa đủ 5 phiếu" in text_of(secretary.get(f"{poll.desk}/results"))
    for n in range(25):
        poll.answer(f"{n:032x}", min(n % 5, 1), "4", "Chữ <script>")
    page = secretary.get(f"{poll.desk}/results").get_data(as_text=True)
    assert "Tính trên 25 phiếu." in page
    assert "80,0 %" in page
    assert "từ 20 người" in page
    assert 'width="80.0%"' in page
    assert "<script>" not in page.split("<main", 1)[1]


PAGES = ("", "/{id}", "/{id}/preview", "/{id}/items/new?kind=text", "/{id}/items/{item}")
ACTS = (
    "", "/{id}", "/{id}/opening", "/{id}/closing", "/{id}/copy", "/{id}/deletion", "/{id}/items", "/{id}/items/{item}",
    "/{id}/items/{item}/up", "/{id}/items/{item}/down", "/{id}/items/{item}/copy", "/{id}/items/{item}/deletion",
)  # fmt: skip


@pytest.mark.parametrize(("who", "status"), [("moderator", 403), ("secretary", 403), ("leader", 403), ("screen", 403)])
def test_only_the_organiser_builds(poll, who, status):
    client = poll.cast.staff(who)
    before = poll.row()
    token = csrf(client, f"{poll.cast.desk}/surveys")  # the refusal is a page too
    for path in PAGES[1:]:
        url = f"{poll.cast.desk}/surveys" + path.format(id=poll.id, item=poll.text)
        assert client.get(url).status_code == status, url
    for path in ACTS:
        url = f"{poll.cast.desk}/surveys" + path.format(id=poll.id, item=poll.text)
        data = {"csrf_token": token, "title": "Của tôi", "kind": "text", "label": "Của tôi"}
        assert client.post(url, data=data).status_code == status, url
    assert poll.row() == before


def test_outsider_gets_404_everywhere(poll):
    client = poll.cast.outsider()
    assert client.get(f"/s/{poll.cast.other_code}/surveys").status_code == 200  # premise: an organiser, elsewhere
    token = csrf(client, f"/s/{poll.cast.other_code}/surveys")
    before = poll.row()
    for code in (poll.cast.code, poll.cast.other_code):
        for path in (*PAGES[1:], "/{id}/results"):
            url = f"/s/{code}/surveys" + path.format(id=poll.id, item=poll.text)
            assert client.get(url).status_code == 404, url
        for path in ACTS[1:]:
            url = f"/s/{code}/surveys" + path.format(id=poll.id, item=poll.text)
            data = {"csrf_token": token, "title": "Của tôi", "kind": "text", "label": "Của tôi"}
            assert client.post(url, data=data).status_code == 404, url
    assert poll.row() == before


@pytest.mark.parametrize(("who", "status"), [("moderator", 200), ("secretary", 200), ("leader", 200), ("screen", 403)])
def test_results_are_for_whoever_may_see_them(poll, who, status):
    assert poll.cast.staff(who).get(f"{poll.desk}/results").status_code == status


@pytest.mark.parametrize(("who", "page"), [("moderator", "moderate"), ("secretary", "moderate"), ("leader", "lead")])
def test_results_are_found_from_the_page_one_works_on(poll, who, page):
    poll.answer("somebody")
    client, listing = poll.cast.staff(who), f"{poll.cast.desk}/surveys"
    assert f'href="{listing}"' in client.get(f"{poll.cast.desk}/{page}").text
    html = client.get(listing).text
    assert f'href="{poll.desk}/results"' in html
    assert f'href="{poll.desk}"' not in html, "nobody is offered what would be refused"
    assert "<form" not in html.split("<main")[1]
    assert f'href="{listing}"' in client.get(f"{poll.desk}/results").text


def test_draft_is_the_organisers_alone(poll):
    poll.cast.write(building.create, poll.cast.dialogue_id, "Phiếu còn soạn")
    listing = f"{poll.cast.desk}/surveys"
    assert "Phiếu còn soạn" in poll.cast.staff("organiser").get(listing).text
    assert "Phiếu còn soạn" not in poll.cast.staff("leader").get(listing).text


def test_stranger_is_sent_to_sign_in(poll):
    answer = poll.cast.stranger().get(f"{poll.cast.desk}/surveys")
    assert answer.status_code in {302, 303}
    assert "/s/sign-in" in answer.location


def test_questionnaire_of_a_closed_dialogue_is_not_called_open(poll):
    office = poll.cast.staff("organiser")
    pages = (f"{poll.cast.desk}/surveys", poll.desk, f"{poll.desk}/results")
    assert all("Đang mở<" in office.get(page).text for page in pages)
    poll.cast.write(lifecycle.close, poll.cast.dialogue_id, actor="staff:x")
    assert not any("Đang mở<" in office.get(page).text for page in pages)
    assert all("Đã đóng<" in office.get(page).text for page in pages)


def test_the_builder_names_rules_that_cannot_work_and_does_not_open_over_them(cast: Cast) -> None:
    organiser, dialogue = cast.staff("organiser"), cast.dialogue_id
    made = cast.write(building.create, dialogue, "Điều kiện sai")
    first = cast.write(items.add_item, dialogue, made, "yesno", {"label": "Bạn ở trọ?"})
    desk = f"{cast.desk}/surveys/{made}"
    form = {"kind": "text", "label": "Tiền trọ?", "if_join": "all", "if_what": [f"{first}:equals:yes", f"{first}:equals:no"],
            "if_value": ["", ""], "csrf_token": csrf(organiser, desk)}  # fmt: skip
    assert organiser.post(f"{desk}/items", data=form).status_code == 303
    page = organiser.get(desk).text
    assert "mục 1 là “Có” và mục 1 là “Không”" in " ".join(page.split())
    assert "Không ai tới được mục này" in page
    organiser.post(f"{desk}/opening", data={"csrf_token": csrf(organiser, desk)})
    with cast.reading() as session:
        assert queries.one(session, dialogue, made).state == "draft"


def test_without_scripts_an_item_goes_and_comes_back_and_stands_where_it_is_wished(poll) -> None:
    office = poll.cast.staff("organiser")
    gone = post(office, f"{poll.desk}/items/{poll.rating}/deletion", poll.desk)
    assert gone.location == f"{poll.desk}#i-{poll.rating}"
    page = text_of(office.get(poll.desk))
    assert "Đã xóa: “Bạn hài lòng đến đâu?”" in page
    assert f"{poll.desk}/items/{poll.rating}/return" in page
    assert post(office, f"{poll.desk}/items/{poll.rating}/return", poll.desk).status_code == 303
    assert "Đưa lại" not in text_of(office.get(poll.desk)).split('id="list"')[1]
    form = {"label": "Bạn nói gì?", "after": "first"}
    assert post(office, f"{poll.desk}/items/{poll.text}", f"{poll.desk}/items/{poll.text}", **form).status_code == 303
    assert [item.id for item in poll.row().items] == [poll.text, poll.single, poll.rating]


def test_the_unit_is_counted_on_the_roll_for_the_builder(app: Flask) -> None:
    """The builder knows no roll: what the desk hands over is asked; without a roll nothing is said of numbers."""
    cast = make_cast(app, entry="roll")
    office = cast.staff("organiser")
    one, other = (cast.write(units.add, cast.organisation_id, None, name) for name in ("Chi đoàn Một", "Chi đoàn Hai"))
    made = cast.write(building.create, cast.dialogue_id, "Có đơn vị")
    cast.write(items.add_item, cast.dialogue_id, made, "unit", {"label": "Đơn vị của bạn?"})
    cast.write(items.add_item, cast.dialogue_id, made, "yesno", {"label": "Giới tính: bạn là nam?"})
    desk = f"{cast.desk}/surveys/{made}"
    assert "Phiếu hỏi đơn vị cùng với “Giới tính: bạn là nam?”. Ở đơn vị ít người" in text_of(office.get(desk))
    for n in range(16):
        cast.enrol(f"Người {n}", one if n < 6 else other)
    page = text_of(office.get(desk))
    assert "chia mỗi đơn vị thành 2 nhóm. Ở 1 trên 2 đơn vị (ví dụ Chi đoàn Một: 6)" in page
