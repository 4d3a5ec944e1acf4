"""What a phone is told before it enters: true of the way in that is in force, and never stronger than the line it came by."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey import lifecycle
from survey.core.clock import now
from survey.dialogues import service as dialogues
from survey.dialogues.entry import Entry
from survey.dialogues.entry import Way
from survey.organisations import units
from survey.pages import words
from survey.questionnaires import building
from survey.questionnaires import items
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

Figure = Callable[[str], None]
# What no page may say that came by http, and no page at all of the weak mode.
STRONG = re.compile(
    r"không ai,? kể cả (máy chủ|người quản trị|ban tổ chức|chúng tôi)|không ai (có thể )?(biết|đoán|truy) (được )?(là|ai|bạn)|"
    r"tuyệt đối|hoàn toàn ẩn danh|không thể (truy|biết|nối)|ký mù|mã hóa đầu cuối|nobody, not even",
    re.IGNORECASE,
)  # fmt: skip
SECURE: dict[str, Any] = {"base_url": "https://localhost"}
RANKS = ["Có thể", "Một phần", "Không"]


def first(page: str) -> str:
    return unescape(page.split('<section id="first"', 1)[1].split("</section>", 1)[0])


def answers(page: str) -> list[tuple[str, str]]:
    """Verdict and text of each answer."""
    found = page.split('<ol class="qs" id="answers">', 1)[1].split("</ol>", 1)[0].split("<li")[1:]
    return [
        (re.findall(r'class="badge[^"]*">([^<]+)<', each)[0], unescape(re.sub(r"<[^>]+>", " ", each))) for each in found
    ]


@pytest.mark.parametrize(("entry", "said", "unsaid"), [
    ("open", ["Không có danh sách nào", "có một phiếu", "Mỗi máy một phiếu"], ["Danh sách chỉ ghi", "Không có sổ nào", "yếu"]),
    ("tickets", ["Không ai ghi ai rút thẻ nào", "có một phiếu", "Không có sổ nào nối hai điều đó"], ["Danh sách", "yếu"]),
    ("roll", ["Danh sách chỉ ghi: bạn đã nhận phiếu.", "Hòm phiếu chỉ ghi: có một phiếu.", "Chế độ yếu: một khóa nối được hai",
              "hủy năm phút sau khi khép lại"], ["Không có sổ nào"]),
    ("roll+tickets", ["Danh sách chỉ ghi: bạn đã nhận phiếu.", "có một phiếu", "Vào bằng thẻ: không có sổ nào",
                      "Vào bằng đường dẫn, chế độ yếu: một khóa nối được"], ["Không có sổ nào nối"]),
])  # fmt: skip
def test_the_first_screen_says_what_is_true_of_the_entry(
    app: Flask, entry: str, said: list[str], unsaid: list[str]
) -> None:
    cast = make_cast(app, "open_hall", entry=entry)
    shown = first(cast.stranger().get(cast.base).text)
    assert "Hỏi kín, như bỏ phiếu kín." in shown
    assert [line for line in said if line not in shown] == []
    assert [line for line in unsaid if line in shown] == []


def test_the_pledge_stands_there_only_where_the_chair_gave_it(cast: Cast) -> None:
    phone = cast.stranger()
    cast.write(dialogues.change, cast.dialogue_id, {"leader": "Đồng chí Lê Văn Nam"})
    assert "Tôi cam kết" not in phone.get(cast.base).text
    cast.write(dialogues.change, cast.dialogue_id, {"pledge": "Tôi sẽ không hỏi ai đã hỏi."})
    page = phone.get(cast.base).text
    assert "Tôi cam kết không truy tìm người hỏi." in first(page)
    assert "Đồng chí Lê Văn Nam" in first(page)
    assert "Tôi sẽ không hỏi ai đã hỏi." in page.split('id="about-h"', 1)[1]


@pytest.mark.parametrize(("entry", "step", "path", "word"), [
    ("open", "collect", "/d/{}/entry", "Vào phòng"), ("open", "open_hall", "/d/{}/entry", "Vào phòng"),
    ("tickets", "open_hall", "/d/{}/entry", "Vào phòng bằng thẻ"), ("roll", "collect", "/m/{}", "Mở đường dẫn cá nhân"),
    ("roll", "open_hall", "/m/{}", "Mở đường dẫn cá nhân"), ("roll+tickets", "collect", "/m/{}", "Mở đường dẫn cá nhân"),
])  # fmt: skip
def test_there_is_one_thing_to_do(app: Flask, entry: str, step: str, path: str, word: str) -> None:
    cast = make_cast(app, step, entry=entry)
    shown = first(cast.stranger().get(cast.base).text)
    ways = re.findall(r'(?:action|class="btn[^"]*" href)="([^"]+)"', shown)
    assert ways == [path.format(cast.code)]
    assert word in shown


def test_both_ways_stand_side_by_side(app: Flask) -> None:
    cast = make_cast(app, "open_hall", entry="roll+tickets")
    shown = first(cast.stranger().get(cast.base).text)
    assert re.findall(r'class="btn[^"]*" href="([^"]+)"', shown) == [f"{cast.base}/entry", f"/m/{cast.code}"]


def test_cards_wait_for_the_room_and_so_do_questionnaires(app: Flask) -> None:
    cast = make_cast(app, "collect", entry="tickets")
    made = cast.write(building.create, cast.dialogue_id, "Khảo sát thử")
    cast.write(items.add_item, cast.dialogue_id, made, "text", {"label": "Bạn nói gì?"})
    cast.write(building.open_, cast.dialogue_id, made)
    shown = first(cast.stranger().get(cast.base).text)
    assert "Phòng chưa mở. Thẻ, phiếu khảo sát và câu hỏi dùng được khi phòng mở" in shown
    assert "<form" not in shown
    assert "phiếu khảo sát mở cùng lúc với phòng" in cast.stranger().get(f"{cast.base}/surveys/{made}").text


@pytest.mark.parametrize("entry", ["tickets", "roll", "roll+tickets"])
def test_a_closed_board_is_shown_to_nobody_but_who_was_in(app: Flask, entry: str) -> None:
    cast = make_cast(app, "open_hall", "close", entry=entry)
    page = cast.stranger().get(f"{cast.base}?tab=ranking").text
    assert "Đối thoại đã khép lại, không nhận thêm phiếu" in first(page)
    cast.write(dialogues.change, cast.dialogue_id, {"board_public": True})
    assert 'id="first"' not in cast.stranger().get(cast.base).text


@pytest.mark.parametrize("entry", list(Entry))
@pytest.mark.parametrize("secure", [False, True])
def test_six_answers_the_bad_ones_first(app: Flask, entry: Entry, secure: bool) -> None:
    cast = make_cast(app, "open_hall", entry=entry)
    found = answers(cast.stranger().get(f"{cast.base}/who", **(SECURE if secure else {})).text)
    ranks = [RANKS.index(verdict) for verdict, _text in found]
    assert (len(found), ranks) == (6, sorted(ranks))
    whole = " ".join(text for _verdict, text in found)
    assert ("đi bằng http nên họ đọc được" in whole) == (not secure)
    assert ("Chế độ yếu" in found[0][1]) == ("roll" in entry), "the worst comes first"


def test_a_key_that_is_gone_is_told(app: Flask) -> None:
    cast = make_cast(app, "open_hall", "close", entry="roll")
    path = f"{cast.base}/who"
    assert answers(cast.stranger().get(path).text)[0][1].count("khi khóa còn") == 1
    lifecycle.sweep(cast.stores, now() + dt.timedelta(minutes=6))
    found = answers(cast.stranger().get(path).text)
    assert "khi khóa còn" not in " ".join(text for _verdict, text in found)
    assert [verdict for verdict, text in found if "Nay khóa đã hủy" in text] == ["Một phần"]


def pages_of(cast: Cast, phone: FlaskClient, **how: Any) -> dict[str, str]:
    """Every page that a member can look at, with a ballot or without."""
    made = cast.write(building.create, cast.dialogue_id, "Khảo sát thử")
    cast.write(items.add_item, cast.dialogue_id, made, "text", {"label": "Bạn nói gì?"})
    cast.write(building.open_, cast.dialogue_id, made)
    tails = ["", "?tab=unseen", "?tab=ranking", "?tab=mine", "/ask", "/who", "/leave", "/entry", f"/surveys/{made}"]
    paths = [*(cast.base + tail for tail in tails), "/promise", "/help", "/", f"/m/{cast.code}"]
    seen = {path: phone.get(path, **how) for path in paths}
    return {path: unescape(answer.text) for path, answer in seen.items() if answer.status_code == 200}


def enter(cast: Cast, phone: FlaskClient) -> None:
    if cast_entry(cast) == "roll":
        member = cast.enrol("Nguyễn Văn An")
        lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
        base = f"/m/{cast.code}"
        phone.post(f"{base}/session", data={"csrf_token": csrf(phone, base), "twin": cast.personal(member).twin})
        headers = {"Accept": "application/json", "X-CSRFToken": csrf(phone, base)}
        data = {"pass": (phone.post(f"{base}/credential", headers=headers).json or {})["pass"]}
    else:
        cast.write(lifecycle.open_hall, cast.dialogue_id, actor="test")
        data = {"csrf_token": csrf(phone, cast.base)}
        data |= {"ticket": cast.cards(8)[0]} if cast_entry(cast) == "tickets" else {}
    assert phone.post(f"{cast.base}/entry", data=data).status_code == 303


def cast_entry(cast: Cast) -> str:
    with cast.reading() as session:
        return dialogues.load(session, cast.dialogue_id).entry


@pytest.mark.claim("anonymity", "no page of a member that came by http uses the strong words")
@pytest.mark.parametrize("entry", ["open", "tickets", "roll"])
def test_strong_words_never_come_by_http(app: Flask, entry: str, figure: Figure) -> None:
    cast = make_cast(app, "collect", entry=entry)
    outside = pages_of(cast, cast.stranger())
    phone = cast.stranger()
    enter(cast, phone)
    inside = pages_of(cast, phone)
    assert "/ask" in " ".join(inside)
    assert 'id="first"' not in inside[cast.base], "the test needs a phone that is in"
    found = {f"{place} {path}": match[0] for place, pages in (("outside", outside), ("inside", inside))
             for path, page in pages.items() if (match := STRONG.search(_of_all_ways(path, page)))}  # fmt: skip
    figure(f"{entry}: {len(outside) + len(inside)} pages, {len(found)} with strong words")
    assert found == {}


def _of_all_ways(path: str, page: str) -> str:
    """The page of promises speaks of every way in, so it names the strong mode wherever it is read."""
    return re.sub("[Kk]ý mù", "", page) if path == "/promise" else page


def test_this_test_knows_the_strong_words(app: Flask) -> None:
    cast = make_cast(app, "open_hall", entry="tickets")
    by_https = unescape(cast.stranger().get(f"{cast.base}/who", **SECURE).text)
    assert "Không ai, kể cả máy chủ, biết ai rút thẻ nào." in by_https
    assert STRONG.search(by_https)
    assert not STRONG.search(unescape(cast.stranger().get(f"{cast.base}/who").text))
    weak = make_cast(app, "open_hall", entry="roll")
    assert not STRONG.search(unescape(weak.stranger().get(f"{weak.base}/who", **SECURE).text))
    blind = make_cast(app, "open_hall", entry="roll", strong=True)
    assert STRONG.search(unescape(blind.stranger().get(f"{blind.base}/who", **SECURE).text))


@pytest.mark.parametrize("entry", [Entry.ROLL, Entry.ROLL_AND_TICKETS])
def test_the_strong_mode_says_what_holds_and_what_not(app: Flask, entry: Entry) -> None:
    """On the first screen, in the six answers and in what is stored: no word of the weak mode, and no promise too many."""
    cast = make_cast(app, "open_hall", entry=entry, strong=True)
    shown, who = first(cast.stranger().get(cast.base).text), unescape(cast.stranger().get(f"{cast.base}/who").text)
    assert "Không khóa nào nối được hai điều đó." in shown
    assert "yếu" not in shown + who
    assert "Phiếu do máy bạn làm ra" in who or "do máy bạn làm ra và được ký" in who
    verdicts = dict(zip([text for _verdict, text in answers(who)], [v for v, _text in answers(who)], strict=True))
    assert {v for text, v in verdicts.items() if "sửa chương trình" in text} == {"Một phần"}
    assert {v for text, v in verdicts.items() if "trong nhóm vào cùng lúc" in text} == {"Một phần"}


def test_every_entry_has_its_words() -> None:
    assert set(words.TRUE) == set(map(str, Way))
    assert set(words.WEAK) == {Entry.ROLL, Entry.ROLL_AND_TICKETS}


def test_counts_of_cards_and_roll_are_there_for_everybody_with_the_code(app: Flask) -> None:
    cast = make_cast(app, entry="roll+tickets")
    big = cast.write(units.ensure, cast.organisation_id, ("Chi đoàn Sở Tư pháp",))
    small = cast.write(units.ensure, cast.organisation_id, ("Chi đoàn Văn thư",))
    for number in range(12):
        cast.enrol(f"Người {number}", unit_id=small if number < 2 else big)
    for name in ("Chi đoàn A", "Chi đoàn B"):
        unit = cast.write(units.ensure, cast.organisation_id, (name,))
        for number in range(3):
            cast.enrol(f"{name} {number}", unit_id=unit)
    cast.cards(16)
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    for path in (cast.base, f"{cast.base}/who"):
        page = unescape(cast.stranger().get(path).text)
        assert "Thẻ: đã in 16, đã dùng 0" in page
        assert "Danh sách: 18 người, bổ sung 0" in page
        assert "Chi đoàn Sở Tư pháp" in page
        assert "Chi đoàn Văn thư" not in page, "below five"
        assert "Người 1" not in page, "never a name"
    assert "Đối thoại này chỉ có nhiều nhất" not in unescape(cast.stranger().get(f"{cast.base}/who").text)


def test_a_small_roll_is_told(app: Flask) -> None:
    cast = make_cast(app, entry="roll")
    for number in range(7):
        cast.enrol(f"Người {number}")
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    assert "chỉ có nhiều nhất 7 phiếu" in unescape(cast.stranger().get(f"{cast.base}/who").text)


def test_the_promises_cover_all_three_ways(cast: Cast) -> None:
    page = unescape(cast.stranger().get("/promise").text)
    for heading in ("Vào bằng mã chung", "Vào bằng thẻ rút từ hộp", "Vào theo danh sách"):
        assert f"<h2>{heading}</h2>" in page
    assert page.count("Chế độ yếu:") >= 2
