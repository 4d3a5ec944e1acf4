"""The command `demo-trust` and what it prints."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from survey import lifecycle
from survey.cli import thief
from survey.cli.thief import Loot
from survey.cli.trust import WAYS
from survey.cli.trust import WINDOWS
from survey.cli.trust import Played
from survey.cli.trust import play
from survey.cli.trust import stage
from survey.cli.trust import workshop
from survey.core.clock import now
from survey.core.errors import DomainError
from survey.dialogues.entry import Way

HEADS = {Way.OPEN: "mã chung", Way.TICKETS: "thẻ rút", Way.ROLL: "danh sách (yếu)", Way.BLIND: "danh sách, ký mù"}
WIDTH = 18


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way in: the play, and what the disk gave away without keys, with them, and when the hall was over."""

    hall: Played
    disk: Loot
    keyed: Loot
    later: Loot


@click.command("demo-trust")
@click.option("--seed", type=int, default=None, help="Repeat a play.")
def demo_trust(seed: int | None) -> None:
    """Play three attacks on each way in, in an empty folder of its own, and print what each gave away."""
    chance = random.Random(seed)  # noqa: S311 - the order in which people come, not a secret
    click.echo("Mỗi cách vào: 30 người, mỗi người hỏi một câu và ủng hộ ba câu. Xin đợi khoảng một phút.\n")
    try:
        outcomes = [attack(way, chance) for way in WAYS]
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    for line in report(outcomes):
        click.echo(line)


def attack(way: Way, chance: random.Random) -> Outcome:
    """Play one way in on a server of its own, and steal its disk while the hall is open and after the keys died."""
    with workshop() as folder, stage(folder) as (stores, base):
        hall = play(stores, base, way, chance)
        stolen = _copy(folder, "stolen")
        disk, keyed = thief.search(hall, stolen, None), thief.search(hall, stolen, folder / "keys")
        lifecycle.take(stores, hall.dialogue_id, "closed", actor="cli")
        lifecycle.sweep(stores, now() + lifecycle.UNDO + dt.timedelta(minutes=1))
        return Outcome(hall, disk, keyed, thief.search(hall, _copy(folder, "later"), folder / "keys"))


def _copy(folder: Path, name: str) -> Path:
    target = folder / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder / "data", target)
    return target


def report(outcomes: Sequence[Outcome]) -> list[str]:
    """The table: one line an attack, one column a way in."""
    rows = [
        ("", [HEADS[one.hall.way] for one in outcomes]),
        (f"{WINDOWS} cửa sổ ẩn danh của một người", [f"{one.hall.counted} lượt" for one in outcomes]),
        ("“Ai hỏi câu 17?” Số tên có trên máy chủ", [str(one.disk.names or "không có") for one in outcomes]),
        ("Lấy đĩa: đoán đúng người hỏi theo thứ tự ghi", [_asked(one.disk) for one in outcomes]),
        ("Lấy đĩa và khóa lúc đang họp: lượt ủng hộ lộ tên", [_voted(one.keyed) for one in outcomes]),
        ("Lấy đĩa và khóa sau khi khép lại: lượt ủng hộ lộ tên", [_voted(one.later) for one in outcomes]),
    ]
    lines = [f"{title:<54}" + "".join(f"{cell:>{WIDTH}}" for cell in cells) for title, cells in rows]
    return [*lines, "", *NOTES]


NOTES = (
    "Mã chung: mỗi máy một phiếu, nên một người nhiều cửa sổ là nhiều lượt; đổi lại, máy chủ không biết tên ai.",
    "Thẻ rút: mỗi thẻ một phiếu; không nơi nào ghi ai rút thẻ nào, nên lấy cả máy chủ cũng không ra tên.",
    "Danh sách, chế độ yếu: mỗi người một phiếu; ai lấy được đĩa và khóa khi khóa còn thì nối được tên với phiếu,",
    "và ai lấy được đĩa thì đoán được từ thứ tự ghi nếu mỗi người hỏi ngay sau khi nhận phiếu.",
    "Danh sách, ký mù: máy mỗi người tự làm phiếu và vào phòng cùng lúc với mọi người ở giờ khai mạc, nên lấy cả đĩa và",
    "khóa, lúc nào cũng vậy, kẻ trộm chỉ đoán mò: ba mươi lần đoán thì chừng một lần đúng.",
)


def _asked(loot: Loot) -> str:
    return f"{loot.asked_by_order} / {loot.of_questions}"


def _voted(loot: Loot) -> str:
    return f"{loot.supported_by_keys} / {loot.of_supports}"
