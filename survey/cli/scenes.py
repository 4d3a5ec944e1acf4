"""The five dialogues of published reports, as material for samples. Topic numbers point into `Scene.topics`."""

from __future__ import annotations

from dataclasses import dataclass

PAY, JOBS, JUDGING, POSTS, TRAINING, STAFFING, AGE, COURAGE, REFORM, DIGITAL, SECURITY, MANNERS = range(12)
TOGETHER, BUSINESS, LEISURE, UNION, PRAISE, OTHER = range(12, 18)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a sample dialogue is made of; `questions` are (topic, text), the most wanted first."""

    theme: str
    leader: str
    host_unit: str
    place: str
    day: str  # ISO
    organisation: str
    members: int
    votes: int
    questions: tuple[tuple[int, str], ...]
    sites: tuple[str, ...] = ()
    pledge: str = "Tôi cam kết không truy tìm người hỏi và không để ai bị thiệt vì đã hỏi."


PROVINCE = (
    (PAY, "Thu nhập của công chức trẻ ở xã còn thấp, nhiều người phải làm thêm. Tỉnh có chính sách nào để họ yên tâm gắn bó?"),
    (POSTS, "Công chức trẻ muốn được luân chuyển giữa xã và sở để rèn luyện. Khi nào tỉnh công khai tiêu chí?"),
    (BUSINESS, "Làng nghề chiếu, đan lát đang mai một. Thanh niên muốn khởi nghiệp từ nghề của quê mình thì bắt đầu từ đâu?"),
    (LEISURE, "Sau giờ làm, người trẻ gần như không có chỗ sinh hoạt. Đề nghị mở cửa sân, nhà văn hóa của cơ quan vào buổi tối."),
    (DIGITAL, "Máy tính ở bộ phận một cửa của xã đã hơn mười năm, hồ sơ trực tuyến hay bị treo. Bao giờ được thay?"),
    (COURAGE, "Người dám làm mà sai sót nhỏ thì ai bảo vệ?"),
    (JUDGING, "Đánh giá cuối năm vẫn nể nang, ai cũng hoàn thành tốt. Có thể chấm theo việc cụ thể và công khai không?"),
    (TRAINING, "Lớp bồi dưỡng cho cán bộ trẻ còn nặng lý thuyết. Đề nghị cho đi thực tế ở đơn vị làm tốt rồi về áp dụng."),
    (STAFFING, "Xã sáp nhập xong mỗi người ôm ba, bốn mảng việc. Tỉnh có tính lại biên chế theo khối lượng việc không?"),
    (REFORM, "Người dân phải nộp lại giấy tờ mà cơ quan nhà nước đã có. Khi nào các sở dùng chung dữ liệu?"),
    (PAY, "Phụ cấp cho người hoạt động không chuyên trách ở ấp, khóm quá thấp, khó giữ người. Có nâng trong năm nay không?"),
    (AGE, "Bí thư đoàn xã quá tuổi nhưng chưa được bố trí việc khác. Hướng giải quyết thế nào?"),
    (TOGETHER, "Đề nghị giảm các báo cáo trùng nhau giữa phòng và xã, mỗi tuần em làm ba bản giống hệt."),
    (BUSINESS, "Vốn vay khởi nghiệp cho thanh niên cần tài sản thế chấp, người trẻ không có. Tỉnh có quỹ bảo lãnh không?"),
    (POSTS, "Quy hoạch cán bộ trẻ có tên nhưng nhiều năm không được giao việc khó để thử sức. Xin ý kiến của lãnh đạo."),
    (OTHER, "Nhà ở cho công chức trẻ từ nơi khác đến: có thể mở lại nhà công vụ hoặc hỗ trợ thuê nhà không?"),
    (DIGITAL, "Phần mềm quản lý văn bản của sở và của huyện không liên thông, phải nhập hai lần. Khi nào gộp một mối?"),
    (LEISURE, "Thành phố thiếu sân bóng, hồ bơi công cộng; sân tư nhân giá cao. Có kế hoạch xây chỗ chơi cho người trẻ không?"),
    (PRAISE, "Sáng kiến được công nhận rồi cất tủ. Đề nghị có kinh phí nhân rộng và thưởng xứng đáng cho tác giả."),
    (JOBS, "Sinh viên giỏi của tỉnh ra trường không về quê. Tỉnh có chính sách thu hút rõ ràng và giữ lời hứa không?"),
    (SECURITY, "Cán bộ xã dùng chung một tài khoản dịch vụ công vì thiếu chữ ký số. Khi nào mỗi người có một?"),
    (MANNERS, "Còn tình trạng trả lời dân cộc lốc trên mạng. Có quy tắc ứng xử trên môi trường số cho công chức không?"),
    (UNION, "Sinh hoạt chi đoàn ở cơ quan còn hình thức, trùng giờ làm. Đề nghị lãnh đạo cho mỗi tháng một buổi trong giờ."),
    (TRAINING, "Em muốn học thạc sĩ đúng chuyên ngành nhưng cơ quan không cử. Điều kiện để được hỗ trợ học phí là gì?"),
    (BUSINESS, "Sản phẩm OCOP của thanh niên khó vào siêu thị. Tỉnh có thể đứng ra nối với nhà phân phối không?"),
    (STAFFING, "Bộ phận một cửa thiếu người vào ngày đầu tuần, dân chờ lâu. Có thể điều người linh hoạt giữa các phòng không?"),
    (COURAGE, "Nghị quyết nói khuyến khích dám nghĩ, dám làm nhưng thanh tra chỉ nhìn quy trình. Tỉnh bảo vệ bằng cách nào?"),
    (REFORM, "Thủ tục đất đai ở xã kéo dài nhiều tháng, trễ hẹn không ai xin lỗi dân. Đề nghị công khai tỷ lệ trễ hẹn."),
    (PAY, "Công tác phí đi cơ sở nhiều năm không đổi, giá xăng tăng gấp đôi. Có điều chỉnh mức khoán không?"),
    (LEISURE, "Thư viện tỉnh đóng cửa lúc 17 giờ, người đi làm không mượn được sách. Đề nghị mở thêm buổi tối."),
    (JUDGING, "Lấy phiếu tín nhiệm ở đơn vị nhỏ rất dễ đoán ai bỏ phiếu. Có cách nào bảo đảm kín thật không?"),
    (POSTS, "Nhiều vị trí phó phòng trống đã lâu mà không thi tuyển. Tỉnh có thi tuyển công khai chức danh cấp phòng không?"),
    (TOGETHER, "Khi sở và huyện hiểu quy định khác nhau, người dân chạy qua chạy lại. Ai là đầu mối trả lời cuối cùng?"),
    (BUSINESS, "Em có ý tưởng làm bản đồ số du lịch Đất Mũi, muốn được gặp để trình bày."),
    (OTHER, "Rác ven biển nhiều, đoàn viên ra quân dọn rồi lại đầy. Có trạm thu gom cố định cho các xã ven biển không?"),
    (DIGITAL, "Xã em có hai máy tính cho năm người làm dịch vụ công trực tuyến."),
    (UNION, "Kinh phí công trình thanh niên phải chờ tới quý III mới có. Có thể cấp từ đầu năm không?"),
    (AGE, "Cán bộ đoàn huyện 38 tuổi, học thêm bằng hai, vẫn không có chỗ chuyển. Xin lộ trình rõ ràng."),
    (SECURITY, "Có nhiều cuộc gọi giả danh cán bộ xã lừa người già. Tỉnh có kênh chính thức để dân kiểm tra không?"),
    (PRAISE, "Khen thưởng cuối năm chủ yếu cho lãnh đạo. Đề nghị dành tỷ lệ cho người trực tiếp làm việc."),
    (TRAINING, "Đề nghị mở lớp kỹ năng số cho công chức xã: bảng tính, họp trực tuyến, bảo mật, không cần chứng chỉ."),
    (MANNERS, "Họp quá nhiều và dài, có tuần bốn ngày họp. Lãnh đạo có thể quy định họp không quá một giờ không?"),
    (JOBS, "Hợp đồng lao động ở đơn vị sự nghiệp ký từng năm, không biết năm sau còn việc không. Có thi tuyển biên chế không?"),
    (STAFFING, "Y tế xã chỉ còn một bác sĩ, bạn trẻ nghỉ việc nhiều. Tỉnh giữ người bằng cách nào?"),
    (OTHER, "Trường học ở xã đảo thiếu giáo viên tiếng Anh và tin học. Có dạy trực tuyến từ thành phố được không?"),
    (REFORM, "Dịch vụ công trực tuyến bắt người già chụp căn cước nhiều lần. Cho đoàn viên hỗ trợ tại nhà được không?"),
    (BUSINESS, "Thanh niên nuôi tôm công nghệ cao bị thiếu điện ba pha. Ngành điện có kế hoạch cho các ấp ven biển không?"),
    (PAY, "Làm ngoài giờ mùa bầu cử, mùa dịch không được thanh toán. Quy định hiện nay thế nào?"),
    (LEISURE, "Đề nghị mỗi quý có một ngày hội thể thao cho công chức trẻ, cơ quan cùng tham gia."),
    (COURAGE, "Đề xuất sáng kiến vượt cấp có bị coi là qua mặt lãnh đạo trực tiếp không?"),
    (POSTS, "Nữ cán bộ trẻ sinh con xong thường mất lượt quy hoạch. Tỉnh có bảo lưu cho họ không?"),
    (TOGETHER, "Nhóm Zalo công việc nhắn cả lúc nửa đêm. Có quy định giờ nhắn việc không ạ?"),
    (DIGITAL, "Họp trực tuyến về xã nghe chữ được chữ mất. Đường truyền có được nâng cấp trong năm nay không?"),
    (UNION, "Đoàn viên đi làm ăn xa không sinh hoạt được. Có chi đoàn trực tuyến cho người xa quê không?"),
    (OTHER, "Lao động trẻ mắc bệnh nghề nghiệp khó làm thủ tục giám định. Ai hướng dẫn tại chỗ?"),
    (JUDGING, "Chỉ tiêu thi đua giao đầu năm nhưng cuối năm đổi. Đề nghị giữ nguyên hoặc báo trước sáu tháng."),
    (SECURITY, "Dữ liệu dân cư chép qua USB giữa các máy. Khi nào có kho lưu trữ chung an toàn?"),
    (BUSINESS, "Chợ nổi, du lịch sinh thái vườn dừa do thanh niên làm thiếu đường vào. Tỉnh hỗ trợ hạ tầng nhỏ được không?"),
    (MANNERS, "Đề nghị lãnh đạo công khai số điện thoại hoặc hộp thư để đoàn viên nhắn ý tưởng quanh năm."),
    (PRAISE, "Có thể trả lời từng ý kiến hôm nay bằng văn bản và cho biết ai làm, bao giờ xong không?"),
)  # fmt: skip

SPOKEN = (
    (DIGITAL, "Phường cần thêm trang thiết bị phục vụ chuyển đổi số; máy quét, máy tính đều thiếu."),
    (OTHER, "Cơ sở vật chất trường học xuống cấp, phòng tin học không đủ máy cho học sinh."),
    (STAFFING, "Biên chế phường thiếu so với khối lượng việc, đề nghị thành phố bổ sung."),
    (AGE, "Cán bộ đoàn quá tuổi chưa có phương án bố trí, ảnh hưởng tâm lý người làm công tác đoàn."),
    (PAY, "Thu nhập của cán bộ thôn, tổ dân phố chưa tương xứng với việc được giao."),
    (TOGETHER, "Sự phối hợp giữa phòng ban và xã, phường còn chậm, nhiều việc phải hỏi đi hỏi lại."),
    (REFORM, "Đề nghị rút ngắn thời gian xác nhận hồ sơ hộ tịch khi hệ thống lỗi."),
    (TRAINING, "Mong thành phố mở lớp tập huấn kỹ năng xử lý hồ sơ trực tuyến cho công chức mới."),
    (LEISURE, "Thanh thiếu niên thiếu sân chơi dịp hè, đề nghị mở sân trường ngoài giờ học."),
)

SITES = tuple(f"Tỉnh đoàn {name}" for name in (
    "An Giang", "Bà Rịa - Vũng Tàu", "Bạc Liêu", "Bắc Giang", "Bắc Kạn", "Bắc Ninh", "Bến Tre", "Bình Dương", "Bình Định",
    "Bình Phước", "Bình Thuận", "Cà Mau", "Cao Bằng", "Đắk Lắk", "Đắk Nông", "Điện Biên", "Đồng Nai", "Đồng Tháp", "Gia Lai",
    "Hà Giang", "Hà Nam", "Hà Tĩnh", "Hải Dương", "Hậu Giang", "Hòa Bình", "Hưng Yên", "Khánh Hòa", "Kiên Giang", "Kon Tum",
    "Lai Châu", "Lạng Sơn", "Lào Cai", "Lâm Đồng", "Long An", "Nam Định", "Nghệ An", "Ninh Bình", "Ninh Thuận", "Phú Thọ",
    "Phú Yên", "Quảng Bình", "Quảng Nam", "Quảng Ngãi", "Quảng Ninh", "Quảng Trị", "Sóc Trăng", "Sơn La", "Tây Ninh",
    "Thái Bình", "Thái Nguyên", "Thanh Hóa", "Thừa Thiên Huế", "Tiền Giang", "Trà Vinh", "Tuyên Quang", "Vĩnh Long",
    "Vĩnh Phúc", "Yên Bái",
)) + tuple(f"Thành đoàn {name}" for name in ("Cần Thơ", "Đà Nẵng", "Hải Phòng", "Thành phố Hồ Chí Minh"))  # fmt: skip

SCENES: dict[str, Scene] = {
    "province": Scene(
        theme="Lãnh đạo tỉnh đối thoại với cán bộ, công chức, viên chức trẻ", leader="Chủ tịch UBND tỉnh",
        host_unit="Sở Nội vụ và Tỉnh đoàn", place="Hội trường Tỉnh ủy, Cà Mau", day="2021-04-10",
        organisation="Tỉnh đoàn Cà Mau", members=350, votes=2917, questions=PROVINCE,
    ),
    "city": Scene(
        theme="Nâng cao chất lượng và hiệu quả giải quyết công việc", leader="Bí thư Thành ủy",
        host_unit="Thành ủy Quảng Ngãi", place="Thành phố Quảng Ngãi", day="2023-11-07",
        organisation="Thành đoàn Quảng Ngãi", members=120, votes=600, questions=SPOKEN + PROVINCE[:20],
    ),
    "heads": Scene(
        theme="Lãnh đạo tỉnh đối thoại với trưởng phòng, phó trưởng phòng trẻ", leader="Bí thư Tỉnh ủy",
        host_unit="Ban Tổ chức Tỉnh ủy", place="Quảng Nam", day="2022-04-22",
        organisation="Tỉnh đoàn Quảng Nam", members=240, votes=1400, questions=PROVINCE[:40],
    ),
    "national": Scene(
        theme="Văn hóa công vụ trên môi trường số", leader="Bí thư thứ nhất Trung ương Đoàn",
        host_unit="Trung ương Đoàn", place="Hà Nội và 62 điểm cầu", day="2024-08-20",
        organisation="Trung ương Đoàn", members=1100, votes=9000, questions=PROVINCE, sites=SITES,
    ),
    "department": Scene(
        theme="Giám đốc Sở đối thoại với chi đoàn", leader="Giám đốc Sở Nội vụ", host_unit="Chi đoàn Sở Nội vụ",
        place="Phòng họp Sở Nội vụ", day="2023-03-30", organisation="Chi đoàn Sở Nội vụ", members=34, votes=160,
        questions=(*PROVINCE[4:5], *PROVINCE[16:17], *PROVINCE[20:22], *PROVINCE[40:42], *PROVINCE[9:10], *PROVINCE[7:8]),
    ),
}  # fmt: skip
