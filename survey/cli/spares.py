"""The spare by command: words, a folder for it, how it stands, and taking over."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask import current_app
from flask.cli import with_appcontext

from survey.core.clock import local
from survey.core.clock import now
from survey.core.errors import DomainError
from survey.core.paths import PACKAGE
from survey.core.settings import Settings
from survey.machine import sending
from survey.spare import copies
from survey.spare import folder
from survey.spare import sealing
from survey.spare import taking
from survey.spare import tending
from survey.spare import words
from survey.spare.folder import Found

SYLLABLES = words.WORDS * words.IN_A_WORD


def _settings() -> Settings:
    found: Settings = current_app.extensions["survey"]["settings"]
    return found


@click.group("spare")
def spare() -> None:
    """The spare: a folder on another disk or machine that SPARE_DIR names."""


@spare.command("words")
@click.option("--again", is_flag=True, help="New words in the place of those that were made: the old sheet is void.")
@with_appcontext
def make_words(again: bool) -> None:
    """Make the eight words and print them, once. Copy them onto paper; nobody can show them again."""
    known = copies.pair(_settings().key_dir)
    if known is not None and not again:
        raise click.ClickException(f"Đã có tờ {known.id}. Làm tờ mới thì tờ ấy hết hiệu lực: thêm --again.")
    phrase, pair = sealing.new()
    copies.keep_pair(_settings().key_dir, pair)
    click.echo(f"Tờ {pair.id}. Chép ra giấy, giao cho người không giữ máy chủ, rồi xóa màn hình này:")
    for number, line in enumerate(words.lines(phrase), 1):
        click.echo(f"  {number}. {line}")


@spare.command("prepare")
@click.argument("place", type=click.Path(path_type=Path, file_okay=False))
@click.option("--label", default="", help="What people call this disk or machine.")
@click.option("--same-disk", is_flag=True, help="Also on the server's own disk, which helps nobody when that dies.")
@with_appcontext
def prepare(place: Path, label: str, same_disk: bool) -> None:
    """Make PLACE a folder of this installation's spare. Only such a folder is ever written to."""
    try:
        if not same_disk:
            folder.check_apart(place.absolute(), _settings().data_dir)
        made = folder.prepare(place.absolute(), copies.owner(_settings().key_dir), label or place.name)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{made.label}: SPARE_DIR={place.absolute()}")


@spare.command("status")
@with_appcontext
def status() -> None:
    """Until when everything is there, and which copies outlived their keys; 1 where it is too old."""
    own = current_app.extensions["survey"]
    found, settings = sending.read(own["settings"].data_dir), own["settings"]
    age = "never" if found.age is None else f"{found.age:.0f} s ago"
    click.echo(
        f"{found.label or settings.spare_dir or '-'}: {age}, {found.problem or 'fine'}, words {found.sheet or 'none'}"
    )
    for one in tending.out_of_reach(settings, own["keys"]):
        where = f"{one.label} ({one.sheet or 'open'}), {one.dialogue_id}"
        click.echo(f"destroyed here, a copy is left: {where}: {', '.join(one.purposes)}")
    if settings.spare_dir is not None and found.stale:
        raise SystemExit(1)


@spare.command("forget")
@click.argument("place_id")
@with_appcontext
def forget(place_id: str) -> None:
    """Somebody saw to it that the copies at a place (its id, or its name) are destroyed: list them no more."""
    for one in copies.places(_settings().key_dir):
        if place_id in {one.id, one.label}:
            copies.forget(_settings().key_dir, one.id)
            click.echo(one.label)


