"""Sign-in, sign-out, fixation, limits."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import func
from sqlalchemy import select

from survey.accounts import login
from survey.accounts import signins
from survey.accounts.attempts import Attempts
from survey.accounts.link_kinds import SEEN_EVERY
from survey.accounts.models import SignIn
from survey.accounts.models import Staff
from survey.core.clock import now
from survey.core.common import Common
from survey.core.errors import TooMany
from tests.accounts.helpers import PASSWORD
from tests.accounts.helpers import make_staff
from tests.accounts.helpers import post
from tests.accounts.helpers import secret
from tests.accounts.helpers import sign_in
from tests.accounts.helpers import sign_ins
from tests.accounts.helpers import token_of

WRONG = "Tên đăng nhập hoặc mật khẩu chưa đúng."


def test_sign_in_right_password_lets_in(cast):
    make_staff(cast, "lan", "moderator")
    browser = cast.stranger()
    assert browser.get("/s/account").headers["Location"] == "/s/sign-in?next=/s/account"
    answer = sign_in(browser, "  LAN ", next="/s/account")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/s/account")
    assert "Người lan" in browser.get("/s/account").text


def test_sign_in_wrong_password_keeps_name_and_says_what_to_do(cast):
    make_staff(cast, "lan", "moderator")
    answer = sign_in(cast.stranger(), "lan", "sai mất rồi nhé")
    assert answer.status_code == 422
    assert WRONG in answer.text
    assert 'value="lan"' in answer.text
    assert "sai mất rồi" not in answer.text


def test_sign_in_unknown_name_gets_the_same_answer(cast):
    make_staff(cast, "lan", "moderator")
    known, unknown = sign_in(cast.stranger(), "lan", "x" * 12), sign_in(cast.stranger(), "lam", "x" * 12)
    assert (known.status_code, unknown.status_code) == (422, 422)
    assert WRONG in known.text
    assert WRONG in unknown.text


def test_sign_in_empty_fields_each_get_a_sentence(cast):
    answer = sign_in(cast.stranger(), "", "")
    assert answer.status_code == 422
    assert "Hãy ghi tên đăng nhập." in answer.text
    assert "Hãy ghi mật khẩu." in answer.text


def test_sign_in_page_speaks_english_on_request(cast):
    page = cast.stranger().get("/s/sign-in?lang=en")
    assert page.status_code == 200
    assert '<html lang="en"' in page.text


def test_sign_in_without_csrf_is_refused(cast):
    make_staff(cast, "lan", "moderator")
    browser = cast.stranger()
    answer = browser.post("/s/sign-in", data={"login": "lan", "password": PASSWORD})
    assert answer.status_code == 400
    assert secret(browser) == ""


def test_sign_in_gives_a_new_secret_and_a_new_csrf_token(cast):
    make_staff(cast, "lan", "moderator")
    browser = cast.stranger()
    before = token_of(browser, "/s/sign-in")
    with browser.session_transaction("/s/account") as kept:
        kept["_user_id"] = "planted"
    assert sign_in(browser, "lan").status_code == 303
    first = secret(browser)
    assert first not in {"", "planted"}
    with browser.session_transaction("/s/account") as kept:
        assert set(kept) <= {"_user_id", "_permanent", "csrf_token", "lang"}
    assert token_of(browser, "/s/account") != before


def test_sign_in_again_ends_the_sign_in_before(cast):
    lan, mai = make_staff(cast, "lan", "moderator"), make_staff(cast, "mai", "secretary")
    browser = cast.stranger()
    sign_in(browser, "lan")
    old = browser.get_cookie("s_session", path="/s")
    assert len(sign_ins(cast, lan)) == 1
    other_tab = token_of(browser, "/s/account")
    browser.post("/s/sign-in", data={"csrf_token": other_tab, "login": "mai", "password": PASSWORD})
    assert (len(sign_ins(cast, lan)), len(sign_ins(cast, mai))) == (0, 1)
    thief = cast.stranger()
    thief.set_cookie("s_session", old.value, path="/s")
    assert thief.get("/s/account").status_code == 303


def test_sign_in_stores_neither_secret_nor_password(cast):
    make_staff(cast, "lan", "moderator")
    browser = cast.stranger()
    sign_in(browser, "lan")
    with cast.reading() as session:
        row = session.scalars(select(SignIn)).one()
        stored = session.scalars(select(Staff.password_hash).where(Staff.login == "lan")).one()
    assert len(row.token) == 16
    assert secret(browser).encode() not in row.token
    assert stored.startswith("$argon2id$")


def test_sign_out_ends_the_row_and_a_copied_cookie(cast):
    lan = make_staff(cast, "lan", "moderator")
    browser, thief = cast.stranger(), cast.stranger()
    sign_in(browser, "lan")
    thief.set_cookie("s_session", browser.get_cookie("s_session", path="/s").value, path="/s")
    assert thief.get("/s/account").status_code == 200
    assert post(browser, "/s/sign-out", "/s/account").headers["Location"] == "/s/sign-in"
    assert sign_ins(cast, lan) == []
    assert thief.get("/s/account").status_code == 303


def test_sign_out_by_get_does_nothing(cast):
    lan = make_staff(cast, "lan", "moderator")
    browser = cast.stranger()
    sign_in(browser, "lan")
    assert browser.get("/s/sign-out").status_code == 405
    assert len(sign_ins(cast, lan)) == 1


def test_put_out_from_elsewhere_is_said_at_the_door(cast):
    lan = make_staff(cast, "lan", "moderator")
    browser = cast.stranger()
    sign_in(browser, "lan")
    cast.write(signins.end_all, lan, actor="test")
    assert "được đăng xuất từ nơi khác" in browser.get("/s/account", follow_redirects=True).text


def test_without_sign_in_htmx_is_redirected_and_programs_get_401(cast):
    stranger = cast.stranger()
    htmx = stranger.get("/s/account", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/s/account"})
    assert (htmx.status_code, htmx.headers["HX-Redirect"]) == (401, "/s/sign-in?next=/s/account")
    program = stranger.get("/s/account", headers={"Accept": "application/json"})
    assert (program.status_code, program.json["error"]) == (401, "signed_out")


def test_seen_is_written_at_most_every_five_minutes(cast):
    lan = make_staff(cast, "lan", "moderator")
    browser = cast.stranger()
    sign_in(browser, "lan")
    fresh = sign_ins(cast, lan)[0].seen_at
    browser.get("/s/account")
    assert sign_ins(cast, lan)[0].seen_at == fresh

    def age(session):
        session.get(SignIn, sign_ins(cast, lan)[0].id).seen_at = now() - SEEN_EVERY * 2

    cast.write(age)
    browser.get("/s/account")
    assert sign_ins(cast, lan)[0].seen_at >= fresh


@pytest.mark.parametrize(
    "bad",
    ["https://evil.example/s/", "//evil.example/s/", "/s//evil.example", "/s/\\evil", "/d/ABC", "/s/../d/ABC", "/s/%2e%2e/x",
     "/s/sign-in", "javascript:alert(1)", "/s/a\nb", "", None],
)  # fmt: skip
def test_next_leads_only_into_the_staff_tree(bad):
    assert login.safe_next(bad) == "/s/"


def test_next_keeps_a_page_of_the_staff():
    assert login.safe_next("/s/TM4K9P/moderate?state=held") == "/s/TM4K9P/moderate?state=held"


def test_next_of_the_form_cannot_leave(cast):
    make_staff(cast, "lan", "moderator")
    assert sign_in(cast.stranger(), "lan", next="//evil.example/s/").headers["Location"] == "/s/"


def test_limit_slows_one_name_and_leaves_the_hall_alone(cast):
    make_staff(cast, "lan", "moderator")
    make_staff(cast, "mai", "secretary")
    browser = cast.stranger()
    answers = [sign_in(browser, "lan", "sai mất rồi nhé").status_code for _ in range(5)]
    assert answers == [422, 422, 422, 422, 429]
    blocked = sign_in(browser, "lan")
    assert blocked.status_code == 429
    assert int(blocked.headers["Retry-After"]) <= 3
    assert "Hãy đợi" in blocked.text
    assert 'value="lan"' in blocked.text
    assert sign_in(cast.stranger(), "mai").status_code == 303


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def wait_of(attempts: Attempts, name: str, address: str) -> int:
    try:
        attempts.check(name, address)
    except TooMany as error:
        return error.retry_after
    return 0


def test_attempts_delay_grows_and_ends():
    clock = Clock()
    attempts = Attempts(clock, Common())
    waits = []
    for _ in range(11):
        attempts.failed("lan", "hall")
        waits.append(wait_of(attempts, "lan", "hall"))
    assert waits == [0, 0, 0, 3, 5, 9, 17, 33, 61, 61, 61]
    clock.now += 61
    assert wait_of(attempts, "lan", "hall") == 0


def test_attempts_from_elsewhere_do_not_lock_the_owner_out():
    attempts = Attempts(Clock(), Common())
    for _ in range(19):
        attempts.failed("lan", "elsewhere")
    assert wait_of(attempts, "lan", "elsewhere") > 0
    assert wait_of(attempts, "lan", "hall") == 0
    attempts.failed("lan", "elsewhere")
    assert wait_of(attempts, "lan", "hall") > 0


def test_attempts_one_address_has_a_generous_ceiling():
    attempts = Attempts(Clock(), Common())
    for n in range(99):
        attempts.failed(f"name {n}", "hall")
    assert wait_of(attempts, "another", "hall") == 0
    attempts.failed("name 99", "hall")
    assert wait_of(attempts, "another", "hall") > 0
    assert wait_of(attempts, "another", "home") == 0


def test_attempts_success_forgets_and_memory_has_an_end():
    clock = Clock()
    attempts = Attempts(clock, Common())
    for _ in range(4):
        attempts.failed("lan", "hall")
    attempts.succeeded("lan", "hall")
    assert wait_of(attempts, "lan", "hall") == 0
    clock.now += 601
    attempts.failed("lan", "hall")
    assert wait_of(attempts, "lan", "hall") == 0
    assert "lan" not in "".join(attempts._counts._own)


def test_room_pages_never_write_a_sign_in(cast):
    cast.member()
    with cast.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 0


def test_late_answer_to_another_tab_cannot_bring_an_old_session_back(cast):
    """Only an answer that changes the session carries a cookie."""
    make_staff(cast, "lan", "moderator")
    browser = cast.stranger()
    sign_in(browser, "lan")
    browser.get("/s/account")
    assert "Set-Cookie" not in browser.get("/s/account").headers


def test_password_is_hashed_beside_the_loop_where_gevent_serves():
    """Under gevent a hash on the loop would stop every stream for as long as it takes."""
    code = (
        "from gevent import monkey; monkey.patch_all()\n"
        "import threading\n"
        "from survey.core.offload import off_the_loop\n"
        "here = threading.get_native_id()\n"
        "there = off_the_loop(threading.get_native_id)\n"
        "assert here != there\n"
        "from survey.accounts import passwords\n"
        "assert passwords.matches(passwords.hashed('một câu dễ nhớ'), 'một câu dễ nhớ')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
