"""`python -m survey.exports.survey_file <format>`: a job on the standard input, the file of one questionnaire on the output.

It imports no database and no Flask: starting costs a tenth of what the whole program would.
"""

from __future__ import annotations

import dataclasses
import json
import secrets
import sys
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.exports.tables import Cell
from survey.exports.tables import Chart
from survey.exports.tables import Column
from survey.exports.tables import Report
from survey.exports.tables import Table
from survey.questionnaires import rows as rowing
from survey.questionnaires.rows import RowFile
from survey.questionnaires.rows import Variable
from survey.questionnaires.snapshot import Snapshot
from survey.questionnaires.snapshot import unpack

SHUFFLED = N_(
    "Mỗi dòng một phiếu được tính, đôi khi thay cho một phiếu khác; đã xáo trộn, không có đơn vị, ngày và chữ tự viết. "
    "Mã −9 là câu trả lời đã che."
)
REFUSED = 3  # how the process ends where no file of rows can be made; the sentence is on its error output
_TEXTS = (Column("item", N_("Mục"), "text", 50), Column("text", N_("Câu trả lời tự viết, xếp ngẫu nhiên"), "text", 90))
_CODES = (
    Column("variable", N_("Biến"), "text", 12), Column("label", N_("Nội dung"), "text", 60),
    Column("code", N_("Mã"), "int", 8), Column("meaning", N_("Nghĩa của mã"), "text", 50),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """An item as `axes` and `rows` need it."""

    id: str
    kind: str
    label: str
    settings: dict[str, Any]
    identifying: bool
    shown_if: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that the file is made of, as plain values. `why_not`: why there are to be no rows."""

    title: str
    code: str
    theme: str
    summary: Table
    items: list[Item]
    snapshot: str
    why_not: str
    nameless: str


def make(job: Job, fmt: str) -> bytes:
    """The file. Raises `NotNow` where it would be the rows alone, and there may be none."""
    if fmt == "sps":
        from survey.exports import write_sps  # noqa: PLC0415 - each format costs only whoever asks for it

        return write_sps.write(row_file(job, unpack(job.snapshot)))
    made = report(job)
    if fmt == "xlsx":
        from survey.exports import write_xlsx  # noqa: PLC0415 - as above

        return write_xlsx.write(made)
    if fmt == "csv":
        from survey.exports import write_csv  # noqa: PLC0415 - as above

        return write_csv.write(made)
    from survey.exports import write_json  # noqa: PLC0415 - as above

    return write_json.write(made)


def report(job: Job) -> Report:
    """The summary, what people wrote, the code book and the rows; why there are none is said under the code book."""
    taken = unpack(job.snapshot)
    tables, why = read_by_people(job, taken), job.why_not
    try:
        found = row_file(job, taken)
    except NotNow as error:
        found, why = None, str(error)
    variables = found.variables if found else rowing.variables(job.items, taken)
    tables.append(Table("codes", N_("Phụ lục mã"), _CODES, tuple(_book(variables)), (why,) if why else ()))
    if found:
        columns = tuple(Column(one.name, one.name, "int", 8) for one in found.variables)
        tables.append(Table("rows", N_("Từng phiếu"), columns, found.rows, (SHUFFLED,)))
    return Report("survey", job.title, job.code, job.theme, tuple(tables))


def read_by_people(job: Job, taken: Snapshot) -> list[Table]:
    """The summary and what people wrote: what stands on paper, without codes."""
    written = tuple(_written(job, taken))
    texts = [Table("texts", N_("Tự viết"), _TEXTS, written, (job.nameless,))] if written else []
    return [job.summary, *texts]


def row_file(job: Job, taken: Snapshot) -> RowFile:
    """The rows. Raises `NotNow` with the sentence that says why there are none."""
    if job.why_not:
        raise NotNow(job.why_not)
    return rowing.row_file(job.items, taken)


def _written(job: Job, taken: Snapshot) -> Iterator[tuple[Cell, ...]]:
    for item in job.items:
        texts = list(taken.texts.get(item.id, ()))
        secrets.SystemRandom().shuffle(texts)  # the order in which they were kept must not be in a file
        yield from ((item.label, text) for text in texts)


def _book(variables: Sequence[Variable]) -> Iterator[tuple[Cell, ...]]:
    for one in variables:
        for place, (code, words) in enumerate(rowing.words_of(one).items()):
            yield (one.name, one.label, code, words) if place == 0 else (None, None, code, words)


def written_down(job: Job) -> bytes:
    """The job as it goes to another process."""
    return json.dumps(dataclasses.asdict(job), ensure_ascii=False).encode()


def read_again(raw: bytes) -> Job:
    """The job as it came there."""
    plain = json.loads(raw)
    table = plain.pop("summary")
    summary = Table(
        table["name"], table["title"], tuple(Column(**one) for one in table["columns"]), tuple(map(tuple, table["rows"])),
        tuple(table["notes"]), tuple(Chart(**one) for one in table["charts"]), table["responses"],
        table["people"],
    )  # fmt: skip
    return Job(**{**plain, "summary": summary, "items": [Item(**one) for one in plain["items"]]})


def main() -> int:
    """Make the file; on an error say only its kind, because a traceback would carry what members wrote."""
    try:
        content = make(read_again(sys.stdin.buffer.read()), sys.argv[1])
    except (NotFound, NotNow) as error:
        sys.stderr.write(str(error))
        return REFUSED
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent needs one line and no content
        sys.stderr.write(f"{type(error).__name__}\n")
        return 1
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
