"""In by a card: looking spends nothing, a card lets one phone in, and a lost answer costs nobody a card."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func
from sqlalchemy import select

from survey import lifecycle
from survey.core.clock import now
from survey.core.ids import digest
from survey.core.ids import new_card_code
from survey.core.ids import new_token
from survey.dialogues.models import Dialogue
from survey.room import tickets
from survey.room.entering import PATIENCE
from survey.room.models import Ballot
from survey.room.models import Ticket
from survey.web import guesses
from survey.web.limits import limiter
from tests.conftest import csrf
from tests.conftest import make_cast

JSON = {"Accept": "application/json"}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
ATTEMPT = re.compile(r'name="attempt" value="([A-Za-z0-9_-]{27})"')


@pytest.fixture(autouse=True)
def fresh_limits(app):
    """Limits live in the process; each test begins with none spent."""
    limiter.reset()
    yield
    limiter.reset()


@pytest.fixture
def hall(app):
    """An open hall into which cards lead."""
    return make_cast(app, "open_hall", entry="tickets")


@pytest.fixture
def early(app):
    """The same before the opening."""
    return make_cast(app, "collect", entry="tickets")


def ballots(cast):
    with cast.reading() as session:
        kept = session.scalar(select(Dialogue.ballots).where(Dialogue.id == cast.dialogue_id))
        assert kept == session.scalar(select(func.count()).where(Ballot.dialogue_id == cast.dialogue_id))
    return kept


def states(cast):
    with cast.reading() as session:
        rows = session.execute(select(Ticket.state, func.count()).group_by(Ticket.state))
        return dict(rows.all())


def url(cast, code):
    return f"{cast.base}/entry?ticket={code}"


def attempt_of(page):
    found = ATTEMPT.search(page)
    assert found is not None, page
    return found.group(1)


def post(phone, cast, ticket, **form):
    token = csrf(phone, f"{cast.base}/leave")
    headers = form.pop("headers", {})
    return phone.post(
        f"{cast.base}/entry", data={"csrf_token": token, "ticket": ticket, **form}, headers=headers
    )  # fmt: skip


def use(cast, code):
    assert post(cast.stranger(), cast, code).status_code == 303


def secret_of(phone, cast):
    cookie = phone.get_cookie("ballot", path=cast.base)
    return cookie.value if cookie else None


# --- Looking ---------------------------------------------------------------------------------------------------------


def test_looking_at_a_card_ten_times_spends_nothing(hall):
    """Messengers preview links, browsers prefetch them, people come back: the card is as it was."""
    (code,) = hall.cards(1)
    phone = hall.stranger()
    for headers in ({}, {"Sec-Purpose": "prefetch"}, {"User-Agent": "facebookexternalhit/1.1"}, JSON) * 3:
        page = phone.get(url(hall, code), headers=headers)
        assert page.status_code == 200
        assert "Thẻ này dùng được" in page.text
        assert phone.head(url(hall, code)).status_code == 200
    assert (states(hall), ballots(hall)) == ({"fresh": 1}, 0)


def test_the_page_of_a_card_is_kept_by_no_cache(hall):
    """On a phone that goes from hand to hand the page before would bring the same ballot again."""
    (code,) = hall.cards(1)
    assert hall.stranger().get(url(hall, code)).headers["Cache-Control"] == "no-store"


def test_one_browser_sees_one_attempt_until_it_is_in(hall):
    """So a reload after a lost answer still says the same; another browser gets another."""
    first, second = hall.cards(2)
    phone = hall.stranger()
    seen = {attempt_of(phone.get(url(hall, code)).text) for code in (first, first, second)}
    assert len(seen) == 1
    assert attempt_of(hall.stranger().get(url(hall, first)).text) not in seen


def test_a_card_before_the_opening_says_so_at_once_and_stays_good(early):
    (code,) = early.cards(1)
    page = early.stranger().get(url(early, code)).text
    assert "Phòng chưa mở" in page
    assert "còn nguyên" in page
    assert f'href="{url(early, code)}"' in page, "the way back to this very page"
    assert 'name="attempt"' not in page, "no button that cannot work"


def test_the_box_before_the_opening_says_so_as_well(early):
    assert "Phòng chưa mở" in early.stranger().get(f"{early.base}/entry").text


def test_a_used_card_is_told_before_any_tap(hall):
    (code,) = hall.cards(1)
    use(hall, code)
    page = hall.stranger().get(url(hall, code))
    assert page.status_code == 200
    assert "Thẻ này đã được dùng một lần rồi" in page.text
    assert "Bàn đón" in page.text


def test_a_void_card_is_told_before_any_tap(hall):
    (code,) = hall.cards(1)
    void(hall, code)
    page = hall.stranger().get(url(hall, code)).text
    assert "đã bị hủy" in page
    assert "Bàn đón" in page


def test_an_unknown_card_is_told_with_the_box_to_type_it(hall):
    hall.cards(1)
    code = new_card_code()
    page = hall.stranger().get(url(hall, code)).text
    assert "Không có thẻ nào mang mã này" in page
    assert f'value="{code}"' in page


def test_a_card_after_the_closing_is_told(hall):
    (code,) = hall.cards(1)
    hall.write(lifecycle.close, hall.dialogue_id, actor="test")
    page = hall.stranger().get(url(hall, code)).text
    assert "Việc phát phiếu đã khép lại" in page


def test_a_phone_that_is_in_is_told_that_the_card_stays_good(hall):
    mine, other = hall.cards(2)
    phone = hall.stranger()
    post(phone, hall, mine)
    page = phone.get(url(hall, other))
    assert page.status_code == 200
    assert "Thẻ vẫn còn nguyên" in page.text
    assert f'href="{hall.base}"' in page.text
    assert states(hall) == {"used": 1, "fresh": 1}


def test_a_phone_that_is_in_goes_on_to_its_room_with_its_own_card(hall):
    """The page of the card stays in the history of the browser and in the hand."""
    (code,) = hall.cards(1)
    phone = hall.stranger()
    post(phone, hall, code)
    for path in (url(hall, code), f"{hall.base}/entry"):
        answer = phone.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, hall.base)


def test_a_card_of_another_dialogue_is_unknown(hall, app):
    theirs = make_cast(app, "open_hall", entry="tickets").cards(1)[0]
    assert "Không có thẻ nào" in hall.stranger().get(url(hall, theirs)).text


def test_a_card_where_none_are_used_says_so(cast):
    page = cast.stranger().get(url(cast, new_card_code())).text
    assert "không vào bằng thẻ" in page
    assert f'href="{cast.base}"' in page
    assert cast.stranger().get(f"{cast.base}/entry").headers["Location"] == cast.base


def test_an_address_in_small_letters_leads_to_the_one_path(hall):
    (code,) = hall.cards(1)
    answer = hall.stranger().get(f"/d/{hall.code.lower()}/entry?ticket={code}")
    assert (answer.status_code, answer.headers["Location"]) == (302, url(hall, code))


# --- Entering --------------------------------------------------------------------------------------------------------


def test_the_button_spends_the_card_and_gives_one_ballot(hall):
    (code,) = hall.cards(1)
    phone = hall.stranger()
    page = phone.get(url(hall, code)).text
    answer = post(phone, hall, code, attempt=attempt_of(page))
    assert (answer.status_code, answer.headers["Location"]) == (303, hall.base)
    header = next(h for h in answer.headers.getlist("Set-Cookie") if h.startswith("ballot="))
    assert f"Path={hall.base};" in header + ";"
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert (states(hall), ballots(hall)) == ({"used": 1}, 1)
    assert secret_of(phone, hall) == attempt_of(page)
    assert phone.get(hall.base).status_code == 200


@pytest.mark.parametrize(
    "typed",
    ["{code}", "{lower}", "{a}-{b}", " {a} {b} ", "{a}.{b}", "{url}", "{url}&lang=en", "{url}#top", "{quoted}"],
)
def test_a_code_may_be_typed_as_people_type(hall, typed):
    (code,) = hall.cards(1)
    address = f"http://hall.lan{url(hall, code)}"
    text = typed.format(
        code=code, lower=code.lower(), a=code[:4], b=code[4:].lower(), url=address, quoted=quote(address)
    )
    assert post(hall.stranger(), hall, text).status_code == 303, text


def test_a_second_phone_with_the_same_card_stays_outside(hall):
    (code,) = hall.cards(1)
    use(hall, code)
    late = hall.stranger()
    answer = post(late, hall, code)
    assert answer.status_code == 409
    assert "Thẻ này đã được dùng một lần rồi" in answer.text
    assert secret_of(late, hall) is None
    assert ballots(hall) == 1


def test_a_lost_answer_costs_no_card(hall):
    """The same POST once more, from a browser that never got the first answer: one ballot, the same cookie."""
    (code,) = hall.cards(1)
    phone = hall.stranger()
    attempt = attempt_of(phone.get(url(hall, code)).text)
    secrets = []
    for _ in range(3):
        assert post(phone, hall, code, attempt=attempt).status_code == 303
        secrets.append(secret_of(phone, hall))
        phone.delete_cookie("ballot", path=hall.base)
    assert secrets == [attempt] * 3
    assert (states(hall), ballots(hall)) == ({"used": 1}, 1)


def test_a_reload_of_the_page_after_a_lost_answer_costs_no_card_either(hall):
    """Back, and again: the browser still carries the attempt in its session, although the answer never came."""
    (code,) = hall.cards(1)
    phone = hall.stranger()
    attempt = attempt_of(phone.get(f"{hall.base}/entry").text)
    session = phone.get_cookie("d_session", path=hall.base).value
    assert post(phone, hall, code, attempt=attempt).status_code == 303
    phone.delete_cookie("ballot", path=hall.base)
    phone.set_cookie("d_session", session, path=hall.base)
    again = attempt_of(phone.get(url(hall, code)).text)
    assert again == attempt
    assert attempt_of(phone.get(f"{hall.base}/entry").text) == attempt
    assert "đã được dùng một lần" in hall.stranger().get(url(hall, code)).text, "to everybody else it is used"
    assert post(phone, hall, code, attempt=again).status_code == 303
    assert ballots(hall) == 1


def test_somebody_elses_attempt_does_not_open_a_used_card(hall):
    """Only who made the ballot can send its secret; a card's number alone brings nobody in twice."""
    (code,) = hall.cards(1)
    use(hall, code)
    assert post(hall.stranger(), hall, code, attempt=new_token()).status_code == 409


