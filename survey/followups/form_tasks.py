"""The sheet by which a unit reports (*Phiếu giao việc*): its columns, and the words of its drop-down.

Documents are in Vietnamese whatever language the page is in.
"""

from __future__ import annotations

from survey.core.cells import title_of
from survey.core.text import fold
from survey.followups.form import Column
from survey.followups.steps import BY_UNIT
from survey.followups.steps import NAMES
from survey.followups.steps import State

NUMBER = Column("number", "Kiến nghị số", 10)
BODY = Column("body", "Nội dung kiến nghị", 44)
STATE = Column("state", "Tình trạng", 18, open=True)
TEXT = Column("text", "Kết quả giải quyết hoặc lý do", 50, open=True)
DOCUMENT = Column("document", "Số văn bản", 16, open=True)
DAY = Column("day", "Ngày văn bản", 13, open=True)
ID = Column("id", "Mã kiến nghị (không sửa)", 15)
COLUMNS = (
    NUMBER, BODY, Column("asked", "Câu hỏi của đoàn viên", 34), Column("helping", "Đơn vị phối hợp", 18),
    Column("due", "Hạn", 11), STATE, TEXT, DOCUMENT, DAY, ID,
)  # fmt: skip
NEEDED = (NUMBER, BODY, STATE, TEXT, DOCUMENT, DAY, ID)  # to read it back
TITLES = {title_of(column.title): column.key for column in COLUMNS}
CHOICES = tuple(NAMES[state] for state in State if state in BY_UNIT)
STATES = {fold(name): state for state, name in NAMES.items()}


def state_of(cell: str) -> State | None:
    """The state that a cell names, however it is spelled; None for anything else."""
    return STATES.get(fold(cell))
