"""What units report of their recommendations: it waits, and the office approves or returns it. Each is one job of the writer.

Nothing here changes what stands or what the public reads, but `approve`.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load
from survey.dialogues.service import touch
from survey.dialogues.state import State as Stage
from survey.followups import attachments
from survey.followups import history
from survey.followups import recommendations
from survey.followups import reported
from survey.followups.attachments import Kept
from survey.followups.models_recommendations import Attachment
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import UnitReport
from survey.followups.said import check_said
from survey.followups.steps import REASONED
from survey.followups.steps import State
from survey.followups.tasks import APPROVED
from survey.followups.tasks import REPLACED
from survey.followups.tasks import RETURNED
from survey.followups.tasks import WAITING
from survey.followups.tasks import Said
from survey.followups.tasks import Task
from survey.followups.tasks import stood

REMARK = 1_000  # characters of why a report was returned
LINK, FILE, OFFICE = "link", "file", "office"  # how a report came
OVERTAKEN = N_("Người khác vừa ghi ở đây, nội dung mới ở bên dưới. Gửi lần nữa để thay bằng nội dung của bạn.")
SHUT = N_("Đối thoại đã lưu trữ nên không ghi thêm báo cáo được nữa. Những gì đã ghi vẫn còn.")
NO_REMARK = N_("Hãy ghi vì sao trả lại, để đơn vị biết cần sửa gì.")


@dataclass(slots=True)
class Outcome:
    """What became of a form: reports that are kept, and by recommendation the sentences of what is not."""

    kept: dict[str, str] = field(default_factory=dict)  # recommendation -> report
    refused: dict[str, dict[str, str]] = field(default_factory=dict)  # recommendation -> field -> sentence
    left: list[str] = field(default_factory=list)  # not this unit's any more
    waits: list[str] = field(default_factory=list)  # kept, and not approved: what stands was never beside it


def check_open(dialogue: Dialogue) -> None:
    """Raise `NotNow` where nothing may be reported any more."""
    if dialogue.state == Stage.ARCHIVED:
        raise NotNow(SHUT)


def take(
    session: Session, dialogue_id: str, unit_id: str, given: Mapping[str, Said], *, actor: str, via: str,
    files: Mapping[str, Sequence[Kept]] | None = None,
) -> Outcome:  # fmt: skip
    """Keep what a unit says of its recommendations, each by itself; what nobody touched is nothing, unless a file comes.

    A report that waits gives way to the later one, whose its files become. An empty list of `files` is one that came and
    was not kept, because its words will be refused. Raises `NotNow` once the dialogue is archived.
    """
    check_open(load(session, dialogue_id))
    tasks = {task.one.id: task for task in reported.of_unit(session, dialogue_id, unit_id).tasks}
    found = Outcome()
    for recommendation_id, said in sorted(given.items()):
        task = tasks.get(recommendation_id)
        if task is None:
            found.left.append(recommendation_id)
            continue
        kept, came = (files or {}).get(recommendation_id, ()), recommendation_id in (files or {})
        try:
            report_id = _take(session, task, unit_id, said, actor=actor, via=via, anyway=came)
            if not report_id:
                continue
            found.kept[recommendation_id] = report_id
            for one in kept:
                attachments.add(session, recommendation_id, one, actor=actor, report_id=report_id)
        except Invalid as error:
            found.refused[recommendation_id] = dict(error.fields)
    if found.kept:
        touch(session, dialogue_id, public=False)
    return found


def take_files(
    session: Session, dialogue_id: str, given: Sequence[tuple[str, Mapping[str, Said]]], *, actor: str, approved: bool
) -> int:
    """Keep what came back in files of several units, all of it or nothing, and approve it at once where wanted.

    Raises `Invalid` where a row does not stand any more as the preview showed it.
    """
    kept: list[str] = []
    for unit_id, said in given:
        overtaken = reported.overtaken(session, dialogue_id, unit_id)
        found = take(session, dialogue_id, unit_id, said, actor=actor, via=FILE)
        if found.refused or found.left:
            raise Invalid(N_("Chưa lấy gì: trong lúc xem trước, có kiến nghị vừa được sửa. Hãy gửi lại tệp."))
        kept += found.kept.values()
        if approved:
            approve(session, dialogue_id, _settled(found, overtaken), actor=actor)
    return len(kept)


def type_for(
    session: Session, dialogue_id: str, unit_id: str, given: Mapping[str, Said], *, actor: str,
    files: Mapping[str, Sequence[Kept]] | None = None,
) -> Outcome:  # fmt: skip
    """What the office writes for a unit: kept as its report and approved at once, for the office is who approves.

    But not where a report waited and something else stands since it came: it waits in its place, to be read beside that.
    """
    overtaken = reported.overtaken(session, dialogue_id, unit_id)
    found = take(session, dialogue_id, unit_id, given, actor=actor, via=OFFICE, files=files)
    approve(session, dialogue_id, _settled(found, overtaken), actor=actor)
    return found


def _settled(found: Outcome, overtaken: Collection[str]) -> list[str]:
    """The reports among these that may stand at once; the others are noted as waiting."""
    found.waits = [one for one in found.kept if one in overtaken]
    return [report for one, report in found.kept.items() if one not in overtaken]


def approve(
    session: Session, dialogue_id: str, report_ids: Iterable[str], *, actor: str, showing: Collection[str] = (),
    seen: Mapping[str, str] | None = None,
) -> list[str]:  # fmt: skip
    """Let these reports stand; the ids of those that do. One that was decided on meanwhile is passed over.

    With `seen` (report -> mark of what stood beside it) so is one beside which something else stands by now. The files of
    those in `showing` may be read by everybody who may read the recommendation.
    """
    approved: list[str] = []
    for report in _undecided(session, dialogue_id, report_ids):
        recommendation = session.get_one(Recommendation, report.recommendation_id)
        if seen is not None and seen.get(report.id) != stood(recommendation):
            continue
        _let_stand(session, report, recommendation, actor)
        own = select(Attachment.id).where(Attachment.report_id == report.id)
        for attachment_id in session.scalars(own).all() if report.id in showing else ():
            attachments.publish(session, attachment_id, published=True, actor=actor)
        approved.append(report.id)
    if approved:
        touch(session, dialogue_id, public=False)
    session.flush()
    return approved


def send_back(session: Session, dialogue_id: str, report_ids: Iterable[str], remark: str, *, actor: str) -> int:
    """Return these reports with a remark that their units read; how many. Raises `Invalid` without one."""
    remark = clean(remark)
    if not remark or len(remark) > REMARK:
        message = NO_REMARK if not remark else N_("Lời nhắn không quá 1.000 ký tự.")
        raise Invalid(message, {"remark": message})
    count = 0
    for report in _undecided(session, dialogue_id, report_ids):
        _decide(report, RETURNED, actor)
        report.remark = remark
        history.append(
            session, report.recommendation_id, "report_returned", actor=actor, after=report.state, text=remark
        )
        count += 1
    if count:
        touch(session, dialogue_id, public=False)
    session.flush()
    return count


def load_report(session: Session, dialogue_id: str, report_id: str) -> UnitReport:
    """The report, if it belongs to this dialogue; `NotFound` for any other."""
    found = session.get(UnitReport, report_id)
    owner = session.get(Recommendation, found.recommendation_id) if found else None
    if found is None or owner is None or owner.dialogue_id != dialogue_id:
        raise NotFound(N_("Không có báo cáo này. Hãy tải lại trang."))
    return found


def _take(session: Session, task: Task, unit_id: str, said: Said, *, actor: str, via: str, anyway: bool) -> str:
    """The new report, or nothing where the form came back as it went."""
    stands = task.stands
    typed = Said(said.state, clean(said.text), clean_line(said.document), said.day.strip())
    seen = said.seen or Said().mark
    if not anyway and typed.mark in {seen, stands.mark}:
        return ""
    checked = check_said(said)
    if seen != stands.mark:
        raise Invalid(OVERTAKEN, {"text": OVERTAKEN})
    report = UnitReport(
        id=new_id(), recommendation_id=task.one.id, unit_id=unit_id, state=checked.state, text=checked.text,
        document=checked.document, document_date=checked.day, at=now(), actor=actor, via=via, decision=WAITING,
        decided_by="", remark="",
    )  # fmt: skip
    session.add(report)
    session.flush()
    if task.report is not None:
        _replace(session, task.report.id, report.id)
    history.append(session, task.one.id, "reported", actor=actor, after=checked.state, text=checked.text)
    return report.id


def _replace(session: Session, before: str, after: str) -> None:
    """A later report takes the place of one that waits, and its files either way."""
    old = session.get_one(UnitReport, before)
    if old.decision == WAITING:
        old.decision, old.decided_at = REPLACED, now()
    session.execute(update(Attachment).where(Attachment.report_id == before).values(report_id=after))


def _let_stand(session: Session, report: UnitReport, recommendation: Recommendation, actor: str) -> None:
    reasoned = report.state in REASONED
    recommendations.step(
        session, recommendation.id, State(report.state), actor=actor,
        reason=report.text if reasoned else "", answer="" if reasoned else report.text,
        document=report.document, document_date=report.document_date,
    )  # fmt: skip
    _decide(report, APPROVED, actor)
    history.append(session, recommendation.id, "report_approved", actor=actor, after=report.state)


def _undecided(session: Session, dialogue_id: str, report_ids: Iterable[str]) -> list[UnitReport]:
    check_open(load(session, dialogue_id))
    here = select(Recommendation.id).where(Recommendation.dialogue_id == dialogue_id)
    statement = select(UnitReport).where(
        UnitReport.id.in_(list(report_ids)), UnitReport.decision == WAITING, UnitReport.recommendation_id.in_(here)
    )
    return list(session.scalars(statement.order_by(UnitReport.at, UnitReport.id)))


def _decide(report: UnitReport, decision: str, actor: str) -> None:
    report.decision, report.decided_at, report.decided_by = decision, now(), actor
