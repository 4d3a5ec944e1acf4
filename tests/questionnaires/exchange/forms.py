"""Twelve XLSForms written to the published rules (xlsform.org), as tables in text: what each row must become is beside it.

The column `=` is ours and is not written into the file: the kind that the row becomes, `+` and a part of each sentence
that must be said about it; `-` where the row does not come in; nothing for rows that are no items.
"""

# ruff: noqa: E501 - a row of a form stands on one line

from __future__ import annotations

import io

from openpyxl import Workbook

Table = list[list[str]]
BASICS = """
survey
type | name | label | hint | required | constraint | appearance | =
note | chao | Chào bạn | Phiếu này kín.\\nKhông ghi tên. | | | | note
text | ten_viec | Bạn làm việc gì? | Một dòng | yes | | | short
text | y_kien | Bạn muốn nói gì? | | | | multiline | text
integer | tuoi | Bạn bao nhiêu tuổi? | | TRUE | . >= 16 and . <= 60 | | number
int | con | Có mấy con? | | false() | . < 10 | | number
decimal | thu_nhap | Thu nhập mỗi tháng (triệu)? | | no | . >= 0.5 and 200.25 >= . | | number
date | vao_doan | Ngày vào Đoàn? | | true() | . >= date('1990-01-01') and . <= date('2026-11-22') | | date
string | ghi_chu | Ghi chú | | 1 = 1 | | | short + biểu thức
settings
form_title | form_id
Thông tin chung | f1
"""
CHOOSING = """
survey
type | name | label | hint | required | constraint | parameters | appearance | =
select_one viec | can | Việc nào cần nhất? | Chọn một | yes | | | | single
select one viec or_other | can2 | Việc nào cần thứ hai? | | | | randomize=true | | single
select_multiple viec | may | Những việc nào? | | | count-selected(.) >= 1 and count-selected(.) <= 2 | | | multiple
select_multiple viec or_other | may2 | Việc nào nữa? | | | count-selected(.) = 2 | | | multiple
select_one yes_no | dong_y | Bạn có đồng ý không? | | yes | | | quick | yesno + appearance
select1 rieng | rieng | Giữ lại không? | | | | | minimal | single + appearance
rank viec | xep | Xếp thứ tự | | | | randomize=true seed=42 | | rank + Tham số
choices
list_name | name | label
viec | luong | Lương
viec | nha | Nhà ở
viec | hoc | Đào tạo
yes_no | yes | Có
yes_no | no | Không
rieng | giu | Giữ
rieng | bo | Bỏ
settings
form_title
Lựa chọn
"""
SCALES = """
survey
type | name | label | required | parameters | appearance | =
range | hai_long | Hài lòng đến đâu? | yes | start=1 end=5 step=1 tick_labelset=muc | | rating
range | gioi_thieu | Có giới thiệu không? | | start=0 end=10 step=1 tick_labelset=nps | | score
range | mac_dinh | Mức nào? | | | | rating
range | muoi | Hai mức? | | start=1, end=2, step=1 | | rating
range | phan_tram | Bao nhiêu phần trăm? | | start=0 end=100 step=10 | vertical | number + không phải thang điểm + Bước 10 + appearance
range | ti_le | Tỷ lệ nào? | | start=0 end=1 step=0.25 | | number + không phải thang điểm + Bước 0,25
range | ba | Ba mức có tên | | start=1 end=3 step=1 tick_labelset=ba | | rating + mức giữa
choices
list_name | name | label
muc | 1 | rất kém
muc | 5 | rất tốt
nps | 0 | không
nps | 10 | có
ba | 1 | thấp
ba | 2 | vừa
ba | 3 | cao
"""
GROUPS = """
survey
type | name | label | appearance | relevant | =
begin_group | mot | Phần một | field-list | | section
text | a | A | | | short
begin group | trong | Phần trong | | | section
text | b | B | | | short
end group | | | | |
text | c | C | | | short
end_group | | | | |
text | d | D | | | short + đã hết
begin_group | khong_ten | | field-list | |
integer | e | E | | | number
end_group | | | | |
begin_group | hai | Phần hai | field-list | ${e} > 3 | section
text | f | F | | | short
text | g | G | | ${f} != '' | short
end_group | | | | |
"""
TABLES = """
survey
type | name | label | hint | appearance | required | relevant | =
begin_group | buoi | Buổi hôm nay thế nào? | Chấm từng dòng | table-list | | | matrix
select_one muc5 | b1 | Đúng giờ | | | yes | |
select_one muc5 | b2 | Đúng việc | | | yes | |
end_group | | | | | | |
begin_group | nua | Chỉ một dòng bắt buộc | | table-list | | concat(${b1}, ${b2}) != '' | matrix + vài dòng bắt buộc
select_one ten | n1 | Nội dung | | | yes | |
select_one ten | n2 | Hình thức | chú thích | | | | - chú thích
end_group | | | | | | |
begin_group | lan | Bảng lẫn loại | | table-list | | | section
select_one ten | l1 | Một | | | | | single
select_multiple ten | l2 | Hai | | | | | multiple
end_group | | | | | | |
choices
list_name | name | label
muc5 | 1 | 1 – kém
muc5 | 2 | 2
muc5 | 3 | 3
muc5 | 4 | 4
muc5 | 5 | 5 – tốt
ten | a | Không đồng ý
ten | b | Phân vân
ten | c | Đồng ý
"""
RULES = """
survey
type | name | label | relevant | parameters | =
select_one yn | co | Có việc không? | | | yesno
select_one viec or_other | viec | Việc gì? | ${co} = 'yes' | | single
select_multiple viec | cac | Các việc? | ${co} != "no" and ${viec} = 'luong' | | multiple
text | t1 | Một | selected(${cac}, 'nha') or selected(${cac}, 'luong') | | short
text | t2 | Hai | not(selected(${cac}, 'nha')) | | short
integer | tuoi | Tuổi? | ${viec} = 'other' | | number
text | t3 | Ba | ${tuoi} >= 18 and ${tuoi} < 30 | | short
text | t4 | Bốn | 30 <= ${tuoi} | | short
range | muc | Mức? | string-length(${t1}) > 0 | start=1 end=5 step=1 | rating
decimal | luong | Lương? | ${muc} <= 2 | | number
text | t5 | Năm | ${luong} >= 1.5 | | short
date | ngay | Ngày? | ${luong} = 1.5 | | date
text | t6 | Sáu | ${ngay} > date('2026-01-31') | | short
text | t7 | Bảy | ${ngay} >= '2026-02-01' and ${ngay} <= date("2026-02-28") | | short
text | t8 | Tám | contains(${t1}, 'việc') | | short
text | t9 | Chín | ${t1} = '' or not(${co} = 'yes' and ${muc} != '') | | short
text | t10 | Mười | count-selected(${cac}) > 0 | | short
text | t11 | Mười một | (((${co} = 'yes'))) | | short
text | t12 | Mười hai | true() | | short
choices
list_name | name | label
yn | yes | Có
yn | no | Không
viec | luong | Lương
viec | nha | Nhà
"""
STRANGE_RULES = """
survey
type | name | label | relevant | =
select_one yn | co | Có không? | | yesno
integer | n | Số? | | number
text | m1 | Trộn | ${co} = 'yes' and (${n} = 1 or ${n} = 2) | short + trộn
text | m2 | Phép tính | ${n} + 1 = 3 | short + không có
text | m3 | Hàm | regex(${m1}, '[a-z]+') | short + không có
text | m4 | Hôm nay | today() > date('2026-01-01') | short + không có
text | m5 | Mục sau | ${sau} = 'x' | short + đứng sau
text | m6 | Trái nhau | ${co} = 'yes' and ${co} = 'no' | short + trái nhau
text | m7 | Không có lựa chọn | ${co} = 'maybe' | short + “maybe”
text | m8 | Phủ định số | not(${n} > 3) | short + không có
select_multiple yn | cac | Những gì? | | multiple
text | m9 | Bằng | ${cac} = 'yes' | short + có chọn
text | sau | Sau | | short
choices
list_name | name | label
yn | yes | Có
yn | no | Không
"""
VIETNAMESE = """
survey
type | name | label::English (en) | label::Tiếng Việt (vi) | hint::English (en) | hint::Tiếng Việt (vi) | =
select_one yn | q1 | Agree? | Đồng ý không? | Choose | Chọn một | single + để lại
text | q2 | Why? | Vì sao? | | | short
text | q3 | Only here | | | | short + không có chữ tiếng
choices
list_name | name | label::English (en) | label::Tiếng Việt (vi)
yn | y | Agree | Đồng ý
yn | n | Disagree | Không đồng ý
settings
form_title | default_language
Hai thứ tiếng | English (en)
"""
FRENCH = """
survey
type | name | label::English | label::Français | hint::Français | =
begin_group | g | Part | Partie | | section + để lại
select_multiple c | q1 | Which? | Lesquels ? | plusieurs | multiple
integer | q2 | How many? | Combien ? | | number
end_group | | | | |
choices
list_name | name | label::English | label::Français
c | a | Pay | Salaire
c | b | House | Logement
settings
form_title | default_language
Formulaire | Français
"""
FOREIGN = """
survey
type | name | label | calculation | repeat_count | =
start | start | | | | -
end | end | | | | -
today | today | | | | -
deviceid | may | | | | -
username | ai | | | | -
text | con | Còn lại | | | short
geopoint | noi | Ở đâu? | | | -
image | anh | Chụp ảnh | | | -
audio | tieng | Thu tiếng | | | -
video | phim | Quay phim | | | -
file | tep | Gửi tệp | | | -
barcode | ma | Quét mã | | | -
calculate | tinh | | 1 + 1 | | -
hidden | an | | | | -
time | gio | Mấy giờ? | | | -
dateTime | luc | Lúc nào? | | | -
acknowledge | biet | Tôi đã đọc | | | -
select_one_from_file xa.csv | xa | Xã nào? | | | -
begin_repeat | lap | Từng người | | 3 | -
text | ten | Tên | | | -
integer | tuoi | Tuổi | | | -
end_repeat | | | | |
note | het | Hết | | | note
"""
ASIDE = """
survey
type | name | label | constraint | constraint_message | required | required_message | default | read_only | appearance | choice_filter | guidance_hint | =
text | ma | Mã | regex(., '^[A-Z]{2}$') | Hai chữ | yes | Cần mã | | | | | | short + Ràng buộc + Hai chữ + Cần mã
text | dai | Dài | string-length(.) <= 100 | | | | | | | | | short + Ràng buộc
decimal | so | Số | . > 0 and . < 10 | | | | 5 | | | | | number + cả hai đầu + Giá trị có sẵn
integer | khac | Khác 5 | . != 5 | | | | | | numbers | | | number + Ràng buộc + appearance
date | ngay | Ngày | . <= today() | | | | | | no-calendar | | | date + Ràng buộc + appearance
text | doc | Chỉ đọc | | | | | abc | yes | | | | short + có sẵn + read_only
select_one tinh | tinh | Tỉnh nào? | | | | | | | minimal | | Hỏi chậm | single + guidance + appearance
select_one huyen | huyen | Huyện nào? | | | | | | | | tinh=${tinh} | | single + choice_filter
text | chen | Xin chào ${ma} | | | | | | | | | | short + chèn câu trả lời
text | dam | Chữ **đậm** | | | | | | | | | | short + định dạng
note | nhieu | Dòng đầu\\nDòng hai | | | | | | | | | | note
choices
list_name | name | label | tinh
tinh | hn | Hà Nội |
tinh | dn | Đà Nẵng |
huyen | bd | Ba Đình | hn
huyen | hc | Hải Châu | dn
settings
form_title | instance_name
Bên lề | concat('a', ${ma})
"""
WHOLE = """
survey
type | name | label | hint | required | relevant | constraint | appearance | parameters | =
note | gioi_thieu | Phiếu có 12 câu, khoảng năm phút | Không ghi tên bạn. | | | | | | note
begin_group | p1 | Về bạn | | | | | field-list | | section
select_one nhom | nhom | Bạn thuộc nhóm tuổi nào? | | yes | | | | | single
integer | nam | Bạn công tác mấy năm? | Ghi số | | | . >= 0 and . <= 45 | | | number
end_group | | | | | | | | |
begin_group | p2 | Về công việc | | | | | field-list | | section
range | hai_long | Bạn hài lòng đến đâu? | | yes | | | | start=1 end=5 step=1 tick_labelset=muc | rating
text | vi_sao | Vì sao chưa hài lòng? | | | ${hai_long} < 3 | | multiline | | text
select_multiple viec or_other | can_doi | Điều gì cần đổi? | Chọn nhiều nhất ba | | | count-selected(.) <= 3 | | randomize=true | multiple
rank viec | thu_tu | Xếp thứ tự ưu tiên | | | ${can_doi} != '' | | | | rank
end_group | | | | | | | | |
begin_group | bang | Lãnh đạo trả lời thế nào? | | | | | table-list | | matrix + đã hết
select_one dong_y | b1 | Đúng câu hỏi | | | | | | |
select_one dong_y | b2 | Có hẹn ngày | | | | | | |
end_group | | | | | | | | |
begin_group | p3 | Cuối cùng | | | ${hai_long} != '' | | field-list | | section
range | nps | Bạn có khuyên đồng nghiệp dự không? | | | | | | start=0 end=10 step=1 | score
select_one yn | lai | Bạn dự lần sau không? | | yes | | | | | yesno
date | khi | Nên tổ chức ngày nào? | | | ${lai} = 'yes' | . >= date('2026-12-01') | | | date
text | them | Nói thêm? | | | ${lai} = 'yes' or ${nps} >= 9 | | multiline | | text + trộn
end_group | | | | | | | | |
choices
list_name | name | label
nhom | a | Dưới 25
nhom | b | 25–30
nhom | c | Trên 30
viec | luong | Lương
viec | bao_cao | Báo cáo trùng nhau
viec | hoc | Đào tạo
muc | 1 | rất không
muc | 5 | rất hài lòng
dong_y | 1 | 1 – không
dong_y | 2 | 2
dong_y | 3 | 3 – có
yn | yes | Có
yn | no | Không
settings
form_title | form_id | version | style
Sau đối thoại | sau | 2026 | pages
"""
FORMS = {
    "basics": BASICS, "choosing": CHOOSING, "scales": SCALES, "groups": GROUPS, "tables": TABLES, "rules": RULES,
    "strange rules": STRANGE_RULES, "vietnamese": VIETNAMESE, "french": FRENCH, "foreign": FOREIGN, "aside": ASIDE,
    "whole": WHOLE,
}  # fmt: skip


def tables(text: str) -> dict[str, Table]:
    """The sheets of a form in text, headings first."""
    found: dict[str, Table] = {}
    name = ""
    for line in text.strip().splitlines():
        if line in {"survey", "choices", "settings", "external_choices"}:
            found[name := line] = []
        else:
            found[name].append([cell.strip().replace("\\n", "\n") for cell in line.split("|")])
    for rows in found.values():
        width = len(rows[0])
        for row in rows[1:]:
            row.extend([""] * (width - len(row)))
    return found


def workbook(sheets: dict[str, Table]) -> bytes:
    """An XLSX file of these sheets, without what is meant for the test."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        kept = [place for place, title in enumerate(rows[0]) if title != "="]
        for row in rows:
            sheet.append([row[place] or None for place in kept])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
