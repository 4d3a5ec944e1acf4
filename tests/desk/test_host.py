"""A site's host: how people get in there, what is typed for them, hands beside the ballots, and what is printed."""

from __future__ import annotations

import pytest

from survey.core import clock
from survey.core.ids import digest
from survey.dialogues import queries as dialogues
from survey.dialogues import sites
from survey.dialogues.models import Dialogue
from survey.questionnaires import polls
from survey.questionnaires import shown
from survey.questionnaires.plans import Plan
from survey.questions import queries as questions
from survey.room import hands
from survey.room import places
from tests.conftest import csrf
from tests.conftest import make_cast

JSON = {"Accept": "application/json"}


@pytest.fixture
def cast(app):
    """A hall that is open, with two sites."""
    cast = make_cast(app, "open_hall")
    for name in ("Huyện Cái Nước", "Huyện U Minh"):
        cast.write(sites.add, cast.dialogue_id, name)
    return cast


def site(cast, number):
    with cast.reading() as session:
        return next(one for one in dialogues.sites(session, cast.dialogue_id) if one.number == number)


def phone(cast, number):
    """A phone that came in by the site's own address."""
    browser = cast.app.test_client()
    page = browser.get(f"{cast.base}?site={number}")
    assert f'name="site" value="{number}"' in page.text
    token = csrf(browser, f"{cast.base}?site={number}")
    assert browser.post(f"{cast.base}/entry", data={"csrf_token": token, "site": str(number)}).status_code == 303
    return browser


def post(browser, cast, path, **data):
    token = csrf(browser, f"{cast.desk}/sites/1")
    return browser.post(f"{cast.desk}/sites/{path}", data=data, headers={**JSON, "X-CSRFToken": token})


def board(cast):
    with cast.reading() as session:
        return questions.board(session, cast.dialogue_id)


def test_six_digits_lead_to_the_site_and_open_nothing_more(cast):
    """Typed at the front door; when nobody enters any more they are as unknown as any others."""
    digits = site(cast, 2).digits
    assert len(digits) == 6
    assert digits.isdecimal()
    assert {"0", "1"} & set(digits)
    stranger = cast.stranger()
    answer = stranger.get("/", query_string={"code": f"{digits[:3]} {digits[3:]}"})
    assert (answer.status_code, answer.location) == (303, f"{cast.base}?site=2")
    from survey import lifecycle

    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    assert stranger.get("/", query_string={"code": digits}).status_code == 404


def test_a_phone_is_where_it_came_in_and_may_say_otherwise(cast):
    """Counts are kept; the stored mark is no digest of the ballot; saying it twice counts once."""
    browser = phone(cast, 1)
    assert (site(cast, 1).ballots, site(cast, 2).ballots) == (1, 0)
    secret = browser.get_cookie("ballot", path=cast.base).value
    with cast.reading() as session:
        from survey.room.models import SiteMark

        (row,) = session.query(SiteMark).all()
        assert row.site == 1
        assert bytes(row.mark) not in {digest(secret)}
    token = csrf(browser, cast.base)
    for number, counts in (("2", (0, 1)), ("2", (0, 1)), ("0", (0, 0)), ("1", (1, 0))):
        answer = browser.post(f"{cast.base}/site", data={"site": number}, headers={**JSON, "X-CSRFToken": token})
        assert answer.status_code == 200
        assert (site(cast, 1).ballots, site(cast, 2).ballots) == counts
    wrong = browser.post(f"{cast.base}/site", data={"site": "77"}, headers={**JSON, "X-CSRFToken": token})
    assert wrong.status_code == 404


def test_a_phone_is_asked_once_where_it_is(cast):
    browser = cast.member()
    asked = browser.get(cast.base).text
    assert "Bạn đang ở đâu?" in asked
    assert "Huyện U Minh" in asked
    token = csrf(browser, cast.base)
    assert browser.post(f"{cast.base}/site", data={"csrf_token": token, "site": "0"}).status_code == 303
    assert "Bạn đang ở đâu?" not in browser.get(cast.base).text
    assert "Bạn đang ở đâu?" in browser.get(f"{cast.base}?site=2").text


