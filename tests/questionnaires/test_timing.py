"""Questionnaires that open and close by themselves, on a clock that the test moves; and what organiser and members see."""

from __future__ import annotations

import datetime as dt
import html
from functools import partial

import pytest

from survey import lifecycle
from survey.core.clock import ZONE
from survey.core.clock import now
from survey.core.errors import Invalid
from survey.dialogues import service as dialogues
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import queries
from survey.questionnaires import timing
from tests.conftest import csrf
from tests.conftest import make_cast

MINUTE = dt.timedelta(minutes=1)
MONDAY = dt.datetime(2099, 8, 3, 8, 0, tzinfo=ZONE)  # Vietnamese time


def text_of(answer):
    return html.unescape(answer.get_data(as_text=True))


def draft(cast, label="Bạn nói gì?"):
    made = cast.write(building.create, cast.dialogue_id, "Khảo sát có giờ")
    if label:
        cast.write(items.add_item, cast.dialogue_id, made, "text", {"label": label})
    return made


def set_hours(cast, survey, opens=None, closes=None, at=None):
    cast.write(timing.set_hours, cast.dialogue_id, survey, opens, closes, at or now())


def row_of(cast, survey):
    with cast.reading() as session:
        return queries.one(session, cast.dialogue_id, survey)


@pytest.mark.claim("surveys", "a questionnaire opens and closes by itself at its hours, and not a second before")
def test_opens_and_closes_at_its_hours(cast, figure):
    survey, sweep = draft(cast), partial(lifecycle.sweep, cast.stores)
    control = draft(cast)
    opens, closes = MONDAY, MONDAY + dt.timedelta(hours=9)
    set_hours(cast, survey, opens, closes)
    seen = []
    second = dt.timedelta(seconds=1)
    for moment in (opens - second, opens, closes - second, closes, closes + dt.timedelta(days=1)):
        sweep(moment)
        seen.append(row_of(cast, survey).state)
    assert seen == ["draft", "open", "open", "closed", "closed"]
    assert row_of(cast, control).state == "draft"
    cast.write(building.open_, cast.dialogue_id, survey)  # by hand: the old hour closes it no more
    sweep(closes + dt.timedelta(days=2))
    assert row_of(cast, survey).state == "open"
    figure(f"5 looks at the clock, {len(set(seen))} states")


def test_a_fault_at_the_hour_is_told_to_the_organiser(cast):
    survey = draft(cast, label="")
    set_hours(cast, survey, MONDAY)
    lifecycle.sweep(cast.stores, MONDAY)
    row = row_of(cast, survey)
    assert (row.state, row.opens_at) == ("draft", None)
    office = cast.staff("organiser")
    for page in (f"{cast.desk}/surveys", f"{cast.desk}/surveys/{survey}", f"{cast.desk}/surveys/{survey}/times"):
        assert "Đã đến giờ mở nhưng phiếu chưa mở được. Phiếu chưa có mục nào." in text_of(office.get(page))
    cast.write(items.add_item, cast.dialogue_id, survey, "text", {"label": "Bạn nói gì?"})
    cast.write(building.open_, cast.dialogue_id, survey)
    assert row_of(cast, survey).missed == ""


def test_hours_that_passed_while_the_program_was_off(cast):
    both, late = draft(cast), draft(cast)
    set_hours(cast, both, MONDAY, MONDAY + MINUTE)
    set_hours(cast, late, MONDAY)
    lifecycle.sweep(cast.stores, MONDAY + 5 * MINUTE)
    assert (row_of(cast, both).state, row_of(cast, both).missed) == ("draft", timing.NEVER_OPEN)
    assert row_of(cast, late).state == "open"


def test_a_rehearsal_is_let_pass_first(cast):
    survey = draft(cast)
    set_hours(cast, survey, MONDAY)
    cast.write(partial(_rehearsing, dialogue_id=cast.dialogue_id, on=True))
    lifecycle.sweep(cast.stores, MONDAY)
    assert row_of(cast, survey).state == "draft"
    cast.write(partial(_rehearsing, dialogue_id=cast.dialogue_id, on=False))
    lifecycle.sweep(cast.stores, MONDAY)
    assert row_of(cast, survey).state == "open"


def _rehearsing(session, dialogue_id, on):
    dialogues.load(session, dialogue_id).rehearsal = on
    session.flush()


