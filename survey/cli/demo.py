"""The command `demo-trust` and what it prints."""

from __future__ import annotations

import datetime as dt
import random
import shutil
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
from survey.core.stores import Stores
from survey.dialogues.entry import Entry

HEADS = {Entry.OPEN: "mã chung", Entry.TICKETS: "thẻ rút", Entry.ROLL: "danh sách (yếu)"}
WIDTH = 18


@click.command("demo-trust")
@click.option("--seed", type=int, default=None, help="Repeat a play.")
def demo_trust(seed: int | None) -> None:
    """Play three attacks on each way in, in an empty folder of its own, and print what each gave away."""
    chance = random.Random(seed)  # noqa: S311 - the order in which people come, not a secret
    click.echo("Mỗi cách vào: 30 người, mỗi người hỏi một câu và ủng hộ ba câu. Xin đợi khoảng nửa phút.\n")
    with workshop() as folder, stage(folder) as (stores, base):
        halls = [play(stores, base, way, chance) for way in WAYS]
        seized = [(hall, *_seize(folder, hall)) for hall in halls]
        later = _after_closing(stores, folder, halls)
    for line in report(seized, later):
        click.echo(line)


def _seize(folder: Path, hall: Played) -> tuple[Loot, Loot]:
    """What the disk gives away without the keys, and with them, while the hall is open."""
    data = _copy(folder, "stolen")
    return thief.search(hall, data, None), thief.search(hall, data, folder / "keys")


def _after_closing(stores: Stores, folder: Path, halls: list[Played]) -> list[Loot]:
    """Everything that is left when the keys that let people in have died."""
    for hall in halls:
        lifecycle.take(stores, hall.dialogue_id, "closed", actor="cli")
    lifecycle.sweep(stores, now() + dt.timedelta(hours=1))
    data = _copy(folder, "later")
    return [thief.search(hall, data, folder / "keys") for hall in halls]


def _copy(folder: Path, name: str) -> Path:
    target = folder / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder / "data", target)
    return target


def report(seized: list[tuple[Played, Loot, Loot]], later: list[Loot]) -> list[str]:
    """The table: one line an attack, one column a way in."""
    halls, disk, keyed = zip(*seized, strict=True)
    asked = [f"{loot.asked_by_order} / {loot.of_questions}" for loot in disk]
    voted = [f"{loot.supported_by_keys} / {loot.of_supports}" for loot in keyed]
    voted_later = [f"{loot.supported_by_keys} / {loot.of_supports}" for loot in later]
    rows = [
        ("", [HEADS[hall.entry] for hall in halls]),
        (f"{WINDOWS} cửa sổ ẩn danh của một người", [f"{hall.counted} lượt" for hall in halls]),
        ("“Ai hỏi câu 17?” Số tên có trên máy chủ", [str(loot.names or "không có") for loot in disk]),
        ("Lấy đĩa: đoán đúng người hỏi theo thứ tự ghi", asked),
        ("Lấy đĩa và khóa lúc đang họp: lượt ủng hộ lộ tên", voted),
        ("Lấy đĩa và khóa sau khi khép lại: lượt ủng hộ lộ tên", voted_later),
    ]
    lines = [f"{title:<54}" + "".join(f"{cell:>{WIDTH}}" for cell in cells) for title, cells in rows]
    return [*lines, "", *NOTES]


NOTES = (
    "Mã chung: mỗi máy một phiếu, nên một người nhiều cửa sổ là nhiều lượt; đổi lại, máy chủ không biết tên ai.",
    "Thẻ rút: mỗi thẻ một phiếu; không nơi nào ghi ai rút thẻ nào, nên lấy cả máy chủ cũng không ra tên.",
    "Danh sách, chế độ yếu: mỗi người một phiếu; ai lấy được đĩa và khóa khi khóa còn thì nối được tên với phiếu,",
    "và ai lấy được đĩa thì đoán được từ thứ tự ghi nếu mỗi người hỏi ngay sau khi nhận phiếu.",
)
