"""What everybody reads of a dialogue: before the day, after it, by search, by feed, as JSON, and nothing besides."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.dialogues import service as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State as Stage
from survey.exports import paper_words
from survey.exports import scene as exports_scene
from survey.followups import frozen
from survey.followups import publishing
from survey.followups import recommendations
from survey.public import shown
from survey.questions.models import Question
from tests.conftest import Cast
from tests.conftest import make_cast
from tests.public.conftest import HTML
from tests.public.conftest import PDF
from tests.public.conftest import TODAY
from tests.public.conftest import Scene

ATOM = "{http://www.w3.org/2005/Atom}"


def test_before_the_day_it_says_what_is_planned_and_how_to_join(app) -> None:  # type: ignore[no-untyped-def]
    cast = make_cast(app, "collect")
    cast.write(publishing.set_paper, cast.dialogue_id, "plan", "Chương trình: khai mạc 8:00", shown=False, actor="test")
    page = app.test_client().get(f"/p/{cast.code}")
    assert "Lãnh đạo tỉnh đối thoại" in page.text
    assert cast.code in page.text
    assert f'href="/d/{cast.code}"' in page.text
    assert "khai mạc 8:00" not in page.text, "it is not shown yet"
    cast.write(publishing.set_paper, cast.dialogue_id, "plan", "Chương trình: khai mạc 8:00", shown=True, actor="test")
    again = app.test_client().get(f"/p/{cast.code}")
    assert "khai mạc 8:00" in again.text
    assert f"{TODAY.day}/{TODAY.month}/{TODAY.year}" in again.text, "the day counts from now on"
    assert "Set-Cookie" not in again.headers


def test_after_it_shows_figures_answers_and_recommendations_and_nothing_unpublished(scene: Scene) -> None:
    page = scene.get().text
    assert (
        '<dl class="figs"><div><dt>ý kiến tiếp nhận</dt><dd>5</dd></div><div><dt>giải đáp trực tiếp</dt><dd>4</dd>'
        in page
    )
    assert "<dt>chuyển đơn vị</dt><dd>1</dd>" in page
    assert '<div class="late"><dt>quá hạn</dt><dd>1</dd></div>' in page
    assert "Quá hạn 12 ngày" in page
    for text in ("Sẽ trang bị trong quý này", "Phòng Tài chính", "15/TB-SNV", "Ngoài thẩm quyền"):
        assert text in page, text
    assert 'id="kien-nghi-2"' in page
    assert 'id="cau-1"' in page
    for text in ("chưa công bố", "nháp.pdf", HTML):
        assert text not in page, text
    assert page.count("&lt;script&gt;") == 2, "of the question and of the recommendation"


def test_the_page_speaks_english_and_keeps_no_cookie(scene: Scene) -> None:
    answer = scene.get("?lang=en")
    assert '<html lang="en"' in answer.text
    assert "Set-Cookie" not in answer.headers
    assert scene.get().text != answer.text


def test_search_needs_no_accents_and_filters_add_up(scene: Scene) -> None:
    unit = next(one for one, name in _shown(scene).units if name == "Phòng Nội vụ")
    assert _numbers(scene, "?q=MAY+tinh") == ([2], [1])
    assert _numbers(scene, "?state=overdue") == ([2], [])
    assert _numbers(scene, f"?unit={unit}") == ([1, 3], [])
    assert _numbers(scene, f"?unit={unit}&state=passed_up&q=khong chuyen trach") == ([1], [])
    assert _numbers(scene, "?q=khongcogi") == ([], [])
    assert "Không có kiến nghị nào khớp" in scene.get("?q=khongcogi").text


@pytest.mark.parametrize("query", [
    "?q=%00", "?q=%F0%9F", "?q=" + "a" * 5_000, '?q="><script>alert(1)</script>', "?q=%25_%27;--", "?state=nope&unit=%0d%0a",
    "?q=%ED%A0%80", "?q=((((((", "?topic=%E2%80%AE", "?unit[]=x&q[]=y",
])  # fmt: skip
def test_hostile_searches_find_nothing_and_break_nothing(scene: Scene, query: str) -> None:
    answer = scene.get(query)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_an_unknown_code_and_a_draft_are_not_there(scene: Scene) -> None:
    client = scene.cast.app.test_client()
    for path in ("/p/ZZZZZZ", "/p/ZZZZZZ.json", "/p/ZZZZZZ/feed.atom", "/p/ZZZZZZ/files/x"):
        assert client.get(path).status_code == 404, path
    assert client.get("/p/ZZZZZZ.json").is_json


def test_the_feed_tells_what_changed_and_what_is_overdue(scene: Scene) -> None:
    answer = scene.get("/feed.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = ET.fromstring(answer.data)
    titles = [entry.findtext(f"{ATOM}title") or "" for entry in feed.iter(f"{ATOM}entry")]
    assert len(titles) == 6
    assert [one for one in titles if one.startswith("[Quá hạn] Kiến nghị 2:")]
    moments = [entry.findtext(f"{ATOM}updated") or "" for entry in feed.iter(f"{ATOM}entry")]
    assert moments == sorted(moments, reverse=True)
    assert len({entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")}) == 6
    assert "chưa công bố" not in answer.text


def test_files_come_as_downloads_and_only_published_ones(scene: Scene) -> None:
    answer = scene.get(f"/files/{scene.seen_file}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert scene.get(f"/files/{scene.hidden_file}").status_code == 404
    assert scene.cast.app.test_client().get(f"/p/{scene.cast.other_code}/files/{scene.seen_file}").status_code == 404


def test_who_has_it_already_gets_304_and_what_changes_is_there_at_once(fresh: Scene) -> None:
    for path in ("", ".json", "/feed.atom", "/recommendations.json", f"/files/{fresh.seen_file}"):
        first = fresh.get(path)
        assert first.status_code == 200, path
        again = fresh.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path
    etag = fresh.get().headers["ETag"]
    fresh.cast.write(recommendations.publish, fresh.recommendations[1], False, actor="test")
    changed = fresh.get("", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert "Trang bị máy tính cho bộ phận một cửa" not in changed.text
    assert [one["number"] for one in fresh.get(".json").json["recommendations"]] == [1, 3]


@pytest.mark.claim("followup", "the public page costs as much for a thousand readers as for one: nothing is read again")
def test_readers_cost_nothing(scene: Scene, figure, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """After the first reader the public things are neither read nor rendered again; a change is."""
    scene.get()
    read: list[str] = []
    whole = shown.of

    def counted(*args: Any) -> shown.Shown:
        read.append("once more")
        return whole(*args)

    monkeypatch.setattr(shown, "of", counted)
    for path in ("", "", ".json", "/feed.atom", "?q=may"):
        assert scene.get(path).status_code == 200
    figure(f"{len(read)} readings for 5 readers after the first")
    assert read == []


def test_an_erased_question_leaves_the_page_at_once(fresh: Scene) -> None:
    with fresh.cast.reading() as session:
        body = session.get_one(Question, fresh.questions[0]).body
    assert body in fresh.get().text
    from survey.moderation import erasing

    fresh.cast.write(erasing.erase, fresh.cast.dialogue_id, fresh.questions[0], actor="test", reason="off_topic")
    assert body not in fresh.get().text
    assert body not in fresh.get(".json").text


def test_a_list_names_what_its_organisers_list(scene: Scene) -> None:
    client = scene.cast.app.test_client()
    assert scene.cast.code not in client.get("/p").text, "it is not listed"
    assert client.get("/p.json").json == {"total": 0, "page": 1, "pages": 1, "per_page": 50, "dialogues": []}


def _shown(scene: Scene) -> shown.Shown:
    from survey.dialogues import queries

    with scene.cast.reading() as session:
        return shown.of(session, queries.by_id(session, scene.cast.dialogue_id))


def _numbers(scene: Scene, query: str) -> tuple[list[int], list[int]]:
    page = scene.get(query).text
    rows, asked = re.findall(r'<tr id="kien-nghi-(\d+)"', page), re.findall(r'<li [^>]*id="cau-(\d+)"', page)
    return [int(number) for number in rows], [int(number) for number in asked]


def test_nothing_of_a_rehearsal_is_public(cast: Cast) -> None:
    """A control of the premise: what is shown hangs on the state."""
    page = cast.app.test_client().get(f"/p/{cast.code}").text
    assert "Vào phòng" in page
    assert '<dl class="figs">' not in page


def test_the_calendar_has_what_the_page_has_and_is_asked_for_each_time(fresh: Scene) -> None:
    """Nothing of a hall that may open again or of a rehearsal; what is taken back is gone from every reader's calendar."""
    cast = fresh.cast
    answer = fresh.get("/deadlines.ics")
    uids = {line.split(":")[1].split("@")[0] for line in answer.text.splitlines() if line.startswith("UID:")}
    dated = {one["number"] for one in fresh.get(".json").json["recommendations"] if one["due"]}
    numbers = dict(zip(fresh.recommendations, (1, 2, 3, 4), strict=True))
    assert {numbers[uid] for uid in uids if uid in numbers} == dated != set()
    assert "conclusion" in {uid.split("-")[0] for uid in uids}
    assert "Set-Cookie" not in answer.headers
    assert "no-cache" in answer.headers["Cache-Control"]
    mark = {"If-None-Match": answer.headers["ETag"]}
    assert fresh.get("/deadlines.ics", headers=mark).status_code == 304
    cast.write(recommendations.publish, fresh.recommendations[1], False, actor="test")
    gone = fresh.get("/deadlines.ics", headers=mark)
    assert (gone.status_code, fresh.recommendations[1] in gone.text) == (200, False)
    for state, rehearsal in ((Stage.LIVE, False), (Stage.COLLECTING, False), (Stage.CONCLUDED, True)):
        cast.write(_put, cast.dialogue_id, state, rehearsal)
        shown_then = fresh.get("/deadlines.ics")
        assert (shown_then.status_code, "BEGIN:VEVENT" in shown_then.text) == (200, False), (state, rehearsal)


