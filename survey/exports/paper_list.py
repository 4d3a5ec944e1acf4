"""Every paper of a dialogue, by the name that stands in its address, in the order in which an office needs them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from survey.core.clock import local
from survey.core.text import N_
from survey.exports import paper_after
from survey.exports import paper_before
from survey.exports import paper_room
from survey.exports import paper_tables
from survey.exports.papers import Paper
from survey.exports.scene import Scene

BEFORE, AFTER = N_("Trước ngày đối thoại"), N_("Sau đối thoại")


@dataclass(frozen=True, slots=True)
class Kind:
    """One paper: what it is called, what it is for, by which day, and how it is made.

    The day: so many days from the dialogue, or one of its own deadlines, which offices set: `plan`, `notice`.
    """

    name: str
    title: str
    purpose: str
    group: str
    days: int | str | None
    day_said: str  # about that day, or why there is none
    file: str
    make: Callable[[Scene], Paper]

    def free(self, scene: Scene) -> bool:
        """Whether the law, which would give the day, does not apply to this dialogue."""
        return isinstance(self.days, str) and {"plan": scene.plan_days, "notice": scene.notice_days}[self.days] is None

    def day(self, scene: Scene) -> dt.date | None:
        """By which day, where the dialogue has one."""
        if isinstance(self.days, str):
            return {"plan": scene.plan_due, "notice": scene.notice_due}[self.days]
        starts = scene.dialogue.starts_at
        return local(starts).date() + dt.timedelta(self.days) if starts and self.days is not None else None


_TEN = N_("theo mốc thông báo kết luận")
_FEW = N_("trước ngày đối thoại")
KINDS: tuple[Kind, ...] = (
    Kind("plan", N_("Kế hoạch"), N_("Để ban hành và công bố: mục đích, chủ đề, thời gian, phân công."), BEFORE, "plan",
         N_("theo mốc công bố kế hoạch"), "ke-hoach", paper_before.plan),
    Kind("invitation", N_("Giấy mời"), N_("Gửi đại biểu, có mã QR vào phòng."), BEFORE, -3, _FEW, "giay-moi",
         paper_before.invitation),
    Kind("rules", N_("Quy chế đối thoại"), N_("Cách tham gia, giữ kín, điều hành và lời cam kết của người chủ trì."), BEFORE, -7,
         _FEW, "quy-che", paper_before.rules),
    Kind("guide", N_("Hướng dẫn đoàn viên"), N_("Một trang để phát hoặc dán ở cửa: vào phòng, hỏi, ủng hộ, vì "
                                                "sao là kín."), BEFORE, -1,
         _FEW, "huong-dan", paper_room.guide),
    Kind("script", N_("Lời dẫn"), N_("Để người dẫn chương trình đọc."), BEFORE, -1, _FEW, "loi-dan", paper_room.script),
    Kind("ranking", N_("Danh sách câu hỏi xếp hạng"), N_("Để người chủ trì đọc trên giấy, có chỗ ghi."), BEFORE, 0,
         N_("in lúc cần"), "cau-hoi-xep-hang", paper_tables.ranking),
    Kind("minutes", N_("Biên bản"), N_("Thư ký và chủ tọa ký: câu hỏi, trả lời, biểu quyết, kết luận."), AFTER, 3,
         N_("trong 3 ngày"), "bien-ban", paper_after.minutes),
    Kind("summary", N_("Bảng tổng hợp ý kiến, kiến nghị"), N_("Mọi câu hỏi theo nhóm vấn đề, với nội dung trả "
        "lời, đơn vị và thời hạn."),
         AFTER, "notice", _TEN, "tong-hop", paper_tables.summary),
    Kind("notice", N_("Thông báo kết luận"), N_("Bản thảo từ các câu trả lời và việc đã giao."), AFTER, "notice", _TEN,
         "thong-bao",
         paper_after.notice),
    Kind("tracking", N_("Bảng theo dõi kiến nghị"), N_("Ai làm gì, đến ngày nào; việc quá hạn in đỏ. Cũng là "
        "bảng giao việc."), AFTER,
         None, N_("khi cần, đến lúc xong"), "theo-doi", paper_tables.tracking),
    Kind("surveys", N_("Báo cáo kết quả khảo sát"), N_("Số liệu đã công bố của các phiếu khảo sát, có biểu đồ."), AFTER,
         "notice", _TEN,
         "bao-cao-khao-sat", paper_after.surveys),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS}
