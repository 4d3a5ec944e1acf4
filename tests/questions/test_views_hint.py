"""The hint before sending: two buttons on the same page, one tap to send, nothing stored, programs never stopped."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey.dialogues import service as dialogues
from survey.organisations import units
from survey.questions.models import Question
from survey.web.limits import limiter
from tests.conftest import Cast
from tests.conftest import csrf
from tests.security.world import contents

TEXT = "Em ở Phòng Nội vụ, bao giờ được thay máy tính?"
SAID = "Câu này nhắc «Phòng Nội vụ», người đọc có thể đoán ra bạn."
JSON = {"Accept": "application/json"}
Figure = Callable[[str], None]


@pytest.fixture(autouse=True)
def house(cast: Cast) -> None:
    """The organisation has a unit, and one of its own name."""
    limiter.reset()
    for name in ("Phòng Nội vụ", "Tỉnh đoàn Cà Mau"):
        cast.write(units.ensure, cast.organisation_id, (name,))


def ask(
    cast: Cast, phone: FlaskClient, body: str = TEXT, tail: str = "", headers: dict[str, str] | None = None, **more: str
) -> TestResponse:
    data = {"csrf_token": csrf(phone, cast.base), "body": body, "client_id": "c-1", "topic": "", **more}
    return phone.post(f"{cast.base}/questions{tail}", data=data, headers=headers or {})


def asked(cast: Cast) -> list[str]:
    with cast.reading() as session:
        return list(session.scalars(select(Question.body).where(Question.dialogue_id == cast.dialogue_id)))


def typed(answer: TestResponse) -> str:
    return html.unescape(answer.text.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>", 1)[0])


def buttons(answer: TestResponse) -> set[str]:
    return {word for word in ("Bỏ tên đơn vị", "Bỏ những chữ ấy", "Vẫn gửi", "Gửi câu hỏi") if word in answer.text}


def test_a_text_with_a_unit_comes_back_with_two_buttons(cast: Cast) -> None:
    answer = ask(cast, cast.member())
    assert answer.status_code == 200
    assert SAID in html.unescape(answer.text)
    assert buttons(answer) == {"Bỏ tên đơn vị", "Vẫn gửi"}
    assert (typed(answer), asked(cast)) == (TEXT, [])
    assert 'value="c-1"' in answer.text


def test_one_tap_sends_it_as_it_is(cast: Cast) -> None:
    phone = cast.member()
    assert ask(cast, phone, anyway="1").status_code == 303
    assert asked(cast) == [TEXT]
    assert ask(cast, phone, anyway="1").status_code == 303
    assert asked(cast) == [TEXT], "the same ask"


def test_the_other_tap_leaves_the_name_out_for_a_look(cast: Cast) -> None:
    phone = cast.member()
    answer = ask(cast, phone, anyway="1", cut="1")  # the page carries `anyway` for the other button
    assert (answer.status_code, typed(answer)) == (200, "Em ở một đơn vị, bao giờ được thay máy tính?")
    assert (buttons(answer), asked(cast)) == ({"Gửi câu hỏi"}, [])
    assert ask(cast, phone, body=typed(answer)).status_code == 303
    assert asked(cast) == ["Em ở một đơn vị, bao giờ được thay máy tính?"]


def test_a_number_is_left_out_under_its_own_word(cast: Cast) -> None:
    answer = ask(cast, cast.member(), body="Gọi em 0912 345 678 để trao đổi thêm nhé")
    assert buttons(answer) == {"Bỏ những chữ ấy", "Vẫn gửi"}
    assert "«0912 345 678»" in answer.text


@pytest.mark.parametrize("body", [
    "Tỉnh đoàn Cà Mau bao giờ trả lời chúng tôi?", "Phòng họp bao giờ được sửa?", "Bao giờ xã có máy tính mới?",
])  # fmt: skip
def test_other_texts_are_sent_at_once(cast: Cast, body: str) -> None:
    assert ask(cast, cast.member(), body=body).status_code == 303
    assert asked(cast) == [body]


def test_units_of_another_house_are_none_of_ours(cast: Cast) -> None:
    with cast.reading() as session:
        theirs = session.execute(_organisation_of(cast.other_code)).scalar_one()
    cast.write(units.ensure, theirs, ("Phòng Kế toán",))
    assert ask(cast, cast.member(), body="Em ở Phòng Kế toán, hỏi giúp ạ").status_code == 303


def _organisation_of(code: str) -> Any:
    from survey.dialogues.models import Dialogue

    return select(Dialogue.organisation_id).where(Dialogue.code == code)


def test_the_host_of_the_dialogue_gives_nobody_away(cast: Cast) -> None:
    cast.write(dialogues.change, cast.dialogue_id, {"host_unit": "Phòng Nội vụ"})
    assert ask(cast, cast.member()).status_code == 303


def test_programs_are_never_stopped(cast: Cast) -> None:
    phone = cast.member()
    answer = ask(cast, phone, headers=JSON)
    assert (answer.status_code, set(answer.json or {})) == (201, {"id", "state", "version"})
    assert asked(cast) == [TEXT]


def test_our_own_page_asks_for_the_hint_by_a_field(cast: Cast) -> None:
    phone = cast.member()
    assert 'name="check" value="1"' in phone.get(f"{cast.base}/ask").text
    answer = ask(cast, phone, check="1", headers=JSON)
    assert (answer.status_code, answer.json) == (200, {"hint": SAID})
    assert asked(cast) == []
    sent = ask(cast, phone, check="1", anyway="1", headers=JSON)
    assert (sent.status_code, asked(cast)) == (201, [TEXT])


def test_htmx_gets_the_hint_alone_with_the_same_two_buttons(cast: Cast) -> None:
    answer = ask(cast, cast.member(), headers={"HX-Request": "true"})
    assert answer.text.startswith('<div id="ask-hint"')
    assert buttons(answer) == {"Bỏ tên đơn vị", "Vẫn gửi"}
    assert answer.text.count('form="ask"') == 3
    assert asked(cast) == []


def test_a_correction_is_looked_at_too_and_stays_a_correction(cast: Cast) -> None:
    phone = cast.member()
    ask(cast, phone, body="Bao giờ được thay máy tính?")
    with cast.reading() as session:
        own = session.scalars(select(Question.id).where(Question.dialogue_id == cast.dialogue_id)).one()
    answer = ask(cast, phone, tail=f"/{own}")
    assert SAID in html.unescape(answer.text)
    assert f'action="{cast.base}/questions/{own}"' in answer.text
    shorter = ask(cast, phone, tail=f"/{own}", anyway="1", cut="1")
    assert f'action="{cast.base}/questions/{own}"' in shorter.text
    assert ask(cast, phone, tail=f"/{own}", anyway="1").status_code == 303
    assert asked(cast) == [TEXT]


def test_a_text_that_is_refused_is_refused_first(cast: Cast) -> None:
    answer = ask(cast, cast.member(), body="0912345678 0912345678")
    assert answer.status_code == 422
    assert buttons(answer) == {"Gửi câu hỏi"}


@pytest.mark.claim("anonymity", "nothing is stored of a hint, whichever button follows")
def test_nothing_is_stored_of_a_hint(cast: Cast, figure: Figure) -> None:
    phone = cast.member()
    before = contents(cast.app)
    for how, more in (({}, {}), ({}, {"cut": "1", "anyway": "1"}), (JSON, {"check": "1"})):
        assert ask(cast, phone, headers=how, **more).status_code == 200
    assert contents(cast.app) == before
    ask(cast, phone, anyway="1")
    after = contents(cast.app)
    changed = {table for table in after if after[table] != before[table]}
    figure(f"3 hints: 0 rows; sending it: {sorted(changed)}")
    assert changed == {"questions", "dialogues"}
