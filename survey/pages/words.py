"""What a member is told of the way in that is in force: on the first screen, and to "Ai có thể biết là tôi?".

Nothing here promises more than the entry gives. A sentence that is not true of an entry stands in none of its lists, what
is weak is called weak, and the strongest words are kept for pages that came by HTTPS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from survey.core.text import N_
from survey.dialogues.entry import BY_ROLL
from survey.dialogues.entry import Entry
from survey.dialogues.entry import Way

_BOX = N_("Hòm phiếu chỉ ghi: có một phiếu.")
_LIST = N_("Danh sách chỉ ghi: bạn đã nhận phiếu.")

# The lines between "Hỏi kín, như bỏ phiếu kín." and the pledge of the chair. `TRUE` are promises, `WEAK` is what is not.
TRUE: Mapping[str, tuple[str, ...]] = {
    Entry.OPEN: (N_("Không có danh sách nào: ai có mã cũng vào được."), _BOX, N_("Mỗi máy một phiếu.")),
    Entry.TICKETS: (N_("Không ai ghi ai rút thẻ nào."), _BOX, N_("Không có sổ nào nối hai điều đó.")),
    Entry.ROLL: (_LIST, _BOX),
    Entry.ROLL_AND_TICKETS: (_LIST, _BOX, N_("Vào bằng thẻ: không có sổ nào nối hai điều đó.")),
    Way.BLIND: (_LIST, _BOX, N_("Không khóa nào nối được hai điều đó.")),
    Way.BLIND_AND_TICKETS: (_LIST, _BOX, N_("Không khóa nào nối được hai điều đó.")),
}
WEAK: Mapping[str, str] = {
    Entry.ROLL: N_("Chế độ yếu: một khóa nối được hai điều đó. Khóa bị hủy năm phút sau khi khép lại."),
    Entry.ROLL_AND_TICKETS: N_(
        "Vào bằng đường dẫn, chế độ yếu: một khóa nối được. Khóa bị hủy năm phút sau khi khép lại."
    ),
}

_BLIND = frozenset({Way.BLIND, Way.BLIND_AND_TICKETS})
CAN, PARTLY, CANNOT = range(3)  # in the order of reading: the bad ones first


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the six lines: somebody, whether they can know, and why."""

    verdict: int
    who: str
    why: str


