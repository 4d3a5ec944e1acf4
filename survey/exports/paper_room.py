"""What is read in the hall: the one page for members and the words of the MC. Both speak of the entry in force."""

from __future__ import annotations

from collections.abc import Mapping

from survey.core import phrase
from survey.dialogues import entry
from survey.exports import ballot_words
from survey.exports.paper_making import frame
from survey.exports.paper_words import hour
from survey.exports.paper_words import theme
from survey.exports.papers import Block
from survey.exports.papers import Code
from survey.exports.papers import Heading
from survey.exports.papers import Paper
from survey.exports.papers import Run
from survey.exports.papers import Text
from survey.exports.scene import Scene

_COME: Mapping[str, str] = {
    "open": "Quét mã dưới đây, hoặc gõ địa chỉ, rồi bấm Vào phòng. Không hỏi tên, không hỏi số điện thoại. Mỗi "
    "máy một phiếu.",
    "tickets": "Tự tay rút một thẻ ở Bàn đón; đổi thẻ cho nhau cũng được. Mở thẻ, quét mã trong thẻ, bấm Vào "
    "phòng. Mỗi thẻ một phiếu.",
    "roll": "Mở đường dẫn riêng của bạn, bấm Nhận phiếu kín rồi vào phòng. Mỗi người một phiếu; danh sách chỉ "
    "ghi đã nhận.",
    "roll+tickets": "Mở đường dẫn riêng của bạn, bấm Nhận phiếu kín; hoặc rút một thẻ ở Bàn đón rồi quét mã "
    "trong thẻ. Mỗi người một phiếu.",
}
_TICKET_TOO = "“Ai không tiện mở đường dẫn thì ra Bàn đón rút một thẻ; đã nhận phiếu thì không rút thẻ nữa.”"
_BLIND = (
    "“Mỗi đồng chí có một đường dẫn riêng. Mở ra, bấm Nhận phiếu kín. Máy đồng chí tự làm phiếu, che kín rồi "
    "xin chữ ký: "
    "nơi cấp ký mà không thấy phiếu, nên không khóa nào nối được phiếu với tên. Mỗi người một phiếu; danh sách "
    "chỉ ghi đã nhận.”"
)
_WEAK = (
    "“Mỗi đồng chí có một đường dẫn riêng. Mở ra, bấm Nhận phiếu kín và vào phòng. Danh sách chỉ ghi đã nhận "
    "phiếu; hòm "
    "phiếu chỉ ghi có một phiếu. Hôm nay dùng chế độ yếu: có một khóa nối được hai sổ ấy; khóa bị hủy năm phút "
    "sau khi khép lại.”"
)
_OPEN = (
    "“Quét mã trên màn hình rồi bấm Vào phòng. Không hỏi tên, không hỏi số điện thoại. Máy chủ chỉ biết có thêm "
    "một máy, "
    "không biết máy của ai. Mỗi máy một phiếu: lượt ủng hộ hôm nay tính theo thiết bị, nên xin mỗi đồng chí chỉ "
    "dùng một máy.”"
)
_TICKETS = (
    "“Mỗi đồng chí vừa tự tay rút một thẻ. Không ai ghi ai rút thẻ nào; đổi thẻ cho nhau cũng được, đổi ngay "
    "bây giờ cũng "
    "được. Mở thẻ, quét mã, bấm Vào phòng. Máy chủ chỉ biết có một phiếu, không biết của ai. Mỗi thẻ một phiếu, "
    "nên không ai "
    "ủng hộ được hai lần.”"
)
_HOW = (
    "“Có điều muốn hỏi, bấm dấu cộng. Thấy câu của người khác đúng ý mình, bấm Ủng hộ; câu nhiều người ủng hộ "
    "được trả lời trước. Gửi sớm hay muộn không khác gì nhau. Không gửi bí mật nhà nước hoặc đơn tố cáo ở đây.”"
)
_LAST = "“Câu nào chưa kịp trả lời hôm nay sẽ được trả lời bằng văn bản. Kết quả nằm ở chính địa chỉ này.”"


