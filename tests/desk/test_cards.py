"""The organiser's page of cards: the sheets that are printed once, voiding, counts."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import segno
from flask.testing import FlaskClient

from survey import factory
from survey import lifecycle
from survey.dialogues import sites
from survey.room import tickets
from survey.room.tickets import Count
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

JSON = {"Accept": "application/json"}
CARD = re.compile(r'<article class="tk">.*?</article>', re.DOTALL)
CODE = re.compile(r'<p class="tk-typed">([0-9A-Z]{4} [0-9A-Z]{4})</p>')
QR = re.compile(r'<svg aria-hidden="true" viewBox="0 0 (\d+) \1">.*?</svg>')


@pytest.fixture
def cast(app) -> Cast:
    """A hall that is open to cards."""
    return make_cast(app, "open_hall", entry="tickets")


@pytest.fixture
def organiser(cast) -> FlaskClient:
    return cast.staff("organiser")


def page(cast) -> str:
    return f"{cast.desk}/cards"


def send(browser, path, back, **data):
    """Send a form as the browser would that shows `back`."""
    return browser.post(path, data={"csrf_token": csrf(browser, back), **data})


def show(cast, browser, number=8, **data):
    """Press the button of the print form; the page with the cards."""
    return send(browser, page(cast), page(cast), cards=str(number), **data)


def count(cast, site=None) -> Count:
    with cast.reading() as session:
        return tickets.count(session, cast.dialogue_id, site)


def test_the_answer_is_the_page_to_print_and_nothing_shows_it_again(cast, organiser):
    answer = show(cast, organiser, 20)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    codes = CODE.findall(answer.text)
    assert len(set(codes)) == 20
    assert answer.text.count('<section class="a4"') == 3
    assert "Hết: đủ 3 tờ." in answer.text
    later = organiser.get(page(cast)).text
    assert "tờ 1–3" in later
    assert not [code for code in codes if code in later or code.replace(" ", "") in later]
    assert count(cast) == Count(20, 0, 0)


def test_two_cards_differ_in_nothing_but_code_and_qr(cast, organiser):
    """Every letter of the markup: what is left of a card without its code and its QR is the same for all."""
    text = show(cast, organiser, 24).text
    cards = CARD.findall(text)
    assert len(cards) == len(set(cards)) == 24, "they do differ"
    bare = {QR.sub("QR", card).replace(CODE.findall(card)[0], "CODE") for card in cards}
    assert len(bare) == 1
    (only,) = bare
    assert only.count("CODE") == 2, "the code stands there typed, and as the name of the drawing"
    words = re.sub(r"<[^>]*>", " ", only.replace(cast.code, ""))
    assert not re.search(r"\d", words), "no number of a sheet or of a card inside"
    for sheet in re.findall(r'<section class="a4".*?</section>', text, re.DOTALL):
        outside = CARD.sub("", sheet)
        assert outside.count("Tờ ") == 2, "the number of the sheet stands on the edge, which is cut off"


def test_the_qr_opens_the_entry_with_this_card(cast, organiser):
    text = show(cast, organiser, 9).text
    for card in CARD.findall(text):
        code = CODE.findall(card)[0].replace(" ", "")
        wanted = segno.make(f"http://localhost/d/{cast.code}/entry?ticket={code}", error="m", micro=False)
        drawing = wanted.svg_inline(border=4, light="#fff", svgclass=None, lineclass=None, omitsize=True)
        assert drawing.removeprefix("<svg ") in card


def test_a_printed_card_lets_somebody_in(cast, organiser):
    code = CODE.findall(show(cast, organiser, 1).text)[0]
    phone = cast.stranger()
    answer = phone.post(f"{cast.base}/entry", data={"csrf_token": csrf(phone, cast.base), "ticket": code.lower()})
    assert answer.status_code == 303
    assert count(cast) == Count(1, 1, 0)
    assert organiser.get(page(cast), headers=JSON).json == {
        "printed": 1, "used": 1, "void": 0, "missing": 0,
        "sites": {"0": {"printed": 1, "used": 1, "void": 0, "missing": 0}},
    }  # fmt: skip


def test_the_card_promises_only_what_is_kept(cast, organiser):
    card = CARD.findall(show(cast, organiser, 1).text)[0]
    for line in (
        "Không ai ghi ai đã rút thẻ nào.",
        "Chưa dùng thì cứ đổi thẻ cho nhau.",
        "Dùng một lần, khi phòng đã mở.",
    ):
        assert line in card
    assert "Lãnh đạo tỉnh đối thoại với cán bộ, công chức trẻ" in card
    assert f"http://localhost<wbr>/d/{cast.code}" in card


def test_a_long_theme_is_cut_between_words(cast, organiser):
    from survey.dialogues import service

    cast.write(service.change, cast.dialogue_id, {"theme": "Nâng cao chất lượng " * 9})
    card = CARD.findall(show(cast, organiser, 1).text)[0]
    theme = re.findall(r'<p class="tk-theme">(.*?)</p>', card)[0]
    assert theme == "Nâng cao chất lượng " * 3 + "Nâng cao chất lượng…"


def test_the_same_form_again_prints_nothing_and_says_why(cast, organiser):
    form = {"csrf_token": csrf(organiser, page(cast)), "cards": "8", "batch": "abcdefgh2345"}
    assert organiser.post(page(cast), data=form).status_code == 200
    again = organiser.post(page(cast), data=form)
    assert again.status_code == 409
    assert "hãy hủy lô và in lô mới" in again.text
    assert 'value="8"' in again.text
    assert 'value="abcdefgh2345"' not in again.text, "the form that is shown now is another printing"
    assert not CODE.findall(again.text)
    assert organiser.post(page(cast), data=form, headers=JSON).json["error"] == "conflict"
    assert count(cast) == Count(8, 0, 0)


@pytest.mark.parametrize("number", ["", "0", "-3", "2001", "mười", "8.5", "9" * 40])
def test_an_odd_number_is_shown_again_with_a_sentence(cast, organiser, number):
    answer = show(cast, organiser, number)
    assert answer.status_code == 422
    assert "Hãy ghi số thẻ từ 1 đến 2000" in answer.text
    assert f'value="{number}"' in answer.text
    assert count(cast) == Count()


def test_a_site_that_was_not_offered_gets_no_cards(cast, organiser):
    assert show(cast, organiser, 8, site="3").status_code == 422
    cast.write(sites.add, cast.dialogue_id, "Huyện U Minh", 8, 3)
    answer = show(cast, organiser, 8, site="3")
    assert answer.status_code == 200
    assert "Tờ 1 · 3. Huyện U Minh" in answer.text
    assert "Huyện U Minh" not in "".join(CARD.findall(answer.text)), "only on the edge"
    assert count(cast, 3) == Count(8, 0, 0)


def test_cards_of_a_dialogue_without_cards_are_refused_in_words(app):
    cast = make_cast(app, "open_hall")
    organiser = cast.staff("organiser")
    assert "nên không in thẻ" in organiser.get(page(cast)).text
    answer = show(cast, organiser, 8)
    assert answer.status_code == 403
    assert "Đối thoại này không vào bằng thẻ" in answer.text
    assert not CODE.findall(answer.text)


def test_an_address_of_this_machine_alone_is_said_on_both_pages(cast, organiser, settings):
    warning = "chỉ mở được trên chính máy này"
    assert warning in organiser.get(page(cast)).text, "the tests ask for localhost"
    assert warning in show(cast, organiser, 1).text
    app = factory.create_app(replace(settings, base_url="https://hoi.example.vn"))
    reached = make_cast(app, "open_hall", entry="tickets")
    browser = reached.staff("organiser")
    printed = show(reached, browser, 1).text
    assert warning not in browser.get(page(reached)).text + printed
    assert f"<b>hoi.example.vn<wbr>/d/{reached.code}</b>" in printed


def test_sheets_are_voided_with_a_sentence_for_each_kind(cast, organiser):
    codes = CODE.findall(show(cast, organiser, 24).text)
    phone = cast.stranger()
    phone.post(f"{cast.base}/entry", data={"csrf_token": csrf(phone, cast.base), "ticket": codes[0]})
    path = f"{page(cast)}/sheets/voiding"
    answer = send(organiser, path, page(cast), sheets="1, 3")
    assert (answer.status_code, answer.location) == (303, f"{page(cast)}#voiding")
    shown = organiser.get(page(cast)).text
    assert "Đã hủy 15 thẻ. 1 thẻ đã dùng nên giữ nguyên." in shown
    assert "tờ 1, 3" in shown
    assert "Thử organiser" in shown, "who did it"
    assert count(cast) == Count(24, 1, 15)
    again = organiser.post(path, data={"csrf_token": csrf(organiser, page(cast)), "sheets": "1-3"}, headers=JSON)
    assert again.json == {"voided": 8, "before": 15, "used": 1}


@pytest.mark.parametrize("typed", ["", "tờ một", "9", "1-9"])
def test_odd_sheets_are_shown_again(cast, organiser, typed):
    show(cast, organiser, 8)
    answer = send(organiser, f"{page(cast)}/sheets/voiding", page(cast), sheets=typed)
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert 'id="sheets-e"' in answer.text
    assert count(cast) == Count(8, 0, 0)


def test_a_whole_printing_is_voided_by_its_button(cast, organiser):
    show(cast, organiser, 8)
    show(cast, organiser, 12)
    first, second = re.findall(r'formaction="([^"]+/voiding)"', organiser.get(page(cast)).text)
    assert send(organiser, first, page(cast)).status_code == 303
    assert count(cast) == Count(20, 0, 12), "the latest stands on top"
    assert re.findall(r'formaction="([^"]+/voiding)"', organiser.get(page(cast)).text) == [second]
    assert send(organiser, f"{page(cast)}/batches/zzzzzzzz/voiding", page(cast)).status_code == 404


def test_what_came_back_is_answered_line_by_line_and_nothing_is_lost(cast, organiser):
    codes = CODE.findall(show(cast, organiser, 8).text)
    phone = cast.stranger()
    phone.post(f"{cast.base}/entry", data={"csrf_token": csrf(phone, cast.base), "ticket": codes[2]})
    address = f"http://localhost/d/{cast.code}/entry?ticket={codes[1].replace(' ', '')}"
    lines = [codes[0], address, codes[2].lower(), codes[0], "ABCD 2345", "<b>lạ</b>"]
    path = f"{page(cast)}/returns"
    answer = send(organiser, path, page(cast), lines="\r\n".join(lines))
    assert answer.status_code == 200
    shown = re.findall(
        r'<li><span class="grow n addr-in">(.*?)</span><span class="badge[^"]*">(.*?)</span>', answer.text
    )
    assert shown == [
        (codes[0], "đã hủy"), (address, "đã hủy"), (codes[2].lower(), "đã dùng rồi"), (codes[0], "đã hủy từ trước"),
        ("ABCD 2345", "không có thẻ này"), ("&lt;b&gt;lạ&lt;/b&gt;", "không có thẻ này"),
    ]  # fmt: skip
    assert count(cast) == Count(8, 1, 2)
    form = {"csrf_token": csrf(organiser, page(cast)), "lines": codes[0]}
    assert organiser.post(path, data=form, headers=JSON).json == {"lines": [{"line": codes[0], "state": "before"}]}


def test_scanned_lines_that_cannot_be_taken_are_shown_again(cast, organiser):
    codes = CODE.findall(show(cast, organiser, 8).text)
    path = f"{page(cast)}/returns"
    assert "Hãy quét hoặc gõ ít nhất một thẻ" in send(organiser, path, page(cast), lines=" \n ").text
    many = "\n".join([codes[0]] * 2_001)
    answer = send(organiser, path, page(cast), lines=many)
    assert answer.status_code == 422
    assert answer.text.count(codes[0]) == 2_001
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    cast.keys.destroy(cast.dialogue_id, "ticket")
    late = send(organiser, path, page(cast), lines=codes[0])
    assert (late.status_code, codes[0] in late.text) == (403, True)
    assert "khóa của thẻ đã hủy" in organiser.get(page(cast)).text
    assert count(cast) == Count(8, 0, 0)


def test_counts_alone_are_fetched_by_the_page_itself(cast, organiser):
    show(cast, organiser, 8)
    part = organiser.get(page(cast), headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<section id="counts"')
    assert "HX-Request" in part.headers["Vary"]
    assert part.text in organiser.get(page(cast)).text


@pytest.mark.parametrize("role", ["moderator", "secretary", "leader", "door", "scrutineer", "host"])
def test_cards_are_the_organisers_business(cast, role):
    assert cast.staff(role, site=1 if role == "host" else None).get(page(cast)).status_code == 403


HEARTBEAT = """
from gevent import monkey; monkey.patch_all()
import gevent, sys, time
from survey.core import offload
from survey.desk import cards
offload.BREATH = float(sys.argv[1])
longest = [0.0]
def beat():
    while True:
        before = time.thread_time()
        gevent.sleep(0.001)
        longest[0] = max(longest[0], time.thread_time() - before)
