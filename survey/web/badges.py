"""What a badge says of a state, and how it looks: by the state's name, whatever it is a state of.

Here and not in the template, which would translate all of them for each badge of a list.
"""

from __future__ import annotations

from survey.core.text import N_

BADGES = {
    # questions
    "pending": ("", N_("Chờ duyệt")),
    "approved": ("go", N_("Đã đưa lên")),
    "held": ("", N_("Giữ lại")),
    "rejected": ("no", N_("Không đưa lên")),
    "answering": ("now", N_("Đang trả lời")),
    "answered": ("ok", N_("Đã trả lời")),
    "in_writing": ("go", N_("Trả lời bằng văn bản")),
    "merged": ("", N_("Đã gộp")),
    "withdrawn": ("no", N_("Đã rút lại")),
    "erased": ("no", N_("Đã xóa")),
    # dialogues and questionnaires
    "draft": ("", N_("Đang soạn")),
    "collecting": ("go", N_("Đang thu ý kiến")),
    "live": ("now", N_("Đang diễn ra")),
    "closed": ("", N_("Đã khép lại")),
    "ending": ("", N_("Kết thúc, còn hoàn tác được")),
    "concluded": ("ok", N_("Đã có kết luận")),
    "following": ("go", N_("Đang theo dõi kiến nghị")),
    "archived": ("no", N_("Đã lưu trữ")),
    "open": ("now", N_("Đang mở")),
    # recommendations and what units report of them
    "new": ("", N_("Mới")),
    "received": ("", N_("Đã tiếp nhận")),
    "assigned": ("go", N_("Đã giao đơn vị")),
    "working": ("go", N_("Đang giải quyết")),
    "resolved": ("ok", N_("Đã giải quyết")),
    "escalated": ("", N_("Chuyển cấp trên")),
    "declined": ("no", N_("Không chấp nhận")),
    "solved": ("ok", N_("Đã giải quyết")),
    "passed_up": ("", N_("Chuyển cấp trên")),
    "refused": ("no", N_("Không chấp nhận")),
    "overdue": ("late", N_("Quá hạn")),
}
