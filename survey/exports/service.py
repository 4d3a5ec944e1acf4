"""Making a file: at once where it is small, in a process of its own where it would hold the open screens up."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping

from sqlalchemy.orm import Session

from survey.core.errors import DomainError
from survey.core.errors import NotFound
from survey.core.paths import PACKAGE
from survey.core.text import N_
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.exports import catalogue
from survey.exports import write_csv
from survey.exports import write_json
from survey.exports import write_xlsx
from survey.exports.catalogue import Reading
from survey.exports.tables import Report

log = logging.getLogger("survey")
LARGEST_INLINE = 200  # rows; above that the file is made in another process
PATIENCE = 60.0  # seconds
# By the environment: a command line is seen by everybody on the machine.
DATABASE, ROLL = "EXPORT_DATABASE_URL", "EXPORT_ROLL_DATABASE_URL"
WRITERS = {"csv": write_csv, "xlsx": write_xlsx, "json": write_json}
_places = threading.BoundedSemaphore(2)  # a second organiser waits; ten would starve the hall

File = tuple[bytes, str, str]  # content, mimetype, name


class NotMade(DomainError):
    """The file could not be made just now."""

    status = 503
    token = "busy"
    retry_after = 5


def make_file(session: Session, code: str, table: str, fmt: str, roll: Session | None = None) -> File:
    """The export as (content, mimetype, name), in this process. Without `roll` nothing is said of the turnout by unit.

    Raises `NotFound` for an unknown dialogue, table or format.
    """
    check(table, fmt)
    dialogue, writer = dialogues.by_code(session, code), WRITERS[fmt]
    made = catalogue.report(Reading(session, roll), dialogue, table)
    return writer.write(made), writer.MIMETYPE, file_name(dialogue, table, fmt)


def make_beside(session: Session, roll: Session, urls: Mapping[str, str], code: str, table: str, fmt: str) -> File:
    """Like `make_file`, but what has over 200 rows is made in another process while this one goes on serving.

    `urls`: of both databases, by the names in the environment. Raises `NotMade` when that process fails or takes too long.
    """
    check(table, fmt)
    dialogue = dialogues.by_code(session, code)
    if catalogue.weight(session, dialogue, table) <= LARGEST_INLINE:
        return make_file(session, code, table, fmt, roll)
    made = output(run("survey.exports.worker", dialogue.code, table, fmt, more=urls))
    return made, WRITERS[fmt].MIMETYPE, file_name(dialogue, table, fmt)


def report(session: Session, code: str, table: str, roll: Session | None = None) -> Report:
    """The plain rows of one export. Raises `NotFound`."""
    check(table)
    return catalogue.report(Reading(session, roll), dialogues.by_code(session, code), table)


def check(table: str, fmt: str = "csv") -> None:
    """Raise `NotFound` where there is no such table or format."""
    if table not in catalogue.NAMES:
        raise NotFound(N_("Không có bảng này. Hãy chọn một bảng ở trang xuất tệp."))
    if fmt not in WRITERS:
        raise NotFound(N_("Không có dạng tệp này. Hãy chọn XLSX, CSV hoặc JSON."))


def file_name(dialogue: Dialogue, table: str, fmt: str) -> str:
    """A name that says what it is, in letters that every file system takes."""
    return f"{'dien-tap-' if dialogue.rehearsal else ''}{catalogue.FILES[table]}-{dialogue.code}.{fmt}"


def run(
    module: str, *args: str, sent: bytes = b"", more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Let another process of ours run, with this on its input and `more` in its environment. Raises `NotMade`."""
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, **(more or {}), "PYTHONPATH": path}
    try:
        with _places:
            return subprocess.run(  # noqa: S603 - our own module, and arguments that were checked
                [sys.executable, "-m", module, *args], input=sent, env=environment, capture_output=True,
                timeout=PATIENCE, check=False,
            )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise not_made(type(error).__name__) from error


def output(done: subprocess.CompletedProcess[bytes]) -> bytes:
    """What it made. Raises `NotMade` where it failed."""
    if done.returncode != 0:
        raise not_made(done.stderr.decode(errors="replace").strip().rsplit("\n", 1)[-1][:200])
    return done.stdout


def not_made(why: str) -> NotMade:
    """The error to raise; why is for the log alone."""
    log.error("export: %s", why)
    return NotMade(N_("Chưa làm xong tệp này. Hãy thử lại sau ít phút; đối thoại không bị ảnh hưởng."))