def draw():
    said = {"join": "http://192.168.1.20:8000/d/TM4K9P"}
    cards.render_template = lambda *_args, **_said: ""
    for _sheet in cards.draw([["ABCDEFGH"] * 8] * 15, 1, said):
        pass
watch = gevent.spawn(beat)
gevent.spawn(draw).join()
print(longest[0])
"""


def longest_stall(breath: float) -> float:
    """Seconds of CPU between two beats of the loop while 120 cards are drawn."""
    command = [sys.executable, "-c", HEARTBEAT, str(breath)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=100, check=True)
    return float(done.stdout)


@pytest.mark.claim("live", "cards are printed without holding the streams up: one card at a time, under 50 ms of CPU")
def test_printing_lets_the_streams_have_their_turn(figure: Callable[[str], None]) -> None:
    """In CPU time, which no neighbour of this machine can spoil; the control draws without breathing."""
    ours, control = longest_stall(0.0005), longest_stall(0)
    figure(f"{ours * 1000:.0f} ms of CPU between two beats; without breathing {control * 1000:.0f} ms")
    assert ours < 0.05
    assert control > 2 * ours


def test_cards_printed_by_a_command_are_said_in_words(cast: Cast) -> None:
    key = cast.keys.get(cast.dialogue_id, "ticket")
    cast.write(tickets.print_batch, key, cast.dialogue_id, "lo1", 8, actor="cli")
    shown = cast.staff("organiser").get(page(cast)).text
    assert ("lệnh trên máy chủ" in shown, "· cli<" in shown) == (True, False)
