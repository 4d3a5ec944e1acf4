"""`Sẵn sàng chưa?`, the second half: the hall itself, and whether people can get in."""

from __future__ import annotations

from collections.abc import Iterator

from flask import g
from flask_babel import gettext as _

from survey.accounts import queries as accounts
from survey.accounts.policy import Role
from survey.core.keys import KeyMissing
from survey.desk.checks import ENOUGH
from survey.desk.checks import OK
from survey.desk.checks import RED
from survey.desk.checks import UNKNOWN
from survey.desk.checks import WARN
from survey.desk.checks import Line
from survey.dialogues import keyring
from survey.live.streams import hub
from survey.machine.views import machine
from survey.rehearsal import phones
from survey.roll import counts
from survey.room import tickets
from survey.web import store


def of_hall() -> Iterator[Line]:
    """Screen and tablet, who may come in, what was tried, and the keys."""
    roles = [row.role for row in accounts.devices(store.reading(), g.dialogue.id)]
    yield _screen(admitted=Role.SCREEN in roles)
    yield _tablet(admitted=bool({Role.LEADER, Role.CO_CHAIR}.intersection(map(str, roles))))
    entry = phones.real_entry(store.reading(), g.dialogue)
    if "roll" in entry:
        yield _roll()
    if "tickets" in entry:
        yield _cards()
    yield _rehearsed()
    yield _keys()


def _is_open(audience: str) -> bool:
    """Whether a stream of this audience is open here."""
    return any(
        key.dialogue_id == g.dialogue.id and key.audience.partition("-")[0] == audience for key in hub().open_streams()
    )


def _screen(*, admitted: bool) -> Line:
    name = _("Màn chiếu")
    if _is_open("screen"):
        return Line("screen", name, OK, _("Có màn chiếu đang mở và nhận hình."))
    if admitted and machine().bus.connected:
        return Line("screen", name, UNKNOWN, _("Màn chiếu đã được cho vào; có thể nó nối với tiến trình khác."),
                    _("Nhìn lên màn chiếu: phải thấy mã tham gia và đối thoại này."))  # fmt: skip
    if admitted:
        return Line("screen", name, RED, _("Màn chiếu đã được cho vào nhưng chưa mở trang chiếu."),
                    _("Mở lại trang chiếu trên máy ấy và để cửa sổ ấy hiện trên màn hình."))  # fmt: skip
    return Line("screen", name, RED, _("Chưa có màn chiếu nào."),
                _("Cắm máy chiếu, mở trang chiếu ở màn hình thứ hai, hoặc cho máy chiếu vào bằng sáu chữ số."))  # fmt: skip


def _tablet(*, admitted: bool) -> Line:
    name = _("Máy của người chủ trì")
    if admitted and _is_open("leader"):
        return Line("tablet", name, OK, _("Đã cho vào và đang mở Bàn chủ trì."))
    if admitted:
        return Line("tablet", name, WARN, _("Đã cho vào; Bàn chủ trì chưa thấy mở."),
                    _("Mở Bàn chủ trì trên máy ấy, đặt cho màn hình không tự tắt."))  # fmt: skip
    return Line("tablet", name, RED, _("Chưa cho máy tính bảng nào vào."),
                _("Mở trang “Máy tính bảng, màn chiếu”, quét mã bằng máy của người chủ trì."))  # fmt: skip


def _roll() -> Line:
    name, found = _("Danh sách"), counts.exact(store.roll_reading(), g.dialogue.id)
    if found is not None and found.frozen_at is not None and found.total:
        return Line("roll", name, OK, _("Đã chốt: %(count)s người.", count=found.total))
    return Line("roll", name, RED, _("Danh sách chưa chốt hoặc chưa có ai."),
                _("Mở trang Danh sách, nhập đủ người rồi bấm chốt; số người được công bố từ lúc ấy."))  # fmt: skip


def _cards() -> Line:
    name, found = _("Thẻ"), tickets.count(store.reading(), g.dialogue.id)
    if found.good:
        return Line("cards", name, OK, _("Đã in %(count)s thẻ còn dùng được.", count=found.good))
    return Line("cards", name, RED, _("Chưa in thẻ nào."), _("Mở trang Thẻ, in thẻ, gấp lại và bỏ vào hộp."))


def _rehearsed() -> Line:
    name, number = _("Điện thoại đã thử"), phones.here(store.reading(), g.dialogue)
    todo = _("Mở Diễn tập ở trang Tổng quan, cho vài điện thoại khác nhau quét mã và gửi thử một câu.")
    if number is None:
        return Line("rehearsed", name, WARN, _("Chưa diễn tập từ khi máy chủ khởi động."), todo)
    said = _("%(count)s điện thoại đã vào buổi diễn tập.", count=number)
    return Line("rehearsed", name, OK if number >= ENOUGH else WARN, said, "" if number >= ENOUGH else todo)


def _keys() -> Line:
    name, missing = _("Khóa"), 0
    for record in keyring.of_dialogue(store.reading(), g.dialogue.id):
        try:
            whole = record.destroyed_at is not None or _is_same(record.purpose, record.fingerprint)
        except KeyMissing:
            whole = False
        missing += not whole
    if missing:
        return Line("keys", name, RED, _("Thiếu hoặc sai %(count)s khóa, nên không nhận được phiếu.", count=missing),
                    _("Đưa đúng thư mục khóa (KEY_DIR) của đối thoại này về máy chủ rồi khởi động lại."))  # fmt: skip
    return Line("keys", name, OK, _("Mọi khóa của đối thoại đều ở đây."))


def _is_same(purpose: str, fingerprint: bytes) -> bool:
    return keyring.fingerprint(store.keys().get(g.dialogue.id, purpose)) == fingerprint