@pytest.mark.parametrize("attempt", ["", "short", "x" * 27 + "y", "ễ" * 27, "../" * 9, "A" * 4000])
def test_a_client_without_a_good_attempt_gets_a_new_secret(hall, attempt):
    (code,) = hall.cards(1)
    phone = hall.stranger()
    assert post(phone, hall, code, attempt=attempt).status_code == 303
    assert secret_of(phone, hall) != attempt
    with hall.reading() as session:
        assert session.scalar(select(Ballot.ballot)) == digest(secret_of(phone, hall))


def test_one_attempt_takes_one_card(hall):
    """Two cards behind one button: the second is not spent."""
    first, second = hall.cards(2)
    phone = hall.stranger()
    attempt = new_token()
    assert post(phone, hall, first, attempt=attempt).status_code == 303
    phone.delete_cookie("ballot", path=hall.base)
    assert post(phone, hall, second, attempt=attempt).status_code == 409
    assert (states(hall), ballots(hall)) == ({"used": 1, "fresh": 1}, 1)


def test_a_phone_that_is_in_never_spends_a_second_card(hall):
    mine, other = hall.cards(2)
    phone = hall.stranger()
    post(phone, hall, mine)
    secret = secret_of(phone, hall)
    answer = post(phone, hall, other)
    assert answer.status_code == 409
    assert "Thẻ vẫn còn nguyên" in answer.text
    told = post(phone, hall, other, headers=JSON)
    assert (told.status_code, told.json["error"]) == (409, "conflict")
    assert post(phone, hall, mine).status_code == 303, "its own card, once more: on into the room"
    assert post(phone, hall, "").status_code == 303
    assert secret_of(phone, hall) == secret
    assert (states(hall), ballots(hall)) == ({"used": 1, "fresh": 1}, 1)
    use(hall, other)


