"""Every setting in one frozen object. A bad value stops the start with one clear line."""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from survey.core import readonly
from survey.core.mail import LINES
from survey.core.mail import Mailbox


class BadSetting(Exception):
    """One environment variable holds what we cannot use; the text is the line that is printed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs. Paths are absolute; URLs have no trailing slash."""

    data_dir: Path
    key_dir: Path
    box_dir: Path
    database_url: str
    roll_database_url: str
    redis_url: str | None
    secret_key: bytes
    base_url: str | None
    roll_url: str | None
    host: str
    port: int
    trusted_proxies: tuple[str, ...]
    metrics_from: tuple[str, ...] = ()  # networks that may read /metrics, besides this machine
    log_format: str = "text"
    mail: Mailbox | None = None  # by which reminders leave; without one there is only text to copy
    spare_dir: Path | None = None  # to which this installation sends itself every few seconds
    read_only: str = ""  # why nothing may be written here, a word of `core.readonly`; "" where all may

    @property
    def https(self) -> bool:
        """Whether members reach us by HTTPS, so that cookies may be `Secure`."""
        return bool(self.base_url and self.base_url.startswith("https://"))


def load(environ: Mapping[str, str]) -> Settings:
    """Read the environment; make the data and key folders and the secret key on first use.

    Raises `BadSetting` for a value that cannot be used.
    """
    data_dir = Path(environ.get("DATA_DIR") or "data").absolute()
    key_dir = Path(environ.get("KEY_DIR") or data_dir.parent / f"{data_dir.name}-keys").absolute()
    if key_dir.resolve().is_relative_to(data_dir.resolve()):
        raise BadSetting("KEY_DIR: keys must not lie inside DATA_DIR, or every backup would hold them.")
    box_dir = Path(environ.get("BOX_DIR") or data_dir.parent / f"{data_dir.name}-box").absolute()
    if box_dir.resolve().is_relative_to(data_dir.resolve()):
        raise BadSetting(
            "BOX_DIR: the ballot box must not lie inside DATA_DIR, or every backup would hold its fillings."
        )
    for name, folder in (("DATA_DIR", data_dir), ("KEY_DIR", key_dir), ("BOX_DIR", box_dir)):
        _make_folder(name, folder)
    return Settings(
        data_dir=data_dir,
        key_dir=key_dir,
        box_dir=box_dir,
        database_url=_database_url(environ, "DATABASE_URL", data_dir / "main.sqlite3"),
        roll_database_url=_database_url(environ, "ROLL_DATABASE_URL", data_dir / "roll.sqlite3"),
        redis_url=_url(environ, "REDIS_URL", {"redis", "rediss", "unix"}),
        secret_key=_secret_key(Path(environ.get("SECRET_KEY_FILE") or key_dir / "secret.key")),
        base_url=_url(environ, "BASE_URL", {"http", "https"}),
        roll_url=_url(environ, "ROLL_URL", {"http", "https"}),
        host=environ.get("HOST") or "0.0.0.0",  # noqa: S104 -- phones of the hall must reach a first try (ADR 9)
        port=_port(environ.get("PORT") or "8000"),
        trusted_proxies=_networks(environ, "TRUSTED_PROXIES"),
        metrics_from=_networks(environ, "METRICS_FROM"),
        log_format=_log_format(environ.get("LOG_FORMAT") or "text"),
        mail=_mailbox(environ),
        spare_dir=_spare_dir(environ.get("SPARE_DIR"), (data_dir, key_dir, box_dir)),
        read_only=readonly.why(data_dir),
    )


def _spare_dir(value: str | None, own: tuple[Path, ...]) -> Path | None:
    """It need not be there: a disk that is not plugged in is a red line on a page, and no reason not to serve."""
    if not value:
        return None
    folder = Path(value).absolute()
    for one in own:
        if folder.resolve().is_relative_to(one.resolve()) or one.resolve().is_relative_to(folder.resolve()):
            raise BadSetting("SPARE_DIR: must lie on another disk or machine, not with DATA_DIR, KEY_DIR or BOX_DIR.")
    return folder


