"""What an office lets everybody read: the plan, the notice, answered questions, and recommendations all at once.

A question is never public because it was answered: members wrote it for their room, and somebody of the office says that
it may leave it. Everything can be taken back; copies that others made cannot, and the page says so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core import durable
from survey.core.clock import now
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.offload import off_the_loop
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.dialogues import service as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.state import OVER
from survey.dialogues.state import State as Stage
from survey.followups import attachments
from survey.followups import history
from survey.followups import published_days
from survey.followups import recommendations
from survey.followups import service
from survey.followups.attachments import Kept
from survey.followups.models_deadlines import DialogueDeadlines
from survey.followups.models_publishing import Publication
from survey.followups.models_publishing import PublishedFile
from survey.followups.models_publishing import PublishedQuestion
from survey.followups.models_recommendations import Attachment
from survey.followups.models_recommendations import Recommendation
from survey.questions import queries as questions
from survey.questions.queries import Row
from survey.questions.state import State

FOLDER = "publications"  # inside DATA_DIR
LONGEST = 20_000  # characters of a plan or a notice
AT_ONCE = 20  # recommendations in one write: each has its history, and streams wait for a write
MOST_FILES = 5  # of one kind
KINDS = frozenset({"plan", "notice"})
_STATES = frozenset({State.ANSWERED, State.IN_WRITING})
TOO_LONG = N_("Nội dung không quá 20.000 ký tự. Hãy rút gọn, hoặc đính kèm tệp.")
TOO_MANY = N_("Mỗi văn bản kèm nhiều nhất 5 tệp. Hãy bỏ bớt tệp cũ trước.")
EMPTY = N_("Hãy viết nội dung hoặc kèm tệp trước khi công bố.")
TOO_EARLY = N_("Công bố kết quả được sau khi khép lại buổi đối thoại.")
DRAFT = N_("Hãy mở đối thoại cho đoàn viên trước, rồi mới công bố.")
GONE = N_("Không còn tệp này.")


@dataclass(frozen=True, slots=True)
class Papers:
    """The plan and the notice, with the days on which they were published and their files."""

    plan: str = ""
    plan_shown: bool = False
    plan_on: dt.date | None = None
    notice: str = ""
    notice_shown: bool = False
    notice_on: dt.date | None = None
    document: str = ""
    files: tuple[PublishedFile, ...] = ()

    def of(self, kind: str) -> list[PublishedFile]:
        """The files of one of them."""
        return [one for one in self.files if one.kind == kind]


def papers(session: Session, dialogue_id: str) -> Papers:
    """What stands now, shown or not."""
    row, days = session.get(Publication, dialogue_id), session.get(DialogueDeadlines, dialogue_id)
    files = session.scalars(
        select(PublishedFile)
        .where(PublishedFile.dialogue_id == dialogue_id)
        .order_by(PublishedFile.name, PublishedFile.id)
    ).all()
    plan_on, notice_on = (days.plan_published, days.conclusion_published) if days else (None, None)
    if row is None:
        return Papers(plan_on=plan_on, notice_on=notice_on, files=tuple(files))
    return Papers(
        row.plan, row.plan_shown, plan_on, row.notice, row.notice_shown, notice_on, row.notice_document, tuple(files)
    )


def answered(session: Session, dialogue_id: str) -> list[Row]:
    """The questions that have an answer to read, in the order of their numbers."""
    rows = questions.board(session, dialogue_id, states=_STATES)
    return sorted((row for row in rows if has_answer(row)), key=lambda row: row.number or 0)


def has_answer(row: Row) -> bool:
    """Whether there is something to read: answered in the hall, also where nobody noted how, or in writing by now."""
    return row.state == State.ANSWERED or (row.state == State.IN_WRITING and bool(row.note))


def published(session: Session, dialogue_id: str) -> dict[str, dt.datetime]:
    """The ids of the questions that everybody may read, with the moment from which on."""
    statement = select(PublishedQuestion).where(PublishedQuestion.dialogue_id == dialogue_id)
    return {row.question_id: row.at for row in session.scalars(statement)}


def set_paper(
    session: Session, dialogue_id: str, kind: str, text: str, *, shown: bool, document: str = "",
    kept: Kept | None = None, actor: str,
) -> None:  # fmt: skip
    """Write the plan or the notice with its new file, and show it to everybody or no more. Raises `Invalid`, `NotNow`.

    From the archive what stands is hidden, and nothing else.
    """
    text, document = clean(text), clean_line(document)[:60]
    stands = (text, document if kind == "notice" else "") == _stands(session, dialogue_id, kind)
    _writable(session, dialogue_id, hiding=stands and not shown and kept is None)
    if len(text) > LONGEST:
        raise Invalid(TOO_LONG, {kind: TOO_LONG})
    if shown and not text and kept is None and not papers(session, dialogue_id).of(kind):
        raise Invalid(EMPTY, {kind: EMPTY})
    if kept is not None:
        _add(session, dialogue_id, kind, kept)
    row = session.get(Publication, dialogue_id) or Publication(
        dialogue_id=dialogue_id, plan="", plan_shown=False, notice="", notice_shown=False, notice_document=""
    )
    session.add(row)
    if kind == "notice":
        row.notice, row.notice_shown, row.notice_document = text, shown, document
    else:
        row.plan, row.plan_shown = text, shown
    session.flush()
    _done(session, dialogue_id, kind, published_days.settle(session, dialogue_id, kind, shown=shown), actor)


def publish(
    session: Session, dialogue_id: str, *, question_ids: Collection[str], among: Collection[str],
    recommendation_ids: Collection[str], of: Collection[str], actor: str,
) -> int:  # fmt: skip
    """Let everybody read exactly these of those that were looked at (`among`, `of`); how many changed.

    What came since the page was opened is neither shown nor hidden. A recommendation's files go out with it.
    """
    _over(session, dialogue_id)
    changed = _questions(session, dialogue_id, set(question_ids), set(among))
    statement = select(Recommendation).where(Recommendation.dialogue_id == dialogue_id, Recommendation.id.in_(list(of)))
    for one in session.scalars(statement.order_by(Recommendation.number)).all():
        wanted = one.id in set(recommendation_ids)
        if one.published != wanted:
            recommendations.publish(session, one.id, wanted, actor=actor)
            changed += 1 + (_attach(session, one.id, actor=actor) if wanted else 0)
    if changed:
        _done(session, dialogue_id, "published", changed, actor)
    return changed


def publish_all(session: Session, dialogue_id: str, *, actor: str) -> int:
    """Everything that is answered and every recommendation in one write; how many are new to everybody.

    Beside a running hall publish `everything` by lots of `AT_ONCE`.
    """
    rows, every = everything(session, dialogue_id)
    return publish(session, dialogue_id, question_ids=rows, among=rows, recommendation_ids=every, of=every, actor=actor)


def everything(session: Session, dialogue_id: str) -> tuple[list[str], list[str]]:
    """The ids of all that could be public: answered questions and recommendations, in the order of their numbers."""
    own = select(Recommendation.id).where(Recommendation.dialogue_id == dialogue_id)
    rows = [row.id for row in answered(session, dialogue_id)]
    return rows, list(session.scalars(own.order_by(Recommendation.number)))


def keep(data_dir: Path, name: str, content: bytes) -> Kept:
    """Check a file and put its bytes where they stay, like an attachment's. Raises `Invalid` (field "file")."""
    (data_dir / FOLDER).mkdir(mode=0o700, exist_ok=True)
    return attachments.keep(data_dir / FOLDER, name, content)


