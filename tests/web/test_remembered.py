"""What is remembered on the way of a vote lets nothing pass that would not pass when looked at anew."""

from __future__ import annotations

import time

import pytest
from flask.testing import FlaskClient

from survey import lifecycle
from survey.core.prepared import Prepared
from survey.questions import service
from survey.questions.state import State
from survey.web import origin
from survey.web import session as web_session
from tests.conftest import Cast
from tests.conftest import csrf


@pytest.fixture
def url(cast: Cast) -> str:
    """Where a vote for a question is sent."""

    def put(session) -> str:  # type: ignore[no-untyped-def]
        return service.add(session, cast.dialogue_id, "Bao giờ có nhà ở?", None, state=State.APPROVED).id

    return f"{cast.base}/questions/{cast.write(put)}/vote"


def sent(phone: FlaskClient, url: str, token: str) -> int:
    """The status of a vote with this token."""
    return phone.post(url, headers={"Accept": "application/json", "X-CSRFToken": token}).status_code


def test_a_remembered_token_is_good_for_its_own_session_alone(cast: Cast, url: str) -> None:
    """The second vote is recognised; the same token from another phone, or another token, is refused as before."""
    one, two = cast.member(), cast.member()
    token = csrf(one, cast.base)
    csrf(two, cast.base)
    assert [sent(one, url, token) for _vote in range(2)] == [200, 200]
    assert [sent(two, url, token), sent(one, url, f"{token}x"), sent(one, url, "")] == [400, 400, 400]
    assert sent(cast.stranger(), url, token) == 400
    assert sent(one, url, token) == 200


def test_a_remembered_cookie_grows_old_all_the_same(cast: Cast, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its age is looked at every time: after a lifetime the token has no session to belong to."""
    phone = cast.member()
    token = csrf(phone, cast.base)
    assert [sent(phone, url, token) for _vote in range(2)] == [200, 200]
    monkeypatch.setattr(time, "time", lambda: time.monotonic() + 10**10)
    assert sent(phone, url, token) == 400


def test_a_forged_cookie_is_nobodys_before_and_after(cast: Cast, url: str) -> None:
    """Changed by one sign it has no session, however well its owner is known."""
    phone = cast.member()
    token = csrf(phone, cast.base)
    assert sent(phone, url, token) == 200
    cookie = phone.get_cookie("d_session", path=cast.base)
    assert cookie is not None
    head, _, tail = cookie.value.rpartition(".")
    phone.set_cookie("d_session", f"{head}.{tail[::-1]}", path=cast.base)
    assert sent(phone, url, token) == 400


def test_what_is_remembered_has_an_end(cast: Cast, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the ceiling the oldest goes, and its phone is looked at anew."""
    for module in (web_session, origin):
        monkeypatch.setattr(module, "REMEMBERED", 2)
    phones = [(phone, csrf(phone, cast.base)) for phone in [cast.member() for _phone in range(4)]]
    assert [sent(phone, url, token) for phone, token in phones * 2] == [200] * 8
    assert len(cast.app.session_interface._known) == 2  # type: ignore[attr-defined]


def test_a_vote_reads_the_dialogue_as_it_is(cast: Cast, url: str) -> None:
    """Nothing of it is kept between two votes: a hall that closes, or is a draft again, takes none from the next one on."""
    phone = cast.member()
    token = csrf(phone, cast.base)
    assert sent(phone, url, token) == 200
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    assert sent(phone, url, token) == 403
    assert cast.stranger().post(url.replace(cast.code, "ZZZZZZ"), headers={"X-CSRFToken": token}).status_code in {
        400,
        404,
    }


def test_prepared_words_are_made_once_for_each_dialect(cast: Cast) -> None:
    """The second time the text is at hand."""
    statement: Prepared = service._STANDING
    with cast.reading() as session:
        connection = session.connection()
        first = statement.text(connection.dialect)
        assert statement.text(connection.dialect) is first
