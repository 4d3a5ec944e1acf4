"""The texts of an organisation's papers: read with what stands where nothing was written, checked and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.organisations.models import Letterhead

REGIMES = ("union", "state")
LINE, LINES, BLOCK = 200, 400, 800  # characters of a line, of the top right, of a block
LONG = N_("Dài quá. Hãy rút gọn.")


@dataclass(frozen=True, slots=True)
class Letter:
    """What an organisation wrote for its papers. `sign` and `to`: who signs and who gets it, by paper, as typed."""

    regime: str = "union"
    superior: str = ""
    issuer: str = ""
    right: str = ""
    code: str = ""
    place: str = ""
    draft: bool = True
    sign: Mapping[str, str] = field(default_factory=dict)
    to: Mapping[str, str] = field(default_factory=dict)


def of(session: Session, organisation_id: str) -> Letter:
    """What it wrote; nothing, where it wrote nothing yet."""
    found = session.get(Letterhead, organisation_id)
    if found is None:
        return Letter()
    sign, to = ({name: one.get(part, "") for name, one in found.blocks.items()} for part in ("sign", "to"))
    return Letter(
        found.regime, found.superior, found.issuer, found.right, found.code, found.place, found.draft, sign, to
    )


def keep(session: Session, organisation_id: str, wanted: Letter) -> None:
    """Keep the texts. Raises `Invalid` with a sentence for each that is too long; a field of a block is `sign_<paper>`."""
    names = sorted({*wanted.sign, *wanted.to})
    lines = {name: clean_line(getattr(wanted, name)) for name in ("superior", "issuer", "code", "place")}
    right = clean(wanted.right)
    blocks = {name: {"sign": clean(wanted.sign.get(name, "")), "to": clean(wanted.to.get(name, ""))} for name in names}
    wrong = {name: LONG for name, text in lines.items() if len(text) > LINE}
    wrong |= {"right": LONG} if len(right) > LINES else {}
    wrong |= {
        f"{part}_{name}": LONG for name, block in blocks.items() for part, text in block.items() if len(text) > BLOCK
    }
    if wanted.regime not in REGIMES:
        wrong["regime"] = N_("Hãy chọn một trong hai thể thức.")
    if wrong:
        raise Invalid(N_("Hãy sửa những ô có ghi chú."), wrong)
    found = session.get(Letterhead, organisation_id) or Letterhead(organisation_id=organisation_id, blocks={})
    for name, text in {**lines, "right": right, "regime": wanted.regime, "draft": wanted.draft}.items():
        setattr(found, name, text)
    found.blocks = {name: block for name, block in blocks.items() if any(block.values())}
    session.add(found)
