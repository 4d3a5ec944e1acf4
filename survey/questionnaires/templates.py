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
                help="Đừng ghi tên hay chi tiết khiến người khác nhận ra bạn.",
            ),
        ),
    ),
}  # fmt: skip
