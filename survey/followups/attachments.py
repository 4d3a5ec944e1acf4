"""Files that belong to a recommendation: what they may be, where their bytes lie, and how they are sent.

The bytes are on the disk before the row is (`keep`, then `add` in the writer); bytes without a row are swept away. A file
is told by its content, never by its name, and is sent as a download that no browser opens as a page.
"""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core import durable
from survey.core.clock import coarse
from survey.core.clock import now
from survey.core.errors import NO_ROOM
from survey.core.errors import Busy
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.ids import new_id
from survey.core.offload import off_the_loop
from survey.core.text import N_
from survey.core.text import clean_line
from survey.core.text import fold
from survey.dialogues import service as dialogues
from survey.dialogues.state import OVER
from survey.followups import history
from survey.followups import recommendations
from survey.followups.models_recommendations import Attachment
from survey.followups.models_recommendations import Recommendation

FOLDER = "attachments"  # inside DATA_DIR
LARGEST = 10 * 1024 * 1024  # bytes
MOST = 20  # files of one recommendation
NAME_LENGTH = 120
OLD = 3_600  # seconds after which bytes without a row belong to nobody
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Ending -> what it is sent as. Nothing that runs: no HTML, SVG, macros, archives.
KINDS = {
    "pdf": "application/pdf", "docx": _WORD, "xlsx": _SHEET, "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png",
}  # fmt: skip
_BEGINS = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
_INSIDE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_RUNS = re.compile(
    r"\.(exe|com|bat|cmd|scr|pif|js|jse|vbs|vbe|ps1|msi|jar|hta|lnk|sh|php|html?|svg|docm|xlsm|dotm|xltm|apk)(?=\.|$)",
    re.I,
)
WRONG_KIND = N_("Chỉ nhận tệp PDF, DOCX, XLSX, JPG hoặc PNG. Hãy lưu tệp sang một trong các dạng này rồi chọn lại.")
TWO_ENDINGS = N_("Tên tệp có hai đuôi, đuôi trong là của một chương trình. Hãy đổi tên tệp rồi chọn lại.")
NOT_SO = N_("Nội dung tệp không đúng với đuôi .%(ending)s. Hãy mở tệp xem lại và lưu đúng dạng.")
HAS_MACROS = N_("Tệp này chứa macro nên không nhận. Hãy lưu lại thành tệp không có macro, hoặc xuất ra PDF.")
TOO_BIG = N_("Tệp lớn quá 10 MB. Hãy nén ảnh trong tệp, hoặc chia thành nhiều tệp.")
EMPTY = N_("Tệp này rỗng. Hãy chọn lại tệp.")
TOO_MANY = N_("Mỗi kiến nghị kèm nhiều nhất 20 tệp. Hãy bỏ bớt tệp cũ trước.")
GONE = N_("Không còn tệp này.")


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that lie on the disk and wait for their row."""

    id: str
    name: str
    mimetype: str
    size: int
    sha256: bytes


def keep(data_dir: Path, name: str, content: bytes) -> Kept:
    """Check a file and put its bytes where they stay; outside the writer and beside the loop, because a disk is slow.

    Raises `Invalid` with a sentence that says what to do (field "file").
    """
    return off_the_loop(lambda: _keep(data_dir / FOLDER, safe_name(name), content))


def add(session: Session, recommendation_id: str, kept: Kept, *, actor: str, report_id: str | None = None) -> str:
    """Join kept bytes to a recommendation, not yet to be read by everybody; the file's id.

    With a report it belongs to what a unit says, and shows when that is approved. Raises `NotFound`, `NotNow`, `Invalid`.
    """
    one = session.get(Recommendation, recommendation_id)
    if one is None:
        raise NotFound(N_("Không còn kiến nghị này trong đối thoại. Hãy tải lại trang."))
    there = select(func.count()).select_from(Attachment).where(Attachment.recommendation_id == recommendation_id)
    if (session.scalar(there) or 0) >= MOST:
        raise Invalid(TOO_MANY, {"file": TOO_MANY})
    over = recommendations.writable(session, one.dialogue_id).state in OVER
    session.add(Attachment(
        id=kept.id, recommendation_id=recommendation_id, report_id=report_id, name=kept.name, mimetype=kept.mimetype,
        size=kept.size, sha256=kept.sha256, published=False, at=now() if over else coarse(), actor=actor,
    ))  # fmt: skip
    session.flush()
    history.append(session, recommendation_id, "attach", actor=actor, after=kept.sha256.hex(), text=kept.name)
    dialogues.touch(session, one.dialogue_id, public=False)
    return kept.id


def publish(session: Session, attachment_id: str, *, published: bool, actor: str) -> None:
    """Let everybody read a file, or no more, the latter from the archive too. Raises `NotFound`, `NotNow`."""
    found = session.get(Attachment, attachment_id)
    if found is None:
        raise NotFound(GONE)
    _check_open(session, found, hiding=not published)
    if found.published != published:
        found.published = published
        session.flush()
        _note(session, found, "file_shown" if published else "file_hidden", actor)


def remove(session: Session, attachment_id: str, *, actor: str) -> None:
    """Take a file away; its bytes go with the next sweep, and the history says who did it. Raises `NotNow`."""
    found = session.get(Attachment, attachment_id)
    if found is not None:
        _check_open(session, found)
        if found.published:
            _note(session, found, "file_hidden", actor)
        _note(session, found, "detach", actor)
        session.delete(found)
        session.flush()


def load(session: Session, dialogue_id: str, attachment_id: str, *, published: bool = False) -> Attachment:
    """The file of this dialogue; only what everybody may read where `published`. Raises `NotFound`."""
    found = session.get(Attachment, attachment_id)
    one = session.get(Recommendation, found.recommendation_id) if found is not None else None
    if found is None or one is None or one.dialogue_id != dialogue_id:
        raise NotFound(GONE)
    if published and not (found.published and one.published):
        raise NotFound(GONE)
    return found


def read(data_dir: Path, attachment: Attachment) -> bytes:
    """Its bytes, as they were kept. Raises `NotFound` where the disk has lost or changed them."""
    path = data_dir / FOLDER / attachment.id
    try:
        content, found = off_the_loop(lambda: _with_digest(path))
    except OSError as error:
        raise NotFound(N_("Tệp này không còn trên máy chủ. Hãy báo người quản trị lấy lại từ bản sao lưu.")) from error
    if found != attachment.sha256:
        raise NotFound(N_("Tệp này đã bị đổi trên máy chủ nên không gửi. Hãy báo người quản trị."))
    return content


def headers(attachment: Attachment) -> dict[str, str]:
    """How it is sent: as a download under its own name, never as a page, whatever is in it."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", _ascii(attachment.name)).strip("-") or "tep"
    return {
        "Content-Type": attachment.mimetype,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(attachment.name)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }


