"""What the console says when the program starts to serve."""

from __future__ import annotations

import contextlib

import click
from flask import current_app

from survey.accounts import service as accounts
from survey.cli import sample
from survey.core import readonly
from survey.core.errors import Busy
from survey.core.settings import Settings
from survey.core.stores import Stores
from survey.dialogues import queries as dialogues
from survey.web import reach


def greet(*, demo: bool) -> None:
    """Print the addresses; on the first start the set-up link, for `demo` the links into the sample."""
    settings: Settings = current_app.extensions["survey"]["settings"]
    base = address(settings)
    _say(f"Đối Thoại: {base}")
    _who_can_come(settings)
    if reason := current_app.extensions["survey"]["db"].closed:
        _say(readonly.SENTENCES[reason])
        return
    if demo:
        _sample(base)
    try:
        token = current_app.extensions["survey"]["db"].write(accounts.setup_link)
    except Busy as busy:  # a disk that is full: the hall can still be read
        _say(str(busy))
        return
    if token is not None:
        _say("Chưa có tài khoản nào. Mở liên kết này một lần để lập ban tổ chức và in phiếu khôi phục:")
        _say(f"  {base}/s/invitation/{token}")


def _say(line: str) -> None:
    """A line on the console; where that is a file on a full disk, the hall is served without it."""
    with contextlib.suppress(OSError):
        click.echo(line)


def _who_can_come(settings: Settings) -> None:
    """Under which address phones find us, or that none can, and what to do about it."""
    if settings.base_url:
        return
    lan = reach.lan_address() if settings.host in reach.ANY else None
    if lan is not None:
        _say(f"Điện thoại cùng mạng mở: http://{lan}:{settings.port}")
    elif settings.host in reach.ANY:
        _say("Máy này chưa nối mạng nào; điện thoại chưa vào được.")
    elif reach.only_here(settings.host):
        _say("Chỉ máy này mở được. Để điện thoại cùng mạng vào được, khởi động với HOST=0.0.0.0.")


def address(settings: Settings) -> str:
    """The base URL, or what the server listens on as a browser on this machine writes it."""
    host = "localhost" if settings.host in {"0.0.0.0", "::", "127.0.0.1"} else settings.host  # noqa: S104 - compared
    return settings.base_url or f"http://{host}:{settings.port}"


def _sample(base: str) -> None:
    stores = current_app.extensions["survey"]
    with stores["db"].reading() as session:
        known = dialogues.running_sample(session)
    if known is None:
        own = Stores(stores["db"], stores["roll"], stores["keys"], stores["box"])
        made = sample.build(own, sample.Wish("province"), base)
    else:  # the sample of the day before, with all that was done in it
        made = sample.links(stores["db"], known.organisation_id, known.id, known.code, base)
    code, staff = made["code"], made["staff"]
    _say(f"Đối thoại mẫu, mã {code}. Các liên kết mẫu đăng nhập thẳng, dùng lại được nhiều lần:")
    rows = (
        ("Điện thoại đoàn viên", made["url"], ""),
        ("Điều hành", staff["moderator"], f"?next=/s/{code}/moderate"),
        ("Bàn chủ trì", staff["leader"], f"?next=/s/{code}/lead"),
        ("Màn hình", staff["screen"], f"?next=/s/{code}/screen"),
        ("Ban tổ chức", staff["organiser"], f"?next=/s/{code}/manage"),
    )
    for name, link, tail in rows:
        _say(f"  {name + ':':<22}{link}{tail}")
