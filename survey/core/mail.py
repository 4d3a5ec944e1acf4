"""Letters by SMTP, one a person, over one connection. What goes wrong is told by letter, and nothing is written to a log.

The caller runs this on a thread of its own: when the program serves, sockets are gevent's and wait without holding anybody.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import formatdate
from email.utils import make_msgid
from typing import NamedTuple

from survey.core.text import N_

LINES: Mapping[str, int] = {"starttls": 587, "tls": 465, "none": 25}  # how the line is closed, with the usual port
PATIENCE = 20.0  # seconds for each answer of the server
NO_ADDRESS = N_("địa chỉ không dùng được")
REFUSED = N_("máy chủ thư từ chối địa chỉ này")
UNSURE = N_("mất kết nối giữa chừng, chưa rõ thư đã đi chưa")
NOT_SENT = N_("chưa gửi vì mất kết nối với máy chủ thư")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The server by which letters leave, and the address that they come from."""

    host: str
    port: int
    line: str  # of `LINES`
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


class Letter(NamedTuple):
    """A letter to one address."""

    to: str
    subject: str
    body: str


class MailDown(Exception):
    """The server cannot be reached or does not take us; the text says why, in words for the organiser."""


Told = Callable[[int, str], None]  # place of a letter, and what went wrong with it ("": it is with the server)


def send(mailbox: Mailbox, letters: Sequence[Letter], told: Told) -> None:
    """Hand the letters over, one after the other, each at most once, and tell of each as it goes.

    A connection that breaks is made anew once a letter. Raises `MailDown` if there is none at the beginning.
    """
    line: smtplib.SMTP | None = _connect(mailbox)
    try:
        for place, letter in enumerate(letters):
            if line is None:
                with suppress(MailDown):
                    line = _connect(mailbox)
            if line is None:
                told(place, NOT_SENT)
                continue
            wrong, alive = _hand_over(line, mailbox, letter)
            told(place, wrong)
            line = line if alive else None
    finally:
        if line is not None:
            with suppress(OSError, smtplib.SMTPException):
                line.quit()


def not_gone(told: Mapping[int, str], total: int, *, broken: bool = False) -> list[int]:
    """Places of the letters that certainly did not go, from what was told. Where `send` broke, the next one may have gone."""
    in_hand = len(told) if broken else total
    return [place for place in range(total) if place != in_hand and told.get(place, NOT_SENT) not in {"", UNSURE}]


def _connect(mailbox: Mailbox) -> smtplib.SMTP:
    try:
        line: smtplib.SMTP
        if mailbox.line == "tls":
            line = smtplib.SMTP_SSL(mailbox.host, mailbox.port, timeout=PATIENCE, context=ssl.create_default_context())
        else:
            line = smtplib.SMTP(mailbox.host, mailbox.port, timeout=PATIENCE)
        try:
            if mailbox.line == "starttls":
                line.starttls(context=ssl.create_default_context())
            if mailbox.user:
                line.login(mailbox.user, mailbox.password)
        except BaseException:
            line.close()
            raise
    except smtplib.SMTPAuthenticationError as error:
        raise MailDown(N_("Máy chủ thư không nhận tên và mật khẩu đã đặt (SMTP_USER).")) from error
    except (smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
        raise MailDown(N_("Máy chủ thư không mở được đường truyền mã hóa (SMTP_TLS), nên chưa gửi gì.")) from error
    except (OSError, smtplib.SMTPException) as error:
        raise MailDown(N_("Không nối được máy chủ thư (SMTP_HOST, SMTP_PORT).")) from error
    return line


def _hand_over(line: smtplib.SMTP, mailbox: Mailbox, letter: Letter) -> tuple[str, bool]:
    """What went wrong, if anything, and whether the line is still good."""
    try:
        line.send_message(_message(mailbox, letter), mailbox.sender, [letter.to])
    except smtplib.SMTPServerDisconnected:
        return UNSURE, False
    except smtplib.SMTPResponseException as error:
        return REFUSED, _reset(line) and error.smtp_code != 421
    except (smtplib.SMTPException, UnicodeError):
        return REFUSED, _reset(line)
    except ValueError:
        return NO_ADDRESS, True
    except OSError:
        return UNSURE, False
    return "", True


def _reset(line: smtplib.SMTP) -> bool:
    try:
        line.rset()
    except (OSError, smtplib.SMTPException):
        return False
    return True


def _message(mailbox: Mailbox, letter: Letter) -> EmailMessage:
    message = EmailMessage(policy=WIRE)
    message["From"], message["To"], message["Subject"] = mailbox.sender, letter.to, letter.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=mailbox.sender.rpartition("@")[2])  # never the name of this machine
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message
