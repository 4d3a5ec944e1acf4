"""Settings: one frozen object, and one clear line for a bad value."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from survey.core.mail import Mailbox
from survey.core.settings import BadSetting
from survey.core.settings import load


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    """An environment that works, with changes."""
    return {"DATA_DIR": str(tmp_path / "d"), "KEY_DIR": str(tmp_path / "k"), **more}


def test_load_makes_folders_and_a_key_that_stays(tmp_path: Path) -> None:
    """The second start reads the key of the first, or every cookie would die with a restart."""
    first, second = load(environ(tmp_path)), load(environ(tmp_path))
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) == 32
    assert (tmp_path / "d").is_dir()
    assert first.port == 8000
    assert first.host == "0.0.0.0"


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    """Frozen: what was read at the start holds."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        load(environ(tmp_path)).port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "acht", "PORT"),
        ("PORT", "70000", "PORT"),
        ("BASE_URL", "doithoai.example", "BASE_URL"),
        ("REDIS_URL", "http://localhost", "REDIS_URL"),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL"),
        ("DATABASE_URL", "no url", "DATABASE_URL"),
        ("TRUSTED_PROXIES", "10.0.0.1, nobody", "TRUSTED_PROXIES"),
    ],
)
def test_load_refuses_a_bad_value_in_one_line(tmp_path: Path, name: str, value: str, said: str) -> None:
    """The line begins with the name of the variable and is one line."""
    with pytest.raises(BadSetting) as raised:
        load(environ(tmp_path, **{name: value}))
    assert str(raised.value).startswith(said)
    assert "\n" not in str(raised.value)


def test_load_refuses_keys_inside_the_data(tmp_path: Path) -> None:
    """Every backup of DATA_DIR would hold the keys."""
    with pytest.raises(BadSetting, match="KEY_DIR"):
        load({"DATA_DIR": str(tmp_path), "KEY_DIR": str(tmp_path / "keys")})


def test_load_refuses_a_ballot_box_inside_the_data(tmp_path: Path) -> None:
    """Every backup would hold its fillings; beside it is where it lies unless said otherwise."""
    with pytest.raises(BadSetting, match="BOX_DIR"):
        load(environ(tmp_path, BOX_DIR=str(tmp_path / "d" / "box")))
    assert load(environ(tmp_path)).box_dir == tmp_path / "d-box"


MAIL = {"SMTP_HOST": "thu.example", "SMTP_FROM": "doan@tinh.example"}


def test_load_reads_the_mail_server(tmp_path: Path) -> None:
    """Nothing set is no mail; the usual port goes with how the line is closed; the password shows nowhere."""
    (tmp_path / "word").write_text("mat-khau-1\n")
    assert load(environ(tmp_path)).mail is None
    login = {"SMTP_USER": "doan", "SMTP_PASSWORD_FILE": str(tmp_path / "word")}
    settings = load(environ(tmp_path, **MAIL, **login))
    assert settings.mail == Mailbox("thu.example", 587, "starttls", "doan@tinh.example", "doan", "mat-khau-1")
    assert "mat-khau-1" not in repr(settings)
    ports = [load(environ(tmp_path, **MAIL, SMTP_TLS=line)).mail.port for line in ("tls", "none")]  # type: ignore[union-attr]
    assert ports == [465, 25]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"SMTP_HOST": ""}, "SMTP_HOST"),
        ({"SMTP_FROM": ""}, "SMTP_FROM"),
        ({"SMTP_FROM": "Đoàn <doan@tinh.example>"}, "SMTP_FROM"),
        ({"SMTP_PORT": "0"}, "SMTP_PORT"),
        ({"SMTP_TLS": "ssl"}, "SMTP_TLS"),
        ({"SMTP_USER": "doan"}, "SMTP_USER"),
        ({"SMTP_USER": "doan", "SMTP_PASSWORD_FILE": "/none"}, "SMTP_PASSWORD_FILE"),
        ({"SMTP_USER": "doan", "SMTP_PASSWORD_FILE": "/dev/null"}, "SMTP_PASSWORD_FILE"),
        ({"SMTP_USER": "doan", "SMTP_PASSWORD_FILE": "/dev/null", "SMTP_TLS": "none"}, "SMTP_TLS"),
    ],
)
def test_load_refuses_half_a_mail_server_in_one_line(tmp_path: Path, more: dict[str, str], said: str) -> None:
    """The line begins with the name of the variable and is one line."""
    with pytest.raises(BadSetting) as raised:
        load(environ(tmp_path, **MAIL | more))
    assert str(raised.value).startswith(f"{said}:")
    assert "\n" not in str(raised.value)