def guide(scene: Scene) -> Paper:
    """One page for members: how to come in, to ask, to support, and what nobody gets to know."""
    dialogue, address = scene.dialogue, scene.url.split("://", 1)[-1]
    blocks: list[Block] = [
        Text((Run("1. Vào phòng. ", bold=True), Run(_COME[dialogue.entry]))),
        Code(scene.url, f"{address} · mã tham gia {dialogue.code}"),
        Text((Run("2. Hỏi. ", bold=True), Run("Bấm dấu cộng, viết câu hỏi, gửi. Mỗi câu một ý; không ghi tên "
                                              "mình và tên người khác."))),
        Text((Run("3. Ủng hộ. ", bold=True), Run("Thấy câu đúng ý mình, bấm Ủng hộ; bấm lại để rút. Câu nhiều "
                                                 "người ủng hộ được trả lời trước; "
              "gửi sớm hay muộn không khác gì nhau."))),
        Text((Run("4. Kín. ", bold=True), Run(f"{ballot_words.box(dialogue)} Không ghi tên người hỏi, giờ gửi và "
                                              "địa chỉ máy. Trên bảng không ai thấy câu nào của ai. "
              "Đừng tự viết điều làm lộ mình."))),
        Text((Run("5. Không gửi ở đây: ", bold=True), Run("bí mật nhà nước, đơn khiếu nại, tố cáo" +
              (f" (gửi đến {dialogue.complaints})." if dialogue.complaints else ".")))),
        Text((Run("6. Sau hội nghị. ", bold=True), Run("Câu chưa kịp trả lời được trả lời bằng văn bản. Mở lại "
            "đúng địa chỉ trên để xem."))),
        Text((Run("Không có điện thoại? ", bold=True), Run("Ghi phiếu giấy hoặc giơ tay phát biểu; thư ký ghi "
            "vào bảng, và mọi người ủng hộ được như nhau."))),
    ]  # fmt: skip
    return frame(scene, "guide", "Hướng dẫn tham gia", dialogue.theme, blocks, plain=True)


def script(scene: Scene) -> Paper:
    """The MC's words, as the page of the script has them."""
    dialogue, address = scene.dialogue, scene.url.split("://", 1)[-1]
    words = phrase.of(dialogue.issue_key) if dialogue.issue_key and entry.is_strong(dialogue) else ""
    door = "." if dialogue.entry == "open" else ", hoặc ra Bàn đón ở cửa."
    blocks: list[Block] = [
        Heading("Trước giờ: mời mọi người vào phòng"),
        Text(f"“Trên màn hình có mã QR. Đồng chí nào không quét được, gõ địa chỉ {address}. Ai chưa vào được "
             f"xin giơ tay{door}”"),
        Heading("Hai mươi giây: vì sao hỏi ở đây là kín"),
        Text(_twenty(dialogue.entry, strong=bool(words))),
    ]  # fmt: skip
    if words:
        said = " – ".join(words.split())
        blocks += [Heading("So câu khóa"), Text(
            f"“Trên màn hình và trên máy đồng chí có sáu tiếng: {said}. Xin so cho giống hệt. Ai thấy khác một "
            "tiếng thì "
            "đừng nhận phiếu, giơ tay báo ngay.”"
        )]  # fmt: skip
    if dialogue.pledge:
        who = f" ({dialogue.leader})" if dialogue.leader else ""
        blocks += [Heading("Người chủ trì cam kết"), Text(f"“{dialogue.pledge}”{who}")]
    blocks += [Heading("Cách hỏi và ủng hộ"), Text(_HOW), Heading("Khi sắp hết giờ"), Text(_LAST)]
    about = f"{theme(scene)}, {hour(dialogue.starts_at)}"
    return frame(scene, "script", "Lời dẫn chương trình", about, blocks, plain=True)


def _twenty(way: str, *, strong: bool) -> str:
    if way == "open":
        return _OPEN
    if way == "tickets":
        return _TICKETS
    said = _BLIND if strong else _WEAK
    return f"{said} {_TICKET_TOO}" if way == "roll+tickets" else said
