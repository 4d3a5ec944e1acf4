"""The file of one questionnaire: at once where it is small, else in a process of its own."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.exports import service
from survey.exports import survey_file
from survey.exports import surveys
from survey.exports import write_sps
from survey.exports.service import File
from survey.exports.tables import Report
from survey.questionnaires.snapshot import unpack

SMALL = 200  # responses
MIMETYPES = {**{name: writer.MIMETYPE for name, writer in service.WRITERS.items()}, "sps": write_sps.MIMETYPE}


def make(session: Session, dialogue: Dialogue, questionnaire_id: str, fmt: str) -> File:
    """The file as (content, mimetype, name). Raises `NotFound`, `NotNow` where rows are asked for and may not be, `NotMade`."""
    if fmt not in MIMETYPES:
        raise NotFound(N_("Không có dạng tệp này. Hãy chọn XLSX, CSV, JSON hoặc SPSS."))
    job = surveys.job(session, dialogue, questionnaire_id)
    if fmt == "sps" and job.why_not:
        raise NotNow(job.why_not)
    small = job.summary.responses <= SMALL
    content = survey_file.make(job, fmt) if small else _beside(job, fmt)
    name = f"{'dien-tap-' if dialogue.rehearsal else ''}phieu-khao-sat-{dialogue.code}-{questionnaire_id}.{fmt}"
    return content, MIMETYPES[fmt], name


def printed(session: Session, dialogue: Dialogue, questionnaire_id: str) -> Report:
    """Its figures and texts, to print."""
    job = surveys.job(session, dialogue, questionnaire_id)
    tables = survey_file.read_by_people(job, unpack(job.snapshot))
    return Report("results", job.title, job.code, job.theme, tuple(tables))


def refusal(session: Session, dialogue: Dialogue, questionnaire_id: str) -> str:
    """Why there is no file of rows, as far as it is known without making it; the download says the rest. Raises `NotFound`."""
    return surveys.refusal(session, dialogue, questionnaire_id)


def _beside(job: survey_file.Job, fmt: str) -> bytes:
    done = service.run("survey.exports.survey_file", fmt, sent=survey_file.written_down(job))
    if done.returncode == survey_file.REFUSED:
        raise NotNow(done.stderr.decode())
    return service.output(done)
