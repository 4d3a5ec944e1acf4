"""In by a pass of the roll's side: no token, but an origin of our own; good once; never over somebody else's ballot."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import func
from sqlalchemy import select

from survey import factory
from survey import lifecycle
from survey.core import passes
from survey.core.clock import now
from survey.core.ids import digest
from survey.core.ids import new_token
from survey.dialogues.models import Dialogue
from survey.room.models import Ballot
from survey.room.models import SpentPass
from survey.web.limits import limiter
from tests.conftest import csrf
from tests.conftest import make_cast

JSON = {"Accept": "application/json"}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
MINUTE = 60


@pytest.fixture(autouse=True)
def fresh_limits(app):
    """Limits live in the process; each test begins with none spent."""
    limiter.reset()
    yield
    limiter.reset()


@pytest.fixture
def hall(app):
    """An open hall for members on the roll."""
    return make_cast(app, "open_hall", entry="roll")


def moment():
    return int(now().timestamp())


def make_pass(cast, secret, at=None, key="pass"):
    return passes.seal(cast.keys.get(cast.dialogue_id, key), cast.dialogue_id, secret, moment() if at is None else at)


def count(cast, table):
    with cast.reading() as session:
        return session.scalar(select(func.count()).where(table.dialogue_id == cast.dialogue_id))


def ballots(cast):
    with cast.reading() as session:
        kept = session.scalar(select(Dialogue.ballots).where(Dialogue.id == cast.dialogue_id))
    assert kept == count(cast, Ballot)
    return kept


def post(phone, cast, text, headers=None, **form):
    return phone.post(f"{cast.base}/entry", data={"pass": text, **form}, headers=headers or {})


def secret_of(phone, cast):
    cookie = phone.get_cookie("ballot", path=cast.base)
    return cookie.value if cookie else None


def test_a_pass_lets_its_ballot_in_without_a_token(hall):
    """The roll's pages have no session of the room, so the pass itself is the proof."""
    secret, phone = new_token(), hall.stranger()
    answer = post(phone, hall, make_pass(hall, secret))
    assert (answer.status_code, answer.headers["Location"]) == (303, hall.base)
    assert secret_of(phone, hall) == secret
    assert ballots(hall) == 1
    header = next(h for h in answer.headers.getlist("Set-Cookie") if h.startswith("ballot="))
    assert f"Path={hall.base};" in header + ";"


def test_a_program_gets_json(hall):
    answer = post(hall.stranger(), hall, make_pass(hall, new_token()), JSON)
    assert (answer.status_code, answer.json) == (200, {"entered": True, "url": hall.base})
    answer = hall.stranger().post(f"{hall.base}/entry", json={"pass": make_pass(hall, new_token())}, headers=JSON)
    assert answer.status_code == 200
    assert ballots(hall) == 2


def test_two_passes_of_one_member_make_one_ballot(hall):
    secret = new_token()
    for _ in range(3):
        phone = hall.stranger()
        assert post(phone, hall, make_pass(hall, secret)).status_code == 303
        assert secret_of(phone, hall) == secret
    assert (ballots(hall), count(hall, SpentPass)) == (1, 3)


def test_a_pass_is_good_once_and_the_way_back_is_shown(hall):
    text = make_pass(hall, new_token())
    assert post(hall.stranger(), hall, text).status_code == 303
    late = hall.stranger()
    answer = post(late, hall, text)
    assert answer.status_code == 409
    assert "đã dùng rồi" in answer.text
    assert f'href="/m/{hall.code}"' in answer.text
    assert secret_of(late, hall) is None
    assert post(late, hall, text, JSON).json["error"] == "conflict"


def test_the_phone_that_is_in_may_send_its_pass_again(hall):
    """A double tap, a reload: the same ballot is in already, and nothing is spent twice."""
    text, phone = make_pass(hall, new_token()), hall.stranger()
    assert [post(phone, hall, text).status_code for _ in range(3)] == [303] * 3
    assert (ballots(hall), count(hall, SpentPass)) == (1, 1)