def test_a_program_enters_by_json(hall):
    (code,) = hall.cards(1)
    phone = hall.stranger()
    answer = post(phone, hall, code, headers=JSON)
    assert (answer.status_code, answer.json) == (200, {"entered": True, "url": hall.base})
    assert secret_of(phone, hall)


def test_a_program_may_send_an_object(hall):
    (code,) = hall.cards(1)
    phone = hall.stranger()
    headers = {**JSON, "X-CSRFToken": csrf(phone, f"{hall.base}/leave")}
    for wrong in (["x"], {"ticket": ["x"]}, {"ticket": 5}, "x", None):
        assert phone.post(f"{hall.base}/entry", json=wrong, headers=headers).status_code == 422
    assert phone.post(f"{hall.base}/entry", json={"ticket": code, "site": 3}, headers=headers).status_code == 200
    assert ballots(hall) == 1


@pytest.mark.parametrize("site", ["", "0", "7", "Cà Mau", "-1"])
def test_a_site_is_taken_and_kept_nowhere(hall, site):
    (code,) = hall.cards(1)
    assert post(hall.stranger(), hall, code, site=site).status_code == 303


def test_a_token_is_needed_for_a_card_and_the_typed_code_comes_back(hall):
    (code,) = hall.cards(1)
    phone = hall.stranger()
    answer = phone.post(f"{hall.base}/entry", data={"ticket": code})
    assert answer.status_code == 400
    assert f'value="{code}"' in answer.text
    assert phone.post(f"{hall.base}/entry", data={"ticket": code}, headers=JSON).json["error"] == "csrf"
    assert (states(hall), ballots(hall)) == ({"fresh": 1}, 0)
    token = TOKEN.findall(answer.text)[0]
    assert phone.post(f"{hall.base}/entry", data={"ticket": code, "csrf_token": token}).status_code == 303


