"""Large files beside the event loop: a job in a process of its own, and the file kept for a short while to be fetched.

A job is a folder in `DATA_DIR/exports`: what it makes (`job.json`), how far it is (`progress`), the file, or why there is
none (`failed`). Whoever makes it or lets it wait touches `alive` every few seconds: a folder that fell silent lost its
server, and is failed for whoever looks. Any process of this installation can answer for it, and the folder goes after
`KEPT`, or at once when a text is erased: it might stand in the file.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from survey.core import held
from survey.core.clock import now
from survey.core.errors import Busy
from survey.core.errors import NotFound
from survey.core.ids import new_token
from survey.core.paths import PACKAGE
from survey.core.text import N_

log = logging.getLogger("survey")
KEPT = dt.timedelta(minutes=30)
PATIENCE = 600.0  # seconds for one file
BEAT = 5.0  # seconds between two signs of life
SILENT = dt.timedelta(seconds=30)  # after that there is no server any more that would make it
MOST = 4  # files of one dialogue that are being made or kept; the oldest goes
FOLDER = "EXPORT_FOLDER"  # tells the other process where its job is
_places = threading.BoundedSemaphore(1)  # beside what is made at once: two cores serve the hall as well
_known: set[Path] = set()


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be made: of which dialogue, which table, in which format, under which name to be kept by whoever asks."""

    dialogue_id: str
    code: str
    table: str
    fmt: str
    name: str
    mimetype: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its page shows it. `percent` only ever grows; `doing` names what is being read or written, or why it failed."""

    id: str
    wish: Wish
    state: str  # working, done, failed
    percent: int
    doing: str
    size: int


def start(data_dir: Path, wish: Wish, urls: Mapping[str, str]) -> str:
    """Let the file be made; the job's id. The same wish that is being made already is that job."""
    root = _root(data_dir)
    running = [one for one in _jobs(root) if one.wish.dialogue_id == wish.dialogue_id]
    for one in running:
        if one.wish == wish and one.state == "working":
            return one.id
    if sum(one.state == "working" for one in running) >= MOST:
        raise Busy(N_("Đang làm các tệp khác của đối thoại này. Hãy đợi tệp đang làm xong rồi bấm lại."))
    for one in running[MOST - 1 :]:
        if one.state != "working":
            shutil.rmtree(root / one.id, ignore_errors=True)
    folder = root / new_token()
    folder.mkdir(mode=0o700)
    (folder / "alive").touch()
    (folder / "job.json").write_text(json.dumps(_plain(wish), ensure_ascii=False), encoding="utf-8")
    threading.Thread(target=_make, args=(folder, wish, dict(urls)), name="export", daemon=True).start()
    return folder.name


def find(data_dir: Path, dialogue_id: str, job_id: str) -> Job:
    """The job of this dialogue. Raises `NotFound` where there is none, any more."""
    found = next(
        (one for one in _jobs(_root(data_dir)) if one.id == job_id and one.wish.dialogue_id == dialogue_id), None
    )
    if found is None:
        raise NotFound(N_("Tệp này không còn: tệp lớn chỉ giữ nửa giờ. Hãy về trang xuất tệp và làm lại."))
    return found


def content(data_dir: Path, job: Job) -> Path:
    """Where the file of a job that is done lies. Raises `NotFound` while there is none."""
    if job.state != "done":
        raise NotFound(N_("Tệp này chưa làm xong. Hãy đợi ở trang tiến độ."))
    return _root(data_dir) / job.id / "file"


def working(data_dir: Path) -> int:
    """How many files are being made now."""
    return sum(one.state == "working" for one in _jobs(_root(data_dir)))


def sweep(data_dir: Path, moment: dt.datetime) -> int:
    """Take away what is older than `KEPT`; how many."""
    before = (moment - KEPT).timestamp()
    gone = [one for one in _folders(_root(data_dir)) if one.stat().st_mtime < before]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return len(gone)


def forget() -> None:
    """Take away every file that is kept or being made here: a text that was erased may stand in it."""
    for root in _known:
        for folder in _folders(root):
            shutil.rmtree(folder, ignore_errors=True)


held.holds_texts(forget)


def _root(data_dir: Path) -> Path:
    root = data_dir / "exports"
    root.mkdir(mode=0o700, exist_ok=True)
    _known.add(root)
    return root


def _folders(root: Path) -> list[Path]:
    return [one for one in root.iterdir() if one.is_dir()] if root.is_dir() else []


def _jobs(root: Path) -> Iterator[Job]:
    """The jobs that are there, the newest first."""
    for folder in sorted(_folders(root), key=_age, reverse=True):
        try:
            wish = Wish(**json.loads((folder / "job.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue  # being made, or being taken away
        yield _job(folder, wish)


def _age(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0


def _job(folder: Path, wish: Wish) -> Job:
    file = folder / "file"
    if file.is_file():
        return Job(folder.name, wish, "done", 100, "", file.stat().st_size)
    if (folder / "failed").exists() or _silent(folder):
        return Job(folder.name, wish, "failed", 0, _why(folder), 0)
    try:
        percent, _space, doing = (folder / "progress").read_text(encoding="utf-8").partition(" ")
    except OSError:
        percent, doing = "0", ""
    return Job(folder.name, wish, "working", int(percent) if percent.isdecimal() else 0, doing, 0)


def _plain(wish: Wish) -> dict[str, str]:
    return {name: getattr(wish, name) for name in Wish.__slots__}


def _why(folder: Path) -> str:
    """The sentence that the other process left for whoever asked, or nothing."""
    try:
        return (folder / "failed").read_text(encoding="utf-8")
    except OSError:
        return ""


def _silent(folder: Path) -> bool:
    """Whether nobody makes it any more: its server ended meanwhile."""
    return _age(folder / "alive") < (now() - SILENT).timestamp()


def _make(folder: Path, wish: Wish, urls: dict[str, str]) -> None:
    """Run the other process, one at a time; whatever goes wrong is told on the job's page, by its kind alone in the log."""
    why = ""
    try:
        while not _places.acquire(timeout=BEAT):
            (folder / "alive").touch()
        try:
            why = _run(folder, wish, urls)
        finally:
            _places.release()
    except OSError as error:  # also where the folder was taken away meanwhile
        why = type(error).__name__
    if why and folder.is_dir():
        log.error("export: %s", why)
        (folder / "failed").touch()


def _run(folder: Path, wish: Wish, urls: dict[str, str]) -> str:
    """Let the other process make it, with a sign of life at every beat; why there is no file, or nothing."""
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, **urls, "PYTHONPATH": path, FOLDER: str(folder)}
    end = time.monotonic() + PATIENCE
    command = [sys.executable, "-m", "survey.exports.worker", wish.code, wish.table, wish.fmt]
    with subprocess.Popen(  # noqa: S603 - our own module, and arguments that were checked
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            while time.monotonic() < end:
                (folder / "alive").touch()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    told = process.communicate(timeout=BEAT)[1].decode(errors="replace").strip()[-200:]
                    return "" if process.returncode == 0 else told or "ended"
        finally:
            process.kill()
    return "TimeoutExpired"
