"""What an office writes before the day: plan, invitation, rules with the pledge."""

from __future__ import annotations

from collections.abc import Iterator

from survey.core.clock import local
from survey.dialogues.models import Dialogue
from survey.exports import ballot_words
from survey.exports.paper_making import frame
from survey.exports.paper_words import hour
from survey.exports.paper_words import known
from survey.exports.paper_words import long_day
from survey.exports.paper_words import theme
from survey.exports.papers import DOTS
from survey.exports.papers import FEW_DOTS
from survey.exports.papers import Block
from survey.exports.papers import Code
from survey.exports.papers import Grid
from survey.exports.papers import Heading
from survey.exports.papers import Paper
from survey.exports.papers import Run
from survey.exports.papers import Text
from survey.exports.papers import Words
from survey.exports.papers import gap
from survey.exports.scene import Scene


def _when(dialogue: Dialogue) -> Run:
    if dialogue.starts_at is None:
        return gap("ngày, giờ")
    at = local(dialogue.starts_at)
    return Run(f"{hour(at)} (dự kiến {dialogue.minutes} phút)")


def _short(url: str) -> str:
    return url.split("://", 1)[-1]


def plan(scene: Scene) -> Paper:
    """*Kế hoạch*: what for, what about, when, where, who does what."""
    dialogue = scene.dialogue
    blocks: list[Block] = [
        Text("Căn cứ Luật Thanh niên số 57/2020/QH14 và Nghị định số 13/2021/NĐ-CP về đối thoại với thanh niên, "
             f"{scene.office.issuer} xây dựng kế hoạch tổ chức {theme(scene)} như sau:"),
        Heading("I. Mục đích, yêu cầu"),
        Text("1. Lắng nghe, tiếp thu tâm tư, nguyện vọng, kiến nghị của đoàn viên, thanh niên; trả lời, giải "
             "quyết theo thẩm quyền."),
        Text(f"2. {ballot_words.promise(dialogue)}; {ballot_words.one_voice(dialogue)}; câu được nhiều "
             "người ủng hộ được trả lời trước; mọi kiến nghị có đơn vị chịu trách nhiệm và thời hạn."),
        Heading("II. Nội dung"),
        Text((Run("1. Chủ đề: "), Run(dialogue.theme), Run("."))),
        Text((Run("2. Nhóm vấn đề: "), known("; ".join(scene.topics), "nhóm vấn đề"), Run("."))),
        Heading("III. Thời gian, địa điểm, thành phần"),
        Text((Run("1. Thời gian: "), _when(dialogue), Run("."))),
        Text((Run("2. Địa điểm: "), known(dialogue.place, "địa điểm"), Run("."))),
        *([Text(f"3. Điểm cầu: {', '.join(scene.sites)}.")] if scene.sites else []),
        Text((Run(f"{4 if scene.sites else 3}. Chủ trì: "), known(dialogue.leader, "người chủ trì"), Run("."))),
        Text((Run(f"{5 if scene.sites else 4}. Thành phần: "), gap("thành phần, số lượng đại biểu"), Run("."))),
        Heading("IV. Hình thức"),
        Text(f"Đoàn viên, thanh niên gửi câu hỏi và ủng hộ câu hỏi bằng điện thoại tại {_short(scene.url)}, "
             f"{ballot_words.way_in(dialogue)}; "
             "ai không có điện thoại thì ghi phiếu giấy hoặc phát biểu tại hội trường."),
        Heading("V. Tiến độ và phân công"),
        _tasks(scene),
        Heading("VI. Tổ chức thực hiện"),
        Text("Các đơn vị căn cứ kế hoạch này để triển khai; vướng mắc báo cáo ban tổ chức để xem xét./."),
    ]  # fmt: skip
    return frame(scene, "plan", "Kế hoạch", f"Tổ chức {theme(scene)}", blocks, sign="KH")


def _tasks(scene: Scene) -> Grid:
    helpers = ", ".join(dict.fromkeys(scene.preparing.values()))
    before, after = scene.plan_days, scene.notice_days
    unit: Words = (known(helpers, "đơn vị chuẩn bị"),)
    open_: Words = (gap("đơn vị thực hiện"),)
    rows: tuple[tuple[Words, ...], ...] = (
        ("1", "Công bố kế hoạch", f"Chậm nhất {before} ngày trước đối thoại" if before else "Trước đối thoại", open_),
        ("2", "Khảo sát, thu câu hỏi của đoàn viên, thanh niên",
         f"Từ {before} ngày trước đến ngày đối thoại" if before else "Đến ngày đối thoại", open_),
        ("3", "Tổng hợp, gộp câu trùng, phân nhóm vấn đề", "10 đến 3 ngày trước", open_),
        ("4", "Chuẩn bị nội dung trả lời", "7 đến 1 ngày trước", unit),
        ("5", "Chuẩn bị hội trường, mạng, thẻ, màn hình", "1 ngày trước", open_),
        ("6", "Biên bản, thông báo kết luận", f"Trong {after} ngày sau đối thoại" if after else "Sau đối thoại", open_),
        ("7", "Giải quyết, trả lời kiến nghị; công khai kết quả", "Theo thông báo kết luận", open_),
    )  # fmt: skip
    return Grid(("TT", "Việc", "Thời gian", "Đơn vị"), rows, (10, 66, 46, 38), (), (0,))