def add_file(session: Session, dialogue_id: str, kind: str, kept: Kept, *, actor: str) -> str:
    """A file of the plan or the notice, to be read as soon as that is shown; its id."""
    _writable(session, dialogue_id)
    _add(session, dialogue_id, kind, kept)
    _done(session, dialogue_id, kind, 1, actor)
    return kept.id


def remove_file(session: Session, dialogue_id: str, file_id: str, *, actor: str) -> None:
    """Take a file away, for everybody; `discard` its bytes afterwards. Raises `NotFound`, `NotNow`."""
    found = session.get(PublishedFile, file_id)
    if found is None or found.dialogue_id != dialogue_id:
        raise NotFound(GONE)
    _writable(session, dialogue_id)
    kind = found.kind
    session.delete(found)
    session.flush()
    _done(session, dialogue_id, kind, 0, actor)


def discard(data_dir: Path, file_id: str) -> None:
    """Delete the bytes of a file that has no row any more."""
    (data_dir / FOLDER / attachments.FOLDER / Path(file_id).name).unlink(missing_ok=True)


def sweep(data_dir: Path, session: Session, *, older: float = attachments.OLD) -> list[str]:
    """Delete bytes without a row: of uploads that were refused, of an import that was cut off. Their names."""
    folder, before = data_dir / FOLDER / attachments.FOLDER, time.time() - older
    there = [one for one in sorted(folder.iterdir()) if one.stat().st_ctime <= before] if folder.is_dir() else []
    rows = set(session.scalars(select(PublishedFile.id).where(PublishedFile.id.in_([one.name for one in there]))))
    gone = [one for one in there if one.name not in rows]
    for one in gone:
        one.unlink(missing_ok=True)
    if gone:
        durable.settle(folder)
    return [one.name for one in gone]


