"""Making, assigning, answering and publishing recommendations. Each function is one job of the writer, with its history.

`actor` is an opaque reference, `LINK` where a unit wrote by its link, or "auto" where nobody did it. Texts come as they
were typed; a page shows them escaped, so that no mark-up of theirs is ever any.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.clock import now
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.dialogues import service as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.models import Topic
from survey.dialogues.state import State as Stage
from survey.followups import history
from survey.followups.history import Act
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationQuestion
from survey.followups.models_recommendations import RecommendationUnit
from survey.followups.steps import ANSWERING
from survey.followups.steps import DONE
from survey.followups.steps import REASONED
from survey.followups.steps import State
from survey.followups.steps import check_step
from survey.organisations import units
from survey.organisations.models import Unit
from survey.questions.models import Question
from survey.questions.state import State as QuestionState

LONGEST = {"body": 2_000, "reason": 1_000, "answer": 4_000, "document": 60}  # characters
TOO_LONG = {
    "body": N_("Nội dung kiến nghị không quá 2.000 ký tự."),
    "reason": N_("Lý do không quá 1.000 ký tự."),
    "answer": N_("Câu trả lời không quá 4.000 ký tự. Phần chi tiết để vào văn bản đính kèm."),
    "document": N_("Số văn bản không quá 60 ký tự, ví dụ 15/TB-SNV."),
}
EMPTY = N_("Hãy ghi nội dung kiến nghị: đơn vị cần làm hoặc trả lời việc gì.")
PAST = N_("Hạn này đã qua. Hãy chọn từ hôm nay trở đi, hoặc để trống.")
TOO_FAR = N_("Hạn này quá xa. Hãy kiểm tra lại năm.")
ARCHIVED = N_("Đối thoại đã lưu trữ nên kiến nghị không đổi được nữa.")
TOO_EARLY = N_("Hãy mở đối thoại cho đoàn viên trước, rồi mới lập kiến nghị.")
GONE = N_("Không còn kiến nghị này trong đối thoại. Hãy tải lại trang.")
OVERTAKEN = N_(
    "Trong lúc bạn ghi, kiến nghị này vừa đổi: xem lịch sử ở trang này. Gửi lần nữa để ghi theo nội dung của bạn."
)
SAID = frozenset({"answer", "reason", "document"})  # of a state
ONE_LINE = frozenset({"document"})
YEARS = 5  # a deadline beyond is a mistyped year


def create(
    session: Session, dialogue_id: str, *, body: str, question_ids: Iterable[str] = (), unit_id: str | None = None,
    cooperating: Iterable[str] = (), due: dt.date | None = None, topic_id: str | None = None, actor: str,
) -> str:  # fmt: skip
    """A new recommendation and its first acts; its id. Raises `Invalid` by field, `NotFound`, `NotNow`."""
    dialogue = writable(session, dialogue_id)
    one = Recommendation(
        id=new_id(), dialogue_id=dialogue_id, number=_next(session, dialogue_id), body="", state=State.NEW,
        reason="", answer="", document="", published=False, created_at=history.moment(dialogue.state),
    )  # fmt: skip
    session.add(one)
    session.flush()
    columns: dict[str, Any] = {
        "body": body, "question_ids": tuple(question_ids), "topic_id": topic_id, "unit_id": unit_id,
        "cooperating": tuple(cooperating), "due": due,
    }  # fmt: skip
    _check(session, one, dialogue, columns)
    acts = [Act("create", after=str(one.number)), *_apply(session, one, columns)]
    history.extend(session, one.id, acts, actor=actor, at=one.created_at)
    dialogues.touch(session, dialogue_id, public=False)
    return one.id


def change(session: Session, recommendation_id: str, *, actor: str, **columns: Any) -> int:
    """Set some of: body, reason, answer, document, document_date, topic_id, unit_id, due, cooperating, question_ids.

    The number of those that differ; the others leave no trace. Raises `Invalid` by field, `NotFound`, `NotNow`.
    """
    one, dialogue = _load(session, recommendation_id)
    _check(session, one, dialogue, columns)
    if SAID & columns.keys():
        _refuse_unsaid(one, one.state, columns)
    if columns.get("unit_id") and "cooperating" not in columns:  # who leads now helps no more
        columns["cooperating"] = _helping(session, one.id) - {columns["unit_id"]}
    changed = history.extend(session, one.id, _apply(session, one, columns), actor=actor)
    if changed:
        dialogues.touch(session, one.dialogue_id, public=one.published)
    return changed


def step(
    session: Session, recommendation_id: str, to: str, *, actor: str, reason: str = "", answer: str = "",
    document: str = "", document_date: dt.date | None = None, whole: bool = False,
) -> None:  # fmt: skip
    """Bring it to a state, with what belongs to that: a reason where the public reads why, an answer where it reads one.

    What is left empty stays as it stands, unless this is the `whole` of what is said. Raises `Invalid` by field, `NotNow`,
    `NotFound`.
    """
    one, dialogue = _load(session, recommendation_id)
    if to not in set(State):
        raise NotNow(N_("Kiến nghị không chuyển được sang trạng thái này. Hãy tải lại trang."))
    check_step(one.state, to)
    given = {"reason": reason, "answer": answer, "document": document, "document_date": document_date}
    said: dict[str, Any] = {name: value for name, value in given.items() if value or whole}
    _refuse_unsaid(one, to, said)
    _check(session, one, dialogue, said)
    acts, moment = _apply(session, one, said), history.moment(dialogue.state)
    if one.state != to:
        acts.append(Act("state", one.state, to))
        one.state = to
        one.done_at = (one.done_at or moment) if to in DONE else None
    if history.extend(session, one.id, acts, actor=actor, at=moment):
        dialogues.touch(session, one.dialogue_id, public=one.published)


def publish(session: Session, recommendation_id: str, published: bool, *, actor: str) -> None:
    """Let everybody read it, or no more, the latter from the archive too; what holds already changes nothing."""
    one, _dialogue = _load(session, recommendation_id, hiding=not published)
    if one.published != published:
        history.extend(session, one.id, _set(session, one, "published", published), actor=actor)
        dialogues.touch(session, one.dialogue_id, public=True)


def check_seen(session: Session, recommendation_id: str, seen: str) -> None:
    """Raise `Invalid` where something was done since the page that shows `history.mark`; without a mark nothing is held."""
    if seen and seen != history.mark(session, recommendation_id):
        raise Invalid(OVERTAKEN)


def writable(session: Session, dialogue_id: str, *, hiding: bool = False) -> Dialogue:
    """The dialogue, where its following up may be changed; an archive only hides what everybody reads. Raises `NotNow`."""
    dialogue = dialogues.load(session, dialogue_id)
    if dialogue.state == Stage.DRAFT:
        raise NotNow(TOO_EARLY)
    if dialogue.state == Stage.ARCHIVED and not hiding:
        raise NotNow(ARCHIVED)
    return dialogue


def give_back(session: Session, dialogue_id: str, numbers: Collection[int]) -> None:
    """The last numbers were given by mistake and told to nobody: the next ones begin with them."""
    dialogue = dialogues.load(session, dialogue_id)
    while dialogue.next_recommendation - 1 in numbers:
        dialogue.next_recommendation -= 1
    session.flush()


def load(session: Session, dialogue_id: str, recommendation_id: str) -> Recommendation:
    """The recommendation of this dialogue; raises `NotFound`."""
    found = session.get(Recommendation, recommendation_id)
    if found is None or found.dialogue_id != dialogue_id:
        raise NotFound(GONE)
    return found


def _load(session: Session, recommendation_id: str, *, hiding: bool = False) -> tuple[Recommendation, Dialogue]:
    found = session.get(Recommendation, recommendation_id)
    if found is None:
        raise NotFound(GONE)
    return found, writable(session, found.dialogue_id, hiding=hiding)


def _next(session: Session, dialogue_id: str) -> int:
    """A number that none has had: one that is taken away keeps its own, in papers and in the log."""
    statement = (
        update(Dialogue).where(Dialogue.id == dialogue_id)
        .values(next_recommendation=Dialogue.next_recommendation + 1).returning(Dialogue.next_recommendation)
        .execution_options(synchronize_session="fetch")
    )  # fmt: skip
    return int(session.execute(statement).scalar_one()) - 1


def _check(session: Session, one: Recommendation, dialogue: Dialogue, columns: dict[str, Any]) -> None:
    """Put `columns` into the form in which they are kept; raises `Invalid` for all that cannot be, in one."""
    wrong: dict[str, str] = {}
    for name in LONGEST.keys() & columns.keys():
        columns[name] = (clean_line if name in ONE_LINE else clean)(columns[name] or "")
        if len(columns[name]) > LONGEST[name]:
            wrong[name] = TOO_LONG[name]
    if "body" in columns and not columns["body"]:
        wrong["body"] = EMPTY
    wrong |= _wrong_day(one, columns)
    _check_places(session, dialogue, columns)
    if wrong:
        raise Invalid(next(iter(wrong.values())), wrong)


def _wrong_day(one: Recommendation, columns: dict[str, Any]) -> dict[str, str]:
    due, today = columns.get("due"), local(now()).date()
    if due is None or due == one.due:  # a day that has passed since is kept, where other things change
        return {}
    if due < today:
        return {"due": PAST}
    return {"due": TOO_FAR} if due.year > today.year + YEARS else {}


def _check_places(session: Session, dialogue: Dialogue, columns: dict[str, Any]) -> None:
    """Raise `NotFound` for a unit, a topic or a question of somebody else."""
    leading = columns.get("unit_id")
    columns.update({name: columns[name] or None for name in ("unit_id", "topic_id") if name in columns})
    for unit_id in filter(None, (leading, *columns.get("cooperating", ()))):
        units.load(session, dialogue.organisation_id, unit_id)
    topic = session.get(Topic, columns["topic_id"]) if columns.get("topic_id") else None
    if columns.get("topic_id") and (topic is None or topic.dialogue_id != dialogue.id):
        raise NotFound(N_("Không còn nhóm vấn đề này. Hãy tải lại trang."))
    for question_id in columns.get("question_ids", ()):
        question = session.get(Question, question_id)
        if question is None or question.dialogue_id != dialogue.id or question.state == QuestionState.ERASED:
            raise NotFound(N_("Không còn câu hỏi này trong đối thoại."))


def _refuse_unsaid(one: Recommendation, to: str, said: dict[str, Any]) -> None:
    """Raise `Invalid` where the public would find nothing to read: what is said counts, else what stands."""
    stands = {name: clean(said.get(name, getattr(one, name)) or "") for name in SAID}
    if to in REASONED and not stands["reason"]:
        message = N_("Hãy ghi lý do: đoàn viên sẽ đọc vì sao kiến nghị được chuyển lên hoặc không được chấp nhận.")
        raise Invalid(message, {"reason": message})
    if to in ANSWERING and not (stands["answer"] or stands["document"]):
        message = N_("Hãy ghi câu trả lời hoặc số văn bản trả lời: đoàn viên sẽ đọc ở đây.")
        raise Invalid(message, {"answer": message})


def _apply(session: Session, one: Recommendation, columns: dict[str, Any]) -> list[Act]:
    """Set what differs; the acts that this was."""
    acts = [act for name, value in columns.items() for act in _SETTERS.get(name, _set)(session, one, name, value)]
    session.flush()
    return acts


def _set(session: Session, one: Recommendation, name: str, value: Any) -> list[Act]:
    """One column; no act where it stands so already."""
    before = getattr(one, name)
    if before == value:
        return []
    setattr(one, name, value)
    if name in history.TEXTS:
        return [Act(name, text=value)]
    return [Act(name, history.token(before), history.token(value), _named(session, name, value))]


def _set_cooperating(session: Session, one: Recommendation, _name: str, value: Any) -> list[Act]:
    """The units that help; the one that leads is none of them."""
    own, before = RecommendationUnit.recommendation_id == one.id, _helping(session, one.id)
    wanted = set(value) - {one.unit_id}
    if before == wanted:
        return []
    session.execute(delete(RecommendationUnit).where(own, RecommendationUnit.unit_id.in_(before - wanted)))
    session.add_all(RecommendationUnit(recommendation_id=one.id, unit_id=unit_id) for unit_id in wanted - before)
    names = ", ".join(sorted(_named(session, "unit_id", unit_id) for unit_id in wanted))
    return [Act("cooperating", history.ids(before), history.ids(wanted), names)]


def _helping(session: Session, recommendation_id: str) -> set[str]:
    own = RecommendationUnit.recommendation_id == recommendation_id
    return set(session.scalars(select(RecommendationUnit.unit_id).where(own)))


def _set_questions(session: Session, one: Recommendation, _name: str, value: Any) -> list[Act]:
    own = RecommendationQuestion.recommendation_id == one.id
    before = set(session.scalars(select(RecommendationQuestion.question_id).where(own)))
    wanted = set(value)
    if before == wanted:
        return []
    session.execute(delete(RecommendationQuestion).where(own, RecommendationQuestion.question_id.in_(before - wanted)))
    session.add_all(RecommendationQuestion(recommendation_id=one.id, question_id=id_) for id_ in wanted - before)
    return [Act("questions", history.ids(before), history.ids(wanted))]


def _named(session: Session, name: str, value: Any) -> str:
    """How a unit or a topic was called when this was done: it may be renamed, and merged with another."""
    if not value or name not in {"unit_id", "topic_id"}:
        return ""
    found = session.get_one(Unit, value) if name == "unit_id" else session.get_one(Topic, value)
    return found.name


_SETTERS = {"cooperating": _set_cooperating, "question_ids": _set_questions}
