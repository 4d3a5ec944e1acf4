"""Two languages: our sentences in the reader's, what people typed as they typed it."""

from __future__ import annotations

import pytest

from survey.questions import queries as questions
from survey.questions import service as asking
from survey.questions.models import Question
from survey.questions.state import State
from survey.web import i18n
from tests.conftest import Cast
from tests.conftest import csrf

PRESET = "Không thuộc chủ đề của đối thoại này."
TYPED = "Ý này đã có 100% phiếu %(count)s ở câu 3 %s"


@pytest.fixture
def turned_down(cast: Cast) -> Cast:
    """Two of one phone's questions, one held back with our sentence and one with a sentence full of percent signs."""
    for place, reason in enumerate((PRESET, TYPED)):
        cast.write(_turn_down, cast, f"Câu số {place} của tôi có được đưa lên không?", reason)
    return cast


def _turn_down(session, cast: Cast, body: str, reason: str) -> None:  # type: ignore[no-untyped-def]
    author = questions.author_mark(cast.keys.get(cast.dialogue_id, "ask"), f"{1:032x}", body)
    made = asking.add(session, cast.dialogue_id, body, None, state=State.REJECTED, author=author)
    made.reason = reason


@pytest.mark.parametrize(("language", "preset"), [("vi", PRESET), ("en", "It is outside the theme of this dialogue.")])
def test_reasons_speak_the_language_of_the_reader_and_keep_their_signs(
    turned_down: Cast, language: str, preset: str
) -> None:
    page = turned_down.staff("moderator").get(f"{turned_down.desk}/moderate?list=rejected&lang={language}")
    assert page.status_code == 200
    assert preset in page.text
    assert TYPED in page.text


def test_an_asker_reads_a_reason_with_percent_signs(cast: Cast) -> None:
    phone = cast.member()
    headers = {"Accept": "application/json", "X-CSRFToken": csrf(phone, cast.base)}
    sent = {"body": "Bao giờ xã có máy tính mới?", "client_id": "client-one"}
    made = phone.post(f"{cast.base}/questions", json=sent, headers=headers).get_json()

    def turn_down(session) -> None:  # type: ignore[no-untyped-def]
        question = session.get(Question, made["id"])
        question.state, question.reason = State.REJECTED, TYPED

    cast.write(turn_down)
    assert f"Reason: {TYPED}." in phone.get(f"{cast.base}?tab=mine&lang=en").text


def test_only_our_own_sentences_are_worded_anew(app) -> None:  # type: ignore[no-untyped-def]
    with app.test_request_context("/?lang=en"):
        assert [i18n.worded(text) for text in ("Chờ duyệt", TYPED, "", None)] == ["Pending", TYPED, "", ""]


@pytest.mark.parametrize(("language", "words"), [("vi", ("1 câu", "2 câu")), ("en", ("1 question", "2 questions"))])
def test_english_counts_in_the_plural(app, language: str, words: tuple[str, str]) -> None:  # type: ignore[no-untyped-def]
    template = "{{ ngettext('%(count)s câu', '%(count)s câu', n, count=n) }}"
    with app.test_request_context(f"/?lang={language}"):
        assert tuple(app.jinja_env.from_string(template).render(n=n) for n in (1, 2)) == words


@pytest.mark.parametrize(("language", "written"), [("vi", ("2.917", "38,9 %")), ("en", ("2,917", "38.9%"))])
def test_figures_are_written_as_each_language_does(app, language: str, written: tuple[str, str]) -> None:  # type: ignore[no-untyped-def]
    with app.test_request_context(f"/?lang={language}"):
        assert (i18n.number(2917), i18n.percent(0.389)) == written