def sweep(data_dir: Path, session: Session, *, older: float = OLD) -> list[str]:
    """Delete bytes without a row: of rehearsals, of removed files, of uploads that were refused. Their ids."""
    there = list(_old(data_dir / FOLDER, older))
    rows = set(session.scalars(select(Attachment.id).where(Attachment.id.in_([path.name for path in there]))))
    gone = [path for path in there if path.name not in rows]
    for path in gone:
        with suppress(OSError):
            path.unlink()
    if gone:
        durable.settle(data_dir / FOLDER)
    return [path.name for path in gone]


def safe_name(name: str) -> str:
    """A name as it is kept: without a path, control characters and what file systems refuse; the ending stays."""
    plain = clean_line(re.split(r"[/\\]", name)[-1])
    plain = re.sub(r'[<>:"|?*\x00-\x1f]', "-", plain).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: NAME_LENGTH - len(ending) - 1]}.{ending}" if dot else plain[:NAME_LENGTH]


def checked(name: str, content: bytes) -> str:
    """The ending under which a file is kept, in small letters. Raises `Invalid` for what may not be kept."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if _RUNS.search(name.rpartition(".")[0]) and ending in KINDS:
        raise _refused(TWO_ENDINGS)
    if ending not in KINDS:
        raise _refused(WRONG_KIND)
    if not content:
        raise _refused(EMPTY)
    if len(content) > LARGEST:
        raise _refused(TOO_BIG)
    if ending in _INSIDE:
        _check_office(ending, content)
    elif not content.startswith(_BEGINS[ending]):
        raise Invalid(NOT_SO, {"file": NOT_SO % {"ending": ending}}, ending=ending)
    return ending


def _keep(folder: Path, name: str, content: bytes) -> Kept:
    ending = checked(name, content)
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = Kept(new_id() + secrets.token_hex(4), name, KINDS[ending], len(content), hashlib.sha256(content).digest())
    try:
        with durable.kept(folder):
            durable.write(folder / kept.id, content)
    except OSError as error:
        with suppress(OSError):
            (folder / kept.id).unlink()  # nothing half: it would lie there until the sweep, on a disk that is full
        raise Busy(NO_ROOM) from error
    return kept


def _with_digest(path: Path) -> tuple[bytes, bytes]:
    content = path.read_bytes()
    return content, hashlib.sha256(content).digest()


def _check_office(ending: str, content: bytes) -> None:
    """A document of that kind, without a program in it. Only the list of its parts is read, nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = {one.lower() for one in parts.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Invalid(NOT_SO, {"file": NOT_SO % {"ending": ending}}, ending=ending) from error
    if _INSIDE[ending] not in names:
        raise Invalid(NOT_SO, {"file": NOT_SO % {"ending": ending}}, ending=ending)
    if any(name.endswith("vbaproject.bin") for name in names):
        raise _refused(HAS_MACROS)


def _check_open(session: Session, found: Attachment, *, hiding: bool = False) -> None:
    one = session.get_one(Recommendation, found.recommendation_id)
    recommendations.writable(session, one.dialogue_id, hiding=hiding)


def _note(session: Session, found: Attachment, action: str, actor: str) -> None:
    history.append(session, found.recommendation_id, action, actor=actor, after=found.sha256.hex(), text=found.name)
    one = session.get_one(Recommendation, found.recommendation_id)
    dialogues.touch(session, one.dialogue_id, public=one.published)


def _old(folder: Path, older: float) -> Iterator[Path]:
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            with suppress(OSError):
                if time.time() - path.stat().st_ctime >= older:
                    yield path


def _ascii(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return f"{fold(stem)}{dot}{ending.lower()}"


def _refused(message: str) -> Invalid:
    return Invalid(message, {"file": message})
