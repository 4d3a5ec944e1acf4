"""The roll's desk as a clerk uses it, without JavaScript: choosing, settings, freezing, undoing, deleting."""

from __future__ import annotations

import datetime as dt
import re
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey import lifecycle
from survey.core.clock import local
from survey.core.clock import now
from survey.dialogues import service as dialogues
from survey.organisations import units
from survey.roll import issuing
from survey.roll import secrets
from survey.roll import service
from survey.roll.importing import terms
from survey.roll.models import Member
from survey.roll.models import Roll
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

TODAY = local(now()).date()
SOON = TODAY + dt.timedelta(days=20)


class Desk:
    """A clerk in a browser."""

    def __init__(self, cast: Cast, role: str = "organiser") -> None:
        self.cast, self.browser = cast, cast.staff(role)
        self.path = f"{cast.desk}/roll"

    def page(self) -> str:
        answer = self.browser.get(self.path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, act: str, **data: Any) -> TestResponse:
        form = {"csrf_token": csrf(self.browser, self.path), **data}
        return self.browser.post(f"{self.path}/{act}", data=form)

    def save(self, **other: Any) -> TestResponse:
        day = f"{SOON.day}/{SOON.month}/{SOON.year}"
        return self.post(
            "settings", **{"purpose": "Phát phiếu kín", "notice": "", "delete_on": day, "second": "", **other}
        )

    def roll(self) -> Roll | None:
        with self.cast.stores.roll.reading() as session:
            return session.get(Roll, self.cast.dialogue_id)


@pytest.fixture
def cast(app: Flask) -> Cast:
    """Nine people of two units on a roll that is not frozen."""
    made = make_cast(app, "collect", entry="roll")
    for unit, size in (("Chi đoàn Sở Nội vụ", 6), ("Chi đoàn Sở Y tế", 3)):
        unit_id = made.write(units.ensure, made.organisation_id, (unit,))
        for place in range(size):
            phone = "" if place == 0 else f"091300{place:04}"
            made.enrol(f"Nguyễn Thị Hồng {place}", unit_id, phone=phone)
    return made


@pytest.fixture
def desk(cast: Cast) -> Desk:
    """The organiser's browser."""
    return Desk(cast)


def current(page: str) -> str:
    """The step that is marked as the present one."""
    found = re.search(r'<li aria-current="step">(\S+(?: \S+)*?) ?(?:<small>|</li>)', page)
    return found[1] if found else ""


def log_of(page: str) -> list[str]:
    """The lines of the log."""
    part = page.rpartition('id="log-h"')[2].partition("</section>")[0]
    return [re.sub(r"\s+", " ", line).strip() for line in re.findall(r"<li>([^<]*)", part)]


@pytest.mark.parametrize("entry", ["open", "tickets"])
def test_another_way_in_is_told_how_to_choose_this_one(app: Flask, entry: str) -> None:
    """No form that does nothing."""
    cast = make_cast(app, "collect", entry=entry)
    page = Desk(cast).page()
    assert "Đối thoại này không vào theo danh sách" in page
    assert f'href="{cast.desk}/manage#entry"' in page
    assert "Chốt" not in page


def test_whom_the_choice_comes_too_late_is_told_so(app: Flask) -> None:
    """A ballot is in: the way in stays."""
    cast = make_cast(app, "open_hall")
    cast.member()
    page = Desk(cast).page()
    assert "không đổi cách vào được nữa" in page
    assert "#entry" not in page


@pytest.mark.parametrize("role", ["moderator", "secretary", "leader", "door", "scrutineer"])
def test_the_desk_is_the_organisers(cast: Cast, role: str) -> None:
    """Others of the staff read counts elsewhere."""
    assert cast.staff(role).get(f"{cast.desk}/roll").status_code == 403


def test_the_four_steps(cast: Cast, desk: Desk) -> None:
    """An empty list, one to freeze, one to confirm, one to hand out."""
    empty = Desk(make_cast(cast.app, "collect", entry="roll"))
    assert current(empty.page()) == "Danh sách"
    assert f'href="{empty.path}/import"' in empty.page()
    assert current(desk.page()) == "Chốt"
    desk.save()
    assert desk.post("freezing", seen="9").status_code == 303
    assert current(desk.page()) == "Đơn vị xác nhận"
    with cast.stores.roll.reading() as session:
        member = session.scalars(select(Member.id).order_by(Member.id)).first()
    cast.stores.roll.write(
        issuing.issue_weak, cast.keys.get(cast.dialogue_id, "weak"), cast.dialogue_id, member, "máy", now()
    )
    assert current(desk.page()) == "Phát đường dẫn"


