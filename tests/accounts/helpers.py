"""Doing what a person does at the doors of the staff."""

from __future__ import annotations

import re
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy import update
from werkzeug.test import TestResponse

from survey.accounts import links
from survey.accounts import service
from survey.accounts.models import Link
from survey.accounts.models import SignIn
from survey.accounts.models import Staff
from survey.accounts.models import StaffLog
from survey.core.clock import now
from survey.core.ids import digest

PASSWORD = "một câu dễ nhớ"


def token_of(client: FlaskClient, path: str) -> str:
    """The CSRF token of a page."""
    return find(r'<meta name="csrf-token" content="([^"]+)"', client.get(path).text)


def find(pattern: str, text: str) -> str:
    """What the first group of `pattern`, else all of it, is in `text`."""
    found = re.search(pattern, text)
    assert found, f"no {pattern} in {text[:300]}"
    return "".join(found.groups()) or found[0]


def post(client: FlaskClient, path: str, page: str | None = None, **data: str) -> TestResponse:
    """Send the form of `page` (default: the same address) to `path`."""
    return client.post(path, data={"csrf_token": token_of(client, page or path), **data})


def sign_in(client: FlaskClient, login: str, password: str = PASSWORD, **more: str) -> TestResponse:
    """Type a name and a password at the door."""
    return post(client, "/s/sign-in", login=login, password=password, **more)


def make_staff(cast, login: str, role: str, *, whole: bool = False, organisation_id: str | None = None) -> str:
    """A colleague with a password and one role."""
    owner = organisation_id or cast.organisation_id
    staff_id = cast.write(service.create_staff, owner, login, f"Người {login}", PASSWORD)
    cast.write(service.grant, staff_id, owner, role, None if whole else cast.dialogue_id)
    return staff_id


def invitation(cast, role: str = "moderator", *, whole: bool = False) -> str:
    """The path of a fresh invitation."""
    dialogue_id = None if whole else cast.dialogue_id
    return "/s/invitation/" + cast.write(links.invite, cast.organisation_id, role, dialogue_id, "Lan", actor="test")


def expire(cast, token: str) -> None:
    """Let a link's time be over."""

    def job(session):
        session.execute(update(Link).where(Link.token == digest(token)).values(expires_at=now() - timedelta(seconds=1)))

    cast.write(job)


def used(cast, path: str) -> bool:
    """Whether the link behind `/s/invitation/<token>` was spent."""
    with cast.reading() as session:
        return (
            session.scalars(select(Link).where(Link.token == digest(path.rsplit("/", 1)[1]))).one().used_at is not None
        )


def secret(client: FlaskClient) -> str:
    """What the browser's session cookie says about who it is."""
    with client.session_transaction("/s/account") as kept:
        return str(kept.get("_user_id", ""))


def sign_ins(cast, staff_id: str) -> list[SignIn]:
    """The open sign-ins of somebody."""
    with cast.reading() as session:
        return list(session.scalars(select(SignIn).where(SignIn.staff_id == staff_id, SignIn.ended_at.is_(None))))


def staff_id_of(cast, login: str) -> str:
    """The id behind a login name."""
    with cast.reading() as session:
        return session.scalars(select(Staff.id).where(Staff.login == login)).one()


def logged(cast) -> list[str]:
    """The acts in the staff log."""
    with cast.reading() as session:
        return list(session.scalars(select(StaffLog.action)))