def invitation(scene: Scene) -> Paper:
    """*Giấy mời*, with the code of the room."""
    dialogue = scene.dialogue
    blocks: list[Block] = [
        Text(f"{scene.office.issuer} trân trọng kính mời:"),
        Text(DOTS * 3),
        Text(f"Tới dự {theme(scene)}."),
        Text((Run("Chủ trì: ", bold=True), known(dialogue.leader, "người chủ trì"), Run("."))),
        Text((Run("Thời gian: ", bold=True), _when(dialogue), Run("."))),
        Text((Run("Địa điểm: ", bold=True), known(dialogue.place, "địa điểm"), Run("."))),
        Text(f"{ballot_words.invited(dialogue)} Vào phòng {ballot_words.way_in(dialogue)}."),
        Code(scene.url, f"{_short(scene.url)} · mã tham gia {dialogue.code}"),
        Text("Rất mong đồng chí thu xếp thời gian đến dự./."),
    ]  # fmt: skip
    return frame(scene, "invitation", "Giấy mời", f"Dự {theme(scene)}", blocks, sign="GM")


def rules(scene: Scene) -> Paper:
    """*Quy chế*: how the dialogue is held, with the leader's pledge."""
    articles = list(_articles(scene))
    order = f"(Ban hành kèm theo văn bản số {FEW_DOTS} {long_day(None)})"
    blocks: list[Block] = [Text(order, italic=True, centred=True)]
    for at, (title, lines) in enumerate(articles, start=1):
        blocks += [Heading(f"Điều {at}. {title}"), *lines]
    return frame(scene, "rules", "Quy chế", theme(scene), blocks)


def _articles(scene: Scene) -> Iterator[tuple[str, list[Block]]]:
    dialogue = scene.dialogue
    yield "Nguyên tắc", [
        Text("1. Dân chủ, công khai, tôn trọng; mọi câu hỏi được đối xử như nhau, không phân biệt người hỏi."),
        Text("2. Thứ tự trả lời theo sự ủng hộ của người dự; gửi sớm hay muộn không có lợi hơn."),
    ]  # fmt: skip
    yield "Người tham gia và phiếu kín", [
        Text(f"1. Vào phòng {ballot_words.way_in(dialogue)}."),
        Text("2. Mỗi phiếu ủng hộ một câu nhiều nhất một lần và rút lại được."),
        Text(f"3. Mỗi phiếu đặt nhiều nhất {dialogue.ask_limit} câu hỏi."),
    ]  # fmt: skip
    apart = ballot_words.apart(dialogue)
    yield "Giữ kín người hỏi", [
        Text("1. Ban tổ chức không ghi tên, số điện thoại, giờ gửi và địa chỉ mạng của người hỏi, người ủng hộ."),
        Text("2. Không ai được tìm cách biết ai đã hỏi; không ai được ép người khác cho xem điện thoại."),
        *([Text(f"3. {apart}")] if apart else []),
    ]  # fmt: skip
    pledge = Run(f"“{dialogue.pledge}”", italic=True) if dialogue.pledge else gap("lời cam kết của người chủ trì")
    yield "Cam kết của người chủ trì", [Text((pledge, Run(f" ({dialogue.leader})." if dialogue.leader else "")))]
    first = "Câu hỏi được duyệt trước khi lên bảng" if dialogue.pre_moderation else "Câu hỏi lên bảng ngay khi gửi"
    yield "Điều hành", [
        Text(f"1. {first}. Chỉ không đưa lên câu xúc phạm, lộ đời tư, bí mật nhà nước, quảng cáo hoặc ngoài chủ "
             "đề; phải "
             "ghi lý do, và người hỏi đọc được lý do ấy."),
        Text((Run("2. Đơn khiếu nại, tố cáo không gửi ở đây mà gửi đến: "), known(dialogue.complaints, "nơi nhận đơn"),
              Run("."))),
        Text("3. Câu trùng ý được gộp; lượt ủng hộ của các câu gộp tính mỗi phiếu một lần."),
    ]  # fmt: skip
    yield "Trả lời và theo dõi", [
        Text(f"1. Câu chưa kịp trả lời tại hội nghị được trả lời bằng văn bản trong {dialogue.writing_days} "
             "ngày làm việc."),
        Text("2. Mỗi kiến nghị có đơn vị chủ trì và thời hạn; kết quả được công khai."),
    ]  # fmt: skip
