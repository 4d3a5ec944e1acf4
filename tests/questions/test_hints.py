"""Where a text gives its author away, and where it only looks like it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from survey.cli.scenes import SCENES
from survey.core.text import clean
from survey.core.text import fold
from survey.questions import hints
from survey.questions.hints import Kind

UNITS = (
    "Phòng Nội vụ", "Chi đoàn Sở Nội vụ", "Phòng Tài chính - Kế hoạch", "Văn phòng", "Thanh tra", "Chi đoàn cơ sở", "Tổ 1",
    "Phường 5", "KTHT", "An", "Hòa Bình", "Đoàn xã Đất Mũi", "Tỉnh đoàn Cà Mau",
)  # fmt: skip
OWN = ("Tỉnh đoàn Cà Mau",)


def found(text: str) -> list[tuple[str, str]]:
    return [(hint.kind.value, hint.said) for hint in hints.find(clean(text), UNITS, OWN)]


@pytest.mark.parametrize(("text", "said"), [
    ("Em ở Phòng Nội vụ, máy tính cũ quá.", "Phòng Nội vụ"),
    ("phong noi vu bao gio co may moi", "phong noi vu"),
    ("PHÒNG NỘI VỤ bao giờ có máy mới", "PHÒNG NỘI VỤ"),
    ("Sao phòng  nội vụ chậm thế?", "phòng nội vụ"),
    ("Phòng Nội vụ", "Phòng Nội vụ"),
    ("Phòng Tài chính, Kế hoạch trả hồ sơ chậm", "Phòng Tài chính, Kế hoạch"),
    ("Phòng Tài chính – Kế hoạch trả hồ sơ chậm", "Phòng Tài chính – Kế hoạch"),
    ("Đoàn xã Đất Mũi thiếu máy", "Đoàn xã Đất Mũi"),
    ("Ở phường 5 hay ngập", "phường 5"),
    ("Bên KTHT trả hồ sơ chậm", "KTHT"),
    ("Ở Hòa Bình thiếu bác sĩ", "Hòa Bình"),
    ("Em là cán bộ của Phòng Nội vụ, xin hỏi", "Phòng Nội vụ"),
])  # fmt: skip
def test_a_unit_is_found_however_it_is_written(text: str, said: str) -> None:
    assert found(text) == [("unit", said)]


@pytest.mark.parametrize("text", [
    "Phòng họp bao giờ được sửa?",
    "Việc phòng nội vụng về quá",
    "Nội vụ là gì?",
    "Phòng. Nội vụ có hai nghĩa",
    "Văn phòng phẩm thiếu quanh năm",
    "Chi đoàn cơ sở nên sinh hoạt trong giờ",
    "Việc thanh tra chỉ nhìn quy trình",
    "An toàn thông tin ở xã Tân An ra sao?",
    "Tờ 1 của mẫu đơn ghi gì?",
    "Vì hòa bình và phát triển",
    "Tỉnh đoàn Cà Mau khi nào trả lời?",
    "Mẫu KTHTX là gì?",
])  # fmt: skip
def test_common_words_and_the_whole_house_are_no_unit(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(("text", "said"), [
    ("Gọi em số 0912345678 nhé", "0912345678"),
    ("Gọi em số 0912 345 678.", "0912 345 678"),
    ("Gọi 0912.345.678, buổi tối", "0912.345.678"),
    ("Zalo 09 1234 5678", None),
    ("Số +84 912 345 678 của em", "+84 912 345 678"),
    ("Số (+84) 912345678 của em", "(+84) 912345678"),
    ("Máy bàn 0290 3831 234 không ai nghe", "0290 3831 234"),
    ("Khai mạc 08.11.2023 09:00", None),
    ("Lương 10 000 000 đồng", None),
    ("Ngân sách 90.000.000.000 đồng", None),
    ("Thông tư 0123456789/QĐ-BNV", None),
    ("Giai đoạn 2021-2026, 2.917 người", None),
    ("Đợi 0,5 giờ rồi 0.25 giờ", None),
])  # fmt: skip
def test_a_telephone_number_is_found_and_other_numbers_are_not(text: str, said: str | None) -> None:
    assert found(text) == ([("phone", said)] if said else [])


@pytest.mark.parametrize(("text", "kind", "said"), [
    ("Trả lời vào a.b+c@tinh.gov.vn giúp em", "email", "a.b+c@tinh.gov.vn"),
    ("Em tên là Lan, làm ở xã", "name", "Em tên là Lan"),
    ("em ten la lan", "name", "em ten la lan"),
    ("Tôi tên Nguyễn Văn An ở phường", "name", "Tôi tên Nguyễn Văn An"),
    ("Tên em là Lan Anh ạ", "name", "Tên em là Lan Anh"),
    ("Mình là Nguyễn Văn An, xin hỏi", "name", "Mình là Nguyễn Văn An"),
    ("Em là chuyên viên của phòng Tư pháp xin hỏi", "post", "Em là chuyên viên của phòng Tư pháp"),
    ("Chúng em là giáo viên ở trường A xin hỏi", "post", "Chúng em là giáo viên ở trường A"),
    ("Mình là kế toán tại xã Tân Ân nên biết", "post", "Mình là kế toán tại xã Tân Ân"),
])  # fmt: skip
def test_who_says_who_they_are_is_told(text: str, kind: str, said: str) -> None:
    assert found(text) == [(kind, said)]


@pytest.mark.parametrize("text", [
    "Em tên là gì thì ban tổ chức không cần biết",
    "Em tên trên bảng lương bị sai",
    "Nguyện vọng của em là được làm việc tại phòng mới",
    "Các em là học sinh của trường thì sao?",
    "Mình là bạn của bạn ấy",
    "Em là đoàn viên mới, em muốn học thêm",
    "Gửi a@b thì không được",
    "Em thấy phòng làm việc chật quá",
])  # fmt: skip
def test_other_people_and_plain_words_are_not(text: str) -> None:
    assert found(text) == []


def test_the_questions_of_the_scenes_need_no_hint() -> None:
    texts = [text for scene in SCENES.values() for _topic, text in scene.questions]
    assert len(texts) > 60
    assert [text for text in texts if found(text)] == []


def test_a_unit_is_left_out_and_the_rest_stays() -> None:
    text = "Em ở Phòng Nội vụ, gọi 0912 345 678 nhé. Máy tính cũ quá."
    places = hints.find(text, UNITS, OWN)
    assert [hint.kind for hint in places] == [Kind.UNIT, Kind.PHONE]
    assert hints.without(text, places) == "Em ở một đơn vị, gọi nhé. Máy tính cũ quá."
    assert (
        hints.without("Phòng Nội vụ thiếu máy", hints.find("Phòng Nội vụ thiếu máy", UNITS)) == "Một đơn vị thiếu máy"
    )
    named = "Em tên là Lan, xin hỏi máy tính bao giờ thay?"
    assert hints.without(named, hints.find(named, UNITS)) == "Xin hỏi máy tính bao giờ thay?"


def test_a_long_place_is_quoted_short() -> None:
    text = "Em là " + "nhân viên " * 5 + "của phòng " + "Tổng Hợp " * 9
    (hint,) = hints.find(text, ())
    assert len(hint.shown) <= hints.MOST_SHOWN
    assert hint.shown.endswith("…")


WORDS = st.sampled_from([
    "em", "ở", "phòng", "Phòng", "nội", "vụ", "Nội", "vụ,", "Vụ.", "tài", "chính", "kế", "hoạch", "máy", "0912345678", "tên",
    "là", "Lan", "a@b.vn", "–", "5", "hoà", "của",
])  # fmt: skip
SPELLING = st.sampled_from([str, str.upper, str.lower, fold])


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=25).map(" ".join))
def test_places_are_in_order_and_say_what_stands_there(raw: str) -> None:
    text = clean(raw)
    places = hints.find(text, UNITS, OWN)
    assert all(text[hint.start : hint.end] == hint.said for hint in places)
    assert all(left.end <= right.start for left, right in itertools.pairwise(places))
    if {hint.kind for hint in places} == {Kind.UNIT}:
        assert Kind.UNIT not in {hint.kind for hint in hints.find(hints.without(text, places), UNITS, OWN)}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["máy", "tính", "cũ", "quá", "bao", "giờ", "thay", "ạ"]), max_size=6).map(" ".join), SPELLING,
       st.lists(st.sampled_from(["nên", "hỏi", "lãnh", "đạo", "tỉnh"]), max_size=6).map(" ".join))  # fmt: skip
def test_a_whole_name_among_other_words_is_always_found(before: str, spelt: object, after: str) -> None:
    name = spelt("Phòng Tài chính Kế hoạch")  # type: ignore[operator]
    text = clean(f"{before} {name} {after}")
    assert [hint.said for hint in hints.find(text, UNITS, OWN)] == [name]
    glued = clean(f"{before} x{name}x {after}")
    assert hints.find(glued, UNITS, OWN) == []
