"""Questionnaires to start from with one tap: plain data in the builder's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from survey.core.text import N_


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """One item to make; `typed` are the builder's fields of its kind."""

    kind: str
    label: str
    required: bool = False
    help: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """A questionnaire to make."""

    name: str
    title: str
    intro: str
    items: tuple[ItemPlan, ...]


def _lines(*options: str) -> dict[str, str]:
    return {"options": "\n".join(options)}


TEMPLATES: Mapping[str, Plan] = {
    "before": Plan(
        N_("Trước đối thoại"),
        "Khảo sát trước đối thoại",
        "Bốn câu, khoảng hai phút. Câu trả lời giúp lãnh đạo chuẩn bị đúng điều bạn mong.",
        (
            ItemPlan(
                "single", "Nhóm vấn đề nào bạn mong lãnh đạo trả lời nhất?", required=True,
                typed=_lines(
                    "Lương, thu nhập, phụ cấp", "Khối lượng việc, báo cáo trùng nhau",
                    "Quy hoạch, bổ nhiệm, luân chuyển", "Đào tạo, bồi dưỡng",
                    "Máy tính, phần mềm, điều kiện làm việc", "Vấn đề khác",
                ),
            ),
            ItemPlan(
                "rating", "Bạn hài lòng đến đâu với điều kiện làm việc hiện nay?", required=True,
                typed={"steps": "5", "low": "rất không hài lòng", "high": "rất hài lòng"},
            ),
            ItemPlan(
                "single", "Khi gặp vướng mắc trong công việc, bạn có nêu với lãnh đạo không?",
                typed=_lines("Có, nêu trực tiếp", "Có, qua tổ chức Đoàn", "Chỉ khi được hỏi", "Không, vì ngại bị để ý"),
            ),
            ItemPlan(
                "text", "Nếu chỉ được nói một điều với lãnh đạo, bạn nói gì?",
                help="Đừng ghi tên hay chi tiết khiến người khác nhận ra bạn.", typed={"board": "1"},
            ),
        ),
    ),
    "after": Plan(
        N_("Sau đối thoại"),
        "Khảo sát sau đối thoại",
        "Năm câu, khoảng hai phút. Câu trả lời giúp lần đối thoại sau tốt hơn, và cho biết điều gì còn phải trả lời.",
        (
            ItemPlan(
                "rating", "Bạn hài lòng đến đâu với các câu trả lời của lãnh đạo?", required=True,
                typed={"steps": "5", "low": "rất không hài lòng", "high": "rất hài lòng"},
            ),
            ItemPlan(
                "matrix", "Buổi đối thoại hôm nay thế nào?",
                typed={
                    "rows": "Lãnh đạo trả lời đúng điều được hỏi\nTôi thấy nói thật được an toàn\nThời gian vừa đủ",
                    "steps": "5", "low": "không đúng", "high": "rất đúng",
                },
            ),
            ItemPlan(
                "score", "Bạn có khuyên đồng nghiệp trẻ dự buổi đối thoại sau không?",
                typed={"low": "chắc chắn không", "high": "chắc chắn có"},
            ),
            ItemPlan(
                "multiple", "Điều gì nên đổi ở lần sau?",
                typed={
                    **_lines(
                        "Dành nhiều thời gian hơn cho câu hỏi", "Báo trước nhóm vấn đề", "Có đơn vị chuyên môn cùng trả lời",
                        "Công khai tiến độ giải quyết kiến nghị",
                    ),
                    "other": "1",
                },
            ),
            ItemPlan(
                "text", "Điều gì bạn hỏi mà vẫn chưa được trả lời?",
                help="Đừng ghi tên hay chi tiết khiến người khác nhận ra bạn.",
            ),
        ),
    ),
    "satisfaction": Plan(
        N_("Mức độ thỏa đáng của câu trả lời"),
        "Câu trả lời đã thỏa đáng chưa?",
        "Hai câu, chưa tới một phút.",
        (
            ItemPlan("yesno", "Câu trả lời của lãnh đạo đã thỏa đáng chưa?", required=True),
            ItemPlan("text", "Nếu chưa, còn thiếu điều gì?"),
        ),
    ),
}  # fmt: skip
