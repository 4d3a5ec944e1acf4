"""Planted pairs: what one member asks and how another says the same; and traps, on the same topic with another wish.

`TUNED` was looked at while the score was chosen; `UNSEEN` was written afterwards and nothing is tuned on it.
"""

from __future__ import annotations

TUNED: dict[str, list[tuple[str, str]]] = {
    "near": [
        ("Bao giờ xã được thay máy tính cũ ở bộ phận một cửa?", "Khi nào bộ phận một cửa của xã được thay máy tính cũ?"),
        ("Đề nghị mở cửa nhà văn hóa vào buổi tối cho thanh niên.", "Xin mở cửa nhà văn hóa buổi tối cho thanh niên sinh hoạt."),
        ("Tiêu chí luân chuyển cán bộ trẻ về xã có công khai không?", "Khi nào công khai tiêu chí luân chuyển cán bộ trẻ về xã?"),
        ("Đoàn viên đi học cao học có được hỗ trợ học phí không?", "Học cao học thì đoàn viên được hỗ trợ học phí thế nào?"),
    ],
    "plain": [
        ("Phụ cấp cho bí thư chi đoàn ấp bao giờ được tăng?", "phu cap bi thu chi doan ap bao gio duoc tang"),
        ("Cầu nối hai ấp đã xuống cấp, khi nào sửa?", "cau noi hai ap xuong cap khi nao sua"),
        ("Thanh niên muốn vay vốn khởi nghiệp thì gặp ai?", "thanh nien vay von khoi nghiep thi gap ai a"),
        ("Xe cấp cứu của trung tâm y tế huyện có đủ không?", "xe cap cuu trung tam y te huyen co du khong"),
    ],
    "short_forms": [
        ("Cán bộ công chức trẻ có được thuê nhà ở công vụ không?", "CBCC trẻ có đc thuê nhà ở công vụ ko?"),
        ("Ủy ban nhân dân xã tiếp thanh niên vào ngày nào?", "UBND xã tiếp TN vào ngày nào?"),
        ("Bảo hiểm y tế của công nhân thời vụ tính thế nào?", "BHYT của công nhân thời vụ tính ntn?"),
        ("Chuyển đổi số ở cấp xã thiếu người biết công nghệ thông tin.", "CĐS ở cấp xã thiếu người biết CNTT"),
    ],
    "length": [
        ("Đường liên ấp bao giờ được làm?", "Đường liên ấp quê em mùa mưa lầy lội, học sinh đi học rất khổ, bao giờ được làm ạ?"),
        ("Wifi miễn phí ở công viên?", "Đề nghị thành phố lắp wifi miễn phí ở công viên để sinh viên có chỗ học."),
        ("Giảm báo cáo giấy cho cấp xã", "Mỗi tuần em làm ba bản báo cáo giống nhau, đề nghị giảm báo cáo giấy cho cấp xã."),
        ("Sân bóng cho xã?", "Thanh niên xã em không có chỗ chơi thể thao, mong tỉnh làm cho xã một sân bóng."),
    ],
    "synonyms": [
        ("Lương công chức trẻ ở xã quá thấp.", "Thu nhập của người mới vào ngành chưa bảo đảm đời sống."),
        ("Thiếu việc làm cho người trẻ ở quê.", "Thanh niên nông thôn phải đi Bình Dương kiếm sống."),
        ("Nước sạch chưa tới ấp em.", "Dân vùng sâu vẫn dùng nước mưa, bao giờ có đường ống?"),
        ("Thi tuyển viên chức có minh bạch không?", "Tuyển dụng giáo viên cần công bằng, không xin cho."),
    ],
}  # fmt: skip
UNSEEN: dict[str, list[tuple[str, str]]] = {
    "near": [
        ("Khi nào tỉnh có quỹ học bổng cho sinh viên nghèo?", "Tỉnh bao giờ có quỹ học bổng dành cho sinh viên nghèo?"),
        ("Đề nghị trồng thêm cây xanh ở khu công nghiệp.", "Xin trồng thêm cây xanh trong các khu công nghiệp."),
        ("Giáo viên mầm non làm thêm giờ có được trả tiền không?",
         "Làm thêm giờ, giáo viên mầm non có được trả thêm tiền không?"),
        ("Chợ đêm gây ồn, cơ quan nào xử lý?", "Cơ quan nào xử lý việc chợ đêm gây ồn?"),
    ],
    "plain": [
        ("Ký túc xá sinh viên bao giờ xây xong?", "ky tuc xa sinh vien bao gio xay xong vay"),
        ("Người khuyết tật được hỗ trợ học nghề gì?", "nguoi khuyet tat dc ho tro hoc nghe gi"),
        ("Đèn đường ở khóm 5 hỏng ba tháng nay.", "den duong khom 5 hong 3 thang nay"),
        ("Tàu cá nhỏ có được hỗ trợ tiền dầu không?", "tau ca nho co duoc ho tro tien dau khong"),
    ],
    "short_forms": [
        ("Đoàn viên thanh niên được học kỹ năng số ở đâu?", "ĐVTN được học kỹ năng số ở đâu?"),
        ("Thủ tục hành chính về đất đai mất bao lâu?", "TTHC về đất đai mất bao lâu?"),
        ("Bảo hiểm xã hội tự nguyện cho lao động tự do đóng thế nào?", "BHXH tự nguyện cho lao động tự do đóng ntn?"),
        ("Hội đồng nhân dân có giám sát việc này không?", "HĐND có giám sát việc này ko"),
    ],
    "length": [
        ("Xe buýt tới trường nghề?", "Em học trường nghề, nhà xa, đề nghị có xe buýt tới trường nghề mỗi sáng."),
        ("Xử lý rác ven sông", "Rác trôi đầy mỗi khi nước lớn, đề nghị có kế hoạch xử lý rác ven sông trước nhà dân."),
        ("Tăng giờ mở thư viện",
         "Thư viện tỉnh đóng cửa lúc năm giờ chiều, sinh viên không kịp tới, đề nghị tăng giờ mở thư viện."),
        ("Tập huấn bán hàng trực tuyến",
         "Bà con làm tôm khô ngon mà không biết bán ở đâu, xin mở lớp tập huấn bán hàng trực tuyến."),
    ],
    "synonyms": [
        ("Nhà ở cho công nhân còn thiếu.", "Người làm ở xí nghiệp phải thuê phòng trọ chật hẹp."),
        ("Cán bộ trẻ ít cơ hội thăng tiến.", "Bao giờ lớp kế cận được giao việc lớn hơn?"),
        ("Ô nhiễm từ nhà máy bột cá.", "Mùi hôi bốc lên mỗi đêm, dân kêu mãi."),
        ("Thiếu bác sĩ ở trạm y tế.", "Bệnh nhân phải đi cả trăm cây số để khám."),
    ],
}  # fmt: skip
TRAPS = [
    "Máy tính ở bộ phận một cửa mua của hãng nào?", "Nhà văn hóa xây bằng nguồn tiền nào?",
    "Cán bộ luân chuyển được ở nhà công vụ bao lâu?", "Học cao học ngành nào thì tỉnh cần?",
    "Bí thư chi đoàn ấp do ai bầu?", "Cầu mới đặt tên gì?", "Vay vốn nuôi tôm lãi suất bao nhiêu?",
    "Xe cấp cứu gọi số nào ban đêm?", "Nhà ở xã hội bán giá bao nhiêu một mét vuông?",
    "Trụ sở xã mới nằm ở đâu sau sáp nhập?", "Thẻ bảo hiểm y tế mất thì làm lại ở đâu?",
    "Chuyển đổi số giúp gì cho nông dân?", "Đường liên ấp có cho xe tải chạy không?", "Công viên đóng cửa lúc mấy giờ?",
    "Báo cáo tài chính của Đoàn có công khai không?", "Sân bóng cỏ nhân tạo thuê một giờ bao nhiêu?",
    "Lương hưu có tăng theo lương cơ sở không?", "Việc làm thời vụ dịp Tết đăng ký ở đâu?",
    "Nước sạch một khối giá bao nhiêu?", "Thi viên chức môn tiếng Anh có miễn không?",
]  # fmt: skip
# On the topics of `UNSEEN`, each with another wish; written after them and never tuned on.
UNSEEN_TRAPS = [
    "Quỹ học bổng của tỉnh do ai quản lý?", "Sinh viên nghèo vay tiền học ở ngân hàng nào?",
    "Cây xanh ở khu công nghiệp do ai chăm sóc?", "Khu công nghiệp có nhà trẻ cho con công nhân không?",
    "Giáo viên mầm non có được chuyển trường không?", "Làm thêm giờ trong dịp lễ thì xin phép ai?",
    "Chợ đêm mở cửa đến mấy giờ?", "Chợ đêm có chỗ gửi xe không?",
    "Ký túc xá sinh viên giá bao nhiêu một tháng?", "Người khuyết tật đi xe buýt có được miễn vé không?",
    "Đèn đường khóm 5 bật lúc mấy giờ?", "Tàu cá nhỏ phải lắp máy định vị loại nào?",
    "Đoàn viên thanh niên đóng đoàn phí ở đâu?", "Thủ tục hành chính về hộ tịch làm ở xã hay huyện?",
    "Bảo hiểm xã hội một lần rút thế nào?", "Hội đồng nhân dân họp mấy kỳ một năm?",
    "Xe buýt có chạy ngày chủ nhật không?", "Rác ven sông do nhà máy nào thải ra?",
    "Thư viện tỉnh có cho mượn sách về nhà không?", "Bán hàng trực tuyến đóng thuế bao nhiêu?",
]  # fmt: skip
# A third set, of a hall of officials; written when everything else was settled.
OFFICE: dict[str, list[tuple[str, str]]] = {
    "near": [
        ("Bao giờ bỏ việc lấy chứng chỉ ngoại ngữ khi thi nâng ngạch?",
         "Khi nào bỏ yêu cầu chứng chỉ ngoại ngữ lúc thi nâng ngạch?"),
        ("Đề nghị giảm bớt cuộc họp vào chiều thứ sáu.", "Xin giảm bớt các cuộc họp chiều thứ sáu."),
        ("Cán bộ đoàn quá tuổi được bố trí công việc gì?", "Bố trí công việc gì cho cán bộ đoàn đã quá tuổi?"),
        ("Phòng ban chậm trả lời văn bản của xã, ai chịu trách nhiệm?",
         "Ai chịu trách nhiệm khi phòng ban chậm trả lời văn bản của xã?"),
    ],
    "plain": [
        ("Đánh giá cuối năm vì sao không lấy ý kiến của người dân?", "danh gia cuoi nam vi sao khong lay y kien nguoi dan"),
        ("Máy chủ của huyện hay hỏng vào giờ cao điểm.", "may chu cua huyen hay hong gio cao diem"),
        ("Xin cho học lớp trung cấp lý luận chính trị buổi tối.", "xin cho hoc trung cap ly luan chinh tri buoi toi"),
        ("Sáng kiến được công nhận thì có được thưởng không?", "sang kien duoc cong nhan co duoc thuong ko"),
    ],
    "short_forms": [
        ("Viên chức làm hợp đồng có được xét thi đua không?", "VC làm hợp đồng có đc xét thi đua ko?"),
        ("Cải cách hành chính ở bộ phận tiếp dân cần thêm người.", "CCHC ở bộ phận tiếp dân cần thêm người"),
        ("Dịch vụ công trực tuyến hay báo lỗi khi nộp hồ sơ.", "DVC trực tuyến hay báo lỗi khi nộp hồ sơ"),
        ("Đoàn viên thanh niên góp ý với Chủ tịch bằng cách nào?", "ĐVTN góp ý với CT bằng cách nào?"),
    ],
    "length": [
        ("Thêm chỗ để xe cho cơ quan",
         "Sáng nào tôi cũng phải gửi xe ngoài đường vì hết chỗ, đề nghị thêm chỗ để xe cho cơ quan."),
        ("Chữ ký số cho cán bộ xã?", "Hồ sơ phải chạy lên huyện ký, mất nửa ngày, bao giờ cấp chữ ký số cho cán bộ xã?"),
        ("Luân chuyển có nhà ở không?", "Nếu được luân chuyển về huyện xa thì chúng tôi có nhà ở không, hay phải tự thuê?"),
        ("Trang bị máy quét hồ sơ", "Bộ phận văn thư quét hồ sơ bằng điện thoại, rất mờ, xin trang bị máy quét hồ sơ."),
    ],
    "synonyms": [
        ("Khối lượng việc quá lớn sau sáp nhập.", "Ít người mà ôm đủ thứ, tối nào cũng ở lại cơ quan."),
        ("Sợ sai nên không ai dám quyết.", "Bao giờ có cơ chế bảo vệ người nghĩ khác, làm mới?"),
        ("Tuyển dụng chậm.", "Thiếu biên chế hai năm nay chưa bù được ai."),
        ("Trụ sở xuống cấp.", "Phòng làm việc dột, mùa mưa phải che bạt."),
    ],
}  # fmt: skip
OFFICE_TRAPS = [
    "Thi nâng ngạch tổ chức vào tháng mấy?", "Chứng chỉ tin học hết hạn có phải thi lại không?",
    "Họp chiều thứ sáu có được dự trực tuyến không?", "Cán bộ đoàn bao nhiêu tuổi thì quá tuổi?",
    "Văn bản của xã gửi phòng ban qua hệ thống nào?", "Đánh giá cuối năm có mấy mức xếp loại?",
    "Máy chủ của huyện đặt ở đâu?", "Lớp trung cấp lý luận chính trị học mấy tháng?",
    "Sáng kiến nộp cho phòng nào xét?", "Viên chức làm hợp đồng ký mấy năm một lần?",
    "Bộ phận tiếp dân mở cửa sáng thứ bảy không?", "Dịch vụ công trực tuyến thu phí thế nào?",
    "Chủ tịch tiếp dân ngày nào?", "Chỗ để xe cho khách của cơ quan ở đâu?",
    "Chữ ký số dùng được mấy năm?", "Luân chuyển mấy năm thì được về?",
    "Máy quét hồ sơ mua từ nguồn nào?", "Khối lượng việc tính theo đầu người hay theo hồ sơ?",
    "Tuyển dụng có ưu tiên người địa phương không?", "Trụ sở mới xây mấy tầng?",
]  # fmt: skip
