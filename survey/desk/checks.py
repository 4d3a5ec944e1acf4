"""`Sẵn sàng chưa?`: what must hold before the day, from outside in. Each line that does not hold says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import g
from flask import request
from flask_babel import gettext as _

from survey.core.clock import local
from survey.core.clock import now
from survey.dialogues.models import Dialogue
from survey.machine import sending
from survey.machine import surroundings
from survey.machine.reached import INSIDE
from survey.machine.views import reached
from survey.rehearsal import phones
from survey.web import qr
from survey.web import store
from survey.web.session import is_secure

OK, WARN, RED, UNKNOWN = "ok", "warn", "red", "unknown"
TOLERANCE = 30  # seconds between the clocks of server and browser
LOW = 30  # percent of a battery that is being used up
ENOUGH = 3  # phones in a rehearsal
GIB = 2**30
DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to check: how it stands, and what to do where that is not well."""

    id: str
    name: str
    state: str
    said: str
    todo: str = ""


def of_machine(offset: int | None) -> Iterator[Line]:
    """What is around: from the way in to the backup. `offset`: seconds by which the browser's clock is ahead, if it told."""
    yield _https()
    yield _phone()
    yield _address()
    yield _clock(offset)
    yield _disk()
    yield _battery()
    yield _backup()
    yield _spare()


def _https() -> Line:
    name = _("HTTPS")
    if is_secure():
        return Line("https", name, OK, _("Trang này đi bằng https."))
    dialogue: Dialogue = g.dialogue
    by_roll = "roll" in phones.real_entry(store.reading(), dialogue)
    if by_roll and dialogue.issue_key is not None:
        return Line("https", name, RED, _("Trang này đi bằng http, nên điện thoại không làm được phiếu ký mù."),
                    _("Đặt tên miền có chứng thư và ghi vào BASE_URL, hoặc chọn cách vào khác ở trang Tổng quan."))  # fmt: skip
    return Line("https", name, WARN, _("Trang này đi bằng http: ai ở cùng mạng có thể đọc điều gửi đi."),
                _("Chỉ dùng trong mạng Wi-Fi của hội trường, hoặc đặt tên miền có chứng thư và ghi vào BASE_URL."))  # fmt: skip


def _phone() -> Line:
    name, how = _("Điện thoại từ ngoài vào được"), reached().came()
    if how is None:
        return Line("phone", name, RED, _("Chưa có điện thoại nào mở mã thử."),
                    _("Tắt Wi-Fi trên một điện thoại, dùng 4G, rồi quét mã thử ở trang này."))  # fmt: skip
    if how == INSIDE:
        return Line("phone", name, WARN, _("Một điện thoại cùng mạng với máy này đã vào được; từ ngoài thì chưa thử."),
                    _("Ai cũng ngồi trong hội trường thì đủ. Có người ở xa: tắt Wi-Fi, dùng 4G, quét lại mã thử."))  # fmt: skip
    return Line("phone", name, OK, _("Một điện thoại ở mạng khác đã vào được."))


def _address() -> Line:
    name, base = _("Mã QR đúng địa chỉ"), store.settings().base_url
    if qr.out_of_reach():
        return Line("address", name, RED, _("Địa chỉ hiện nay chỉ mở được trên chính máy này."),
                    _("Khởi động lại với HOST=0.0.0.0, hoặc ghi tên miền vào BASE_URL."))  # fmt: skip
    shown = qr.public_base()
    if base is None:
        return Line("address", name, WARN, _("Chưa ghi BASE_URL; mã QR lấy địa chỉ %(address)s.", address=shown),
                    _("Ghi địa chỉ mà mọi người mở vào BASE_URL, khởi động lại, rồi hãy in thẻ và gửi đường dẫn."))  # fmt: skip
    here = f"{request.scheme}://{request.host}"
    if _place(here) != _place(base):
        return Line("address", name, RED, _("Mã QR dẫn tới %(there)s nhưng bạn đang mở %(here)s.", there=base, here=here),
                    _("Mở trang này bằng địa chỉ trong BASE_URL; nếu không mở được thì sửa BASE_URL."))  # fmt: skip
    return Line("address", name, OK, _("Mã QR dẫn tới %(address)s, đúng như BASE_URL.", address=base))


