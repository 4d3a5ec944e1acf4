"""What a recommendation keeps: its place once somebody knows it, its number, its words' origin, the archive's silence."""

from __future__ import annotations

import datetime as dt
import re
from html import escape
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy import select

from survey import lifecycle
from survey.core.clock import now
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.dialogues.models import Dialogue
from survey.followups import attachments
from survey.followups import deadlines
from survey.followups import history
from survey.followups import links
from survey.followups import publishing
from survey.followups import recommendations
from survey.followups import recommended
from survey.followups import reminding
from survey.followups import written
from survey.followups.models_publishing import Publication
from survey.followups.models_recommendations import Attachment
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationQuestion
from survey.followups.recommended import Recommended
from survey.followups.rewriting_recommendations import ERASED
from survey.moderation import erasing
from survey.moderation import service as moderation
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.followups.conftest import Office
from tests.followups.conftest import furnish

PDF = b"%PDF-1.7\nvan ban"


@pytest.fixture
def after(app: Any) -> Office:
    """The hall is closed."""
    office = furnish(make_cast(app, "collect", "open_hall"))
    office.cast.write(lifecycle.close, office.cast.dialogue_id, actor="test")
    return office


def make(office: Office, **columns: Any) -> str:
    given = {"body": "Trang bị máy tính mới", "actor": "test", **columns}
    return office.cast.write(recommendations.create, office.cast.dialogue_id, **given)  # type: ignore[no-any-return]


def standing(office: Office) -> list[Recommended]:
    with office.cast.reading() as session:
        return recommended.of_dialogue(session, office.cast.dialogue_id)


def numbers(office: Office) -> list[int]:
    return [one.number for one in standing(office)]


def faults(office: Office) -> list[str]:
    with office.cast.reading() as session:
        return [fault.what for fault in history.verify(session, office.cast.dialogue_id)]


def attach(cast: Cast, recommendation_id: str, name: str = "quyết định.pdf") -> str:
    folder = cast.app.extensions["survey"]["settings"].data_dir
    return cast.write(attachments.add, recommendation_id, attachments.keep(folder, name, PDF), actor="test")  # type: ignore[no-any-return]


def refused(cast: Cast, *args: Any, **options: Any) -> str:
    with pytest.raises(NotNow) as error:
        cast.write(*args, **options)
    return error.value.message


@pytest.mark.parametrize("known", ["published", "link", "letter", "helping"])
def test_one_that_somebody_may_know_of_stays(after: Office, known: str) -> None:
    cast, dialogue_id = after.cast, after.cast.dialogue_id
    free = make(after, unit_id=after.digital)
    cast.write(written.withdraw, dialogue_id, free, actor="test")  # the control: given to a unit that nobody told
    first = make(after)
    kept = make(after, **({"cooperating": [after.pay]} if known == "helping" else {"unit_id": after.pay}))
    if known == "published":
        for shown in (True, False):
            cast.write(recommendations.publish, kept, shown, actor="test")
    elif known == "letter":
        wanted = [(after.pay, "Sở Nội vụ", 1)]
        cast.write(reminding.claim, dialogue_id, wanted, deadlines.today(), actor="test", via="text")
    else:
        cast.write(links.make, dialogue_id, [after.pay], actor="test", anew=True)
    if known == "link":  # taken from the unit again, which does not make it forget
        cast.write(recommendations.change, kept, unit_id=after.digital, actor="test")
    assert refused(cast, written.withdraw, dialogue_id, kept, actor="test") == written.STARTED
    assert refused(cast, written.join, dialogue_id, [first, kept], actor="test") == written.STARTED
    assert [one.id for one in standing(after)] == [first, kept]


def test_a_number_is_never_given_twice(after: Office) -> None:
    cast, dialogue_id = after.cast, after.cast.dialogue_id
    for _each in range(2):
        make(after)
    cast.write(written.withdraw, dialogue_id, standing(after)[-1].id, actor="test")
    last = make(after)
    assert numbers(after) == [1, 3]
    cast.write(written.join, dialogue_id, [one.id for one in standing(after)], actor="test")
    make(after)
    assert (numbers(after), last in {one.id for one in standing(after)}) == ([1, 4], False)