def test_what_a_host_types_comes_in_once_and_in_order(cast):
    """The same client id twice is one question; the other site's host may not; an empty one is refused with its words."""
    host = cast.staff("host", site=1)
    for name, text in (("a", "Bao giờ có đường?"), ("b", "Trường thiếu máy tính"), ("a", "Bao giờ có đường?")):
        assert post(host, cast, "1/questions", text=text, source="spoken", client_id=name).status_code == 201
    assert post(host, cast, "1/questions", text="Giấy hỏi về lương", source="paper", client_id="c").json["number"] == 3
    assert sorted((row.number, row.body, row.source) for row in board(cast)) == [
        (1, "Bao giờ có đường?", "spoken"), (2, "Trường thiếu máy tính", "spoken"), (3, "Giấy hỏi về lương", "paper"),
    ]  # fmt: skip
    assert post(host, cast, "1/questions", text=" ", client_id="d").status_code == 422
    assert post(host, cast, "2/questions", text="Của nơi khác", client_id="e").status_code == 403
    token = csrf(host, f"{cast.desk}/sites/1")
    form = host.post(f"{cast.desk}/sites/1/questions", data={"csrf_token": token, "text": "?"})
    assert form.status_code == 422
    assert ">?</textarea>" in form.text


def test_hands_stand_beside_and_are_never_added(cast):
    host, other = cast.staff("host", site=1), cast.staff("host", site=2)
    asked = post(host, cast, "1/questions", text="Bao giờ có đường?", client_id="a").json["id"]
    assert post(host, cast, "1/hands", subject=asked, hands="5").status_code == 200
    assert post(host, cast, "1/hands", subject=asked, hands="7").status_code == 200
    token = csrf(other, f"{cast.desk}/sites/2")
    other.post(f"{cast.desk}/sites/2/hands", data={"csrf_token": token, "subject": asked, "hands": "3"})
    with cast.reading() as session:
        assert hands.of(session, cast.dialogue_id, [asked]) == {asked: 10}
    assert [row.supporters for row in board(cast)] == [0]
    assert post(host, cast, "1/hands", subject=asked, hands="-1").status_code == 422
    assert post(host, cast, "1/hands", subject="nothing", hands="1").status_code == 404
    state = host.get(f"{cast.desk}/sites/1/state", headers=JSON).json
    assert [(row["number"], row["hands"]) for row in state["questions"]] == [(1, 7)]


def test_hands_for_a_choice_stand_beside_the_poll_and_are_never_added(cast):
    """Only while it is open; each choice by itself, the wall and the phones read them when it closed."""
    host, word = cast.staff("organiser"), "Giơ tay ở các điểm cầu, không cộng vào phiếu:"
    vote = cast.write(polls.start, cast.dialogue_id, Plan("vote", "Thông qua kết luận"))
    told = host.get(f"{cast.desk}/sites/1/state").json["subjects"]
    assert [one["label"] for one in told] == [
        f"Thông qua kết luận – {text}" for text in ("Tán thành", "Không tán thành", "Không có ý kiến")
    ]
    assert told[0]["id"] in host.get(f"{cast.desk}/sites/1").text
    for hands_ in ("12", "9"):
        answer = post(host, cast, "1/hands", subject=told[0]["id"], hands=hands_)
        assert (answer.status_code, answer.json["number"]) == (200, None)
    assert host.get(f"{cast.desk}/sites/1/state").json["subjects"][0]["hands"] == 9
    assert post(host, cast, "1/hands", subject=f"{vote}.x", hands="1").status_code == 404
    assert word not in cast.member().get(cast.base).text
    cast.write(polls.close, cast.dialogue_id, vote)
    assert post(host, cast, "1/hands", subject=told[0]["id"], hands="1").status_code == 404
    with cast.reading() as session:
        row = shown.one(session, session.get_one(Dialogue, cast.dialogue_id), vote)
    assert (row.raised, row.responses, row.bars) == ((("Tán thành", 9),), 0, ())
    assert word in cast.member().get(cast.base).text
    short = cast.write(polls.start, cast.dialogue_id, Plan("short", "Một từ?"))
    assert [one for one in host.get(f"{cast.desk}/sites/1/state").json["subjects"] if one["id"].startswith(short)] == []


