"""What the made-up members ask: a hall as it is, with the same wish in several wordings and one thing to put aside."""

from __future__ import annotations

MARK = "(câu thử)"

# On the board when a rehearsal begins, the most wanted first.
BOARD = (
    "Thu nhập của cán bộ trẻ ở xã còn thấp, nhiều người phải làm thêm. Bao giờ có chính sách hỗ trợ?",
    "Máy tính ở bộ phận một cửa đã hơn mười năm, hồ sơ trực tuyến hay treo. Khi nào được thay?",
    "Cán bộ trẻ muốn được luân chuyển giữa xã và sở để rèn luyện. Tiêu chí có công khai không?",
    "Người dám làm mà sai sót nhỏ thì ai bảo vệ?",
    "Một việc đang phải báo cáo ba nơi theo ba mẫu khác nhau. Có gộp lại được không?",
    "Đánh giá cuối năm còn nể nang. Có thể chấm theo việc cụ thể và công khai không?",
    "Đề nghị mở sân thể thao và nhà văn hóa của cơ quan vào buổi tối cho đoàn viên.",
    "Lớp bồi dưỡng còn nặng lý thuyết. Có thể cho đi thực tế ở đơn vị làm tốt không?",
    "Thanh niên muốn khởi nghiệp từ nghề của quê mình thì vay vốn ở đâu?",
    "Phần mềm của các sở không nối với nhau, một hồ sơ phải nhập nhiều lần. Bao giờ xong?",
    "Cán bộ đoàn quá tuổi được bố trí việc gì sau khi thôi giữ chức?",
    "Đoàn viên nữ nuôi con nhỏ có được bố trí giờ làm linh hoạt không?",
)
# In the queue: a third of them alike, one that goes beyond the pale, one with a name and a telephone number.
QUEUE = (
    "Bao giờ bộ phận một cửa của xã được thay máy tính mới?",
    "Máy tính một cửa cũ quá, đề nghị thay máy mới cho xã",
    "de nghi thay may tinh cu o bo phan mot cua",
    "Xin hỏi khi nào có nhà ở xã hội cho cán bộ trẻ thuê?",
    "Mấy ông lãnh đạo chỉ nói cho hay, đồ bất tài!",
    "Ông Nguyễn Văn Thử ở phòng kế hoạch, số 0900 000 000, hay gây khó khi làm hồ sơ",
    "Cán bộ trẻ thuê nhà xa cơ quan, tỉnh có kế hoạch nhà ở xã hội không?",
    "Xin thêm học bổng cho đoàn viên học thạc sĩ",
    "Bao giờ xã có đường truyền Internet ổn định?",
    "Đề nghị mỗi quý tổ chức một buổi đối thoại như hôm nay",
)