@pytest.mark.parametrize(
    ("opens", "closes", "field", "words"),
    [
        (-MINUTE, None, "opens_at", "Giờ này đã qua"),
        (None, -MINUTE, "closes_at", "Giờ này đã qua"),
        (2 * MINUTE, MINUTE, "closes_at", "Giờ đóng phải sau giờ mở"),
        (MINUTE, MINUTE, "closes_at", "Giờ đóng phải sau giờ mở"),
    ],
)
def test_hours_that_make_no_sense_are_refused_at_their_field(cast, opens, closes, field, words):
    survey = draft(cast)
    hours = [MONDAY + by if by is not None else None for by in (opens, closes)]
    with pytest.raises(Invalid) as caught:
        set_hours(cast, survey, hours[0], hours[1], at=MONDAY)
    assert list(caught.value.fields) == [field]
    assert words in caught.value.fields[field]


def test_the_page_keeps_what_was_typed_and_shows_the_zone(cast):
    survey, office = draft(cast), cast.staff("organiser")
    page = f"{cast.desk}/surveys/{survey}/times"
    send = partial(office.post, page)
    odd = send(data={"csrf_token": csrf(office, page), "opens_at": "mùng ba", "closes_at": "3/8/2099 17:00"})
    assert odd.status_code == 422
    assert 'value="mùng ba"' in text_of(odd)
    assert 'value="3/8/2099 17:00"' in text_of(odd)
    assert "Chưa đọc được ngày giờ này" in text_of(odd)
    wrong = send(data={"csrf_token": csrf(office, page), "opens_at": "3/8/2099 17:00", "closes_at": "3/8/2099 8:00"})
    assert wrong.status_code == 422
    assert "Giờ đóng phải sau giờ mở" in text_of(wrong)
    saved = send(data={"csrf_token": csrf(office, page), "opens_at": "3/8/2099 8h", "closes_at": "3/8/2099 17:00"})
    assert saved.status_code == 303
    shown = text_of(office.get(page))
    assert "Tự mở lúc 8:00 thứ Hai 3/8/2099, giờ Việt Nam." in shown
    assert "Tự đóng lúc 17:00 thứ Hai 3/8/2099, giờ Việt Nam." in shown
    row = row_of(cast, survey)
    assert (row.opens_at, row.closes_at) == (MONDAY.astimezone(dt.UTC), (MONDAY + 9 * 60 * MINUTE).astimezone(dt.UTC))


def test_members_see_the_hour_and_lose_nothing_when_it_strikes(cast):
    survey = draft(cast)
    cast.write(building.open_, cast.dialogue_id, survey)
    set_hours(cast, survey, closes=MONDAY)
    phone, path = cast.member(), f"{cast.base}/surveys/{survey}"
    assert "đóng lúc 8:00 thứ Hai 3/8/2099" in text_of(phone.get(cast.base))
    assert "đóng lúc 8:00 thứ Hai 3/8/2099, giờ Việt Nam" in text_of(phone.get(path))
    token = csrf(phone, path)
    lifecycle.sweep(cast.stores, MONDAY)
    item = row_of(cast, survey).items[0].id
    late = phone.post(path, data={"csrf_token": token, item: "Viết dở lúc phiếu đóng"})
    assert late.status_code == 403
    assert "Viết dở lúc phiếu đóng" in text_of(late)
    assert "Phiếu khảo sát đã đóng" in text_of(late)
    assert "đóng lúc" not in text_of(phone.get(cast.base))


def test_hours_after_the_opening_of_a_dialogue_with_a_ballot_box(app):
    cast = make_cast(app, "collect", entry="roll", strong=True)
    cast.write(dialogues.change, cast.dialogue_id, {"starts_at": MONDAY})
    office, hour = cast.staff("organiser"), dt.timedelta(hours=1)
    said = {
        "không ai bỏ phiếu này vào hòm phiếu được": (MONDAY + hour, None),
        "từ đó đến giờ đóng, người đã vào phòng gửi thẳng": (None, MONDAY + hour),
        "vẫn được tính khi mở hòm": (None, MONDAY - hour),
    }
    for words, (opens, closes) in said.items():
        survey = draft(cast)
        set_hours(cast, survey, opens, closes)
        page = text_of(office.get(f"{cast.desk}/surveys/{survey}/times"))
        assert [other for other in said if other in page] == [words]