def file(session: Session, dialogue_id: str, file_id: str) -> PublishedFile:
    """A file that everybody may read; raises `NotFound`."""
    found = session.get(PublishedFile, file_id)
    shown = papers(session, dialogue_id)
    if found is None or found.dialogue_id != dialogue_id:
        raise NotFound(GONE)
    if not (shown.plan_shown if found.kind == "plan" else shown.notice_shown):
        raise NotFound(GONE)
    return found


def read(data_dir: Path, one: PublishedFile) -> bytes:
    """Its bytes, as they were kept. Raises `NotFound` where the disk has lost or changed them."""
    try:
        content, found = off_the_loop(lambda: _with_digest(data_dir / FOLDER / attachments.FOLDER / one.id))
    except OSError as error:
        raise NotFound(GONE) from error
    if found != one.sha256:
        raise NotFound(GONE)
    return content


def _with_digest(path: Path) -> tuple[bytes, bytes]:
    content = path.read_bytes()
    return content, hashlib.sha256(content).digest()


def _add(session: Session, dialogue_id: str, kind: str, kept: Kept) -> None:
    if len(papers(session, dialogue_id).of(kind)) >= MOST_FILES:
        raise Invalid(TOO_MANY, {"file": TOO_MANY})
    session.add(PublishedFile(
        id=kept.id, dialogue_id=dialogue_id, kind=kind, name=kept.name, mimetype=kept.mimetype, size=kept.size,
        sha256=kept.sha256, at=now(),
    ))  # fmt: skip
    session.flush()


def _questions(session: Session, dialogue_id: str, wanted: set[str], among: set[str]) -> int:
    before = published(session, dialogue_id)
    may = {row.id for row in answered(session, dialogue_id)}
    gone, new = (before.keys() & among) - wanted, (wanted & among & may) - before.keys()
    mine = PublishedQuestion.dialogue_id == dialogue_id
    _writable(session, dialogue_id, hiding=not new)
    session.execute(delete(PublishedQuestion).where(mine, PublishedQuestion.question_id.in_(sorted(gone))))
    moment = now()
    session.add_all(PublishedQuestion(question_id=one, dialogue_id=dialogue_id, at=moment) for one in sorted(new))
    session.flush()
    return len(gone) + len(new)


def _attach(session: Session, recommendation_id: str, *, actor: str) -> int:
    """The approved files of a recommendation go out with it; not what a unit sent and nobody approved, or somebody hid."""
    own = Attachment.recommendation_id == recommendation_id, Attachment.report_id.is_(None), ~Attachment.published
    files, hidden = session.scalars(select(Attachment).where(*own)).all(), _hidden(session, recommendation_id)
    going = [file.id for file in files if file.sha256.hex() not in hidden]
    for attachment_id in going:
        attachments.publish(session, attachment_id, published=True, actor=actor)
    return len(going)


def _hidden(session: Session, recommendation_id: str) -> set[str]:
    """The digests of files that somebody hid, or that were there when a name was covered: nobody can look into them."""
    there: set[str] = set()
    hidden: set[str] = set()
    for act in history.of(session, recommendation_id):
        if act.action == "attach":
            there.add(act.after)
        elif act.action == "file_hidden":
            hidden.add(act.after)
        elif act.action == "file_shown":
            hidden.discard(act.after)
        elif act.action == history.REWRITTEN:
            hidden |= there
    return hidden


def _stands(session: Session, dialogue_id: str, kind: str) -> tuple[str, str]:
    found = papers(session, dialogue_id)
    return (found.plan, "") if kind == "plan" else (found.notice, found.document)


def _writable(session: Session, dialogue_id: str, *, hiding: bool = False) -> Dialogue:
    if dialogues.load(session, dialogue_id).state == Stage.DRAFT:
        raise NotNow(DRAFT)
    return recommendations.writable(session, dialogue_id, hiding=hiding)


def _over(session: Session, dialogue_id: str) -> None:
    dialogue = _writable(session, dialogue_id, hiding=True)
    if dialogue.state not in OVER or dialogue.rehearsal:
        raise NotNow(TOO_EARLY)


def _done(session: Session, dialogue_id: str, action: str, count: int, actor: str) -> None:
    service.note(session, dialogue_id, f"public_{action}", actor=actor, count=count)
    dialogues.touch(session, dialogue_id, public=True)