def wrong_passes(cast):
    other = "d" * 12
    good = make_pass(cast, new_token())
    key = cast.keys.get(cast.dialogue_id, "pass")
    return {
        "forged": passes.seal(b"x" * 32, cast.dialogue_id, new_token(), moment()),
        "under another key": make_pass(cast, new_token(), key="ticket"),
        "of another dialogue": passes.seal(key, other, new_token(), moment()),
        "altered": good[:-9] + ("A" if good[-9] != "A" else "B") + good[-8:],
        "cut": good[:-4],
        "longer": good + "AAAA",
        "old": make_pass(cast, new_token(), moment() - 16 * MINUTE),
        "of tomorrow": make_pass(cast, new_token(), moment() + 24 * 60 * MINUTE),
        "no pass": "xin chào",
        "markup": "<script>alert(1)</script>",
        "long": "A" * 100_000,
        "bytes": "\x00\x7f",
    }


NAMES = (
    "forged", "under another key", "of another dialogue", "altered", "cut", "longer", "old", "of tomorrow", "no pass",
    "markup", "long", "bytes",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_pass_that_does_not_hold_gives_none_and_leads_back(hall, name):
    phone, text = hall.stranger(), wrong_passes(hall)[name]
    answer = post(phone, hall, text)
    assert answer.status_code == 422
    assert "Lượt vào này" in answer.text
    assert f'href="/m/{hall.code}"' in answer.text
    assert "<script>alert" not in answer.text
    assert post(phone, hall, text, JSON).json["error"] == "invalid"
    assert secret_of(phone, hall) is None
    assert (ballots(hall), count(hall, SpentPass)) == (0, 0)


@pytest.mark.parametrize("minutes", [-14, 0, 14])
def test_a_pass_holds_for_a_quarter_of_an_hour_also_when_the_clock_was_set_back(hall, minutes):
    assert post(hall.stranger(), hall, make_pass(hall, new_token(), moment() + minutes * MINUTE)).status_code == 303


def test_before_the_opening_members_of_the_roll_may_enter(app):
    cast = make_cast(app, "collect", entry="roll")
    assert post(cast.stranger(), cast, make_pass(cast, new_token())).status_code == 303


def test_a_closed_hall_takes_no_pass(hall):
    text = make_pass(hall, new_token())
    hall.write(lifecycle.close, hall.dialogue_id, actor="test")
    answer = post(hall.stranger(), hall, text)
    assert answer.status_code == 403
    assert "đã khép lại" in answer.text
    assert ballots(hall) == 0


def test_keys_that_are_gone_close_the_issuing_and_break_nothing(hall):
    text = make_pass(hall, new_token())
    hall.keys.destroy(hall.dialogue_id, "pass")
    answer = post(hall.stranger(), hall, text)
    assert answer.status_code == 403
    assert "Việc phát phiếu đã khép lại" in answer.text
    assert post(hall.stranger(), hall, text, JSON).json["error"] == "not_now"


@pytest.mark.parametrize("entry", ["open", "tickets"])
def test_a_pass_is_nothing_where_nobody_comes_by_the_roll(app, entry):
    cast = make_cast(app, "open_hall", entry=entry)
    answer = post(cast.stranger(), cast, make_pass(cast, new_token()))
    assert answer.status_code == 403
    assert "không vào theo danh sách" in answer.text
    assert f'href="/m/{cast.code}"' not in answer.text
    assert ballots(cast) == 0


def test_roll_and_cards_in_one_dialogue(app):
    cast = make_cast(app, "open_hall", entry="roll+tickets")
    (code,) = cast.cards(1)
    assert post(cast.stranger(), cast, make_pass(cast, new_token())).status_code == 303
    phone = cast.stranger()
    token = csrf(phone, f"{cast.base}/leave")
    assert phone.post(f"{cast.base}/entry", data={"ticket": code, "csrf_token": token}).status_code == 303
    assert ballots(cast) == 2


def test_the_code_alone_lets_nobody_into_a_hall_with_a_roll(hall):
    phone = hall.stranger()
    token = csrf(phone, f"{hall.base}/leave")
    assert phone.post(f"{hall.base}/entry", data={"csrf_token": token}).status_code == 403
    assert ballots(hall) == 0


# --- A borrowed phone ------------------------------------------------------------------------------------------------


def test_a_borrowed_phone_keeps_its_ballot_until_somebody_confirms(hall):
    first, second, phone = new_token(), new_token(), hall.stranger()
    post(phone, hall, make_pass(hall, first))
    text = make_pass(hall, second)
    answer = post(phone, hall, text)
    assert answer.status_code == 409
    assert "cửa sổ riêng tư" in answer.text
    assert "Thay bằng phiếu của tôi" in answer.text
    assert "thẻ thì không lấy lại được" not in answer.text, "in this dialogue nobody came by a card"
    assert post(phone, hall, text, JSON).json["error"] == "conflict"
    assert secret_of(phone, hall) == first
    assert (ballots(hall), count(hall, SpentPass)) == (1, 1)
    assert post(hall.stranger(), hall, text).status_code == 303, "in a private window the pass is as good as before"


def test_who_confirms_gets_the_own_ballot_and_the_first_person_gets_theirs_back(hall):
    first, second, phone = new_token(), new_token(), hall.stranger()
    post(phone, hall, make_pass(hall, first))
    phone.set_cookie("mine", "client-one", path=hall.base)
    phone.set_cookie("skipped", "Ag", path=hall.base)
    text = make_pass(hall, second)
    page = post(phone, hall, text).text
    token = TOKEN.findall(page)[0]
    assert f'name="pass" value="{text}"' in page
    answer = post(phone, hall, text, replace="1", csrf_token=token)
    assert answer.status_code == 303
    assert secret_of(phone, hall) == second
    assert [phone.get_cookie(name, path=hall.base) for name in ("mine", "skipped")] == [None, None]
    assert ballots(hall) == 2
    own = hall.stranger()
    assert post(own, hall, make_pass(hall, first)).status_code == 303
    assert secret_of(own, hall) == first
    assert ballots(hall) == 2


def test_replacing_takes_a_token_of_the_room(hall):
    """Another page could bring a pass of its own; it cannot make a phone forget the ballot it holds."""
    first, phone = new_token(), hall.stranger()
    post(phone, hall, make_pass(hall, first))
    answer = post(phone, hall, make_pass(hall, new_token()), JSON, replace="1")
    assert (answer.status_code, answer.json["error"]) == (400, "csrf")
    assert secret_of(phone, hall) == first


def test_where_cards_are_drawn_too_the_page_says_what_is_lost(app):
    cast = make_cast(app, "open_hall", entry="roll+tickets")
    (code,) = cast.cards(1)
    phone = cast.stranger()
    token = csrf(phone, f"{cast.base}/leave")
    phone.post(f"{cast.base}/entry", data={"ticket": code, "csrf_token": token})
    page = post(phone, cast, make_pass(cast, new_token()))
    assert page.status_code == 409
    assert "vào bằng thẻ thì không lấy lại được" in page.text


# --- Where it may come from ------------------------------------------------------------------------------------------

FOREIGN = (
    {"Origin": "https://xau.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.xau.example"},
    {"Origin": "http://localhost@xau.example"},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://xau.example", "Sec-Fetch-Site": "cross-site"},
)


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_pass_from_another_sites_page_is_refused(hall, headers):
    """Or a page could slip its own ballot under a member who would then ask and vote as somebody else."""
    phone = hall.stranger()
    answer = post(phone, hall, make_pass(hall, new_token()), {**JSON, **headers})
    assert (answer.status_code, answer.json["error"]) == (400, "csrf")
    assert secret_of(phone, hall) is None
    assert (ballots(hall), count(hall, SpentPass)) == (0, 0)


def test_a_pass_from_our_own_pages_is_taken(hall):
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert post(hall.stranger(), hall, make_pass(hall, new_token()), own).status_code == 303


@pytest.fixture
def apart(settings):
    """The room and the roll under two names, as a proxy in front may have it."""
    apart = replace(settings, base_url="http://localhost", roll_url="https://ds.doithoai.example")
    app = factory.create_app(apart)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield make_cast(app, "open_hall", entry="roll")
    app.extensions["survey"]["db"].dispose()
    app.extensions["survey"]["roll"].dispose()


SISTER = {"Origin": "https://ds.doithoai.example", "Sec-Fetch-Site": "same-site"}


def test_the_roll_on_a_host_of_its_own_may_bring_a_pass(apart):
    phone = apart.stranger()
    assert post(phone, apart, make_pass(apart, new_token()), SISTER).status_code == 303
    refused = post(
        apart.stranger(), apart, make_pass(apart, new_token()), {**SISTER, **JSON, "Origin": "https://x.example"}
    )
    assert refused.status_code == 400


def test_the_sister_may_bring_nothing_else(apart):
    """Not a card, not the bare code, not a confirmation, not a question: those are for the room's own pages."""
    phone = apart.stranger()
    token = csrf(phone, f"{apart.base}/leave")
    send = {**SISTER, **JSON, "X-CSRFToken": token}
    text = make_pass(apart, new_token())
    for path, form in (
        ("entry", {}), ("entry", {"ticket": "ABCDEFGH"}), ("entry", {"pass": ""}), ("entry", {"pass": text, "replace": "1"}),
        ("questions", {"body": "Khi nào có sân bóng đá ạ?", "pass": text}), ("leave", {"pass": text}),
    ):  # fmt: skip
        answer = phone.post(f"{apart.base}/{path}", data=form, headers=send)
        assert (answer.status_code, answer.json["error"]) == (400, "csrf"), (path, form)
    assert ballots(apart) == 0


@pytest.mark.parametrize("site", [{"Sec-Fetch-Site": "cross-site"}, {}])
def test_from_another_site_one_more_tap_brings_the_cookies_of_this_one(apart, site):
    """A browser sends no cookie along from there, so only a form of ours shows whether this phone has a ballot."""
    first, second, phone = new_token(), new_token(), apart.stranger()
    text = make_pass(apart, first)
    page = post(phone, apart, text, {"Origin": SISTER["Origin"], **site})
    assert page.status_code == 200
    assert f'name="pass" value="{text}"' in page.text
    assert (ballots(apart), secret_of(phone, apart)) == (0, None)
    assert post(phone, apart, text, {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}).status_code == 303
    other = post(phone, apart, make_pass(apart, second), {"Origin": "http://localhost"})
    assert other.status_code == 409


def test_pages_of_the_roll_may_send_their_form_to_the_room(apart):
    """Without this the browser itself would refuse the form, or send `Origin: null` with it."""
    answer = apart.stranger().get(f"/m/{apart.code}")
    assert "form-action 'self' http://localhost;" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    room = apart.stranger().get(apart.base)
    assert "form-action 'self';" in room.headers["Content-Security-Policy"]
    assert room.headers["Referrer-Policy"] == "same-origin"


def test_a_wrong_pass_on_the_sister_leads_back_to_the_sister(apart):
    answer = post(apart.stranger(), apart, "xin chào", SISTER)
    assert f'href="https://ds.doithoai.example/m/{apart.code}"' in answer.text


def test_a_ballot_is_what_the_pass_holds_and_nothing_else(hall):
    secret = new_token()
    post(hall.stranger(), hall, make_pass(hall, secret))
    with hall.reading() as session:
        assert session.scalar(select(Ballot.ballot)) == digest(secret)
        assert session.get(Dialogue, hall.dialogue_id).entry == "roll"