def test_a_hall_that_opens_again_begins_where_it_was_unless_a_letter_went(app: Any) -> None:
    office = furnish(make_cast(app, "collect", "open_hall"))
    cast, dialogue_id, (pay, other, digital) = office.cast, office.cast.dialogue_id, office.questions
    for question in (pay, digital):
        cast.write(moderation.decide, dialogue_id, question, "put_in_writing", actor="test", permission="answer")
    cast.write(lifecycle.close, dialogue_id, actor="test")
    told = standing(office)[0]
    wanted = [(office.pay, "Sở Nội vụ", 1)]
    cast.write(reminding.claim, dialogue_id, wanted, deadlines.today(), actor="test", via="mail")
    cast.write(lifecycle.open_hall, dialogue_id, actor="test")
    assert [(one.id, one.number) for one in standing(office)] == [(told.id, 1)]
    cast.write(moderation.decide, dialogue_id, other, "put_in_writing", actor="test", permission="answer")
    cast.write(lifecycle.close, dialogue_id, actor="test")
    assert (numbers(office), faults(office)) == ([1, 2, 3], [])


def archive(cast: Cast) -> None:
    for step in ("conclude", "archive"):
        cast.write(getattr(lifecycle, step), cast.dialogue_id, actor="test")


def test_an_archive_changes_nothing_but_what_the_public_loses(after: Office) -> None:
    cast, dialogue_id = after.cast, after.cast.dialogue_id
    ids = [make(after) for _each in range(4)]
    hidden, shown, loose = (attach(cast, ids[0], f"{name}.pdf") for name in "abc")
    cast.write(attachments.publish, shown, published=True, actor="test")
    cast.write(publishing.set_paper, dialogue_id, "notice", "Kết luận", shown=True, actor="test")
    cast.write(recommendations.publish, ids[0], True, actor="test")
    cast.write(recommendations.publish, ids[1], True, actor="test")
    archive(cast)
    every: dict[str, Any] = {"question_ids": (), "among": (), "actor": "test"}
    said = {
        refused(cast, written.withdraw, dialogue_id, ids[2], actor="test"),
        refused(cast, written.join, dialogue_id, ids[2:], actor="test"),
        refused(cast, attachments.publish, hidden, published=True, actor="test"),
        refused(cast, attachments.remove, loose, actor="test"),
        refused(cast, recommendations.publish, ids[2], True, actor="test"),
        refused(cast, publishing.publish, dialogue_id, recommendation_ids=ids[:3], of=ids[:3], **every),
        refused(cast, publishing.set_paper, dialogue_id, "plan", "Kế hoạch", shown=True, actor="test"),
        refused(cast, publishing.set_paper, dialogue_id, "notice", "Lời khác", shown=False, actor="test"),
    }
    with pytest.raises(NotNow):
        attach(cast, ids[0], "d.pdf")
    assert said == {recommendations.ARCHIVED}
    page = f"{cast.desk}/recommendations/{ids[0]}"
    html = cast.staff("organiser").get(page).get_data(as_text=True)
    path = page.rsplit("//", maxsplit=1)[-1]
    assert f'{path}/publication/withdrawal"' in html
    assert (f'{path}/files/{shown}/publication/withdrawal"' in html, f'{path}/files/{hidden}/publication"' in html) == (
        True, False,
    )  # fmt: skip
    cast.write(recommendations.publish, ids[0], False, actor="test")
    cast.write(attachments.publish, shown, published=False, actor="test")
    assert cast.write(publishing.publish, dialogue_id, recommendation_ids=(), of=ids, **every) == 1
    cast.write(publishing.set_paper, dialogue_id, "notice", "Kết luận", shown=False, actor="test")
    with cast.reading() as session:
        assert [one.published for one in session.scalars(select(Recommendation))] == [False] * 4
        assert [one.published for one in session.scalars(select(Attachment))] == [False] * 3
        paper = session.get_one(Publication, dialogue_id)
        assert (paper.notice, paper.notice_shown) == ("Kết luận", False)
    assert faults(after) == []