def _put(session: Session, dialogue_id: str, state: str, rehearsal: bool) -> None:
    session.execute(update(Dialogue).where(Dialogue.id == dialogue_id).values(state=state, rehearsal=rehearsal))
    dialogues.touch(session, dialogue_id, public=True)


def test_page_papers_and_years_give_one_answer_to_how_many(fresh: Scene) -> None:
    """Opinions, those of a merge one by one; what a unit is to answer counts as handed on, published or not."""
    cast, asked = fresh.cast, fresh.questions
    cast.write(_merge_and_hand, cast.dialogue_id, asked[0], asked[3])
    public = fresh.get(".json").json["figures"]
    with cast.reading() as session:
        dialogue = session.get_one(Dialogue, cast.dialogue_id)
        paper = paper_words.counts(exports_scene.read(session, dialogue, "http://localhost/"))
        year = frozen.count(session, dialogue)
    assert (public["received"], public["direct"], public["handed"]) == (7, 5, 2)
    assert paper == (7, 5, 5, 2), "with the number of questions behind the opinions"
    assert (year.asked, year.answered, year.in_writing) == (7, 5, 2)


def _merge_and_hand(session: Session, dialogue_id: str, merged: str, handed: str) -> None:
    session.execute(update(Question).where(Question.id == merged).values(wordings=3))
    session.execute(update(Question).where(Question.id == handed).values(state="approved"))
    recommendations.create(session, dialogue_id, body="Chưa công bố", question_ids=[handed], actor="test")
    dialogues.touch(session, dialogue_id, public=True)