def test_after_the_closing_questions_go_in_writing_and_hands_are_refused(cast):
    """Ended, closed: straight in writing and no hands. Concluded: refused, with what was typed; what came in stays so."""
    from survey import ending
    from survey import lifecycle

    host = cast.staff("host", site=1)
    asked = post(host, cast, "1/questions", text="Bao giờ có đường?", client_id="a").json["id"]
    assert post(host, cast, "1/hands", subject=asked, hands="5").status_code == 200, "the premise"

    def ended(session):
        session.get(Dialogue, cast.dialogue_id).ending_at = clock.now()

    cast.write(ended)
    assert post(host, cast, "1/hands", subject=asked, hands="6").json["error"] == "not_now"
    page = host.get(f"{cast.desk}/sites/1").text
    assert "Số người giơ tay" not in page
    assert "trả lời bằng văn bản" in page
    assert post(host, cast, "1/questions", text="Câu trong lúc kết thúc", client_id="b").status_code == 201
    cast.write(ending.undo, cast.dialogue_id, actor="test")
    assert [row.state for row in board(cast)] == ["approved", "approved"], "as if the end had not been"
    cast.write(ending.end, cast.dialogue_id, actor="test")
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    assert post(host, cast, "1/questions", text="Câu đến muộn vì mất mạng", client_id="c").json["number"] == 3
    assert post(host, cast, "1/hands", subject=asked, hands="6").json["error"] == "not_now"
    late = {row.body: row.state for row in board(cast)}
    assert set(late.values()) == {"in_writing"}
    assert len(late) == 3
    cast.write(lifecycle.conclude, cast.dialogue_id, actor="test")
    refused = post(host, cast, "1/questions", text="Câu sau kết luận", client_id="d")
    assert refused.json["error"] == "not_now"
    assert "đã kết luận" in refused.json["message"]
    again = post(host, cast, "1/questions", text="Câu đến muộn vì mất mạng", client_id="c")
    assert (again.status_code, again.json["number"]) == (201, 3), "an answer that was lost is told again"
    form = {"csrf_token": csrf(host, f"{cast.desk}/sites/1"), "text": "Câu sau kết luận"}
    plain = host.post(f"{cast.desk}/sites/1/questions", data=form)
    assert plain.status_code == 403
    assert ">Câu sau kết luận</textarea>" in plain.text
    assert len(board(cast)) == 3
    with cast.reading() as session:
        assert hands.of(session, cast.dialogue_id, [asked]) == {asked: 5}


def test_sites_of_one_name_are_counted_and_told_apart(app):
    """Two of one name with ten ballots each; the third, of a name of its own, is told by the name alone."""
    cast = make_cast(app, "open_hall")
    names = ("Điểm cầu huyện", "Điểm cầu huyện", "Huyện U Minh")
    for name in names:
        cast.write(sites.add, cast.dialogue_id, name)
    for number in (1, 2, 3):
        for each in range(10):
            cast.write(places.choose, cast.keys, cast.dialogue_id, f"{number}{each:031}", number)
    hosts = {number: cast.staff("host", site=number) for number in (1, 2, 3)}
    for number, text in ((1, "Một"), (2, "Hai"), (2, "Hai nữa"), (3, "Ba")):
        token = csrf(hosts[number], f"{cast.desk}/sites/{number}")
        form = {"text": f"Câu hỏi {text}", "client_id": text}
        headers = {**JSON, "X-CSRFToken": token}
        assert (
            hosts[number].post(f"{cast.desk}/sites/{number}/questions", data=form, headers=headers).status_code == 201
        )
    assert {row.body: row.site for row in board(cast)} == {
        "Câu hỏi Một": "1. Điểm cầu huyện", "Câu hỏi Hai": "2. Điểm cầu huyện", "Câu hỏi Hai nữa": "2. Điểm cầu huyện",
        "Câu hỏi Ba": "Huyện U Minh",
    }  # fmt: skip
    report = cast.staff("secretary").get(f"{cast.desk}/exports/sites.json").json
    assert [(row["number"], row["site"], row["questions"]) for row in report["tables"][0]["rows"]] == [  # type: ignore[index]
        (1, "Điểm cầu huyện", 1), (2, "Điểm cầu huyện", 2), (3, "Huyện U Minh", 1),
        (None, "Hội trường và điểm cầu khác", 0),
    ]  # fmt: skip
    chooser = cast.member().get(cast.base).text
    assert ">1. Điểm cầu huyện<" in chooser
    assert ">Huyện U Minh<" in chooser