def test_nobody_is_reminded_out_of_an_archive(after: Office) -> None:
    cast, dialogue_id, day = after.cast, after.cast.dialogue_id, deadlines.today()
    wanted = [(after.pay, "Sở Nội vụ", 1)]
    archive(cast)
    for via in ("text", "mail"):
        assert refused(cast, reminding.claim, dialogue_id, wanted, day, actor="test", via=via) == reminding.SHUT
    with cast.reading() as session:
        assert reminding.latest(session, dialogue_id) == []


@pytest.mark.parametrize("how", ["unticked", "joined"])
def test_erasing_reaches_what_once_came_from_the_question(after: Office, how: str) -> None:
    cast, question = after.cast, after.questions[2]
    secret = "Khi nào bộ phận một cửa"
    id_ = make(after, body=secret, question_ids=[question])
    other = make(after, body=f"{secret} thì không liên quan", question_ids=[after.questions[0]])
    if how == "joined":
        cast.write(written.join, cast.dialogue_id, [id_, make(after)], actor="test")
    cast.write(recommendations.change, id_, question_ids=[], actor="test")
    cast.write(erasing.erase, cast.dialogue_id, question, actor="test", reason="secret")
    with cast.reading() as session:
        words = [row.text for row in history.of(session, id_)]
    bodies = {one.id: one.body for one in standing(after)}
    assert (bodies[id_], [word for word in words if secret in word]) == (ERASED, [])
    assert bodies[other] == f"{secret} thì không liên quan"
    assert faults(after) == []


def test_what_decides_lateness_is_held_against_the_acts(after: Office) -> None:
    cast, dialogue_id = after.cast, after.cast.dialogue_id
    id_ = make(after, question_ids=after.questions[:2])
    cast.write(recommendations.step, id_, "answered", answer="Đã làm", actor="test")
    file = attach(cast, id_)
    twin = attach(cast, id_, "bản nữa.pdf")  # the same bytes
    for shown in (True, False, True):
        cast.write(attachments.publish, file, published=shown, actor="test")
    assert faults(after) == []
    early = now() - dt.timedelta(days=30)
    link = RecommendationQuestion.question_id == after.questions[1]

    def overwrite(session: Any, model: Any, row_id: str, column: str, value: Any) -> Any:
        row = session.get_one(model, row_id)
        before = getattr(row, column)
        setattr(row, column, value)
        return before

    found = {}
    for model, row_id, column, value in (
        (Recommendation, id_, "done_at", early), (Recommendation, id_, "created_at", early),
        (Attachment, twin, "published", True),
    ):  # fmt: skip
        before = cast.write(overwrite, model, row_id, column, value)
        found[column] = faults(after)
        cast.write(overwrite, model, row_id, column, before)
    cast.write(lambda session: session.execute(delete(RecommendationQuestion).where(link)).close())
    found["questions"] = faults(after)
    assert found == {what: ["current"] for what in ("done_at", "created_at", "published", "questions")}
    cast.write(lambda session: session.add(
        RecommendationQuestion(recommendation_id=id_, question_id=after.questions[1])
    ))  # fmt: skip
    assert faults(after) == []
    cast.write(recommendations.step, id_, "working", actor="test")
    cast.write(recommendations.step, id_, "solved", actor="test")
    cast.write(attachments.remove, file, actor="test")
    assert faults(after) == []
    with cast.reading() as session:
        assert session.get_one(Dialogue, dialogue_id).next_recommendation == 2


def test_many_are_made_assigned_and_published_in_lots(after: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "AT_ONCE", 2)
    writes: list[int] = []
    db = after.cast.app.extensions["survey"]["db"]
    real = type(db).write

    def counted(self: Any, job: Any, *args: Any, **options: Any) -> Any:
        lots = [len(one) for one in args if isinstance(one, list)]
        writes.extend(lots)
        return real(self, job, *args, **options)

    desk = after.cast.staff("organiser")
    page = f"{after.cast.desk}/recommendations"
    token = csrf(desk, page)
    monkeypatch.setattr(type(db), "write", counted)

    def send(path: str, **data: Any) -> list[int]:
        writes.clear()
        answer = desk.post(f"{page}{path}", data={"csrf_token": token, **data})
        assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
        return list(writes)

    assert send("/questions", question=after.questions) == [2, 1]
    ids = [one.id for one in standing(after)]
    assert send("/assignment", one=ids, state="working") == [2, 1]
    assert send("/publication", one=ids) == [2, 1]
    assert [(one.state, one.published) for one in standing(after)] == [("working", True)] * 3
    assert send("/publication/withdrawal", one=ids) == [2, 1]
    gone = desk.post(f"{page}/assignment", data={"csrf_token": token, "one": [*ids, "x"], "state": "received"})
    assert (gone.status_code, {one.state for one in standing(after)}) == (404, {"working"})