def test_ready_words_stand_in_the_form_until_it_is_saved(desk: Desk) -> None:
    """A clerk presses one button; and nothing counts as said before that."""
    page = desk.page()
    assert terms.PURPOSE in page
    assert '<details id="settings" class="fold" open>' in page
    assert "Trước khi chốt, hãy lưu mục đích và ngày xóa danh sách." in page
    assert "Chốt 9 người" not in page
    assert desk.save().status_code == 303
    page = desk.page()
    assert "Đã lưu cài đặt của danh sách." in page
    assert '<details id="settings" class="fold">' in page
    assert "Chốt 9 người" in page
    assert log_of(page) == ["Đổi cài đặt: mục đích, ngày xóa"]


def test_what_was_typed_stays_when_it_is_refused(desk: Desk) -> None:
    """422, the sentence at its field, nothing lost, nothing saved."""
    answer = desk.save(purpose="Mục đích dài của tôi", delete_on="1/1/2020", issue_from="hôm qua", notice="Xin chào")
    assert answer.status_code == 422
    assert "Chưa đọc được ngày giờ này" in answer.text
    for typed in ("Mục đích dài của tôi", 'value="1/1/2020"', 'value="hôm qua"', "Xin chào"):
        assert typed in answer.text
    answer = desk.save(delete_on="1/1/2020", second="word")
    assert answer.status_code == 422
    assert "Ngày xóa đã qua" in answer.text
    assert "Hãy ghi từ sẽ nói ở cửa" in answer.text
    assert desk.roll() is None or not desk.roll().purpose  # type: ignore[union-attr]


def test_times_of_issuing_are_local_and_come_back_as_typed(desk: Desk) -> None:
    """Vietnamese time in, UTC kept, Vietnamese time shown."""
    day = SOON - dt.timedelta(days=10)
    assert desk.save(issue_from=f"{day.day}/{day.month}/{day.year} 8:00").status_code == 303
    roll = desk.roll()
    assert roll is not None
    assert roll.issue_from is not None
    assert (roll.issue_from.hour, roll.issue_until) == (1, None)
    assert f"Nhận phiếu từ 8:00, {day.day}/{day.month}/{day.year} đến lúc khép lại." in desk.page()


def test_the_word_at_the_door_is_kept_as_a_mark_only(cast: Cast, desk: Desk) -> None:
    """Typed as it is said, kept under the key; shown nowhere again."""
    assert desk.save(second="word", word="abc").status_code == 422
    assert desk.save(second="word", word="Hoa Phượng đỏ").status_code == 303
    roll = desk.roll()
    assert roll is not None
    assert roll.word == secrets.word_mark(cast.keys.get(cast.dialogue_id, "link"), "hoa  phuong DO")
    page = desk.page()
    assert "Phượng" not in page
    assert "Hỏi thêm từ nói ở cửa." in page
    assert desk.save(second="word", word="").status_code == 303, "left empty, the old word stays"
    assert desk.roll().word == roll.word  # type: ignore[union-attr]


def test_who_has_no_phone_is_named_where_its_end_is_asked(desk: Desk) -> None:
    """Before the day, so that the clerk can still ring them."""
    assert "chưa có số điện thoại" not in desk.page()
    desk.save(second="phone")
    page = desk.page()
    assert "2 người chưa có số điện thoại" in page
    assert "Nguyễn Thị Hồng 0, Nguyễn Thị Hồng 0." in page


def test_freezing_takes_the_number_that_was_looked_at(cast: Cast, desk: Desk) -> None:
    """Somebody imported meanwhile: nothing is frozen, and the page says so with the new number."""
    desk.save()
    cast.enrol("Người đến giữa chừng")
    answer = desk.post("freezing", seen="9")
    assert answer.status_code == 409
    assert "Danh sách vừa thay đổi" in answer.text
    assert "Chốt 10 người" in answer.text
    assert desk.roll().frozen_at is None  # type: ignore[union-attr]
    for nonsense in ("", "x", "-9", "9" * 40, "９"):
        assert desk.post("freezing", seen=nonsense).status_code == 409
    assert desk.post("freezing", seen="10").status_code == 303
    assert "Đã chốt danh sách: 10 người." in desk.page()


def test_a_frozen_roll_shows_what_everybody_sees(cast: Cast, desk: Desk) -> None:
    """The desk has every unit; the public part has no unit yet, and never a small one."""
    desk.save()
    desk.post("freezing", seen="9")
    page = desk.page()
    public = page.split('id="public-h"')[1].split("</section>")[0]
    assert "Chi đoàn Sở Y tế" in page.split('id="units-h"')[1].split("</section>")[0]
    assert "Sở Y tế" not in public
    assert ">9<" in public
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    public = desk.page().split('id="public-h"')[1].split("</section>")[0]
    assert "Sở Y tế" not in public
    assert "các đơn vị khác gộp lại" in public


def test_freezing_can_be_undone_while_nothing_hangs_on_it(cast: Cast, desk: Desk) -> None:
    """Logged, and public: it was frozen twice."""
    desk.save()
    desk.post("freezing", seen="9")
    assert desk.post("freezing/withdrawal").status_code == 303
    page = desk.page()
    assert "Đã bỏ chốt." in page
    assert current(page) == "Chốt"
    desk.post("freezing", seen="9")
    page = desk.page()
    assert "Danh sách đã được chốt 2 lần." in page
    assert log_of(page) == ["Chốt danh sách: 9", "Bỏ chốt: 9", "Chốt danh sách: 9", "Đổi cài đặt: mục đích, ngày xóa"]
    assert "Thử organiser" in page.split('id="log-h"')[1]