def _make_folder(name: str, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BadSetting(f"{name}: cannot make or open the folder {folder} ({error.strerror}).") from error


def _database_url(environ: Mapping[str, str], name: str, default: Path) -> str:
    value = environ.get(name) or f"sqlite:///{default.as_posix()}"
    if not environ.get(name) and "?" in value:
        raise BadSetting(f"DATA_DIR: {default.parent} holds a ?, which a database URL cannot name.")
    try:
        backend = make_url(value).get_backend_name()
    except ArgumentError as error:
        raise BadSetting(f"{name}: not a database URL such as sqlite:///… or postgresql+psycopg://…") from error
    if backend not in {"sqlite", "postgresql"}:
        raise BadSetting(f"{name}: only sqlite and postgresql are known, not {backend}.")
    return value


def _url(environ: Mapping[str, str], name: str, schemes: set[str]) -> str | None:
    value = (environ.get(name) or "").rstrip("/")
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in schemes or not (parts.netloc or parts.path):
        raise BadSetting(f"{name}: must be a URL that begins with {' or '.join(sorted(schemes))}, not {value!r}.")
    return value


def _port(value: str) -> int:
    if not (value.isdecimal() and 0 < int(value) < 65536):
        raise BadSetting(f"PORT: must be a number from 1 to 65535, not {value!r}.")
    return int(value)


def _log_format(value: str) -> str:
    if value not in {"text", "json"}:
        raise BadSetting(f"LOG_FORMAT: must be text or json, not {value!r}.")
    return value


def _networks(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in (environ.get(name) or "").split(",") if part.strip())
    for part in parts:
        try:
            ipaddress.ip_network(part, strict=False)
        except ValueError as error:
            raise BadSetting(f"{name}: {part!r} is no address or network.") from error
    return parts


def _mailbox(environ: Mapping[str, str]) -> Mailbox | None:
    host = (environ.get("SMTP_HOST") or "").strip()
    if not host:
        for name in ("SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD_FILE", "SMTP_FROM", "SMTP_TLS"):
            if environ.get(name):
                raise BadSetting(f"SMTP_HOST: {name} is set, so the name of the mail server is needed as well.")
        return None
    line, sender = environ.get("SMTP_TLS") or "starttls", (environ.get("SMTP_FROM") or "").strip()
    user, file = environ.get("SMTP_USER") or "", environ.get("SMTP_PASSWORD_FILE") or ""
    if line not in LINES:
        raise BadSetting(f"SMTP_TLS: must be one of {', '.join(LINES)}, not {line!r}.")
    if not re.fullmatch(r"[^@\s<>,]+@[^@\s<>,]+", sender):
        raise BadSetting(f"SMTP_FROM: must be the address that letters come from, not {sender!r}.")
    if not user.isascii():
        raise BadSetting("SMTP_USER: must be letters without accents, digits and signs.")
    if bool(user) != bool(file):
        raise BadSetting("SMTP_USER: goes together with SMTP_PASSWORD_FILE; set both or none.")
    if user and line == "none" and host not in {"localhost", "127.0.0.1", "::1"}:
        raise BadSetting("SMTP_TLS: a password does not go over an open line; use starttls or tls.")
    port = environ.get("SMTP_PORT") or str(LINES[line])
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise BadSetting(f"SMTP_PORT: must be a number from 1 to 65535, not {port!r}.")
    return Mailbox(host, int(port), line, sender, user, _password(Path(file)) if file else "")


def _password(path: Path) -> str:
    try:
        password = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"SMTP_PASSWORD_FILE: cannot read {path} ({type(error).__name__}).") from error
    if not password or not password.isascii():  # SMTP knows no others
        raise BadSetting(
            f"SMTP_PASSWORD_FILE: {path} must hold a password of letters without accents, digits and signs."
        )
    return password


def _secret_key(path: Path) -> bytes:
    try:
        if not path.exists():
            path.touch(mode=0o600)
            path.write_bytes(secrets.token_bytes(32))
        key = path.read_bytes()
    except OSError as error:
        raise BadSetting(f"SECRET_KEY_FILE: cannot read or make {path} ({error.strerror}).") from error
    if len(key) < 32:
        raise BadSetting(f"SECRET_KEY_FILE: {path} must hold at least 32 bytes.")
    return key
