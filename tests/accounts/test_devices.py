"""Tablets and screens: six digits, QR, sleep, throwing out."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy import update

from survey.accounts import devices
from survey.accounts import queries
from survey.accounts.models import DeviceRequest
from survey.accounts.models import SignIn
from survey.core.clock import now
from survey.live.hub import Key
from tests.accounts.helpers import find
from tests.accounts.helpers import logged
from tests.accounts.helpers import make_staff
from tests.accounts.helpers import post
from tests.accounts.helpers import secret
from tests.accounts.helpers import sign_in
from tests.accounts.helpers import sign_ins


def ask(cast, role: str = "screen"):
    """A device that shows six digits, and the digits."""
    device = cast.stranger()
    answer = post(device, "/s/device", code=cast.code.lower(), role=role)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/s/device")
    page = device.get("/s/device").text
    return device, find(r"<b>(\d{3})</b> <b>(\d{3})</b>", page)


def admit(cast, digits: str):
    moderator = cast.staff("moderator")
    return post(moderator, f"{cast.desk}/devices", digits=digits)


def let_in(cast, role: str = "screen"):
    device, digits = ask(cast, role)
    assert admit(cast, f"{digits[:3]} {digits[3:]}").status_code == 303
    assert device.get("/s/device").status_code == 303
    return device


def row(cast) -> SignIn:
    with cast.reading() as session:
        return session.scalars(select(SignIn).where(SignIn.staff_id.is_(None))).one()


def test_device_waits_and_gets_in_by_plain_reload(cast):
    device, digits = ask(cast)
    page = device.get("/s/device").text
    assert '<noscript><meta http-equiv="refresh"' in page
    assert device.get(f"{cast.desk}/screen").status_code == 303, "not yet"
    assert admit(cast, digits).status_code == 303
    answer = device.get("/s/device")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{cast.desk}/screen")
    assert device.get(f"{cast.desk}/screen").status_code != 303
    assert "admit" in logged(cast)


def test_device_poll_is_empty_until_let_in(cast):
    device, digits = ask(cast, "leader")
    htmx = {"HX-Request": "true"}
    assert device.get("/s/device/state", headers=htmx).status_code == 204
    admit(cast, digits)
    assert device.get("/s/device/state", headers=htmx).headers["HX-Redirect"] == f"{cast.desk}/lead"
    assert device.get("/s/device").headers["Location"] == f"{cast.desk}/lead"


def test_device_cookie_survives_sleep_and_is_the_staff_tree_s(cast):
    device = let_in(cast)
    cookie = device.get_cookie("s_session", path="/s")
    assert cookie.expires > now() + timedelta(days=29)
    assert cookie.http_only


def test_device_may_only_what_its_role_may(cast):
    screen = let_in(cast)
    assert screen.get(f"{cast.desk}/devices").status_code == 403
    assert screen.get(f"{cast.desk}/staff").status_code == 403
    assert screen.get(f"/s/{cast.other_code}/screen").status_code == 404
    assert screen.get("/s/account").status_code == 403
    assert screen.get(f"{cast.desk}/handover").status_code == 403


def test_device_of_the_leader_has_no_role_to_hand_over(cast):
    leader = let_in(cast, "leader")
    assert leader.get(f"{cast.desk}/handover").status_code == 403


def test_device_wrong_code_keeps_what_was_typed(cast):
    answer = post(cast.stranger(), "/s/device", code="ZZZZZZ", role="screen")
    assert answer.status_code == 422
    assert "Chưa có đối thoại nào mang mã này" in answer.text
    assert 'value="ZZZZZZ"' in answer.text


def test_device_cannot_ask_to_be_an_organiser(cast):
    answer = post(cast.stranger(), "/s/device", code=cast.code, role="organiser")
    assert answer.status_code == 422
    with cast.reading() as session:
        assert session.scalars(select(DeviceRequest)).all() == []


def test_wrong_digits_are_said_and_kept(cast):
    _device, digits = ask(cast)
    wrong = f"{(int(digits) + 1) % 1_000_000:06}"
    answer = admit(cast, wrong)
    assert answer.status_code == 422
    assert "Không có máy nào đang chờ" in answer.text
    assert f'value="{wrong}"' in answer.text
    assert admit(cast, "").status_code == 422


def test_digits_work_once_and_only_for_their_dialogue(cast):
    _device, digits = ask(cast)
    outsider = cast.outsider()
    assert post(outsider, f"/s/{cast.other_code}/devices", digits=digits).status_code == 422
    assert admit(cast, digits).status_code == 303
    assert admit(cast, digits).status_code == 422


def test_digits_expire(cast):
    device, digits = ask(cast)

    def age(session):
        session.execute(update(DeviceRequest).values(expires_at=now() - timedelta(seconds=1)))

    cast.write(age)
    assert admit(cast, digits).status_code == 422
    page = device.get("/s/device")
    assert page.status_code == 200
    assert "đã hết hạn" in page.text


def test_digits_are_never_shown_to_the_moderator(cast):
    _device, digits = ask(cast)
    page = cast.staff("moderator").get(f"{cast.desk}/devices").text
    assert "1 máy đang chờ" in page
    assert digits not in page.replace(" ", "")


def test_flood_of_waiting_devices_is_stopped(cast):

    for _ in range(devices.MOST_WAITING):
        cast.write(devices.ask_in, cast.dialogue_id, "screen", "")
    answer = post(cast.stranger(), "/s/device", code=cast.code, role="screen")
    assert answer.status_code == 429


def test_secretary_and_leader_admit_nobody(cast):
    for role in ("secretary", "leader", "screen"):
        assert cast.staff(role).get(f"{cast.desk}/devices").status_code == 403


def test_qr_link_get_spends_nothing_and_post_lets_one_device_in(cast):
    moderator = cast.staff("moderator")
    page = post(moderator, f"{cast.desk}/devices/links", f"{cast.desk}/devices", role="leader").text
    assert "<svg" in page
    path = find(r"/s/device/[\w-]{20,}", page)
    first, second = cast.stranger(), cast.stranger()
    for _ in range(2):
        assert "Dùng máy này làm: Người chủ trì" in first.get(path).text
        second.get(path)
    answer = post(first, path)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{cast.desk}/lead")
    assert second.get(path).status_code == 410
    token = find(r'csrf-token" content="([^"]+)"', second.get("/s/device").text)
    assert second.post(path, data={"csrf_token": token}).status_code == 410
    assert cast.stranger().get(path.replace("/device/", "/invitation/")).status_code == 404


def test_device_takes_the_place_of_the_sign_in_before(cast):
    lan = make_staff(cast, "lan", "moderator")
    machine = cast.stranger()
    sign_in(machine, "lan")
    post(machine, "/s/device", code=cast.code, role="screen")
    digits = find(r"<b>(\d{3})</b> <b>(\d{3})</b>", machine.get("/s/device").text)
    before = secret(machine)
    admit(cast, digits)
    machine.get("/s/device")
    assert secret(machine) not in {"", before}
    assert sign_ins(cast, lan) == []
    assert machine.get(f"{cast.desk}/devices").status_code == 403


def test_thrown_out_device_gets_a_clear_page(cast):
    device = let_in(cast)
    moderator = cast.staff("moderator")
    page = f"{cast.desk}/devices"
    assert post(moderator, f"{page}/{row(cast).id}/ending", page).status_code == 303
    assert "throw_out" in logged(cast)
    answer = device.get(f"{cast.desk}/screen")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/s/device")
    assert "đã được đưa ra khỏi đối thoại" in device.get("/s/device").text
    refused = device.get(f"{cast.desk}/screen", headers={"HX-Request": "true", "Accept": "text/event-stream"})
    assert (refused.status_code, refused.headers["HX-Redirect"]) == (401, "/s/device")


def test_thrown_out_before_it_looked_stays_out(cast):
    device, digits = ask(cast)
    admit(cast, digits)
    moderator = cast.staff("moderator")
    post(moderator, f"{cast.desk}/devices/{row(cast).id}/ending", f"{cast.desk}/devices")
    assert device.get("/s/device", follow_redirects=True).status_code == 200
    assert device.get(f"{cast.desk}/screen").status_code == 303


def test_throwing_out_ends_an_open_stream_within_a_second(cast):
    """The stream asks `alive` only when it wakes, so throwing out must wake it."""
    let_in(cast)
    hub, db = cast.app.extensions["hub"], cast.app.extensions["survey"]["db"]

    class Still:
        version = 1

    class Silent:
        def snapshot(self, session, dialogue_id):
            return Still()

        def events(self, before, after):
            return []

    hub.register("silent", Silent())
    device_id = row(cast).id
    stream = hub.stream(Key(cast.dialogue_id, "silent", "vi"), 1, lambda: queries.still_in(db, device_id))
    assert b"beat" in next(stream)
    began = time.monotonic()
    moderator = cast.staff("moderator")

    def throw() -> None:
        post(moderator, f"{cast.desk}/devices/{device_id}/ending", f"{cast.desk}/devices")

    threading.Timer(0.2, throw).start()
    rest = list(stream)
    assert time.monotonic() - began < 5
    assert len(rest) <= 2


def test_device_that_asks_again_leaves_one_request_behind(cast):
    device, _digits = ask(cast)
    assert "Mã tham gia" in device.get("/s/device?again=1").text
    post(device, "/s/device", "/s/device?again=1", code=cast.code, role="leader")
    with cast.reading() as session:
        assert session.scalars(select(DeviceRequest.role)).all() == ["leader"]