@pytest.fixture
def desk(after: Office) -> Any:
    return after.cast.staff("organiser")


def send(office: Office, browser: Any, tail: str, **data: Any) -> tuple[int, str]:
    """A form of the page of a recommendation, with what was seen where `seen` is given."""
    page = f"{office.cast.desk}/recommendations"
    answer = browser.post(f"{page}/{tail}", data={"csrf_token": csrf(browser, page), **data})
    return answer.status_code, answer.get_data(as_text=True)


def seen(office: Office, browser: Any, id_: str) -> str:
    page = browser.get(f"{office.cast.desk}/recommendations/{id_}").get_data(as_text=True)
    marks = set(re.findall(r'name="seen" value="(\d+)"', page))
    assert len(marks) == 1, "both forms say what they show"
    return str(marks.pop())


def test_what_the_public_must_read_is_not_emptied(after: Office, desk: Any) -> None:
    id_ = make(after)
    full = {"answered": {"answer": "Đã mua máy"}, "refused": {"reason": "Ngoài thẩm quyền"}}
    for state, texts in full.items():
        assert send(after, desk, f"{id_}/state", state=state, **texts)[0] == 303
        for empty in ({}, {"answer": "", "reason": ""}):
            assert send(after, desk, f"{id_}/state", state=state, **empty)[0] == 422
        with pytest.raises(Invalid):
            after.cast.write(recommendations.change, id_, actor="test", **dict.fromkeys(texts, " "))
        (one,) = standing(after)
        assert (one.state, {name: getattr(one, name) for name in texts}) == (state, texts)
    assert send(after, desk, f"{id_}/state", state="answered", document="15/TB")[0] == 303
    assert [(one.answer, one.reason, one.document) for one in standing(after)] == [("", "", "15/TB")]
    assert faults(after) == []


def test_a_page_that_was_overtaken_reverts_nothing_and_loses_nothing(after: Office, desk: Any) -> None:
    id_, due = make(after), deadlines.today() + dt.timedelta(days=9)
    mark = seen(after, desk, id_)
    after.cast.write(recommendations.step, id_, "answered", answer="Lời đã duyệt", actor="test")
    after.cast.write(recommendations.change, id_, due=due, actor="test")
    status, page = send(after, desk, f"{id_}/state", state="working", answer="Lời cũ", seen=mark)
    assert (status, "Lời cũ</textarea>" in page) == (422, True)
    assert escape(recommendations.OVERTAKEN) in page
    status, page = send(after, desk, id_, body="Lời khác", due="", seen=mark)
    assert (status, "Lời khác</textarea>" in page) == (422, True)
    (one,) = standing(after)
    assert (one.state, one.answer, one.due, one.body) == ("answered", "Lời đã duyệt", due, "Trang bị máy tính mới")
    again = re.findall(r'name="seen" value="(\d+)"', page)[0]
    assert send(after, desk, id_, body="Lời khác", due="", seen=again)[0] == 303
    (one,) = standing(after)
    assert (one.body, one.due) == ("Lời khác", None)


def test_the_page_says_what_is_public_at_once(after: Office, desk: Any) -> None:
    id_, said = make(after), "trang công khai đổi theo ngay"
    page = f"{after.cast.desk}/recommendations/{id_}"
    assert said not in desk.get(page).get_data(as_text=True)
    after.cast.write(recommendations.publish, id_, True, actor="test")
    assert said in desk.get(page).get_data(as_text=True)
