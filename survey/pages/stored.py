"""What is stored when a member does something: one table, from which every page that says so is made.

Each line names the columns that it speaks of. A test holds the table against the metadata of both databases and against
what the acts really write, so a column that is added and not spoken of is an error and not a secret.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass

from survey.core.text import N_
from survey.dialogues.entry import BY_ROLL
from survey.dialogues.entry import BY_TICKETS
from survey.dialogues.entry import Way

ALL = frozenset(map(str, Way))
WEAK = frozenset(map(str, BY_ROLL))
BLIND = frozenset(map(str, (Way.BLIND, Way.BLIND_AND_TICKETS)))
ROLLED = WEAK | BLIND
CARDED = frozenset(map(str, (*BY_TICKETS, Way.BLIND_AND_TICKETS)))
STORED, PHONE, NOTHING = "stored", "phone", "nothing"


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the statement, and the columns (or, on the phone, the cookies) that it speaks of."""

    said: str
    columns: tuple[str, ...] = ()
    entries: frozenset[str] = ALL
    kind: str = STORED


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a member does: its name, one line beside the box, and behind it the exact list."""

    name: str
    short: str
    lines: tuple[Line, ...]
    entries: frozenset[str] = ALL

    def of(self, entry: str) -> Iterator[Line]:
        """The lines that hold for this way in, in the order in which they are read."""
        return (line for line in self.lines if entry in line.entries)


def columns(*names: str) -> tuple[str, ...]:
    """`columns("questions body folded")` is `questions.body` and `questions.folded`."""
    return tuple(f"{table}.{name}" for table, *rest in map(str.split, names) for name in rest)


_NEVER = N_("Họ tên, chi đoàn, số điện thoại, địa chỉ mạng, loại máy, giờ gửi chính xác")
_COUNTERS = columns("dialogues version revision")

ENTER = Act(N_("Vào phòng"), N_("có một phiếu. Không tên, không máy, không giờ."), (
    Line(N_("Một dấu của phiếu kín, chỉ trong đối thoại này; phiếu là một số ngẫu nhiên mà riêng máy bạn giữ"),
         columns("ballots dialogue_id ballot"), ALL - ROLLED),
    Line(N_("Một dấu của phiếu kín, chỉ trong đối thoại này. Chế độ yếu: phiếu được tính ra từ chỗ của bạn trong danh sách "
            "bằng một khóa, nên ai giữ khóa ấy còn tính lại được"),
         columns("ballots dialogue_id ballot"), frozenset({str(Way.ROLL)})),
    Line(N_("Một dấu của phiếu kín, chỉ trong đối thoại này. Vào bằng thẻ: phiếu là số ngẫu nhiên. Vào bằng đường dẫn, chế độ "
            "yếu: phiếu được tính ra từ chỗ của bạn trong danh sách bằng một khóa, nên ai giữ khóa ấy còn tính lại được"),
         columns("ballots dialogue_id ballot"), frozenset({str(Way.ROLL_AND_TICKETS)})),
    Line(N_("Một dấu của phiếu kín, chỉ trong đối thoại này. Phiếu do máy bạn làm ra và được ký mà không ai thấy, nên không "
            "khóa nào tính ra được nó từ danh sách"),
         columns("ballots dialogue_id ballot"), frozenset({str(Way.BLIND)})),
    Line(N_("Một dấu của phiếu kín, chỉ trong đối thoại này. Phiếu là số ngẫu nhiên của thẻ hoặc do máy bạn làm ra và được ký "
            "mà không ai thấy, nên không khóa nào tính ra được nó từ danh sách"),
         columns("ballots dialogue_id ballot"), frozenset({str(Way.BLIND_AND_TICKETS)})),
    Line(N_("Thẻ này đã dùng: dấu của mã thẻ, số tờ, điểm cầu. Không ghi thẻ đưa phiếu nào vào"),
         columns("tickets dialogue_id mark sheet site state"), CARDED),
    Line(N_("Một số ngẫu nhiên của lượt vào, để lượt ấy không dùng hai lần; xóa khi khóa phát phiếu bị hủy"),
         columns("spent_passes dialogue_id use"), WEAK),
    Line(N_("Số phiếu trong phòng và số lần bảng thay đổi, mỗi số thêm một"), (*columns("dialogues ballots"), *_COUNTERS)),
    Line(N_("Nếu đối thoại có nhiều điểm cầu và bạn cho biết mình ở đâu: một dấu riêng của phiếu, dưới một khóa riêng, và số "
            "của điểm cầu; số phiếu của điểm cầu thêm một. Không nối được với câu bạn hỏi hay ủng hộ"),
         columns("site_marks dialogue_id mark site")),
    Line(N_("Nếu bạn chọn vào ngay khi nhóm ở cửa còn ít: số người đã chọn như thế thêm một"), columns("dialogues alone"), BLIND),
    Line(N_("Số bí mật của phiếu kín, ngôn ngữ bạn chọn, số lần gõ sai mã thẻ; nhiều nhất 400 ngày"),
         ("ballot", "d_session"), kind=PHONE),
    Line(N_("Hạt giống và chữ ký của phiếu kín, trong bộ nhớ trình duyệt, đến khi bạn bấm “Rời đi và xóa”; số che thì chỉ đến "
            "khi chữ ký về. Máy chủ không bao giờ nhận hạt giống và số che"), entries=BLIND, kind=PHONE),
    Line(N_("Họ tên, chi đoàn, số điện thoại, địa chỉ mạng, loại máy, giờ vào"), kind=NOTHING),
))  # fmt: skip

ASK = Act(N_("Đặt câu hỏi"), N_("câu bạn viết, khoảng năm phút. Không tên."), (
    Line(N_("Nội dung bạn viết, và chính nội dung ấy bỏ dấu để tìm kiếm"), columns("questions body folded")),
    Line(N_("Nhóm vấn đề bạn chọn"), columns("questions topic_id")),
    Line(N_("Điểm cầu của bạn, chỉ khi lúc ấy ở đó đã có từ mười phiếu"), columns("questions site")),
    Line(N_("Khoảng năm phút mà câu được gửi"), columns("questions asked_about")),
    Line(N_("Một dấu của phiếu kín cho riêng câu này, để câu của bạn vẫn là của bạn"), columns("questions author")),
    Line(N_("Một dấu nữa cho riêng câu này, để nhận ra phiếu nếu phiếu bị tạm chặn gửi câu hỏi, mà không biết phiếu của ai và "
            "không nối câu này với câu khác; khóa của dấu bị hủy năm phút sau khi khép lại"), columns("questions mute muted")),
    Line(N_("Mã ngẫu nhiên của câu, số để gọi tên, số ngẫu nhiên để xếp khi bằng nhau, số người ủng hộ, số người cho ý kiến "
            "về câu trả lời, số lần đã hiện"),
         columns("questions id dialogue_id number tie supporters carried shown judged satisfied judged_shown satisfied_shown",
                 "dialogues next_number version revision")),
    Line(N_("Nguồn là “gửi từ điện thoại”; ô đơn vị để trống"), columns("questions source unit")),
    Line(N_("Việc của ban tổ chức: trạng thái, lý do, tóm tắt trả lời, gộp với câu nào, hay không giống câu nào, hạng khi "
            "giữ thứ tự"),
         columns("questions state reason asked_back note answerer group_id merged_into wordings held_place apart "
                 "handed_to grouped before")),
    Line(N_("Câu vừa gửi còn đợi vài câu khác rồi mới cùng đến người điều hành: nội dung, nhóm vấn đề và hai dấu nói trên, "
            "không giờ gửi, không ai khác thấy; đi rồi thì xóa ở đây"),
         columns("gathered_questions id dialogue_id author body topic_id mute site withdrawn"), ROLLED),
    Line(N_("Lời bạn trả lời khi ban tổ chức hỏi lại; chỉ ban tổ chức đọc, không giờ gửi"), columns("questions reply")),
    Line(N_("Danh sách câu bạn hỏi, để bạn xem lại, và bản nháp; máy chủ không lưu hai thứ ấy"), ("mine",), kind=PHONE),
    Line(_NEVER, kind=NOTHING),
))  # fmt: skip

SUPPORT = Act(N_("Ủng hộ một câu"), N_("một dấu cho câu ấy. Không tên, không giờ."), (
    Line(N_("Một dấu của phiếu kín cho đúng câu ấy; mỗi câu một dấu khác nhau"), columns("supports question_id voter")),
    Line(N_("Câu đã gộp nhiều câu: dấu ấy ghi cho cả nhóm câu"), columns("group_supports group_id voter")),
    Line(N_("Số người ủng hộ của câu và số lần bảng thay đổi"), (*columns("questions supporters"), *_COUNTERS)),
    Line(N_("Máy chủ ghi theo từng năm phút: câu ấy có bao nhiêu người ủng hộ, tròn năm, chỉ khi đã đổi ít nhất năm người"),
         columns("support_samples question_id at supporters")),
    Line(N_("Những câu bạn đã bỏ qua, và lượt ủng hộ chưa gửi được"), ("skipped",), kind=PHONE),
    Line(N_("Họ tên, chi đoàn, số điện thoại, địa chỉ mạng, loại máy, giờ bấm"), kind=NOTHING),
))  # fmt: skip

RESPOND = Act(N_("Trả lời phiếu khảo sát"), N_("câu trả lời của bạn. Không tên, không giờ."), (
    Line(N_("Các câu trả lời của bạn trong phiếu này, giữ cùng nhau"), columns("responses questionnaire_id answers")),
    Line(N_("Một dấu của phiếu kín, chỉ dùng cho phiếu khảo sát này, và lần sửa thứ mấy: để tính một lần và bạn sửa lại được"),
         columns("responses mark counter")),
    Line(N_("Số phiếu trả lời và kết quả chung: chỉ hiện khi đủ 5 phiếu, rồi đổi theo từng 5 phiếu"),
         (*columns("questionnaires responses published"), *_COUNTERS)),
    Line(N_("Một bản các câu trả lời đã xáo trộn, không có dấu của phiếu, như lúc kết quả đổi lần cuối; chữ bạn tự viết để "
            "riêng: để lập bảng chéo và tệp"), columns("questionnaires snapshot")),
    Line(N_("Thăm dò và biểu quyết: số chung thêm một ở lựa chọn của bạn, hiện ngay từ 30 phiếu hoặc khi đóng; câu trả lời ngắn "
            "và cụm từ trong đó: bao nhiêu phiếu đã viết như thế, điều hành đã cho hiện hay chưa"),
         columns("questionnaires counted released", "poll_words questionnaire_id folded spelled whole ballots seen stands")),
    Line(N_("Ở mục có ghi “có thể được đưa lên bảng”: khi ban tổ chức đưa câu ấy lên hay bỏ qua, một dấu của lời văn, để không "
            "đưa lên hai lần; dấu không dẫn đến phiếu nào"), columns("taken_answers dialogue_id mark dismissed")),
    Line(N_("Bản nháp đến khi bạn gửi; máy chủ không thấy bản nháp"), kind=PHONE),
    Line(N_("Họ tên, chi đoàn, số điện thoại, địa chỉ mạng, loại máy, giờ gửi"), kind=NOTHING),
))  # fmt: skip

LOOK = Act(N_("Xem trang, đọc câu hỏi, tìm kiếm"), N_("một số đếm chung cho mỗi câu."), (
    Line(N_("Mỗi câu đã hiện trên các máy bao nhiêu lần: một số đếm chung, gửi không kèm phiếu, để câu ít người thấy được "
            "đưa ra trước"), columns("questions shown")),
    Line(N_("Ai xem, xem trang nào, lúc nào; chữ bạn gõ để tìm"), kind=NOTHING),
))  # fmt: skip

TAKE = Act(N_("Nhận phiếu bằng đường dẫn cá nhân"), N_("bạn đã nhận phiếu. Không giờ nhận."), (
    Line(N_("Bạn đã nhận phiếu, bằng đường dẫn hay bằng thẻ, và máy đã nhận được đổi mấy lần"),
         columns("issued dialogue_id member_id mode moved")),
    Line(N_("Một dấu của máy đã nhận, để chỉ máy ấy xin lại được"), columns("issued bound")),
    Line(N_("Ô cho dấu của yêu cầu theo cách phát kia, ở đây để trống"), columns("issued request"), WEAK),
    Line(N_("Chế độ ký mù: một dấu của yêu cầu mà máy bạn gửi, để xin lại thì được đúng chữ ký cũ; phiếu kín thì nơi cấp "
            "không hề thấy"), columns("issued request"), BLIND),
    Line(N_("Số lần gõ sai điều mà đường dẫn hỏi thêm; việc bạn báo chỗ của mình đã bị nhận mất"),
         columns("members tries claimed")),
    Line(N_("Ban tổ chức đã ghi từ trước: họ tên (và họ tên bỏ dấu, để tìm và xếp), mã, đơn vị, e-mail, số điện thoại"),
         columns("members id dialogue_id unit_id code name folded sort email phone", "memberships member_id unit_id")),
    Line(N_("Ban tổ chức ghi nếu có: bổ sung sau khi chốt, đi thay ai, vì sao, rút khỏi danh sách"),
         columns("members added reason removed instead_of")),
    Line(N_("Dấu của đường dẫn và của mã gõ tay, và đã làm lại mấy lần"), columns("members link twin epoch")),
    Line(N_("Bạn là ai trong danh sách và một số ngẫu nhiên của máy; trình duyệt không gửi hai điều ấy vào phòng đối thoại"),
         ("m_session",), kind=PHONE),
    Line(N_("Giờ nhận, địa chỉ mạng, loại máy"), kind=NOTHING),
), ROLLED)  # fmt: skip

MEND = Act(N_("Xin sửa hoặc rút tên khỏi danh sách"), N_("điều bạn xin, cạnh tên bạn."), (
    Line(N_("Điều bạn xin, lời bạn viết, bên cạnh tên bạn trong danh sách, và trả lời của ban tổ chức"),
         columns("corrections id dialogue_id member_id kind text answer")),
    Line(N_("Giờ gửi, địa chỉ mạng, loại máy"), kind=NOTHING),
), ROLLED)  # fmt: skip

CONFIRM = Act(N_("Bí thư xác nhận số người của đơn vị"), N_("trả lời của bạn, cạnh tên đơn vị."), (
    Line(N_("Đúng hay chưa đúng, và lời ghi thêm, bên cạnh đơn vị, số người và dấu của đường dẫn"),
         columns("unit_counts dialogue_id unit_id members token answer remark")),
    Line(N_("Họ tên người trả lời, giờ gửi, địa chỉ mạng, loại máy"), kind=NOTHING),
), ROLLED)  # fmt: skip

DROP = Act(N_("Bỏ phong bì vào hòm phiếu, trước khi phòng mở"), N_("niêm phong, đến lúc hòm mở. Không tên, không giờ."), (
    Line(N_("Đến lúc hòm mở: một tệp niêm phong nằm ngoài cơ sở dữ liệu, dài bằng mọi tệp khác, trong đó có dấu của phiếu kín "
            "và những gì bạn viết. Mở xong, tệp và khóa niêm phong bị hủy; khi phòng đã mở, tệp của người đợi ở cửa ghi "
            "thêm đợi từ phút nào")),
    Line(N_("Lần mở nào đã xong: một số ngẫu nhiên, giờ đã báo trước, số phiếu nếu đủ nhiều. Không ghi phiếu nào"),
         columns("fillings dialogue_id filling at drops")),
    Line(N_("Mở xong thì câu hỏi và phiếu trả lời được lưu như đã ghi ở “Đặt câu hỏi” và “Trả lời phiếu khảo sát”")),
    Line(N_("Bản nháp đến khi bạn bỏ vào hòm, số lần đã bỏ, mã ngẫu nhiên của các câu đã bỏ"), kind=PHONE),
    Line(_NEVER, kind=NOTHING),
), BLIND)  # fmt: skip

JUDGE = Act(N_("Cho ý kiến về câu trả lời"), N_("một dấu cho câu ấy. Không tên, không giờ."), (
    Line(N_("Đã thỏa đáng hay chưa, và một dấu của phiếu kín cho đúng câu ấy, dưới một khóa riêng, khác dấu ủng hộ"),
         columns("judgements question_id mark satisfied")),
    Line(N_("Sau khi khép lại: một dấu của mã mà máy bạn tự làm ra, cho đúng câu ấy, để cho ý kiến khi các khóa đã hủy. Mã của "
            "bạn được ghi cùng lúc với mã của ít nhất bốn máy khác cho cùng câu ấy, xáo trộn; không ghi mã nào của phiếu nào; "
            "dùng rồi thì xóa"),
         columns("judgement_tokens token question_id")),
    Line(N_("Số người cho ý kiến và số người thấy thỏa đáng; chỉ hiện khi đủ 5 người, rồi đổi theo từng 5 người"),
         columns("questions judged satisfied judged_shown satisfied_shown", "dialogues revision")),
    Line(N_("Các mã ấy, trong bộ nhớ trình duyệt, đến khi dùng hoặc đến khi bạn xóa danh sách"), kind=PHONE),
    Line(N_("Họ tên, chi đoàn, số điện thoại, địa chỉ mạng, loại máy, giờ bấm"), kind=NOTHING),
))  # fmt: skip

IDEA = Act(N_("Viết vào hộp ý tưởng"), N_("lời bạn viết, mỗi thư đứng riêng. Không tên, không giờ."), (
    Line(N_("Nội dung bạn viết và nhóm vấn đề bạn chọn; viết tiếp sau câu trả lời cho câu hỏi của bạn thì ghi thư thuộc câu nào"),
         columns("threads id dialogue_id body topic_id question_id")),
    Line(N_("Một dấu của phiếu kín cho riêng thư này, để chỉ máy này mở lại được; câu hỏi thì dùng dấu sẵn có của câu. Không nối "
            "thư này với thư khác"), columns("threads author")),
    Line(N_("Một dấu nữa cho riêng thư này, dưới một khóa riêng, để nhận ra phiếu nếu phiếu bị chặn gửi vào hộp; khóa ấy hủy khi "
            "hộp khép"), columns("threads mute muted")),
    Line(N_("Lời viết tiếp của bạn và câu trả lời, đứng theo thứ tự trong thư, không giờ"),
         columns("thread_messages id thread_id place side body unit_id actor")),
    Line(N_("Thư hay lời viết tiếp còn đợi đi cùng các thư khác, chưa ai đọc"),
         columns("threads waits", "thread_messages waits")),
    Line(N_("Tên, chỉ khi bạn tự gõ và xác nhận ký vào riêng thư này"), columns("threads signing name")),
    Line(N_("Việc của ban tổ chức: trạng thái, lý do, đơn vị cùng trả lời, lời công khai khi tiếp thu, thành kiến nghị nào"),
         columns("threads state reason unit_id taken taken_text taken_note recommendation_id")),
    Line(N_("Số lần trang của ban tổ chức thay đổi, khi cả đợt đến"), columns("dialogues revision")),
    Line(N_("Mã ngẫu nhiên của các thư, để mở lại; khóa dấu hủy thì các mã ấy không mở được gì nữa"), ("mine",), kind=PHONE),
    Line(N_("Ai đọc thư, lúc nào; họ tên nếu bạn không ký, chi đoàn, số điện thoại, địa chỉ mạng, loại máy, giờ gửi"),
         kind=NOTHING),
))  # fmt: skip

ACTS: Mapping[str, Act] = {
    "enter": ENTER, "ask": ASK, "support": SUPPORT, "judge": JUDGE, "respond": RESPOND, "look": LOOK, "take": TAKE, "mend": MEND,
    "confirm": CONFIRM, "drop": DROP, "idea": IDEA,
}  # fmt: skip


def acts(entry: str) -> list[Act]:
    """The acts that there are with this way in."""
    return [act for act in ACTS.values() if entry in act.entries]


def spoken() -> frozenset[str]:
    """Every column that some line speaks of."""
    return frozenset(
        name for act in ACTS.values() for line in act.lines if line.kind == STORED for name in line.columns
    )