def _place(url: str) -> tuple[str | None, int | None]:
    parts = urlsplit(url)
    return parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _clock(offset: int | None) -> Line:
    name = _("Đồng hồ")
    if offset is None:
        return Line("clock", name, UNKNOWN, _("Giờ máy chủ lúc tải trang: %(time)s.", time=f"{local(now()):%H:%M:%S}"),
                    _("So với điện thoại của bạn; lệch quá nửa phút thì bật giờ tự động trên máy chủ."))  # fmt: skip
    if abs(offset) > TOLERANCE:
        return Line("clock", name, RED, _("Máy chủ và máy bạn lệch nhau %(seconds)s giây.", seconds=abs(offset)),
                    _("Bật giờ tự động trên cả hai máy: giờ mở, giờ hạn và đường dẫn đều theo đồng hồ máy chủ."))  # fmt: skip
    return Line("clock", name, OK, _("Máy chủ và máy bạn cùng giờ."))


def _disk() -> Line:
    name, left = _("Đĩa"), surroundings.free(store.settings().data_dir)
    if left is None:
        return Line("disk", name, UNKNOWN, _("Không đọc được chỗ trống trên đĩa."), _("Xem bằng mắt trên máy chủ."))
    said = _("Còn trống %(size)s GB.", size=f"{left / GIB:.1f}".replace(".", ","))
    todo = _("Dọn đĩa của máy chủ cho còn ít nhất 1 GB: đĩa đầy thì không nhận thêm được phiếu nào.")
    if left >= surroundings.SCARCE:
        return Line("disk", name, OK, said)
    return Line("disk", name, WARN if left > 4 * surroundings.FULL else RED, said, todo)


def _battery() -> Line:
    name, found = _("Nguồn điện"), surroundings.battery()
    if found is None:
        return Line("battery", name, UNKNOWN, _("Máy chủ không có pin, hoặc không đọc được."),
                    _("Nếu máy chủ là máy tính xách tay: cắm sạc và tắt chế độ ngủ."))  # fmt: skip
    percent = "?" if found.percent is None else found.percent
    if found.draining:
        state = WARN if found.percent is not None and found.percent > LOW else RED
        return Line("battery", name, state, _("Đang chạy bằng pin, còn %(percent)s%%.", percent=percent),
                    _("Cắm sạc máy chủ và tắt chế độ ngủ khi gập máy."))  # fmt: skip
    return Line("battery", name, OK, _("Đang cắm điện, pin %(percent)s%%.", percent=percent))


def _backup() -> Line:
    name, age = _("Bản sao lưu"), surroundings.last_backup(store.settings().data_dir)
    todo = _("Chạy lệnh sao lưu ra ổ USB hay máy khác: python app.py backup <thư mục>.")
    if age is None:
        return Line("backup", name, RED, _("Chưa thấy bản sao lưu nào."), todo)
    hours = int(age.total_seconds() // 3600)
    if age.total_seconds() > DAY:
        return Line("backup", name, RED, _("Bản mới nhất đã %(hours)s giờ.", hours=hours), todo)
    return Line("backup", name, OK, _("Bản mới nhất chưa quá một ngày (%(hours)s giờ trước).", hours=hours))


def _spare() -> Line:
    name, found = _("Máy dự phòng"), sending.read(store.settings().data_dir)
    if store.settings().spare_dir is None:
        return Line("spare", name, WARN, _("Chưa có máy dự phòng: máy chủ hỏng giữa buổi thì phải dừng."),
                    _("Cắm ổ USB hay nối máy thứ hai, khai SPARE_DIR, rồi mở Máy dự phòng ở trang Máy chủ lúc này."))  # fmt: skip
    said = (
        _("Chưa gửi lần nào.") if found.age is None else _("Gửi xong %(seconds)s giây trước.", seconds=round(found.age))
    )
    if found.stale:
        return Line(
            "spare", name, RED, said, _("Xem ổ hoặc máy dự phòng còn nối và còn chỗ không; mở trang Máy dự phòng.")
        )
    if found.same_disk:
        return Line("spare", name, RED, _("Bản dự phòng nằm cùng một ổ với máy chủ."),
                    _("Cắm ổ USB hay nối máy thứ hai, rồi khai SPARE_DIR ở đó."))  # fmt: skip
    if not found.sheet:
        return Line("spare", name, RED, _("%(said)s Nhưng chưa tạo tám từ, nên bên ấy chưa có khóa nào.", said=said),
                    _("Mở trang Máy dự phòng, tạo tám từ, in ra và giao cho người không giữ máy chủ."))  # fmt: skip
    return Line("spare", name, OK, _("%(said)s Khóa niêm phong dưới tờ %(sheet)s.", said=said, sheet=found.sheet))