_STYLE = Answer(
    CAN, N_("Người đọc câu hỏi, qua cách viết"),
    N_("Giọng văn, chuyện chỉ bạn biết, tên đơn vị nhỏ làm lộ bạn. Hãy viết ngắn và chung."),
)  # fmt: skip
_NEIGHBOUR = Answer(
    CAN, N_("Người ngồi cạnh, người cầm máy bạn"),
    N_("Họ thấy màn hình, và mở được mục “Của tôi”. Dùng chung máy thì bấm “Rời đi và xóa”."),
)  # fmt: skip
_NETWORK: Mapping[bool, Answer] = {
    False: Answer(
        CAN, N_("Người quản lý Wi-Fi và đường mạng"),
        N_("Trang này đi bằng http nên họ đọc được máy nào gửi gì. Có thẻ hay danh sách cũng vậy."),
    ),
    True: Answer(
        PARTLY, N_("Người quản lý Wi-Fi và đường mạng"),
        N_("Họ thấy máy bạn vào địa chỉ này, không đọc được bạn gửi gì: trang này đi bằng https."),
    ),
}  # fmt: skip
_MACHINE = Answer(
    PARTLY, N_("Người nắm máy chủ trong lúc đối thoại"),
    N_("Chương trình không ghi máy nào gửi gì. Ai sửa chương trình, hoặc chép lại đường truyền, thì ghi được; khi khóa còn, họ "
       "thấy những việc nào cùng một phiếu."),
)  # fmt: skip
_KEY_LIVES = Answer(
    CAN, N_("Người nắm máy chủ, khi khóa còn"),
    N_("Chế độ yếu: từ khóa và danh sách tính ra được phiếu nào của ai vào bằng đường dẫn. Khóa bị hủy năm phút sau khi khép "
       "lại."),
)  # fmt: skip
_KEY_DEAD = Answer(
    PARTLY, N_("Người nắm máy chủ trong lúc đối thoại"),
    N_("Chế độ yếu: đến khi khóa bị hủy, ai giữ khóa tính ra được phiếu nào của ai. Nay khóa đã hủy; chỉ ai đã tính trước đó "
       "mới biết."),
)  # fmt: skip
_DISK = Answer(
    CANNOT, N_("Người lấy được ổ đĩa hay bản sao lưu"),
    N_("Không có tên ai để nối. Họ thấy câu hỏi, khoảng năm phút của nó và các dấu ngẫu nhiên."),
)  # fmt: skip
_DISK_OF_ROLL = Answer(
    PARTLY, N_("Người lấy được ổ đĩa hay bản sao lưu"),
    N_("Họ thấy bạn đã nhận phiếu. Phiếu nào của ai thì không ghi, nhưng thứ tự nằm trên đĩa có thể để lộ người vào ngay sau "
       "khi nhận."),
)  # fmt: skip
_SIGNED_BLIND = Answer(
    PARTLY, N_("Người nắm máy chủ trong lúc đối thoại"),
    N_("Họ ký phiếu mà không thấy phiếu, nên không khóa nào nối được phiếu với tên, kể cả về sau. Ai sửa chương trình gửi đến "
       "máy bạn, hoặc ghi lại đường truyền và giờ giấc, thì vẫn có thể biết."),
)  # fmt: skip
_DISK_OF_BLIND = Answer(
    PARTLY, N_("Người lấy được ổ đĩa hay bản sao lưu"),
    N_("Họ thấy bạn đã nhận phiếu, và thấy các phiếu; không gì trên đĩa nối hai thứ ấy. Người vào "
       "muộn chỉ hòa được trong nhóm vào cùng lúc, thường từ năm người."),
)  # fmt: skip
_STAFF = N_("Ban tổ chức, người điều hành, lãnh đạo")
_ORGANISERS: Mapping[str, str] = {
    Entry.OPEN: N_("Họ thấy câu hỏi và số người ủng hộ. Không trang nào của họ cho biết máy nào gửi."),
    Entry.TICKETS: N_("Không ai ghi ai rút thẻ nào, và không trang nào của họ cho biết thẻ nào gửi câu nào."),
    Entry.ROLL: N_("Họ thấy ai đã nhận phiếu. Ai cho nhận chỗ của bạn ở máy khác rồi tự nhận thì cầm đúng phiếu của bạn, thấy nó "
                   "ủng hộ câu nào; số lần cho nhận lại được công khai, và trang nhận phiếu của bạn báo việc ấy."),
    Entry.ROLL_AND_TICKETS: N_("Họ thấy ai đã nhận phiếu hay thẻ. Ai cho nhận chỗ của bạn ở máy khác rồi tự nhận thì cầm đúng "
                               "phiếu của bạn, thấy nó ủng hộ câu nào; số lần ấy công khai. Vào bằng thẻ: không làm vậy được."),
    Way.BLIND: N_("Họ thấy ai đã nhận phiếu, không thấy phiếu của ai. Ai mở trước đường dẫn của bạn thì nhận mất chỗ; bạn thấy "
                  "ngay và báo được, số người báo được công khai."),
    Way.BLIND_AND_TICKETS: N_("Họ thấy ai đã nhận phiếu hay thẻ, không thấy phiếu của ai. Ai mở trước đường dẫn của bạn thì "
                              "nhận mất chỗ; bạn thấy ngay và báo được, số người báo được công khai."),
}  # fmt: skip
# Stronger than any other sentence, so only where nobody between the phone and the server can read along.
_NOBODY_KNOWS = N_(
    "Không ai, kể cả máy chủ, biết ai rút thẻ nào. Họ thấy câu hỏi và số người ủng hộ, không thấy ai gửi."
)


def who_may_know(way: str, *, secure: bool, key_lives: bool) -> list[Answer]:
    """Six answers for the way in that is in force (`entry.Way`), the bad ones first.

    `secure`: this page came by HTTPS. `key_lives`: the key of the weak mode was not destroyed yet.
    """
    organisers = _NOBODY_KNOWS if secure and way == Entry.TICKETS else _ORGANISERS[way]
    machine, disk, staff = _MACHINE, _DISK, CANNOT
    if way in BY_ROLL:
        machine, disk, staff = _KEY_LIVES if key_lives else _KEY_DEAD, _DISK_OF_ROLL, PARTLY
    elif way in _BLIND:
        machine, disk = _SIGNED_BLIND, _DISK_OF_BLIND
    found = [machine, _STYLE, _NEIGHBOUR, _NETWORK[secure], disk, Answer(staff, _STAFF, organisers)]
    return sorted(found, key=lambda answer: answer.verdict)