# --- Refusals --------------------------------------------------------------------------------------------------------


def test_a_void_card_gives_none(hall):
    (code,) = hall.cards(1)
    void(hall, code)
    answer = post(hall.stranger(), hall, code)
    assert answer.status_code == 409
    assert "đã bị hủy" in answer.text
    assert ballots(hall) == 0


def test_a_dead_card_gives_none_and_stays_good(early):
    (code,) = early.cards(1)
    phone = early.stranger()
    answer = post(phone, early, code)
    assert answer.status_code == 403
    assert "Phòng chưa mở" in answer.text
    assert post(phone, early, code, headers=JSON).json["error"] == "not_now"
    assert (states(early), ballots(early)) == ({"fresh": 1}, 0)
    early.write(lifecycle.open_hall, early.dialogue_id, actor="test")
    assert post(phone, early, code).status_code == 303


@pytest.mark.parametrize(
    "typed", ["ABCDEFGH", "abc", "Ờ nhập thử", "<script>alert(1)</script>", "0" * 5000, "A\0BCDEFG"]
)
def test_a_wrong_code_comes_back_with_its_sentence(hall, typed):
    hall.cards(1)
    answer = post(hall.stranger(), hall, typed)
    assert answer.status_code == 422
    assert "Không có thẻ nào mang mã này" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<script>alert" not in answer.text
    assert ballots(hall) == 0


def test_an_empty_box_asks_for_the_code(hall):
    answer = post(hall.stranger(), hall, "  ")
    assert answer.status_code == 422
    assert "tám chữ và số" in answer.text


def test_the_error_for_a_program_names_the_field(hall):
    answer = post(hall.stranger(), hall, "ABCDEFGH", headers=JSON)
    assert (answer.status_code, answer.json["error"]) == (422, "invalid")
    assert set(answer.json["fields"]) == {"ticket"}


def test_eight_wrong_codes_bring_the_door_and_the_right_one_still_works(hall):
    """Whoever cannot read the print is helped, not locked out."""
    (code,) = hall.cards(1)
    phone = hall.stranger()
    pages = [post(phone, hall, new_card_code()) for _ in range(PATIENCE)]
    assert [page.status_code for page in pages] == [422] * PATIENCE
    assert ["đọc giúp" in page.text for page in pages] == [False] * (PATIENCE - 1) + [True]
    assert "Bàn đón" in pages[-1].text
    assert "đọc giúp" not in post(hall.stranger(), hall, new_card_code()).text, "a neighbour's first try"
    assert post(phone, hall, code).status_code == 303


@pytest.mark.claim("entry", "guessing cards behind the hall's address is stopped, and nobody with a card is kept out")
def test_guesses_have_a_ceiling_by_address_and_the_hall_is_never_locked_out(hall, monkeypatch, figure):
    """Behind one address somebody guesses without end; everybody with a card in hand still gets in, before and after."""
    monkeypatch.setattr(guesses, "MOST_MISSES", 20)
    codes = hall.cards(10)
    thief = hall.stranger()
    token = csrf(thief, f"{hall.base}/leave")
    tried = [
        thief.post(f"{hall.base}/entry", data={"csrf_token": token, "ticket": new_card_code()}).status_code
        for _ in range(30)
    ]
    assert tried == [422] * 20 + [429] * 10
    assert hall.stranger().get(url(hall, new_card_code())).status_code == 429
    for code in codes:
        phone = hall.stranger()
        assert "Thẻ này dùng được" in phone.get(url(hall, code)).text
        assert post(phone, hall, code).status_code == 303
    figure(f"30 guesses: 0 hits, 20 told, 10 refused; {ballots(hall)} of {len(codes)} cards came in afterwards")
    typo = post(hall.stranger(), hall, new_card_code())
    assert typo.status_code == 429
    assert int(typo.headers["Retry-After"]) > 0
    assert 'name="ticket"' in typo.text, "and the box is still there"