def test_sheets_are_printed_for_the_site_and_for_the_hall(cast):
    host, organiser = cast.staff("host", site=1), cast.staff("organiser")
    digits = site(cast, 1).digits
    assert f"{digits[:3]} {digits[3:]}" in host.get(f"{cast.desk}/sites/1/print/guide").text
    assert host.get(f"{cast.desk}/sites/1/print/slips").text.count("Câu hỏi, ý kiến của tôi") == 6
    for sheet in ("guide", "slips", "board"):
        assert organiser.get(f"{cast.desk}/sites/0/print/{sheet}").status_code == 200
        assert host.get(f"{cast.desk}/sites/0/print/{sheet}").status_code == 403
    assert host.get(f"{cast.desk}/sites/1/print/other").status_code == 404


def test_large_sites_take_turns_in_the_order(cast):
    """Ten ballots and more each: the best of each site, then the second; a small site stands with the hall."""
    with cast.reading() as session:
        assert places.named(session, cast.dialogue_id) == {}
    for number in (1, 2):
        for each in range(10):
            cast.write(places.choose, cast.keys, cast.dialogue_id, f"{number}{each:031}", number)
    from survey.dialogues import service
    from survey.questions import service as asking
    from survey.questions.state import State

    rows: list[tuple[str, int | None, int]] = [("A1", 1, 9), ("A2", 1, 8), ("A3", 1, 7), ("B1", 2, 3), ("C1", None, 2)]
    for body, at, supporters in rows:
        cast.write(asking.add, cast.dialogue_id, body, None, state=State.APPROVED, site=at, carried=supporters)
    assert [row.body for row in board(cast)] == ["A1", "A2", "A3", "B1", "C1"]

    def turns(session):
        session.get(Dialogue, cast.dialogue_id).site_turns = True

    cast.write(turns)
    assert [row.body for row in board(cast)] == ["A1", "B1", "C1", "A2", "A3"]
    assert {"site_turns"} <= service.SETTINGS


def test_several_leaders_have_a_desk_each_and_who_answers_is_noted(cast):
    """Two leaders by two invitations; the one who ends the answer is named; the secretary may name somebody else."""
    host, first, second = cast.staff("host", site=1), cast.staff("leader"), cast.staff("leader")
    asked = post(host, cast, "1/questions", text="Bao giờ có đường?", client_id="a").json["id"]
    for leader in (first, second):
        assert "Bao giờ có đường?" in leader.get(f"{cast.desk}/lead").text
    for leader, act in ((first, "call"), (second, "answer")):
        token = csrf(leader, f"{cast.desk}/lead")
        answer = leader.post(f"{cast.desk}/questions/{asked}/{act}", headers={**JSON, "X-CSRFToken": token})
        assert answer.status_code == 200
    assert [row.answerer for row in board(cast)] == ["Thử leader"]
    secretary = cast.staff("secretary")
    token = csrf(secretary, f"{cast.desk}/moderate")
    secretary.post(
        f"{cast.desk}/questions/{asked}/note", headers={**JSON, "X-CSRFToken": token},
        data={"note": "Cuối năm xong", "answerer": "Giám đốc Sở Giao thông"},
    )  # fmt: skip
    assert [row.answerer for row in board(cast)] == ["Giám đốc Sở Giao thông"]
    report = secretary.get(f"{cast.desk}/exports/questions.csv").get_data(as_text=True)
    assert "Người trả lời" in report
    assert "Giám đốc Sở Giao thông" in report
