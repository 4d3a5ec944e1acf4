"""Which address a QR code may carry: one that a phone can open, or none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from survey.web import qr
from survey.web import reach
from tests.conftest import Cast


@pytest.mark.parametrize("host", ["localhost", "a.localhost", "127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "", None])
def test_names_of_this_machine_for_itself_reach_nobody_else(host: str | None) -> None:
    assert reach.only_here(host)


@pytest.mark.parametrize("host", ["192.168.1.9", "doithoai.tinhdoan.vn", "may-chu", "fe80::1"])
def test_other_names_may_be_reached(host: str) -> None:
    assert not reach.only_here(host)


def test_lan_address_is_never_one_of_this_machine_alone() -> None:
    found = reach.lan_address()
    assert found is None or not reach.only_here(found)


@pytest.mark.parametrize(
    ("host", "base_url", "opened", "said", "lost"),
    [
        ("127.0.0.1", None, "http://localhost:8000", "http://localhost:8000", True),
        ("0.0.0.0", None, "http://localhost:8000", "http://192.168.1.9:8000", False),
        ("0.0.0.0", None, "http://localhost", "http://192.168.1.9", False),
        ("0.0.0.0", None, "http://10.0.0.7:8000", "http://10.0.0.7:8000", False),
        ("127.0.0.1", None, "http://hall.example", "http://hall.example", False),
        ("127.0.0.1", "https://hall.example", "http://localhost:8000", "https://hall.example", False),
    ],
)
def test_code_leads_to_the_local_network_or_says_that_it_does_not(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, host: str, base_url: str | None, opened: str, said: str, lost: bool
) -> None:
    monkeypatch.setattr(reach, "lan_address", lambda: "192.168.1.9")
    stores = cast.app.extensions["survey"]
    stores["settings"] = replace(stores["settings"], host=host, base_url=base_url)
    with cast.app.test_request_context("/", base_url=opened):
        assert qr.public_base() == said
        assert qr.out_of_reach() is lost


def test_machine_without_a_network_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "lan_address", lambda: None)
    stores = cast.app.extensions["survey"]
    stores["settings"] = replace(stores["settings"], host="0.0.0.0")
    with cast.app.test_request_context("/", base_url="http://localhost:8000"):
        assert qr.public_base() == "http://localhost:8000"
        assert qr.out_of_reach()