def test_what_cannot_be_a_code_is_no_guess(hall, monkeypatch):
    """Half a code and an empty box are typing errors, and cost the hall nothing."""
    monkeypatch.setattr(guesses, "MOST_MISSES", 1)
    phone = hall.stranger()
    assert [post(phone, hall, typed).status_code for typed in ("", "ABC", "O0I1O0I1")] == [422] * 3


def test_the_hourly_ceiling_of_the_route_does_not_count_cards(hall, monkeypatch):
    """`open` needs a ceiling for new ballots by address; cards are their own ceiling."""
    from survey.room import entering

    monkeypatch.setattr(entering, "BALLOTS_AN_ADDRESS", 0)
    for code in hall.cards(3):
        use(hall, code)
    assert ballots(hall) == 3


def test_nobody_enters_by_the_code_alone_where_cards_are_drawn(hall):
    phone = hall.stranger()
    token = csrf(phone, f"{hall.base}/leave")
    assert phone.post(f"{hall.base}/entry", data={"csrf_token": token}).status_code == 422
    assert phone.post(f"{hall.base}/entry", data={"csrf_token": token}, headers=JSON).status_code == 422
    assert ballots(hall) == 0


def test_keys_that_are_gone_close_the_issuing_and_break_nothing(hall):
    """Restored without its keys, or closed and opened again late: a sentence, 403, and who is in stays in."""
    first, second = hall.cards(2)
    inside = hall.stranger()
    post(inside, hall, first)
    hall.keys.destroy(hall.dialogue_id, "ticket")
    phone = hall.stranger()
    answer = post(phone, hall, second)
    assert answer.status_code == 403
    assert "Việc phát phiếu đã khép lại" in answer.text
    assert post(phone, hall, second, headers=JSON).json["error"] == "not_now"
    assert "Việc phát phiếu đã khép lại" in phone.get(url(hall, second)).text
    assert inside.get(hall.base).status_code == 200
    assert inside.get(url(hall, second)).status_code == 303
    assert ballots(hall) == 1


def test_leaving_with_the_ballot_forgets_the_attempt(hall):
    """Whoever takes the phone next and has a card gets a ballot of their own."""
    first, second = hall.cards(2)
    phone = hall.stranger()
    post(phone, hall, first, attempt=attempt_of(phone.get(url(hall, first)).text))
    before = secret_of(phone, hall)
    token = csrf(phone, f"{hall.base}/leave")
    phone.post(f"{hall.base}/leave", data={"csrf_token": token, "ballot": "1", "understood": "1"})
    attempt = attempt_of(phone.get(url(hall, second)).text)
    assert attempt != before
    assert post(phone, hall, second, attempt=attempt).status_code == 303
    assert ballots(hall) == 2


def test_nothing_of_the_page_names_a_member(hall):
    """Cards know no roll; the page has no place for a name."""
    (code,) = hall.cards(1)
    page = hall.stranger().get(url(hall, code)).text
    assert 'type="text"' not in page
    assert "Họ và tên" not in page


def void(cast, code):
    key = cast.keys.get(cast.dialogue_id, "ticket")
    cast.write(_void, cast.dialogue_id, tickets.card_mark(key, code))


def _void(session, dialogue_id, mark):
    session.get(Ticket, (dialogue_id, mark)).state = tickets.State.VOID
    session.flush()


def test_a_card_lets_nobody_in_once_issuing_is_over_though_it_can_still_be_counted(app: Flask) -> None:
    """Opened again ten minutes after the closing: the key `pass` is gone, the card is refused and stays fresh."""
    cast = make_cast(app, "open_hall", entry="tickets")
    code = cast.cards(1)[0]
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    lifecycle.sweep(cast.stores, now() + dt.timedelta(minutes=10))
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    phone = cast.stranger()
    form = {"ticket": code, "csrf_token": csrf(phone, cast.base)}
    assert phone.post(f"{cast.base}/entry", data=form).status_code == 403
    organiser = cast.staff("organiser")
    back = {"lines": code, "csrf_token": csrf(organiser, f"{cast.desk}/cards")}
    assert organiser.post(f"{cast.desk}/cards/returns", data=back).status_code < 400
    with cast.reading() as session:
        assert tickets.count(session, cast.dialogue_id) == tickets.Count(printed=1, used=0, void=1)