def test_an_open_hall_keeps_its_roll_frozen(cast: Cast, desk: Desk) -> None:
    """The button is gone, and the request of an old page changes nothing."""
    desk.save()
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    assert "Bỏ chốt để sửa" not in desk.page()
    answer = desk.post("freezing/withdrawal")
    assert answer.status_code == 403
    assert "Hội trường đã mở" in answer.text
    assert desk.roll().frozen_total == 9  # type: ignore[union-attr]


def test_a_hall_that_opens_while_freezing_is_undone_is_frozen_again(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people press two buttons at once: no hall is open over a roll that can be padded."""
    desk.save()
    desk.post("freezing", seen="9")
    token, real = csrf(desk.browser, desk.path), service.unfreeze

    def meanwhile(session: Any, dialogue_id: str, *, actor: str) -> None:
        opening = Thread(target=cast.write, args=(lifecycle.open_hall, dialogue_id), kwargs={"actor": "test"})
        opening.start()  # another person's request
        opening.join()
        real(session, dialogue_id, actor=actor)

    monkeypatch.setattr(service, "unfreeze", meanwhile)
    desk.browser.post(f"{desk.path}/freezing/withdrawal", data={"csrf_token": token})
    roll = desk.roll()
    assert roll is not None
    assert (roll.frozen_total, roll.freezes) == (9, 2)


def test_deletion_by_hand_comes_after_the_dialogue_and_with_a_tick(cast: Cast, desk: Desk) -> None:
    """Before, it would take people's ballots; without the tick nothing is deleted."""
    desk.save()
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    assert "Xóa danh sách ngay" not in desk.page()
    assert desk.post("deletion", sure="1").status_code == 403
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    answer = desk.post("deletion")
    assert answer.status_code == 403
    assert "Chưa xóa gì cả." in answer.text
    assert desk.roll().purged_at is None  # type: ignore[union-attr]
    assert desk.post("deletion", sure="1").status_code == 303
    page = desk.page()
    assert "Đã xóa danh sách 9 người." in page
    assert "Danh sách đã được xóa ngày" in page
    assert "Nguyễn" not in page
    assert "người trong danh sách đã chốt" in page
    for act, data in (("settings", {"purpose": "x", "delete_on": "1/1/2030"}), ("freezing", {"seen": "9"})):
        refused = desk.post(act, **data)
        assert refused.status_code in {403, 422}, act
    assert desk.roll().frozen_total == 9  # type: ignore[union-attr]


def test_a_day_of_deletion_that_the_dialogue_has_passed_by_is_shouted(cast: Cast, desk: Desk) -> None:
    """The dialogue was put off: the promise to the members holds, so the clerk must know."""
    desk.save()
    later = now() + dt.timedelta(days=60)
    cast.write(dialogues.change, cast.dialogue_id, {"starts_at": later})
    assert "Ngày đối thoại đã dời ra sau ngày xóa danh sách" in desk.page()


@pytest.mark.parametrize("act", ["settings", "freezing", "units", "deletion"])
def test_an_answer_that_is_loaded_anew_leads_back(desk: Desk, act: str) -> None:
    """A change of language on a page that answered a form."""
    answer = desk.browser.get(f"{desk.path}/{act}?lang=en")
    assert (answer.status_code, answer.headers["Location"]) == (303, desk.path)


def people(app: Flask, *args: str) -> str:
    """What the command prints."""
    result = app.test_cli_runner().invoke(args=["purge-roll", *args])
    return f"{result.exit_code} {result.output.strip()}"


def test_the_command_deletes_one_roll_or_what_is_due(cast: Cast, desk: Desk) -> None:
    """Not in an open hall; again changes nothing; without a code only what is due."""
    desk.save()
    assert people(cast.app) == "0 nothing is due"
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    assert people(cast.app, cast.code).startswith("1 Error: Hội trường đang mở")
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    assert people(cast.app, cast.code) == f"0 {cast.code}: roll deleted, 9 people"
    assert people(cast.app, cast.code) == f"0 {cast.code}: roll deleted, 0 people"
    other = make_cast(cast.app, "collect", entry="roll")
    assert people(cast.app, other.code) == f"0 {other.code}: roll deleted, 0 people"
    with cast.stores.roll.reading() as session:
        assert session.get(Roll, other.dialogue_id) is None, "a roll that is not there is not deleted for good"
    cast.stores.roll.write(_due, other.dialogue_id)
    assert people(cast.app) == f"0 {other.code}: roll deleted"


def _due(session: Any, dialogue_id: str) -> None:
    service.ensure(session, dialogue_id).delete_on = TODAY
