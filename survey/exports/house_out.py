"""The following up of one dialogue as one file that another installation can read: see `house`."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zipfile
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy import Table
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.columns import Base
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.state import OVER
from survey.exports import house
from survey.questionnaires.counting import Purpose
from survey.questionnaires.snapshot import Snapshot
from survey.questionnaires.snapshot import pack
from survey.questionnaires.snapshot import unpack
from survey.questionnaires.state import State as Survey
from survey.questions.state import BOARD
from survey.questions.state import State
from survey.room.places import told

MIMETYPE = "application/zip"
FIVE = 5  # responses from which a poll has figures
OPEN = N_("Đối thoại còn đang diễn ra. Hãy khép lại trước, rồi chuyển sang máy khác.")
LOST = N_(
    "Một tệp kèm không còn trên máy chủ hoặc đã bị đổi. Hãy gỡ tệp ấy khỏi kiến nghị, hoặc lấy lại từ bản sao lưu."
)
TOO_MUCH = N_(
    "Đối thoại này có hơn 5.000 tệp kèm hoặc quá nhiều dòng nên một tệp chuyển máy không chứa hết. Hãy gỡ bớt tệp kèm, "
    "hoặc nhờ người quản trị chuyển cả máy bằng lệnh backup và restore."
)
LONG_AGO = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
NO_TIME = (1980, 1, 1, 0, 0, 0)  # the file says nothing of when it was made
Row = dict[str, Any]
Rows = dict[str, list[Row]]
Told = Callable[[int], None]


def name_of(dialogue: Dialogue) -> str:
    """A name that says what it is."""
    return f"chuyen-may-{dialogue.code}.zip"


def check(dialogue: Dialogue) -> None:
    """Raises `NotNow` while the hall is open or rehearses."""
    if dialogue.state not in OVER or dialogue.rehearsal:
        raise NotNow(OPEN)


def make(session: Session, data_dir: Path, code: str, file: IO[bytes], told: Told = lambda _percent: None) -> None:
    """Write the file, with one attached file in memory at a time; `told` hears how far it is, in percent.

    Raises `NotNow` while the hall is open or rehearses, `Invalid` where a file is lost or there is more than may come in.
    """
    dialogue = dialogues.by_code(session, code)
    check(dialogue)
    rows = collect(session, dialogue)
    written = json.dumps(_plain(rows), ensure_ascii=False, sort_keys=True).encode()
    attached = [(house.folder(data_dir, table), one) for table in house.ATTACHED for one in rows[table]]
    if len(attached) + 2 > house.MOST_PARTS or len(written) > house.LARGEST_ROWS:
        raise Invalid(TOO_MUCH)
    sums = {house.ROWS: hashlib.sha256(written).hexdigest()}
    sums |= {f"{house.FILES}{one['id']}": one["sha256"].hex() for _folder, one in attached}
    manifest = {"what": house.CODE, "format": house.FORMAT, "code": dialogue.code, "files": sums}
    with zipfile.ZipFile(file, "w") as parts:
        _put(parts, "manifest.json", json.dumps(manifest, indent=1).encode())
        _put(parts, house.ROWS, written)
        for place, (folder, one) in enumerate(attached):
            told(10 + 88 * place // len(attached))
            _put(parts, f"{house.FILES}{one['id']}", _bytes(folder, one))


def _put(parts: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Attached files as they are: the other side takes no file that unpacks to more than it has."""
    how = zipfile.ZIP_STORED if name.startswith(house.FILES) else zipfile.ZIP_DEFLATED
    parts.writestr(zipfile.ZipInfo(name, NO_TIME), content, how)


def collect(session: Session, dialogue: Dialogue) -> Rows:
    """The rows that move, as values of their columns."""
    rows: Rows = {}
    for table in house.tables():
        wanted = select(*house.columns(table)).where(_belongs(table, dialogue)).order_by(*table.primary_key)
        rows[table.name] = [dict(row) for row in session.execute(wanted).mappings()]
    for name, cut in _CUTS.items():
        rows[name] = list(cut(rows, rows[name], dialogue))
    return rows


def _belongs(table: Table, dialogue: Dialogue) -> ColumnElement[bool]:
    """Rows of the dialogue or of its organisation, or that lead to one of them through another table that moves."""
    c = table.c
    if table.name in {"organisations", "dialogues"}:
        found: ColumnElement[bool] = c.id == (
            dialogue.organisation_id if table.name == "organisations" else dialogue.id
        )
        return found
    if table.name == "grants":
        return (c.organisation_id == dialogue.organisation_id) & or_(
            c.dialogue_id.is_(None), c.dialogue_id == dialogue.id
        )
    if "dialogue_id" in c:
        return c.dialogue_id == dialogue.id
    if "organisation_id" in c:
        return c.organisation_id == dialogue.organisation_id
    key = next(one for one in sorted(table.foreign_keys, key=_nearest))
    return key.parent.in_(select(key.column).where(_belongs(key.column.table, dialogue)))


