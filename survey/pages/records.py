"""What we could hand over if somebody had the right to ask: every table of both databases, in words.

The page at `/records` is made from this list, `hand-over` writes exactly these tables, and a test holds both against the
databases: a table that is added and not named here is an error.
"""

from __future__ import annotations

from collections.abc import Mapping

from survey.core.text import N_

ANONYMOUS: Mapping[str, str] = {
    "ballots": N_("Dấu của các phiếu kín đã vào phòng. Không tên, không giờ, không thứ tự."),
    "questions": N_(
        "Câu hỏi: nội dung, nhóm vấn đề, trạng thái, lời hỏi lại và câu trả lời, khoảng năm phút được gửi, số người ủng hộ, "
        "một dấu của phiếu."
    ),
    "gathered_questions": N_(
        "Câu vừa gửi, đợi gộp với vài câu khác rồi mới đến người điều hành. Không giờ, không thứ tự."
    ),
    "supports": N_("Mỗi lượt ủng hộ một dấu riêng. Hai lượt của cùng một phiếu không giống nhau."),
    "support_samples": N_(
        "Mỗi câu có bao nhiêu người ủng hộ theo từng năm phút của hội trường: tròn năm, đổi theo từng năm người. Không có dấu "
        "của phiếu."
    ),
    "question_groups": N_("Các câu được gộp với nhau: câu chính và số lượt mang theo."),
    "group_members": N_("Câu nào đã gộp vào nhóm nào, và trước đó ở trạng thái nào."),
    "group_supports": N_("Mỗi lượt ủng hộ một nhóm câu một dấu riêng."),
    "judgements": N_(
        "Ý kiến về câu trả lời: đã thỏa đáng hay chưa, mỗi câu một dấu riêng của phiếu. Không giờ, không thứ tự."
    ),
    "judgement_tokens": N_("Dấu của các mã để cho ý kiến về câu trả lời sau này. Không ghi mã nào của máy nào."),
    "responses": N_(
        "Phiếu trả lời khảo sát: các câu trả lời giữ cùng nhau, một dấu của phiếu, lần sửa thứ mấy. Không giờ."
    ),
    "poll_words": N_(
        "Câu trả lời ngắn và cụm từ của một lần thăm dò: bao nhiêu phiếu đã viết như thế. Không có dấu của phiếu."
    ),
    "tickets": N_(
        "Thẻ: dấu của mã, số tờ, điểm cầu, đã dùng hay đã hủy. Không ghi ai rút, không ghi thẻ đưa phiếu nào vào."
    ),
    "taken_answers": N_(
        "Câu viết ở phiếu khảo sát mà ban tổ chức đã xem để đưa lên bảng: một dấu của lời văn, không dẫn đến phiếu nào."
    ),
    "fillings": N_(
        "Lần mở hòm phiếu nào đã xong: một số ngẫu nhiên, giờ đã báo, số phiếu nếu đủ nhiều. Không ghi phiếu nào."
    ),
    "site_marks": N_(
        "Phiếu kín đang ở điểm cầu nào: một dấu riêng dưới khóa riêng, số điểm cầu. Không giờ, không thứ tự."
    ),
    "threads": N_(
        "Hộp ý tưởng: mỗi thư một ý tưởng, hoặc thư viết tiếp sau câu trả lời cho một câu hỏi, một dấu riêng của phiếu. Không "
        "giờ, không thứ tự, không tên nếu người gửi không tự ký vào thư ấy."
    ),
    "thread_messages": N_("Lời viết tiếp và câu trả lời trong từng thư, không giờ."),
    "spent_passes": N_("Số ngẫu nhiên của các lượt vào đã dùng; xóa khi khóa phát phiếu bị hủy."),
}
ROLL: Mapping[str, str] = {
    "members": N_("Danh sách: họ tên, mã, đơn vị, e-mail, số điện thoại, dấu của đường dẫn. Xóa vào ngày đã hẹn."),
    "memberships": N_("Người nào còn thuộc đơn vị nào khác. Xóa cùng danh sách."),
    "issued": N_("Ai đã nhận phiếu, bằng đường dẫn hay bằng thẻ. Không giờ nhận, không ghi phiếu nào."),
    "corrections": N_("Điều đoàn viên xin sửa trong danh sách. Xóa cùng danh sách."),
    "rolls": N_("Danh sách dùng để làm gì, chốt lúc nào, bao nhiêu người, xóa ngày nào, giờ nhận phiếu."),
    "unit_counts": N_("Số người của từng đơn vị khi chốt, và xác nhận của bí thư."),
    "roll_log": N_("Ban tổ chức đã làm gì với danh sách. Không ghi tên đoàn viên."),
}
STAFF: Mapping[str, str] = {
    "organisations": N_("Tổ chức chủ quản."),
    "units": N_("Cây đơn vị: tên và cấp, không có người."),
    "letterheads": N_("Tiêu đề, nơi nhận và chức danh ký trên văn bản của tổ chức."),
    "topic_lists": N_("Danh mục nhóm vấn đề để dùng lại."),
    "templates": N_("Mẫu để dùng lại."),
    "dialogues": N_("Đối thoại: chủ đề, người chủ trì, giờ, cài đặt, các số đếm chung."),
    "key_records": N_("Đối thoại đã có những khóa nào, dấu của khóa, bị hủy lúc nào. Không có khóa."),
    "dialogue_log": N_("Ai trong ban tổ chức đã chuyển đối thoại sang bước nào, lúc nào."),
    "topics": N_("Nhóm vấn đề của đối thoại."),
    "sites": N_("Điểm cầu: số thẻ, sáu số đọc qua điện thoại, bao nhiêu phiếu."),
    "hand_counts": N_("Mỗi điểm cầu đếm được bao nhiêu người giơ tay cho câu nào."),
    "card_batches": N_("Ai đã in bao nhiêu thẻ, lúc nào, những tờ nào. Không có mã thẻ."),
    "card_voidings": N_("Ai đã hủy bao nhiêu thẻ, lúc nào. Không có mã thẻ."),
    "preparations": N_("Hạn và lời dặn gửi các đơn vị chuẩn bị trả lời."),
    "topic_units": N_("Nhóm vấn đề nào giao đơn vị nào chuẩn bị."),
    "question_units": N_("Câu hỏi nào giao riêng cho đơn vị nào chuẩn bị."),
    "unit_links": N_("Đường dẫn của đơn vị chuẩn bị trả lời; chỉ lưu dấu."),
    "prepared_answers": N_("Nội dung đơn vị chuẩn bị cho từng câu hỏi, lúc nào. Không có gì của người hỏi."),
    "followup_log": N_("Ai trong ban tổ chức hay đơn vị nào đã làm gì với phần chuẩn bị, lúc nào."),
    "deadline_rules": N_("Tổ chức tính thời hạn thế nào: số ngày, ngày nghỉ riêng, e-mail văn phòng."),
    "dialogue_deadlines": N_("Ngày công bố kế hoạch và kết luận của đối thoại, theo luật hay nội bộ."),
    "unit_contacts": N_("E-mail nhận lời nhắc của từng đơn vị."),
    "reminders": N_("Đơn vị nào đã được nhắc hạn ngày nào, ai trong ban tổ chức nhắc."),
    "concluded_figures": N_("Số liệu chung của đối thoại lúc có kết luận."),
    "idea_boxes": N_("Hộp ý tưởng của đối thoại nhận đến ngày nào, đã khép chưa."),
    "recommendations": N_("Kiến nghị: việc cần làm, đơn vị, hạn, trạng thái, câu trả lời. Không có gì của người hỏi."),
    "recommendation_questions": N_("Kiến nghị nào từ câu hỏi nào."),
    "recommendation_units": N_("Đơn vị nào phối hợp kiến nghị nào."),
    "recommendation_events": N_("Ai trong ban tổ chức hay đơn vị nào đã làm gì với từng kiến nghị, lúc nào."),
    "unit_reports": N_("Báo cáo của đơn vị về từng kiến nghị, đang đợi hay đã được duyệt, bởi ai, lúc nào."),
    "attachments": N_("Tệp kèm kiến nghị: tên, dạng, độ lớn, ai gửi, lúc nào."),
    "publications": N_("Kế hoạch và thông báo kết luận như ai cũng đọc được, đã công bố hay chưa."),
    "published_questions": N_("Câu trả lời nào ban tổ chức đã công bố, lúc nào."),
    "published_files": N_("Tệp kế hoạch, thông báo kết luận đã công bố: tên, cỡ."),
    "webhooks": N_("Địa chỉ của cổng thông tin được báo khi có gì mới."),
    "webhook_deliveries": N_("Đã báo cho cổng thông tin việc gì, lúc nào, kết quả. Không có nội dung."),
    "rehearsals": N_("Đối thoại nào đang diễn tập và trước đó ở bước nào; xóa khi diễn tập kết thúc."),
    "questionnaires": N_("Phiếu khảo sát và kết quả chung."),
    "items": N_("Các mục của phiếu khảo sát."),
    "moderation_log": N_("Ai trong ban tổ chức đã duyệt câu nào, vì sao; giờ làm tròn năm phút."),
    "staff": N_("Cán bộ: tên, tên đăng nhập, mật khẩu đã băm."),
    "grants": N_("Vai trò của từng cán bộ."),
    "sign_ins": N_("Máy nào của cán bộ đang đăng nhập, loại máy, từ lúc nào."),
    "links": N_("Lời mời cán bộ, còn hạn hay đã dùng; chỉ lưu dấu."),
    "device_requests": N_("Máy tính bảng và màn chiếu đang xin vào."),
    "staff_log": N_("Ai trong ban tổ chức đã đổi vai trò, mời ai, lúc nào."),
}
NEVER = (
    N_("Địa chỉ mạng và loại máy của đoàn viên: không có bảng nào và tệp nhật ký nào ghi."),
    N_("Giờ vào phòng, giờ ủng hộ, giờ trả lời khảo sát: không ghi."),
    N_("Ai rút thẻ nào, thẻ nào thành phiếu nào: không ghi."),
    N_("Nội dung của câu đã xóa hẳn và bản nháp trên máy bạn: máy chủ không có."),
)
TABLES: Mapping[str, str] = {**ANONYMOUS, **ROLL, **STAFF}
