"""The units of an organisation: a tree of any depth, whose level is a label. No person in it.

Members name their unit in the roll's database, so a unit may be removed only where the roll holds nobody of it; the
caller looks there first.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean_line
from survey.core.text import fold
from survey.organisations.forest import DEEPEST
from survey.organisations.forest import Forest
from survey.organisations.forest import Path
from survey.organisations.models import Organisation
from survey.organisations.models import Unit

NAME_LENGTH, LEVEL_LENGTH = 120, 40
LEVELS = (
    "Tỉnh đoàn", "Thành đoàn", "Đoàn khối", "Đoàn trực thuộc", "Đoàn cơ sở", "Đoàn xã", "Đoàn phường", "Đoàn sở",
    "Đoàn trường", "Đoàn bộ phận", "Liên chi đoàn", "Chi đoàn cơ sở", "Chi đoàn", "Phân đoàn",
)  # fmt: skip


def forest(session: Session, organisation_id: str) -> Forest:
    """All units of an organisation."""
    return Forest(session.scalars(select(Unit).where(Unit.organisation_id == organisation_id).order_by(Unit.id)))


def names(session: Session, organisation_id: str) -> dict[str, str]:
    """Names by id."""
    rows = session.execute(select(Unit.id, Unit.name).where(Unit.organisation_id == organisation_id))
    return {row.id: row.name for row in rows}


def tree(session: Session, organisation_id: str) -> list[tuple[Unit, int]]:
    """All units with their depth, each after its superior, in Vietnamese order."""
    return list(forest(session, organisation_id).walk())


def load(session: Session, organisation_id: str, unit_id: str) -> Unit:
    """The unit of this organisation; raises `NotFound`."""
    found = session.get(Unit, unit_id)
    if found is None or found.organisation_id != organisation_id:
        raise NotFound(N_("Không còn đơn vị này. Hãy tải lại trang."))
    return found


def ensure(session: Session, organisation_id: str, path: Path, level: str = "") -> str:
    """The id of the unit at this path, made with all that lacks above it; a path may leave out what stands on top.

    Raises `Invalid` for names that cannot be used.
    """
    return ensure_all(session, organisation_id, [path], {tuple(path): level})[tuple(path)]


def ensure_all(
    session: Session, organisation_id: str, paths: Iterable[Path], levels: dict[Path, str] | None = None
) -> dict[Path, str]:
    """`ensure` for many at once: the ids by path."""
    known = _locked(session, organisation_id)
    made = {}
    for path in paths:
        made[tuple(path)] = _ensured(session, known, organisation_id, tuple(path), (levels or {}).get(tuple(path), ""))
    session.flush()
    return made


def add(session: Session, organisation_id: str, parent_id: str | None, name: str, level: str = "") -> str:
    """A new unit right below another (or on top); its id. Raises `Invalid`, and `Conflict` where the name is taken."""
    known = _locked(session, organisation_id)
    if parent_id is not None:
        load(session, organisation_id, parent_id)
    _refuse_twin(known, parent_id, name, "")
    unit = _made(session, known, organisation_id, parent_id, name, level)
    session.flush()
    return unit.id


def rename(session: Session, organisation_id: str, unit_id: str, name: str, level: str | None = None) -> None:
    """Give a unit another name and, unless it is None, another label. Raises `Invalid`, `NotFound`, `Conflict`."""
    known, unit = _locked(session, organisation_id), load(session, organisation_id, unit_id)
    name = _checked(name)
    _refuse_twin(known, unit.parent_id, name, unit.id)
    unit.name, unit.folded = name, fold(name)
    if level is not None:
        unit.level = _label(level)
    session.flush()


def move(session: Session, organisation_id: str, unit_id: str, parent_id: str | None) -> None:
    """Put a unit, with all below it, under another one or on top.

    Raises `NotFound`, `Invalid` for a place below itself or too deep, `Conflict` where its name is taken there.
    """
    known, unit = _locked(session, organisation_id), load(session, organisation_id, unit_id)
    if parent_id is not None:
        load(session, organisation_id, parent_id)
    if parent_id in {unit.id, *(below.id for below, _depth in known.walk(unit.id))}:
        raise _refused("parent", N_("Một đơn vị không thể trực thuộc chính nó hoặc đơn vị cấp dưới của nó."))
    if (len(known.path(parent_id)) if parent_id else 0) + known.height(unit.id) > DEEPEST:
        raise _refused("parent", N_("Cây đơn vị không quá tám cấp. Hãy chọn đơn vị cấp trên khác."))
    _refuse_twin(known, parent_id, unit.name, unit.id)
    unit.parent_id = parent_id
    session.flush()


def remove(session: Session, organisation_id: str, unit_id: str) -> None:
    """Delete a unit that has none below it; the caller has made sure that no roll names it. Raises `Conflict`."""
    unit = load(session, organisation_id, unit_id)
    if session.scalar(select(Unit.id).where(Unit.parent_id == unit_id).limit(1)) is not None:
        raise Conflict(N_("Đơn vị này còn đơn vị cấp dưới. Hãy chuyển hoặc xóa các đơn vị đó trước."))
    session.delete(unit)
    session.flush()


def merge(session: Session, organisation_id: str, unit_id: str, into_id: str) -> None:
    """Put all that is below a unit below another one, and delete it; the caller has moved all else that names it.

    Raises `NotFound`, `Conflict` where a name would stand twice, `Invalid` where the other one is below it or too deep.
    """
    gone, into = load(session, organisation_id, unit_id), load(session, organisation_id, into_id)
    known = _locked(session, organisation_id)
    if into.id in {below.id for below, _depth in known.walk(gone.id)}:
        raise _refused("into", N_("Không gộp một đơn vị vào đơn vị cấp dưới của nó. Hãy chọn đơn vị khác."))
    for below in session.scalars(select(Unit).where(Unit.parent_id == gone.id)).all():
        move(session, organisation_id, below.id, into.id)
    session.delete(gone)
    session.flush()


def level_of(name: str) -> str:
    """The label that a name begins with, such as "Chi đoàn"; empty where it begins with none."""
    folded = fold(name) + " "
    return max((level for level in LEVELS if folded.startswith(fold(level) + " ")), key=len, default="")


def _locked(session: Session, organisation_id: str) -> Forest:
    # Two writers of two processes would both find that a unit lacks; SQLite has but one, PostgreSQL needs this row.
    session.get(Organisation, organisation_id, with_for_update=True)
    return forest(session, organisation_id)


def _ensured(session: Session, known: Forest, organisation_id: str, path: Path, level: str) -> str:
    if not path or len(path) > DEEPEST:
        raise _refused("name", N_("Cây đơn vị không quá tám cấp. Hãy chọn đơn vị cấp trên khác."))

    def make(parent_id: str | None, name: str) -> Unit:
        lowest = name is path[-1]
        return _made(session, known, organisation_id, parent_id, name, level if lowest else "")

    return known.grow(path, make).id


def _made(session: Session, known: Forest, organisation_id: str, parent_id: str | None, name: str, level: str) -> Unit:
    name = _checked(name)
    if parent_id is not None and len(known.path(parent_id)) >= DEEPEST:
        raise _refused("parent", N_("Cây đơn vị không quá tám cấp. Hãy chọn đơn vị cấp trên khác."))
    unit = Unit(
        id=new_id(), organisation_id=organisation_id, parent_id=parent_id, level=_label(level) or level_of(name),
        name=name, folded=fold(name),
    )  # fmt: skip
    session.add(unit)
    session.flush()  # the row above must stand before the row below names it
    return unit


def _refuse_twin(known: Forest, parent_id: str | None, name: str, own: str) -> None:
    twin = known.child(parent_id, clean_line(name))
    if twin is not None and twin.id != own:
        raise Conflict(N_("Ở cấp này đã có đơn vị mang tên ấy. Hãy đặt tên khác."))


def _checked(name: str) -> str:
    name = clean_line(name)
    if not 1 <= len(name) <= NAME_LENGTH:
        raise _refused("name", N_("Hãy ghi tên đơn vị, không quá 120 ký tự."))
    return name


def _label(level: str) -> str:
    level = clean_line(level)
    if len(level) > LEVEL_LENGTH:
        raise _refused("level", N_("Tên cấp không quá 40 ký tự."))
    return level


def _refused(field: str, message: str) -> Invalid:
    return Invalid(message, {field: message})
