"""The sheet that goes to a unit and comes back: which columns it has, and the mark that says whose it is.

Documents are in Vietnamese whatever language the page is in.
"""

from __future__ import annotations

from dataclasses import dataclass

from survey.core.cells import title_of


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `open` ones are for the unit to write in."""

    key: str
    title: str
    width: int
    open: bool = False


NUMBER = Column("number", "Câu số", 8)
BODY = Column("body", "Nội dung câu hỏi", 46)
ANSWER = Column("answer", "Nội dung chuẩn bị trả lời", 58, open=True)
ID = Column("id", "Mã câu (không sửa)", 15)
COLUMNS = (
    NUMBER, Column("topic", "Nhóm vấn đề", 20), BODY, Column("others", "Các câu đã gộp vào", 26),
    Column("supporters", "Lượt ủng hộ", 9), ANSWER, ID,
)  # fmt: skip
NEEDED = (NUMBER, BODY, ANSWER, ID)  # to read it back
MARK = "Mã phiếu (không sửa)"
MARK_TITLE = title_of(MARK)
TITLES = {title_of(column.title): column.key for column in COLUMNS}


def mark(code: str, unit_id: str) -> str:
    """Whose sheet this is, as it stands in the sheet: the dialogue's code and the unit."""
    return f"{code}-{unit_id}"


def unmark(text: str) -> tuple[str, str]:
    """Code and unit of a mark; empty where it is none."""
    code, _, unit_id = text.strip().partition("-")
    return code.upper(), unit_id.lower()