@click.command("takeover")
@click.argument("place", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--read-only", is_flag=True, help="Without the words: everything can be read, nothing is taken in.")
@click.option("--serve/--no-serve", default=True, show_default=True)
@with_appcontext
def takeover(place: Path, read_only: bool, serve: bool) -> None:
    """Take the place of the machine that sent itself to PLACE: asks for the eight words, then serves."""
    try:
        found = folder.newest(place.absolute())
        _say_what_is_missing(found)
        private = None if read_only else _ask(found)
        secret = Path(os.environ.get("SECRET_KEY_FILE") or _settings().key_dir / "secret.key")
        current_app.extensions["survey"]["db"].dispose()
        current_app.extensions["survey"]["roll"].dispose()
        if private is not None:
            click.echo("Đang xem máy chủ cũ đã dừng hẳn chưa, mất vài giây.")
        taken = taking.take_over(_settings(), secret, found, private)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    if private is None:
        click.echo("Mở chỉ để đọc: không nhận phiếu nào. Có tám từ thì dừng máy này và chạy lại lệnh ấy.")
    else:
        click.echo(f"Đã lấy {taken.keys} trên {taken.there} khóa, {taken.drops} phong bì trong hòm.")
        if taken.alive:
            click.echo("Lúc nãy máy chủ cũ đang chạy. Hãy tắt hẳn nó ngay: những gì nó nhận thêm thì không sang đây.")
        click.echo("Đừng bật lại máy chủ cũ: hai máy cùng nhận phiếu thì có người được tính hai lần.")
        if not taken.told:
            click.echo("Không ghi được vào thư mục dự phòng, nên máy chủ cũ không tự biết là đã bị thay.")
    if taken.damaged:
        click.echo(f"{taken.damaged} tệp đính kèm thiếu hoặc hỏng trên ổ dự phòng: hãy tải lên lại.")
    if serve:
        _serve()


def _say_what_is_missing(found: Found) -> None:
    if not found.at:
        click.echo(f"{found.marker.label}: có bản đủ mọi tệp, nhưng không rõ là của mấy giờ.")
        return
    at = dt.datetime.fromtimestamp(found.at, dt.UTC)
    ago = max((now() - at).total_seconds(), 0)
    click.echo(f"{found.marker.label}: đủ mọi thứ đến {local(at):%H:%M:%S ngày %d/%m/%Y} ({_spoken(ago)} trước).")
    click.echo(
        "Thiếu nhiều nhất là những gì máy chủ cũ ghi sau lúc ấy; điện thoại nào chưa nhận được lời báo thì tự gửi lại."
    )


def _spoken(seconds: float) -> str:
    for least, length, name in ((7200, 3600, "giờ"), (120, 60, "phút")):
        if seconds >= least:
            return f"{seconds / length:.0f} {name}"
    return f"{seconds:.0f} giây"


def _ask(found: Found) -> X25519PrivateKey | None:
    """The words, from whoever holds the sheet; an empty line instead means that nobody has it."""
    pair = taking.pair_of(found)
    if pair is None:
        click.echo("Máy chủ cũ chưa làm tờ tám từ nào, nên không có khóa nào ở đây.")
        return None
    click.echo(f"Gõ tám từ trên tờ {pair.id}, không cần dấu; cả dòng hoặc từng từ. Không có tờ giấy: gõ Enter.")
    typed: list[str] = []
    while True:
        line = sys.stdin.readline()
        fresh = words.read(line)
        if not fresh and not typed:
            return None
        if not line:
            raise click.ClickException("Chưa đủ tám từ.")
        strange = words.strange(fresh)
        for one, near in strange.items():
            click.echo(
                f"Không có tiếng “{one}” trên tờ nào{': có phải ' + ', '.join(near) if near else ''}? Gõ lại dòng ấy."
            )
        typed += [] if strange else fresh
        if len(typed) >= SYLLABLES:
            try:
                private = sealing.opened(pair, typed[:SYLLABLES])
            except DomainError as error:
                click.echo(str(error))
                typed = []
                continue
            click.clear()
            return private
        if fresh and not strange:
            click.echo(f"Còn {(SYLLABLES - len(typed) + 1) // words.IN_A_WORD} từ.")


def _serve() -> None:
    """As `python app.py` does, in a process that begins anew: gevent patches before anything else."""
    command = [sys.executable, str(PACKAGE.parent / "app.py")]
    if not Path(command[1]).is_file():
        command = [sys.argv[0]]
    if os.name == "nt":  # there a program that is replaced leaves its console
        raise SystemExit(subprocess.call(command))  # noqa: S603 -- our own program
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606 -- our own program
