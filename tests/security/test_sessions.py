"""Sessions and ballots: what was stolen before signing in is worth nothing after it, and what was ended stays ended."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable

import pytest
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from survey.accounts import links
from survey.accounts import service as accounts
from survey.accounts import signins
from survey.accounts.link_kinds import SIGN_IN_LIFE
from survey.accounts.models import SignIn
from survey.core.clock import now
from survey.core.ids import new_token
from survey.questions.models import Question
from survey.questions.models import Support
from tests.conftest import csrf
from tests.security.world import PASSWORD
from tests.security.world import World
from tests.security.world import enter
from tests.security.world import fingerprint

Figure = Callable[[str], None]
DESK_COOKIE = ("s_session", "localhost", "/s")


def value(browser: FlaskClient, name: str = "s_session", path: str = "/s") -> str:
    """The cookie that this browser holds."""
    cookie = browser.get_cookie(name, "localhost", path)
    assert cookie is not None
    return cookie.value


def thief_with(world: World, cookie: str, name: str = "s_session", path: str = "/s") -> FlaskClient:
    """A browser that holds a stolen cookie."""
    browser = world.app.test_client()
    browser.set_cookie(name, cookie, path=path)
    return browser


def is_in(browser: FlaskClient) -> bool:
    """Whether the desk knows this browser."""
    return browser.get("/s/").status_code == 200


def sign_in(world: World, browser: FlaskClient) -> None:
    """By name and password."""
    form = {"login": f"lan.{world.here.id}", "password": PASSWORD, "csrf_token": csrf(browser, "/s/sign-in")}
    assert browser.post("/s/sign-in", data=form).status_code == 303


def contents(cookie: str) -> bytes:
    """What stands in a signed cookie; signed is not sealed."""
    body = cookie.lstrip(".").split(".")[0]
    data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    return zlib.decompress(data) if cookie.startswith(".") else data


@pytest.mark.claim(
    "security",
    "signing in changes the session, signing out ends it; a cookie from before or after opens nothing",
)
def test_a_session_from_before_signing_in_is_worth_nothing_after_it(fresh: World, figure: Figure) -> None:
    """Fixation: the thief plants a session of his own, or copies the one in which the form was filled in."""
    ways: dict[str, Callable[[FlaskClient], object]] = {
        "password": lambda browser: sign_in(fresh, browser),
        "sample link": lambda browser: browser.get(f"/s/invitation/{_sample(fresh)}"),
        "invitation": lambda browser: _take_up(fresh, browser),
        "device link": lambda browser: browser.post(
            f"/s/device/{fresh.here['device_link']}", data={"csrf_token": csrf(browser, f"/s/device/{fresh.here['device_link']}")}
        ),
    }  # fmt: skip
    for name, enter_by in ways.items():
        victim = fresh.app.test_client()
        token = csrf(victim, "/s/sign-in")
        planted = value(victim)
        enter_by(victim)
        assert is_in(victim), name
        assert value(victim) != planted, name
        assert not is_in(thief_with(fresh, planted)), name
        old_token = victim.post("/s/sign-out", headers={"X-CSRFToken": token, "Accept": "application/json"})
        assert old_token.status_code == 400, f"{name}: the token that the thief saw still works"
        after = value(victim)
        assert victim.post("/s/sign-out", headers={"X-CSRFToken": csrf(victim, "/s/recovery")}).status_code == 303
        assert not is_in(thief_with(fresh, after)), f"{name}: a copy outlives the sign-out"
    figure(f"{len(ways)} ways in, 0 sessions kept")


def _sample(world: World) -> str:
    return str(world.db.write(accounts.sample_link, world.here.organisation_id, "moderator", world.here.id, name="Thử"))


def _take_up(world: World, browser: FlaskClient) -> None:
    path = f"/s/invitation/{world.here['invitation']}"
    form = {"login": "binh.tran", "password": PASSWORD, "csrf_token": csrf(browser, path)}
    assert browser.post(path, data=form).status_code == 303


def test_signing_in_again_ends_what_was_in_before(fresh: World) -> None:
    """One browser is one sign-in: the row before is ended, not left behind."""
    browser = fresh.app.test_client()
    sign_in(fresh, browser)
    first = value(browser)
    browser.get("/s/device")
    form = {"login": f"lan.{fresh.here.id}", "password": PASSWORD, "csrf_token": csrf(browser, "/s/device")}
    assert browser.post("/s/sign-in", data=form).status_code == 303
    assert is_in(browser)
    assert not is_in(thief_with(fresh, first))


@pytest.mark.parametrize("end", ["elsewhere", "organiser", "password", "reset", "removal", "revoked"])
def test_a_sign_in_that_was_ended_elsewhere_is_over(fresh: World, end: str) -> None:
    """Each way of putting somebody out works on the next request, and for a stolen copy of the cookie as well."""
    here, victim, other = fresh.here, fresh.app.test_client(), fresh.app.test_client()
    sign_in(fresh, victim)
    sign_in(fresh, other)
    stolen, page = value(victim), f"/s/{here.code}/moderate"
    assert victim.get(page).status_code == 200
    if end == "elsewhere":
        assert other.post("/s/account/sign-outs", headers={"X-CSRFToken": csrf(other, "/s/account")}).status_code == 303
    elif end == "organiser":
        assert fresh.ask("chief", "POST", f"/s/staff/{here['staff']}/sign-outs").status_code == 303
    elif end == "password":
        form = {"old": PASSWORD, "password": "một câu dài khác hẳn", "csrf_token": csrf(other, "/s/account")}
        assert other.post("/s/account/password", data=form).status_code == 303
    elif end == "reset":
        token = fresh.db.write(links.reset_link, here["staff"], here.organisation_id, actor="test")
        path, somebody = f"/s/invitation/{token}", fresh.app.test_client()
        form = {"password": "một câu dài khác hẳn", "csrf_token": csrf(somebody, path)}
        assert somebody.post(path, data=form).status_code == 303
    elif end == "removal":
        assert fresh.ask("chief", "POST", f"/s/staff/{here['staff']}/removal").status_code == 303
    else:
        for grant in (here["grant"], here["whole_grant"]):
            assert fresh.ask("chief", "POST", f"/s/staff/grants/{grant}/removal").status_code == 303
    gone = 404 if end == "revoked" else 303
    for browser in (victim, thief_with(fresh, stolen)):
        answer = browser.get(page)
        assert answer.status_code == gone
        act = browser.post(
            f"/s/{here.code}/questions/{here['pending']}/approve", headers={"X-CSRFToken": csrf(browser, "/s/device")}
        )
        assert act.status_code in {303, 404}
    with fresh.db.reading() as session:
        assert session.get_one(Question, here["pending"]).state == "pending"


def test_a_stream_ends_when_the_sign_in_does(fresh: World) -> None:
    """Who is put out hears nothing more, within seconds and without asking again."""
    answer = fresh.ask("moderator", "GET", f"/s/{fresh.here.code}/moderate/live?after=999999")
    events = iter(answer.response)
    assert next(events)
    with fresh.db.reading() as session:
        staff = {held.id for held in session.scalars(select(SignIn).where(SignIn.ended_at.is_(None)))}
    for sign_in_id in staff:
        fresh.db.write(signins.leave, sign_in_id)
    heard = sum(1 for _event in zip(events, range(3), strict=False))
    assert heard <= 1, "one beat at most, then the end"


@pytest.mark.claim(
    "security", "a ballot of one dialogue is worth nothing in another, and nobody else's cookie is a ballot"
)
def test_a_ballot_opens_one_dialogue_only(fresh: World, figure: Figure) -> None:
    """The ballot of the other dialogue, made-up ballots, digests, ids, session cookies: none acts, not a row changes."""
    here, room = fresh.here, f"/d/{fresh.here.code}"
    real = value(fresh.people["member"], "ballot", room)
    with fresh.db.reading() as session:
        stored = session.scalar(select(func.hex(Support.voter)).limit(1)) or "00"
    false = [
        value(fresh.people["other_member"], "ballot", f"/d/{fresh.beside.code}"), new_token(), real[:-1], real + "x",
        real.swapcase(), real[::-1], "", "null", "0" * 32, stored, here["own"], "' OR '1'='1", real + "\0", f" {real}x",
        value(fresh.people["organiser"]), "é" * 20, "%00", "../" + real,
    ]  # fmt: skip
    before, taken = fingerprint(fresh.app), []
    for ballot in false:
        thief = fresh.app.test_client()
        token = csrf(thief, room)
        thief.set_cookie("ballot", ballot, path=room)
        send = {"X-CSRFToken": token, "Accept": "application/json"}
        for path, form in ((f"{room}/questions/{here['approved']}/vote", {}),
                           (f"{room}/questions", {"body": "Câu hỏi bằng phiếu giả", "client_id": "x"}),
                           (f"{room}/surveys/{here['questionnaire']}", {here["item"]: "x", "counter": "1"}),
                           (f"{room}/questions/{here['own']}/withdrawal", {})):  # fmt: skip
            answer = thief.post(path, data=form, headers=send)
            if answer.status_code != 401:
                taken.append(f"{ballot!r} {path}: {answer.status_code}")
    figure(f"{len(false)} false ballots on 4 acts, {len(taken)} taken, 0 rows changed")
    assert taken == []
    assert fingerprint(fresh.app) == before
    copy = thief_with(fresh, real, "ballot", room)
    token = csrf(copy, room)
    answer = copy.post(
        f"{room}/questions/{here['approved']}/vote", headers={"X-CSRFToken": token, "Accept": "application/json"}
    )
    assert answer.status_code == 200, "the control: the ballot itself is what counts"


def test_one_ballot_votes_once_whatever_is_sent(fresh: World) -> None:
    """Twenty times, from two browsers with the same ballot, by form and by JSON: one supporter."""
    room, path = f"/d/{fresh.here.code}", f"/d/{fresh.here.code}/questions/{fresh.here['approved']}/vote"
    twin = thief_with(fresh, value(fresh.people["member"], "ballot", room), "ballot", room)
    token = csrf(twin, room)
    for _ in range(10):
        assert fresh.ask("member", "POST", path).get_json()["supporters"] == 1
        assert twin.post(path, data={"csrf_token": token}).status_code == 303
    with fresh.db.reading() as session:
        assert session.get_one(Question, fresh.here["approved"]).supporters == 1
        rows = select(func.count()).select_from(Support).where(Support.question_id == fresh.here["approved"])
        assert session.scalar(rows) == 1


def test_cookies_hold_no_more_than_they_must(fresh: World) -> None:
    """Signed cookies can be read by their owner and by whoever steals them: a random secret, a token, a language."""
    desk, room = (
        contents(value(fresh.people["moderator"])),
        contents(value(fresh.people["member"], "d_session", f"/d/{fresh.here.code}")),
    )
    for word in (b"moderator", "Thử".encode(), b"127.0.0.1", fresh.here.organisation_id.encode(), b"role"):
        assert word not in desk
    assert b"_user_id" in desk
    assert b"_user_id" not in room
    with fresh.db.reading() as session:
        tokens = [row.hex().encode() for row in session.scalars(select(SignIn.token))]
    assert not any(token in desk for token in tokens), "the database holds a digest, the cookie the secret"


def test_forged_and_borrowed_session_cookies_are_nobody(fresh: World) -> None:
    """Another installation's key, no signature, a changed body, the room's cookie under the desk's name."""
    good = value(fresh.people["chief"])
    serializer = SecureCookieSessionInterface().get_signing_serializer(fresh.app)
    assert serializer is not None
    secret = serializer.loads(good)["_user_id"]
    with fresh.app.app_context():
        other_app = fresh.app
        key = other_app.secret_key
        other_app.secret_key = b"x" * 32
        foreign = SecureCookieSessionInterface().get_signing_serializer(other_app)
        other_app.secret_key = key
    assert foreign is not None
    body, stamp, signature = good.rsplit(".", 2)
    room = value(fresh.people["member"], "d_session", f"/d/{fresh.here.code}")
    for cookie in (
        foreign.dumps({"_user_id": secret}), f"{body}.{stamp}.", f"{body}.{stamp}.{signature[::-1]}", f"x{good}", body, "", ".",
        f"{body}A.{stamp}.{signature}", room, "é", "a" * 3000, good.replace(".", "%2e"),
    ):  # fmt: skip
        answer = thief_with(fresh, cookie).get(f"/s/{fresh.here.code}/manage")
        assert answer.status_code == 303, repr(cookie)[:60]
    assert thief_with(fresh, good).get(f"/s/{fresh.here.code}/manage").status_code == 200, "the control"


def test_a_sign_in_that_nobody_used_for_a_month_is_over(fresh: World) -> None:
    """A forgotten office machine does not stay in for ever."""
    assert is_in(fresh.people["chief"])
    old = now() - SIGN_IN_LIFE
    fresh.db.write(lambda session: session.execute(update(SignIn).values(seen_at=old)) and None)
    assert not is_in(fresh.people["chief"])


def test_leaving_one_room_leaves_the_other_alone(fresh: World) -> None:
    """Two dialogues on one phone: cookies of one path are not touched by the other."""
    phone = fresh.app.test_client()
    for place in (fresh.here, fresh.there):
        enter(phone, place.code)
    room = f"/d/{fresh.here.code}"
    kept = value(phone, "ballot", f"/d/{fresh.there.code}")
    form = {"csrf_token": csrf(phone, room), "ballot": "1", "understood": "1"}
    assert phone.post(f"{room}/leave", data=form).status_code == 303
    assert phone.get_cookie("ballot", "localhost", room) is None
    assert value(phone, "ballot", f"/d/{fresh.there.code}") == kept
