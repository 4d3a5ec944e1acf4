"""Forwarded headers count only from a trusted proxy."""

from __future__ import annotations

import dataclasses

import pytest

from survey import factory
from survey.core.settings import Settings

FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "doithoai.example"}


@pytest.mark.parametrize(("peer", "secure"), [("10.0.0.7", True), ("192.168.1.50", False), ("", False)])
def test_only_a_trusted_proxy_is_believed(settings: Settings, peer: str, secure: bool) -> None:
    """A phone in the hall cannot make itself another host or another address."""
    app = factory.create_app(dataclasses.replace(settings, trusted_proxies=("10.0.0.0/24",)))
    answer = app.test_client().get("/", headers=FORWARDED, environ_base={"REMOTE_ADDR": peer})
    assert ("Strict-Transport-Security" in answer.headers) is secure