def _nearest(key: Any) -> tuple[bool, str]:
    """A row belongs with what it is part of, and not with a unit that it names."""
    return key.column.table.name == "units" and key.parent.table.name != "unit_contacts", key.parent.name


def _staff(rows: Rows, staff: list[Row], _dialogue: Dialogue) -> Iterator[Row]:
    """Who holds a role that moves, and whose name a history needs."""
    holding = {one["staff_id"] for one in rows["grants"]}
    named = {str(row.get(name) or "") for table in rows.values() for row in table for name in house.ACTORS}
    return (one for one in staff if one["id"] in holding or f"staff:{one['id']}" in named)


def _questions(_rows: Rows, questions: list[Row], dialogue: Dialogue) -> Iterator[Row]:
    """What stands on the board and what was merged into it, as anybody reads it; ties as places, times as one time."""
    shown = {one["id"] for one in questions if one["state"] in BOARD and one["number"] is not None}
    merged = {one["id"]: one["merged_into"] for one in questions if one["state"] == State.MERGED}

    def leads(question_id: str) -> str:
        while merged.get(question_id):
            question_id = str(merged[question_id])
        return question_id

    kept = sorted((one for one in questions if leads(one["id"]) in shown), key=lambda one: one["tie"])
    at = dialogue.starts_at or dialogue.ending_at or LONG_AGO
    for place, one in enumerate(kept):
        yield {
            **one, "tie": place, "carried": one["supporters"], "asked_about": at, "reason": "", "asked_back": "", "reply": "",
            "muted": False, "apart": False, "satisfied": one["satisfied_shown"], "judged": one["judged_shown"],
        }  # fmt: skip


def _of_questions(name: str) -> Callable[[Rows, list[Row], Dialogue], Iterator[Row]]:
    def cut(rows: Rows, own: list[Row], _dialogue: Dialogue) -> Iterator[Row]:
        there = {one["id"] for one in rows["questions"]}
        return (one for one in own if one[name] in there)

    return cut


def _surveys(_rows: Rows, surveys: list[Row], _dialogue: Dialogue) -> Iterator[Row]:
    """Figures as they are shown and texts as they may be read: no columns of answers, nothing below five."""
    for one in surveys:
        if one["state"] == Survey.DRAFT:
            continue
        poll, enough = one["purpose"] != Purpose.SURVEY, one["responses"] >= FIVE
        taken = unpack(one["snapshot"] or "")
        texts = pack(Snapshot(texts=taken.texts)) if taken.texts else ""
        responses = one["responses"] if poll and enough else one["responses"] - one["responses"] % FIVE
        counted = one["counted"] if poll and enough else {}
        yield {**one, "snapshot": texts, "responses": responses, "counted": counted, "missed": "", "removed": []}


def _of_surveys(rows: Rows, own: list[Row], _dialogue: Dialogue) -> Iterator[Row]:
    there = {one["id"] for one in rows["questionnaires"]}
    return (one for one in own if one["questionnaire_id"] in there)


def _words(rows: Rows, words: list[Row], _dialogue: Dialogue) -> Iterator[Row]:
    """Short answers that were let through, counted as they may be read."""
    enough = {one["id"] for one in rows["questionnaires"] if one["responses"] >= FIVE}
    for one in words:
        if one["questionnaire_id"] in enough and one["stands"] == "shown" and one["seen"] > 0:
            yield {**one, "ballots": one["seen"]}


def _sites(_rows: Rows, sites: list[Row], _dialogue: Dialogue) -> Iterator[Row]:
    return ({**one, "ballots": told(one["ballots"]) or 0} for one in sites)


def _ideas(_rows: Rows, threads: list[Row], _dialogue: Dialogue) -> Iterator[Row]:
    """Those that were taken up: everybody reads them."""
    return (one for one in threads if one["taken"])


# After the reading, in this order: what is cut out of what.
_CUTS: Mapping[str, Callable[[Rows, list[Row], Dialogue], Iterator[Row]]] = {
    "staff": _staff, "sites": _sites, "questionnaires": _surveys, "items": _of_surveys, "poll_words": _words,
    "threads": _ideas, "questions": _questions, "support_samples": _of_questions("question_id"),
    "recommendation_questions": _of_questions("question_id"), "published_questions": _of_questions("question_id"),
}  # fmt: skip


def _plain(rows: Rows) -> dict[str, list[Row]]:
    return {
        name: [{key: house.plain(value) for key, value in row.items()} for row in own] for name, own in rows.items()
    }


def _bytes(folder: Path, row: Row) -> bytes:
    try:
        content = (folder / str(row["id"])).read_bytes()
    except OSError as error:
        raise Invalid(LOST) from error
    sha256: bytes = row["sha256"]
    if hashlib.sha256(content).digest() != sha256:
        raise Invalid(LOST)
    return content


assert set(_CUTS) <= set(house.MOVES)
assert not set(house.STAYS) & set(Base.metadata.tables) & set(house.MOVES)
