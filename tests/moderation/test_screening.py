"""What comes folded and what may be covered: names as people write them, and everyday words that are none."""

from __future__ import annotations

import pytest

from survey.moderation import screening
from survey.moderation.screening import COARSE
from survey.moderation.screening import NAME
from survey.moderation.screening import PHONE
from survey.moderation.screening import cover
from survey.moderation.screening import flags
from survey.moderation.screening import named
from survey.moderation.screening import places

LEADERS = ("Đồng chí Nguyễn Văn An, Giám đốc Sở Nội vụ", "Trần Thị Bình - Phó Giám đốc", "Lê Hoà (Chánh Văn phòng)")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Đề nghị đồng chí An trả lời rõ", {NAME}),
        ("ong nguyen van an nen tra loi", {NAME}),
        ("Vì sao Văn An chưa ký?", {NAME}),
        ("Chị Bình ở phòng nào?", {NAME}),
        ("NGUYỄN VĂN AN đã hứa rồi", {NAME}),
        ("sếp Hòa đi họp suốt", {NAME}),
        ("Gọi tôi số 0912.345.678 nhé", {PHONE}),
        ("Thằng chó nào đặt ra quy định này", {COARSE}),
        ("lam viec nhu vcl", {COARSE}),
        ("Đm, họp gì mà lắm thế", set()),  # a capital at the beginning: rather quiet than wrong
        ("đm họp gì mà lắm thế", {COARSE}),
        ("Anh An nói địt, số 0387654321", {NAME, PHONE, COARSE}),
    ],
)
def test_hard_texts_are_flagged(text: str, found: set[str]) -> None:
    assert flags(text, LEADERS) == found


@pytest.mark.parametrize(
    "text",
    [
        "Đồng chí địa phương hỏi về định mức ĐM lao động", "An toàn thông tin, an ninh mạng ở xã", "Ăn trưa bình thường",
        "Giám đốc Sở Nội vụ cho hỏi về biên chế", "Chị em phụ nữ, anh em đoàn viên", "cho de hieu, bon may tinh, mot thang cho",
        "Các cô chú cán bộ, điểm số, đi lại, đĩa CD", "ngủ gật, ngữ văn, ngu ngơ hỏi một câu", "dù mà, du ma luong thap",
        "Năm 2026 xã chi 1.234.567.000 đồng", "cc va cb cua huyen", "Lồng ghép, lớn, lon nước, buổi sáng, hát chèo, cắc cớ",
        "hoà bình, hòa nhập, bình đẳng", "Công văn 12/2026/QĐ-UBND ngày 26/3/2026", "vẫn ăn cơm cùng nhau",
    ],
)  # fmt: skip
def test_everyday_texts_are_not(text: str) -> None:
    assert flags(text, LEADERS) == set()


def test_a_name_is_read_out_of_its_line() -> None:
    assert [named(line) for line in LEADERS] == ["Nguyễn Văn An", "Trần Thị Bình", "Lê Hoà"]
    assert named("Phó Giám đốc Phạm Minh Đức – Sở Tài chính") == "Phạm Minh Đức"


def test_what_may_be_covered_is_found_once_and_in_order() -> None:
    text = "Ông Lê Văn Bảy và chị Hoa, phòng Nội vụ xã Tân Ân, gọi 0912 345 678 hay viết a.b@tinh.vn cho đồng chí An."
    found = [(text[at.start : at.end], at.kind) for at in places(text, LEADERS, ["Phòng Nội vụ xã Tân Ân"])]
    assert found == [
        ("Lê Văn Bảy", "name"), ("Hoa", "name"), ("phòng Nội vụ xã Tân Ân", "unit"), ("0912 345 678", "phone"),
        ("a.b@tinh.vn", "email"), ("An", "name"),
    ]  # fmt: skip


def test_covering_takes_whole_words_wherever_they_stand() -> None:
    text = "Nguyễn Văn An, nguyễn  văn an (An) và Nguyễn Văn Anh."
    assert cover(text, ["Nguyễn Văn An"]) == ("[đã che], [đã che] (An) và Nguyễn Văn Anh.", 2)
    assert cover(text, ["An", "Nguyễn Văn An"]) == ("[đã che], [đã che] ([đã che]) và Nguyễn Văn Anh.", 3)
    assert cover(text, ["Bình", ""]) == (text, 0)
    assert cover("đồng chí Hoà, Hòa, Hoa", ["Hòa"])[0] == "đồng chí [đã che], [đã che], Hoa"


def test_the_fold_says_the_worst_first() -> None:
    assert screening.said("Anh An nói địt", LEADERS) == screening.SAID[COARSE]
    assert screening.said("Anh An nói hay", LEADERS) == "Có thể nêu tên người; bấm để xem"
    assert screening.said("Anh em nói hay", LEADERS) == ""


def test_marked_text_is_escaped() -> None:
    assert screening.marked("<b>An</b> & Bình", ["An"]) == "&lt;b&gt;<mark>An</mark>&lt;/b&gt; &amp; Bình"
