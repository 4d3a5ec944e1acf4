"""The scrutineers' page: figures that somebody with a pencil can check, from an empty box to keys that are gone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from survey import lifecycle
from survey import tally
from survey.core import passes
from survey.core.clock import now
from survey.core.ids import new_token
from survey.dialogues import sites
from survey.dialogues.models import Dialogue
from survey.roll import door
from survey.roll import issuing
from survey.roll import purging
from survey.room import service as room
from survey.room import tickets
from survey.tally import Tally
from tests.conftest import Cast
from tests.conftest import make_cast

HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


def counted(cast: Cast) -> Tally:
    """The count as it is now."""
    with cast.reading() as session, cast.stores.roll.reading() as roll_session:
        return tally.tally(session, roll_session, cast.keys, session.get(Dialogue, cast.dialogue_id))


def use(cast: Cast, codes: list[str]) -> None:
    """Let a phone in for each card."""
    for code in codes:
        key = cast.keys.get(cast.dialogue_id, "ticket")
        cast.write(room.enter_by_card, key, cast.dialogue_id, code, new_token())


def enter_by_link(cast: Cast, member_id: str) -> None:
    """The whole way of a link, from the roll into the room."""
    weak = cast.keys.get(cast.dialogue_id, "weak")
    secret = cast.stores.roll.write(issuing.issue_weak, weak, cast.dialogue_id, member_id, new_token(), now())
    key, moment = cast.keys.get(cast.dialogue_id, "pass"), int(now().timestamp())
    opened = passes.unseal(key, cast.dialogue_id, passes.seal(key, cast.dialogue_id, secret, moment), moment)
    cast.write(room.enter_by_pass, cast.dialogue_id, opened)


def hall(app: Flask, entry: str, *, members: int = 0) -> tuple[Cast, list[str]]:
    """A hall that is open over so many members."""
    cast = make_cast(app, entry=entry)
    people = [cast.enrol(f"Nguyễn Văn {number:02}") for number in range(members)]
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    return cast, people


def checks(found: Tally) -> list[tuple[int, str, int, bool]]:
    """The checks in numbers."""
    return [(check.left.value, check.sign, check.right.value, check.holds) for check in found.checks]


@pytest.mark.parametrize("entry", ["open", "tickets", "roll", "roll+tickets"])
def test_before_the_opening_everything_is_zero(app: Flask, entry: str) -> None:
    cast = make_cast(app, entry=entry)
    page = cast.staff("scrutineer").get(f"{cast.desk}/scrutiny")
    assert page.status_code == 200
    assert "Hòm trống: tất cả bằng không" in page.text
    found = counted(cast)
    assert found.all_zero
    assert ("thẻ đã dùng" in [figure.words for figure in found.zeros]) == ("tickets" in entry)


def test_something_in_a_box_of_cards_before_the_opening_is_an_alarm(app: Flask) -> None:
    """The control: a ballot that somebody slipped in."""
    cast = make_cast(app, entry="tickets")
    cast.write(room.admit, cast.dialogue_id, b"x" * 16)
    page = cast.staff("scrutineer").get(f"{cast.desk}/scrutiny").text
    assert "Chưa mở mà đã có số khác không" in page
    assert not counted(cast).all_zero


def test_cards_alone_are_one_ballot_each(app: Flask) -> None:
    cast, _people = hall(app, "tickets")
    codes = cast.cards(16)
    use(cast, codes[:5])
    found = counted(cast)
    assert found.cards == tickets.Count(16, 5, 0)
    assert checks(found) == [(5, "=", 5, True), (16, "=", 16, True), (5, "=", 5, True)]
    cast.write(room.admit, cast.dialogue_id, b"x" * 16)
    assert [check.words for check in counted(cast).checks if not check.holds] == ["Mỗi thẻ một phiếu"]
    page = cast.staff("scrutineer").get(f"{cast.desk}/scrutiny").text
    assert "Có dòng không khớp" in page
    assert "Không khớp" in page


def test_the_roll_goes_down_from_seats_to_ballots(app: Flask) -> None:
    cast, people = hall(app, "roll", members=6)
    for member in people[:3]:
        enter_by_link(cast, member)
    weak = cast.keys.get(cast.dialogue_id, "weak")
    cast.stores.roll.write(
        issuing.issue_weak, weak, cast.dialogue_id, people[3], new_token(), now()
    )  # and never enters
    found = counted(cast)
    assert checks(found) == [(6, "≥", 4, True), (4, "≥", 3, True), (3, "=", 3, True)]
    assert "6 ≥ 4 ≥ 3" in cast.staff("scrutineer").get(f"{cast.desk}/scrutiny").text


def test_with_both_what_came_by_link_is_what_came_without_a_card(app: Flask) -> None:
    cast, people = hall(app, "roll+tickets", members=6)
    codes = cast.cards(8)
    for member in people[:2]:
        cast.stores.roll.write(door.hand_card, cast.dialogue_id, member, actor="test")
    use(cast, codes[:1])
    for member in people[2:5]:
        enter_by_link(cast, member)
    found = counted(cast)
    assert (found.ballots, found.by_link, found.roll.issued if found.roll else None) == (4, 3, 3)
    assert checks(found) == [
        (6, "≥", 5, True),
        (3, "≥", 3, True),
        (4, "=", 4, True),
        (8, "=", 8, True),
        (2, "≥", 1, True),
    ]
    use(cast, codes[1:3])  # two cards that nobody has marked
    assert [check.words for check in counted(cast).checks if not check.holds] == ["Thẻ phát ở cửa"]


def test_a_ballot_that_nobody_was_given_shows(app: Flask) -> None:
    """An insider who writes a ballot into the database past all rules."""
    cast, people = hall(app, "roll", members=3)
    enter_by_link(cast, people[0])
    assert all(check.holds for check in counted(cast).checks)
    cast.write(room.admit, cast.dialogue_id, b"x" * 16)
    assert [check.words for check in counted(cast).checks if not check.holds] == ["Đường dẫn"]


def test_kept_count_that_was_changed_shows(cast: Cast) -> None:
    cast.member()

    def change(session: Any) -> None:
        session.get(Dialogue, cast.dialogue_id).ballots = 7

    cast.write(change)
    assert [check.words for check in counted(cast).checks if not check.holds] == ["Đếm từng phiếu"]


def test_heads_are_reckoned_with_and_kept_nowhere(cast: Cast) -> None:
    from tests.security.world import contents

    for _ in range(3):
        cast.member()
    browser = cast.staff("scrutineer")
    before = contents(cast.app)
    page = browser.get(f"{cast.desk}/scrutiny?heads=10").text
    assert "10 − 3 = 7" in page
    assert "7 người có mặt chưa có phiếu" in page
    assert f'hx-get="{cast.desk}/scrutiny?heads=10"' in page, "still reckoned with after ten seconds"
    assert "1.000 − 3 = 997" in browser.get(f"{cast.desk}/scrutiny?heads=1.000").text
    assert "Phiếu nhiều hơn người" in browser.get(f"{cast.desk}/scrutiny?heads=2").text
    assert browser.get(f"{cast.desk}/scrutiny?heads=10", headers=JSON).get_json()["missing"] == 7
    assert contents(cast.app) == before


@pytest.mark.parametrize("typed", ["", "abc", "-5", "10000001", "٣", "9" * 400, "1e3", "7 người"])
def test_heads_that_are_no_number_are_left_out(cast: Cast, typed: str) -> None:
    page = cast.staff("scrutineer").get(f"{cast.desk}/scrutiny", query_string={"heads": typed})
    assert page.status_code == 200
    assert "Người và phiếu" not in page.text


def test_keys_of_issuing_go_and_the_others_stay(app: Flask) -> None:
    cast, _people = hall(app, "roll+tickets", members=1)
    browser = cast.staff("scrutineer")
    alive = browser.get(f"{cast.desk}/scrutiny", headers=JSON).get_json()["keys"]
    assert alive == dict.fromkeys(
        ("ticket", "pass", "link", "weak", "vote", "ask", "response", "site", "judge", "mute"), True
    )
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    assert browser.get(f"{cast.desk}/scrutiny").text.count("Chờ hủy") == 4
    lifecycle.sweep(cast.stores, now() + lifecycle.UNDO)
    page = browser.get(f"{cast.desk}/scrutiny")
    assert page.text.count("Đã hủy</span>") == 4
    after = browser.get(f"{cast.desk}/scrutiny", headers=JSON).get_json()["keys"]
    assert {key for key, there in after.items() if there} == {"vote", "ask", "response", "site", "judge", "ticket"}
    lifecycle.take(cast.stores, cast.dialogue_id, "concluded", actor="test")
    lifecycle.sweep(cast.stores, now() + lifecycle.UNDO)
    assert not cast.keys.exists(cast.dialogue_id, "ticket"), "the cards that came back are counted by now"
    assert {key.purpose for key in counted(make_cast(app, entry="tickets")).keys if key.issuing} == {"pass", "mute"}


def test_cards_are_counted_by_site(app: Flask) -> None:
    cast = make_cast(app, entry="tickets")
    cast.write(sites.add, cast.dialogue_id, "Huyện Cái Nước", 40)
    cast.write(sites.add, cast.dialogue_id, "Huyện Năm Căn", 40)
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    use(cast, cast.cards(8, site=1)[:3])
    cast.cards(16)
    page = cast.staff("scrutineer").get(f"{cast.desk}/scrutiny").text
    table = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<tbody>")[1].split("</tbody>")[0])).strip()
    assert table == "Hội trường 16 0 0 16 Huyện Cái Nước 8 3 0 5 Huyện Năm Căn 0 0 0 0 Cộng 24 3 0 21"


def test_what_the_door_did_is_there_in_bare_numbers(app: Flask) -> None:
    cast, people = hall(app, "roll+tickets", members=3)
    key, where = cast.keys.get(cast.dialogue_id, "link"), (cast.dialogue_id, people[0])
    cast.stores.roll.write(door.show_link, key, *where, actor="test")
    cast.stores.roll.write(door.hand_card, *where, actor="test")
    cast.stores.roll.write(door.take_card_back, *where, actor="test")
    found = counted(cast)
    assert (found.links_shown, found.cards_back) == (1, 1)
    page = cast.staff("scrutineer").get(f"{cast.desk}/scrutiny").text
    assert "Nguyễn Văn" not in page


def test_figures_alone_come_as_a_part(cast: Cast) -> None:
    answer = cast.staff("scrutineer").get(f"{cast.desk}/scrutiny", headers=HTMX)
    assert answer.text.lstrip().startswith('<div id="figures"')
    assert 'hx-trigger="every 10s"' in answer.text
    assert answer.headers["Vary"] == "HX-Request, Accept, Cookie"


def test_checklist_has_room_for_hands_and_figures_where_they_are_known(app: Flask) -> None:
    cast, _people = hall(app, "roll+tickets", members=2)
    cast.cards(8)
    page = cast.staff("scrutineer").get(f"{cast.desk}/scrutiny/checklist?heads=310").text
    for words in ("Trước khi mở", "Trong buổi", "Cuối buổi", "Người thứ ba"):
        assert words in page
    assert page.count('class="tickoff"') == 3
    assert re.findall(r'<b><span class="n">([\d.]+)</span></b>', page) == ["8", "2", "310"]
    bare = make_cast(app, entry="open")
    other = bare.staff("scrutineer").get(f"{bare.desk}/scrutiny/checklist").text
    assert "Thẻ" not in other
    assert "đơn vị" not in other


def test_scrutineers_read_and_change_nothing(cast: Cast) -> None:
    """Read only: the role has one permission, and no route under it takes anything."""
    from survey.accounts.policy import PERMISSIONS
    from survey.web.guard import access_of

    assert [name for name, roles in PERMISSIONS.items() if "scrutineer" in roles] == ["scrutiny"]
    with cast.app.app_context():
        mine = [rule for rule in cast.app.url_map.iter_rules() if _permission(access_of(rule.endpoint)) == "scrutiny"]
    assert len(mine) >= 3
    assert all((rule.methods or set()) <= {"GET", "HEAD", "OPTIONS"} for rule in mine)
    got = {role: cast.staff(role).get(f"{cast.desk}/scrutiny").status_code for role in
           ("organiser", "scrutineer", "moderator", "secretary", "leader", "door", "host", "screen")}  # fmt: skip
    assert [role for role, status in got.items() if status == 200] == ["organiser", "scrutineer"]


def _permission(access: Any) -> str | None:
    return access.permission if access else None


def test_roll_that_is_deleted_leaves_its_counts(app: Flask) -> None:
    cast, people = hall(app, "roll", members=3)
    enter_by_link(cast, people[0])
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    before = checks(counted(cast))
    purging.purge(cast.stores, cast.dialogue_id, now(), actor="test")
    assert checks(counted(cast)) == before


@pytest.mark.claim("entry", "the public figures differ from the heads counted by exactly what was slipped in")
def test_what_is_slipped_in_is_the_difference(app: Flask, figure: Callable[[str], None]) -> None:
    """Thirty in the hall by cards; an insider writes five ballots more, and the count is off by five."""
    cast, _people = hall(app, "tickets")
    use(cast, cast.cards(32)[:30])
    assert counted(cast).missing_heads(30) == 0
    for number in range(5):
        cast.write(room.admit, cast.dialogue_id, bytes([number]) * 16)
    found = counted(cast)
    assert found.missing_heads(30) == -5
    assert [check.left.value - check.right.value for check in found.checks if not check.holds] == [5]
    figure("30 heads, 5 slipped in: the count says 5")
