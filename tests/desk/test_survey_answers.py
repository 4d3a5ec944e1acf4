"""The bridge from questionnaires to the board: what is offered, in which order, and that each text goes up once."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import pytest
from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import update

from survey.core.errors import Invalid
from survey.dialogues.models import Topic
from survey.moderation import bridge
from survey.moderation import offers
from survey.moderation.models import TakenAnswer
from survey.moderation.service import BroughtIn
from survey.moderation.service import bring_in
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import queries
from survey.questionnaires import service
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.models import Response
from survey.questions.models import Question
from tests.conftest import Cast
from tests.conftest import csrf

TEXTS = (
    "Mong có chỗ gửi con ở cơ quan trong giờ làm", "Xin gộp các báo cáo trùng nhau về một mẫu",
    "Xin gộp những báo cáo trùng nhau về một mẫu chung", "Đường truyền ở xã rất chậm, chiều nào cũng nghẽn",
    "duong truyen o xa rat cham, chieu nao cung nghen", "Bao giờ có nhà ở xã hội cho cán bộ trẻ",
    "Nên luân chuyển công khai để ai cũng biết", "Tôi là kế toán duy nhất của xã, xin thêm người",
    "Lớp học buổi tối về kỹ năng số", "Khám sức khỏe định kỳ đang bị bỏ qua",
)  # fmt: skip
BARE = TEXTS[4]  # the one before it, typed without accents


class Survey:
    """A questionnaire with a choice, a text that may go on the board, and one that may not."""

    def __init__(self, cast: Cast) -> None:
        self.cast, dialogue = cast, cast.dialogue_id
        self.id = cast.write(building.create, dialogue, "Trước đối thoại")
        add = (items.add_item, dialogue, self.id)
        self.choice = cast.write(*add, "single", {"label": "Bạn ở đâu?", "options": "Xã\nPhường"})
        self.text = cast.write(*add, "text", {"label": "Bạn nói gì?", "board": "1"})
        self.private = cast.write(*add, "text", {"label": "Ghi riêng cho ban tổ chức"})
        cast.write(building.open_, dialogue, self.id)
        with cast.reading() as session:
            row = queries.one(session, dialogue, self.id)
        self.options = [option["id"] for option in row.items[0].settings["options"]]

    def answer(self, ballot: str, text: str, option: int = 0) -> None:
        key = self.cast.keys.get(self.cast.dialogue_id, "response")
        typed = {self.choice: {"": [self.options[option]]}, self.text: {"": [text]},
                 self.private: {"": [f"riêng {ballot} {text}"]}}  # fmt: skip
        self.cast.write(service.respond, self.id, queries.response_mark(key, ballot, self.id), typed)

    def answers(self, texts: Sequence[str], options: Sequence[int] | None = None) -> None:
        for place, text in enumerate(texts):
            self.answer(f"b{place}", text, options[place] if options else 0)
        self.cast.write(building.close, self.cast.dialogue_id, self.id)  # the results show all texts then

    def forget(self) -> None:
        """As if nobody had answered."""

        def undo(session):
            session.execute(delete(Response))
            session.execute(update(Questionnaire).values(responses=0, published={}, snapshot="", state="open"))

        self.cast.write(undo)


@pytest.fixture
def survey(cast: Cast) -> Survey:
    return Survey(cast)


def shown(client, path: str) -> str:
    page = html.unescape(client.get(path).get_data(as_text=True))
    return re.sub(r"[\w-]{20,}\.[\w-]{6}\.[\w-]{27}", "TOKEN", page)


def cards_of(cast: Cast) -> list[offers.Card]:
    with cast.reading() as session:
        return offers.page(session, cast.keys.get(cast.dialogue_id, "response"), cast.dialogue_id).cards


def questions(cast: Cast) -> list[Question]:
    with cast.reading() as session:
        found = list(session.scalars(select(Question).where(Question.dialogue_id == cast.dialogue_id)))
        session.expunge_all()
    return sorted(found, key=lambda question: question.body)


def send(client, path: str, act: str, **data):
    return client.post(f"{path}/{act}", data={"csrf_token": csrf(client, path), **data})


@pytest.mark.claim(
    "surveys",
    "the page of texts for the board is the same whoever wrote what, whenever, and whatever else they answered",
)
def test_two_worlds_show_the_same_page(cast, survey, figure):
    """World one: in one order. World two: other ballots, the other way round, with the other answers dealt anew."""
    office, path = cast.staff("moderator"), f"{cast.desk}/survey-answers"
    office.get(path)  # what a new sign-in is told is told once
    survey.answers(TEXTS, [0, 1] * 5)
    first = shown(office, path)
    assert all(text in first for text in TEXTS if text != BARE)  # the premise: it is all there
    with cast.reading() as session:
        rows = queries.results(session, survey.id).items
    published = next(list(item.texts) for item in rows if item.id == survey.text)
    survey.forget()
    survey.answers(TEXTS[::-1], [1] * 5 + [0] * 5)
    assert shown(office, path) == first
    leads = [card.lead.text for card in cards_of(cast)]
    assert leads != sorted(leads, key=TEXTS.index)  # nor is it the order of arrival
    assert "riêng" not in first
    survey.forget()
    survey.answers((*TEXTS[:9], "Một câu khác hẳn"))
    assert shown(office, path) != first  # the control: the texts themselves do show
    figure(f"{len(published)} texts, 2 worlds, 0 bytes of difference; another text shows")


def test_nothing_under_five_and_only_in_steps(cast, survey):
    office, path = cast.staff("moderator"), f"{cast.desk}/survey-answers"
    for number in range(4):
        survey.answer(f"b{number}", TEXTS[number])
    assert cards_of(cast) == []
    assert TEXTS[0] not in shown(office, path)
    survey.answer("b4", "")
    assert cards_of(cast) == []  # the results show texts one step late
    for number in range(5, 9):
        survey.answer(f"b{number}", TEXTS[number])
    assert cards_of(cast) == []  # nine responses: the results are those of five
    survey.answer("b9", TEXTS[9])
    assert cards_of(cast) == []  # four had written by the step before
    cast.write(building.close, cast.dialogue_id, survey.id)
    assert sum(card.count for card in cards_of(cast)) == 5  # nine wrote; texts are read in fives


def test_likely_duplicates_share_a_card(cast, survey):
    survey.answers(TEXTS)
    together = [sorted(draft.text for draft in card.drafts) for card in cards_of(cast) if card.count > 1]
    assert sorted(together) == sorted([[TEXTS[3]], sorted(TEXTS[1:3])])  # without accents it is the same text


def test_taken_over_in_bulk_and_only_once(cast, survey):
    survey.answers(TEXTS)
    with cast.reading() as session:
        topic = session.scalars(select(Topic).where(Topic.dialogue_id == cast.dialogue_id)).first()
    assert topic is not None
    office, path = cast.staff("moderator"), f"{cast.desk}/survey-answers"
    reports = next(card for card in cards_of(cast) if len(card.drafts) == 2)
    clerk = next(card for card in cards_of(cast) if "kế toán" in card.lead.text)
    data = {
        "take": [reports.lead.id, clerk.lead.id], "topic": topic.id, "to": "board",
        f"wording-{reports.lead.id}": reports.lead.text, f"same-{reports.lead.id}": reports.drafts[1].id,
        f"wording-{clerk.lead.id}": "Kế toán xã đang thiếu người",
    }  # fmt: skip
    for _twice in range(2):
        assert send(office, path, "questions", **data).status_code == 303
    found = {question.body: question for question in questions(cast)}
    assert set(found) == {"Kế toán xã đang thiếu người", *TEXTS[1:3]}
    assert {question.source for question in found.values()} == {"survey"}
    assert found[reports.lead.text].wordings == 2
    assert found[reports.drafts[1].text].state == "merged"
    assert found["Kế toán xã đang thiếu người"].supporters == 0
    left = shown(office, path)
    assert "kế toán duy nhất" not in left
    assert "trên bảng:" not in left
    cast.write(bring_in, cast.dialogue_id, [BroughtIn(f"{TEXTS[0]} việc")], actor="test")
    assert f"trên bảng:</b> {TEXTS[0]} việc" in shown(office, path)
    assert TEXTS[0] in left
    assert "từ phiếu khảo sát" in shown(cast.member(), f"{cast.base}?tab=ranking")
    assert found["Kế toán xã đang thiếu người"].topic_id == topic.id


def test_taken_into_the_queue_and_set_aside(cast, survey):
    survey.answers(TEXTS)
    office, path = cast.staff("secretary"), f"{cast.desk}/survey-answers"
    one, other = (next(card.lead for card in cards_of(cast) if text in card.lead.text) for text in (TEXTS[0], TEXTS[5]))
    send(office, path, "questions", take=one.id, to="queue", **{f"wording-{one.id}": one.text})
    assert [(question.state, question.number) for question in questions(cast)] == [("pending", None)]
    send(office, path, "dismissal", take=other.id)
    assert other.text not in shown(office, path)
    send(office, path, "dismissal/withdrawal")
    page = shown(office, path)
    assert other.text in page
    assert one.text not in page
    assert cast.staff("leader").get(path).status_code == 403


def test_refused_words_come_back_as_they_were_typed(cast, survey):
    survey.answers(TEXTS)
    office, path = cast.staff("moderator"), f"{cast.desk}/survey-answers"
    one, two = cards_of(cast)[:2]
    data = {
        "take": [one.lead.id, two.lead.id],
        f"wording-{one.lead.id}": " ",
        f"wording-{two.lead.id}": "Lời tôi vừa sửa",
    }
    answer = send(office, path, "questions", **data)
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "Lời tôi vừa sửa" in page
    assert page.count("Hãy ghi lời của câu hỏi, hoặc bỏ dấu chọn.") == 2
    assert questions(cast) == []
    assert send(office, path, "questions").status_code == 422  # nothing ticked


def test_what_is_remembered_leads_to_no_response(cast, survey):
    """The mark needs a key that dies; without it neither text nor response leads to it, and nothing leads back."""
    survey.answers(TEXTS)
    card = cards_of(cast)[0]
    cast.write(bridge.dismiss, cast.dialogue_id, [card.lead.id])
    with cast.reading() as session:
        kept = [(row.dialogue_id, row.mark, row.dismissed) for row in session.scalars(select(TakenAnswer))]
        responses = {row.mark for row in session.scalars(select(Response))}
    assert kept == [(cast.dialogue_id, bytes.fromhex(card.lead.id), True)]
    assert len(responses) == 10
    assert kept[0][1] not in responses


def test_the_builder_marks_items_and_members_are_told(cast, survey):
    page = shown(cast.member(), f"{cast.base}/surveys/{survey.id}")
    assert page.count("Câu này có thể được đưa lên bảng câu hỏi") == 1
    survey.answers(TEXTS[:5])
    change = (items.change_item, cast.dialogue_id, survey.id)
    with pytest.raises(Invalid):  # nobody was told
        cast.write(*change, survey.private, {"label": "Ghi riêng cho ban tổ chức", "board": "1"})
    cast.write(*change, survey.text, {"label": "Bạn nói gì?"})
    assert cards_of(cast) == []
    made = cast.write(building.create_from, cast.dialogue_id, "before")
    with cast.reading() as session:
        row = queries.one(session, cast.dialogue_id, made)
    assert [item.kind for item in row.items if item.settings.get("board")] == ["text"]
