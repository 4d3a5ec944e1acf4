"""Jobs of a writer: what each is to run, what came of it, and how one that fails undoes itself alone."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey.core.engines import begin
from survey.core.errors import Busy
from survey.core.hand import hand_of
from survey.core.text import N_

_here = threading.local()  # `writing`: whether a job of a writer runs in this thread
NOTHING = object()  # the result of a job that has none yet


@dataclass(eq=False, slots=True)
class Job:
    """One call in the queue of a writer."""

    run: Callable[[Any], Any]
    brief: bool = False  # `run` takes a `Hand`
    result: Any = NOTHING
    error: BaseException | None = None
    finished: bool = False
    announced: set[str] = field(default_factory=set)


def announce(session: Session, *channels: str) -> None:
    """Inside a write: tell the listeners about `channels`, after the commit and only if the job succeeds."""
    session.info["announced"].update(channels)


def is_writing() -> bool:
    """Whether a job of some writer runs in this thread."""
    return getattr(_here, "writing", False)


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Jobs run in here."""
    _here.writing = True
    try:
        yield
    finally:
        _here.writing = False


def run_all(session: Session, batch: list[Job]) -> bool:
    """Run them in the transaction that has begun, and keep with each what came of it; whether there is something to commit."""
    if len(batch) == 1:
        return _alone(session, batch[0])
    for job in batch:
        _run(session, job)
    return True


def _alone(session: Session, job: Job) -> bool:
    """The only job of its transaction needs no savepoint: what undoes it undoes nothing else. Whether to commit."""
    try:
        try:
            _attempt(session, job)
        except IntegrityError:  # see `_run`
            session.rollback()
            begin(session)
            _attempt(session, job)
    except OperationalError:
        raise
    except BaseException as error:  # noqa: BLE001 -- raised again in the thread of whoever asked
        job.error = error
        session.rollback()
    return job.error is None


def _run(session: Session, job: Job) -> None:
    try:
        try:
            with session.begin_nested():
                _attempt(session, job)
        except IntegrityError:  # another process was quicker with the same row: the second time the job sees it
            with session.begin_nested():
                _attempt(session, job)
    except OperationalError:
        raise  # the file, not the job, is in trouble: nobody in this batch may be told "done"
    except BaseException as error:  # noqa: BLE001 -- raised again in the thread of whoever asked
        job.error = error


def _attempt(session: Session, job: Job) -> None:
    job.announced.clear()
    session.info["announced"] = job.announced
    job.result = job.run(hand_of(session) if job.brief else session)
    session.flush()


def as_busy(error: BaseException) -> BaseException:
    """What is told to those whose transaction failed: trouble with the database passes, so their phones send again."""
    if isinstance(error, OperationalError):
        busy = Busy(N_("Máy chủ chưa ghi được. Máy bạn sẽ gửi lại sau vài giây."))
        busy.__cause__ = error
        return busy
    return error
