"""Deny by default: every endpoint has a mark, and every mark is checked."""

from __future__ import annotations

import re

from survey.accounts.policy import PERMISSIONS
from survey.web.guard import BRIEFLY
from survey.web.guard import Access
from survey.web.guard import access_of
from tests.conftest import Cast

# The short list of what anybody may call without a code. A new name here is a decision.
OPEN = {
    "machine.metrics",  # to this machine and METRICS_FROM alone
    "machine.arrived",  # a sealed address that is good once and says nothing
    "pages.home", "pages.healthz", "pages.readyz", "pages.promise", "pages.records_", "pages.help_", "accounts.sign_in",
    "accounts.invitation", "accounts.accept_invitation", "accounts.device", "accounts.recover",
    "accounts.device_state", "accounts.device_link",  # a tablet that waits, and one that scanned the moderator's code
    "public.listing", "public.listing_json", "public.description",  # what organisers list, and how to ask for it
    "exports.first_import", "exports.first_import_keep",  # the link of the first start is the proof
    "followups.unit", "followups.unit_save", "followups.unit_file",  # the secret in the path is the proof
    "followups.unit_prepared", "followups.tasks", "followups.tasks_report", "followups.tasks_file",
    "followups.tasks_attachment",
    "followups.unit_calendar", "followups.office_calendar", "followups.unit_ideas", "followups.unit_ideas_answer",
}  # fmt: skip


def test_every_endpoint_says_who_may_come(cast: Cast) -> None:
    """Walk the URL map: no mark, or a permission that the table does not know, is a failure."""
    with cast.app.app_context():
        for rule in cast.app.url_map.iter_rules():
            access = access_of(rule.endpoint)
            assert access is not None, f"{rule.endpoint} has no access mark"
            assert access.kind in {"all", "code", "ballot", "staff", "roll", "seat"}
            if access.permission is not None and access not in {Access("ballot", BRIEFLY), Access("code", BRIEFLY)}:
                assert access.permission in PERMISSIONS, rule.endpoint
            if access.kind == "staff":
                assert str(rule.rule).startswith("/s"), f"{rule.rule} is for staff but not under /s"
            if access.kind in {"roll", "seat"}:
                assert str(rule.rule).startswith("/m/<code>"), rule.rule
            if access.kind == "ballot":
                assert str(rule.rule).startswith("/d/<code>"), rule.rule
            if access.kind == "code":
                assert str(rule.rule).startswith(("/d/<code>", "/p/<code>")), rule.rule


def test_the_list_of_open_endpoints_is_short(cast: Cast) -> None:
    """What is open to all stands on the list above, word for word."""
    with cast.app.app_context():
        found = {r.endpoint for r in cast.app.url_map.iter_rules() if access_of(r.endpoint).kind == "all"}  # type: ignore[union-attr]
    assert found <= OPEN, found - OPEN


def test_an_unmarked_view_answers_nobody(cast: Cast) -> None:
    """The negative control of the guard."""
    app = cast.app
    app._got_first_request = False
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    app._got_first_request = True
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.get_data(as_text=True)


def test_strangers_members_and_outsiders_get_nothing_of_the_desk(cast: Cast) -> None:
    """Every staff page with a code: a stranger is sent to sign in, the other organisation sees 404."""
    checked = 0
    outsider, member = cast.outsider(), cast.member()
    with cast.app.app_context():
        rules = [r for r in cast.app.url_map.iter_rules() if access_of(r.endpoint).kind == "staff"]  # type: ignore[union-attr]
    for rule in rules:
        if "<code>" not in str(rule.rule) or "GET" not in (rule.methods or ()):
            continue
        path = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", str(rule.rule)).replace("<code>", cast.code)
        for name in rule.arguments - {"code"}:
            path = path.replace(f"<{name}>", "x").replace(f"<path:{name}>", "x").replace(f"<int:{name}>", "1")
        for person in (cast.stranger(), member):
            answer = person.get(path)
            assert answer.status_code in {302, 303}, f"{path}: {answer.status_code}"
            assert "/s/sign-in" in answer.headers["Location"]
        assert outsider.get(path).status_code == 404, path
        checked += 1
    assert checked > 5
