"""Who issues a paper: the organisation's own texts, and those of its regime where it wrote none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace

from sqlalchemy.orm import Session

from survey.dialogues.models import Dialogue
from survey.exports.papers import DOTS
from survey.exports.papers import FEW_DOTS
from survey.exports.papers import Paper
from survey.exports.papers import Signature
from survey.exports.regimes import UNION
from survey.exports.regimes import number_line
from survey.organisations import letterheads
from survey.organisations import queries as organisations
from survey.organisations.letterheads import Letter

_UNION_HEAD, _STATE_HEAD = "TM. BAN THƯỜNG VỤ\nBÍ THƯ", "THỦ TRƯỞNG CƠ QUAN"
_STATE_OFFICE = "TL. THỦ TRƯỞNG CƠ QUAN\nCHÁNH VĂN PHÒNG"
_MAKER = "NGƯỜI TỔNG HỢP"
# Who signs by paper: the Union first, then the state. Several stand apart by an empty line.
SIGN: Mapping[str, tuple[str, str]] = {
    "summary": (f"{_MAKER}\n\n{_UNION_HEAD}", f"{_MAKER}\n\n{_STATE_OFFICE}"),
    "minutes": ("THƯ KÝ\n\nCHỦ TỌA", "THƯ KÝ\n\nCHỦ TỌA"),
    "notice": (_UNION_HEAD, _STATE_OFFICE),
    "tracking": (f"{_MAKER}\n\n{_UNION_HEAD}", f"{_MAKER}\n\n{_STATE_OFFICE}"),
    "reminder": (_UNION_HEAD, _STATE_OFFICE),
    "surveys": (_UNION_HEAD, _STATE_OFFICE),
    "plan": (_UNION_HEAD, _STATE_HEAD),
    "invitation": (_UNION_HEAD, _STATE_OFFICE),
    "rules": ("TM. BAN TỔ CHỨC\nTRƯỞNG BAN\n\nNGƯỜI CHỦ TRÌ", "TM. BAN TỔ CHỨC\nTRƯỞNG BAN\n\nNGƯỜI CHỦ TRÌ"),
}
TO: Mapping[str, tuple[str, str]] = {
    "minutes": ("Chủ trì đối thoại\nBan Tổ chức\nLưu VP", "Chủ trì đối thoại\nBan Tổ chức\nLưu: VT, Hồ sơ"),
    "notice": (
        "Đoàn cấp trên (để báo cáo)\nCác đơn vị được giao (để thực hiện)\nĐoàn viên dự đối thoại\nLưu VP",
        "Cấp trên trực tiếp (để báo cáo)\nCác đơn vị được giao (để thực hiện)\nCổng thông tin điện tử\nLưu: VT, VP",
    ),
    "reminder": ("Như trên\nChủ trì đối thoại (để báo cáo)\nLưu VP", "Như trên\nChủ trì đối thoại (để báo "
        "cáo)\nLưu: VT, VP"),
    "surveys": ("Chủ trì đối thoại (để báo cáo)\nBan Tổ chức\nLưu VP", "Chủ trì đối thoại (để báo cáo)\nBan Tổ "
        "chức\nLưu: VT, VP"),
    "plan": (
        "Đoàn cấp trên (để báo cáo)\nCác đơn vị, chi đoàn (để thực hiện)\nLưu VP",
        "Cấp trên trực tiếp (để báo cáo)\nCác đơn vị (để thực hiện)\nLưu: VT, VP",
    ),
    "invitation": ("Như trên\nLưu VP", "Như trên\nLưu: VT, VP"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Office:
    """The issuer as its papers show it."""

    regime: str
    superior: str
    issuer: str
    right: tuple[str, ...]
    code: str
    place: str
    draft: bool
    letter: Letter

    def signatures(self, paper: str) -> tuple[Signature, ...]:
        """Who signs it."""
        return read_signatures(self.letter.sign.get(paper) or default_sign(paper, self.regime))

    def recipients(self, paper: str) -> tuple[str, ...]:
        """Who gets it."""
        return read_lines(self.letter.to.get(paper) or default_to(paper, self.regime))


def of(session: Session, dialogue: Dialogue) -> Office:
    """The issuer of a dialogue's papers: as it wrote itself, else the unit that holds the dialogue, else the "
    "organisation."""
    house, letter = (
        organisations.load(session, dialogue.organisation_id),
        letterheads.of(session, dialogue.organisation_id),
    )
    issuer = letter.issuer or dialogue.host_unit or house.name
    superior = letter.superior or house.superior or (house.name if issuer != house.name and not letter.issuer else "")
    return Office(
        letter.regime, superior, issuer, tuple(filter(None, letter.right.split("\n"))),
        letter.code or ("ĐTN" if letter.regime == UNION else FEW_DOTS), letter.place or DOTS, letter.draft, letter,
    )  # fmt: skip


def dress(paper: Paper, office: Office) -> Paper:
    """A paper that was made elsewhere, such as the minutes of a count, under the header of this office."""
    kind = paper.sign.split("/", 1)[0].strip("-")
    return replace(
        paper, regime=office.regime, superior=office.superior, issuer=office.issuer, right=office.right,
        sign=number_line(office.regime, kind, office.code), place=office.letter.place or paper.place,
    )  # fmt: skip


def default_sign(paper: str, regime: str) -> str:
    """Who signs where nothing else was written."""
    return SIGN.get(paper, ("", ""))[regime != UNION]


def default_to(paper: str, regime: str) -> str:
    """Who gets it where nothing else was written."""
    return TO.get(paper, ("", ""))[regime != UNION]


def read_signatures(text: str) -> tuple[Signature, ...]:
    """Blocks apart by an empty line; in each the capacity, the post and the name."""
    blocks = [[line for line in block.split("\n") if line] for block in text.split("\n\n")]
    return tuple(Signature(*[*block, "", ""][:3]) for block in blocks if block)


def read_lines(text: str) -> tuple[str, ...]:
    """One recipient a line, without the marks that the writers put."""
    return tuple(found for line in text.split("\n") if (found := line.strip().lstrip("-–").strip().rstrip(";.")))
