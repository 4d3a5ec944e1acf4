"""The list of bad input over every form: refused with a sentence and with what was typed, or taken and kept clean."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from io import BytesIO
from typing import Any
from typing import NamedTuple

import pytest
from sqlalchemy import String
from sqlalchemy import Text
from sqlalchemy import func
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from survey.accounts import passwords
from survey.accounts.models import Staff
from survey.core.columns import Base
from survey.web import limits
from tests.conftest import csrf
from tests.security.test_fuzz import SENTENCE
from tests.security.world import PASSWORD
from tests.security.world import World

Figure = Callable[[str], None]
NFD = "Bao giờ có nhà ở cho cán bộ trẻ xã Đất Mũi?"
BAD = {
    "empty": "",
    "spaces": " \t\n\u00a0\u3000  ",
    "10,000 characters": "Lương cán bộ xã chậm. " * 455,
    "100,000 digits": "9" * 100_000,
    "emoji": "🙂👨‍👩‍👧‍👦🇻🇳" * 8,
    "NFD": unicodedata.normalize("NFD", NFD),
    "right to left": "\u202eBao giờ có \u2066nhà ở\u2069 cho cán bộ\u202c?",
    "zero width": "Bao giờ\u200b có\u2060 nhà ở \ufeffcho cán bộ?",
    "NUL": "Bao giờ\0 có nhà ở cho cán bộ?",
    "control": "Bao giờ\x1b[31m có\x07 nhà ở\x7f cho cán bộ?",
    "markup": "<script>alert('Bao giờ')</script> & \"có\" nhà ở?",
    "huge number": "99999999999999999999",
    "negative": "-1",
    "not a number": "năm mươi",
    "other digits": "٥٠",
    "no date": "31/2/2026 25:61",
    "lines": "\r\n".join(f"Dòng {n}" for n in range(300)),
    "template": "{{ 7*7 }} {% raw %} %(x)s %s {0}",
}


class Form(NamedTuple):
    """A form: who fills it in, where it goes, what a good one holds, and which fields take text."""

    name: str
    who: str
    path: str
    good: dict[str, str]
    fields: tuple[str, ...]
    hidden: tuple[str, ...] = ()  # fields whose text is never shown again


def forms_of(world: World) -> list[Form]:
    """Every form of members and of staff."""
    here = world.here
    room, desk = f"/d/{here.code}", f"/s/{here.code}"
    survey, draft = f"{room}/surveys/{here['questionnaire']}", f"{desk}/surveys/{here['draft']}"
    settings = {"theme": "Chủ đề", "leader": "Ông Ba", "host_unit": "Sở", "place": "Hội trường", "starts_at": "26/3/2026 8:00",
                "minutes": "60", "pledge": "Tôi cam kết", "ask_limit": "5"}  # fmt: skip
    return [
        Form("ask", "member", f"{room}/questions", {"body": "Khi nào có sân bóng?", "client_id": "b1"}, ("body", "topic")),
        Form("correct", "member", f"{room}/questions/{here['own']}", {"body": "Khi nào có sân bóng?"}, ("body", "topic")),
        Form("enter with a question", "stranger", f"{room}/ask", {"body": "Khi nào"}, ("body", "topic")),
        Form("questionnaire", "member", survey, {here["item"]: "Được nghe", "counter": "1"}, (here["item"], "counter")),
        Form("card", "stranger", f"/d/{world.rolled.code}/entry", {"ticket": "ABCDEFGH"}, ("ticket", "attempt", "site"),
             ("attempt", "site")),
        Form("pass", "stranger", f"/d/{world.rolled.code}/entry", {"pass": "x"}, ("pass", "replace", "site"),
             ("pass", "replace", "site")),
        Form("question and card", "stranger", f"/d/{world.rolled.code}/ask", {"body": "Khi nào", "ticket": "ABCDEFGH"},
             ("body", "ticket", "topic"), ("topic",)),
        Form("sign in", "stranger", "/s/sign-in", {"login": "lan", "password": "sai"}, ("login", "password", "next"),
             ("password", "next")),
        Form("recovery", "stranger", "/s/recovery", {"code": "ABC"}, ("code",)),
        Form("device", "stranger", "/s/device", {"code": here.code, "role": "screen"}, ("code", "role"), ("role",)),
        Form("invitation", "stranger", f"/s/invitation/{here['invitation']}", {"login": "x", "password": PASSWORD},
             ("login", "password"), ("password",)),
        Form("password", f"lan {here.code}", "/s/account/password", {"old": "sai", "password": PASSWORD}, ("old", "password"),
             ("old", "password")),
        Form("open a dialogue", "chief", "/s/dialogues", {"theme": "Chủ đề", "to": "draft"}, ("theme",)),
        Form("settings", "organiser", f"{desk}/settings", settings, tuple(settings)),
        Form("topics", "organiser", f"{desk}/topics", {"topics": "Lương\nNhà ở"}, ("topics", "usual"), ("usual",)),
        Form("invite", "chief", "/s/staff/invitations", {"name": "Lê Hoa", "role": "moderator"}, ("name", "role"), ("role",)),
        Form("invite here", "organiser", f"{desk}/staff/invitations", {"name": "Lê Hoa", "role": "leader"}, ("name",
             "role"), ("role",)),
        Form("digits", "moderator", f"{desk}/devices", {"digits": "000000"}, ("digits",)),
        Form("reject", "moderator", f"{desk}/questions/{here['pending']}/reject", {"reason": "other",
             "why": "Nêu tên"}, ("why",)),
        Form("hold", "moderator", f"{desk}/questions/{here['pending']}/hold", {"why": "Chờ"}, ("why", "reason"), ("reason",)),
        Form("note", "moderator", f"{desk}/questions/{here['approved']}/note", {"note": "Sẽ làm"}, ("note",)),
        Form("spoken", "moderator", f"{desk}/intake", {"text": "Bác Tư hỏi", "source": "spoken", "client_id": "z"},
             ("text", "unit", "count", "topic", "client_id", "source"), ("client_id", "source", "topic")),
        Form("paste", "moderator", f"{desk}/intake/preview", {"text": "Một\n\nHai", "unit": "Sở"}, ("text", "unit",
             "topic"), ("topic",)),
        Form("confirm", "moderator", f"{desk}/intake/questions", {"rows": "x", "keep": "0"}, ("rows", "keep"), ("rows", "keep")),
        Form("new survey", "organiser", f"{desk}/surveys", {"title": "Phiếu"}, ("title", "template"), ("template",)),
        Form("survey", "organiser", draft, {"title": "Phiếu", "intro": "Vài dòng"}, ("title", "intro")),
        Form("single", "organiser", f"{draft}/items", {"kind": "single", "label": "Chọn gì?", "help": "", "options": "A\nB"},
             ("label", "help", "options", "kind"), ("kind",)),
        Form("rating", "organiser", f"{draft}/items", {"kind": "rating", "label": "Mức?", "steps": "5", "low": "a", "high": "b"},
             ("label", "steps", "low", "high"), ("steps",)),
        Form("item", "organiser", f"{draft}/items/{here['draft_item']}", {"label": "Chọn gì?", "options": "A\nB"},
             ("label", "options")),
        Form("screen", "organiser", f"{desk}/screen", {"mode": "ranking"}, ("mode",), ("mode",)),
        Form("step", "organiser", f"{desk}/step", {"to": "closed"}, ("to",), ("to",)),
        Form("hand over", "moderator", f"{desk}/handover", {"grant": "", "name": "Hoa"}, ("name", "to", "grant"),
             ("to", "grant")),
    ]  # fmt: skip


def kept(typed: str, page: str) -> bool:
    """Whether what was typed stands in the page again, as far as it can be shown at all."""
    shown = html.unescape(page).replace("\r\n", "\n")
    plain = [typed, typed.strip(), unicodedata.normalize("NFC", typed)]
    tidy = "".join(
        c for c in unicodedata.normalize("NFC", typed) if unicodedata.category(c) not in {"Cc", "Cf"} or c in "\n\t"
    )
    forms = [*plain, tidy, " ".join(tidy.split()), "\n".join(" ".join(line.split()) for line in tidy.splitlines())]
    return any(form.replace("\r\n", "\n")[:2000].strip() in shown for form in forms)


# What reads its own write again, which is undone here. They have tests of their own below.
DRY_ONLY_500 = {"spoken", "invitation"}


@pytest.mark.claim(
    "security", "bad input in any field of any form is refused with a sentence and what was typed, or kept clean"
)
def test_every_field_of_every_form(world: World, figure: Figure, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list in the fields one by one, the others being good; as a plain form, so that a page comes back."""
    monkeypatch.setattr(passwords, "matches", lambda _stored, _password: False)  # hashing takes its time
    wrong, statuses, sent = [], set(), 0
    for form in forms_of(world):
        for field in form.fields:
            for name, typed in BAD.items():
                limits.limiter.reset()
                world.app.extensions["attempts"]._counts.clear()
                with world.dry():
                    answer = world.ask(
                        form.who, "POST", form.path, {**form.good, field: typed}, headers={"Accept": "text/html"}
                    )
                sent += 1
                statuses.add(answer.status_code)
                page = answer.get_data(as_text=True)
                where = f"{form.name}.{field}: {name}: {answer.status_code}"
                if answer.status_code >= 500 and form.name not in DRY_ONLY_500:
                    wrong.append(where)
                if 400 <= answer.status_code < 500 and not SENTENCE.search(re.sub(r"<[^>]*>", " ", page)):
                    wrong.append(f"{where}, no sentence")
                if answer.status_code in {409, 422} and field not in form.hidden and not kept(typed, page):
                    wrong.append(f"{where}, what was typed is lost")
    figure(f"{sent} bad fields in {len(forms_of(world))} forms, {len(wrong)} faults")
    assert not wrong, "\n".join(wrong)
    assert {200, 303, 422} <= statuses


def test_required_fields_are_required(world: World) -> None:
    """Empty and blank are refused where something must stand, in words, and change nothing."""
    required = {"ask": "body", "correct": "body", "sign in": "login", "open a dialogue": "theme", "settings": "theme",
                "invite": "name", "spoken": "text", "paste": "text", "new survey": "title", "survey": "title", "single": "label",
                "rating": "steps", "item": "options", "digits": "digits", "recovery": "code", "reject": "why", "device": "code",
                "questionnaire": None, "card": "ticket"}  # fmt: skip
    checked = 0
    for form in forms_of(world):
        if form.name not in required:
            continue
        field = required[form.name] or form.fields[0]
        for name in ("empty", "spaces", *(["control"] if form.name == "ask" else [])):
            typed = BAD[name] if name != "control" else "\x07\x1b\0" * 5
            limits.limiter.reset()
            answer = world.ask(
                form.who, "POST", form.path, {**form.good, field: typed}, headers={"Accept": "text/html"}
            )
            assert answer.status_code in {422, 400}, f"{form.name}.{field} {name}: {answer.status_code}"
            checked += 1
    assert checked >= 2 * len(required)


def test_what_is_taken_is_kept_clean(fresh: World) -> None:
    """NFC, no control, no direction marks, no NUL, in every text of every table, whatever came in."""
    before = {(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns}
    for form in forms_of(fresh):
        if form.who in {"stranger"} or form.name in {"step", "password"}:
            continue
        for field in form.fields:
            for name in ("NFD", "right to left", "NUL", "control", "zero width", "lines"):
                limits.limiter.reset()
                sent = {**form.good, field: BAD[name], "client_id": f"{abs(hash((form.name, field, name))) % 10**8}"}
                answer = fresh.ask(form.who, "POST", form.path, sent, headers={"Accept": "text/html"})
                assert answer.status_code < 500, f"{form.name}.{field} {name}"
    texts = 0
    with fresh.db.reading() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if not isinstance(column.type, String | Text):
                    continue
                for value in filter(None, session.scalars(select(column))):
                    texts += 1
                    assert value == unicodedata.normalize("NFC", value), (table.name, column.name)
                    odd = [
                        c
                        for c in value
                        if (unicodedata.category(c) == "Cc" and c not in "\n") or c in "\u202e\u2066\u2069\u202c\ufeff"
                    ]
                    assert not odd, f"{table.name}.{column.name}: {value!r}"
    assert texts > 300
    assert before


def test_json_of_any_shape(world: World) -> None:
    """The member's programs: lone surrogates, wrong types, huge numbers, doubled names, deep brackets, another charset."""
    path = f"/d/{world.here.code}/questions"
    for body, status in (
        (b'{"body": "Bao gi\\u1edd c\\ud800 nh\\u00e0 \\udfff cho c\\u00e1n b\\u1ed9?", "client_id": "j1"}', 201),
        (b'{"body": ["Bao gio co nha o cho can bo?"]}', 422), (b'{"body": {"text": "Bao gio co nha o?"}}', 422),
        (b'{"body": 12345678901234567890}', 422), (b'{"body": true}', 422), (b'{"body": null}', 422), (b"[]", 422), (b"{", 422),
        (b'{"body": "Bao gi\\u1edd c\\u00f3 nh\\u00e0?", "client_id": 5}', 422), (b"[" * 100_000, 422), (b'{"a":' * 50_000, 422),
        (b'{"body": "x", "body": "Bao gio co nha o cho can bo?", "client_id": "j2"}', 201), (b"\xff\xfe\x00", 422),
        (b'{"body": "Bao gio co nha o cho can bo?", "client_id": "' + b"x" * 65 + b'"}', 422),
        (b'{"body": "Bao gio co nha o cho can bo?", "client_id": "a b"}', 422), (b'{"body": "' + b"x" * 9_000_000 + b'"}', 413),
    ):  # fmt: skip
        limits.limiter.reset()
        with world.dry():
            answer = world.people["member"].post(
                path, data=body, content_type="application/json",
                headers={"Accept": "application/json", "X-CSRFToken": world.token("member", path)},
            )  # fmt: skip
        assert answer.status_code == status, body[:60]
        if status >= 400:
            assert SENTENCE.search(answer.get_json()["message"]), body[:60]


def test_doubled_fields_count_once(world: World) -> None:
    """The first one counts; the rest neither adds up nor breaks anything."""
    here = world.here
    doubled = MultiDict(
        [("body", "Khi nào có sân bóng đá?"), ("body", "Khi nào có hồ bơi?"), ("client_id", "d1"), ("client_id", "d2")]
    )
    with world.dry():
        answer = world.ask("member", "POST", f"/d/{here.code}/questions", doubled)
    assert answer.status_code == 201
    survey = MultiDict([(here["item"], "một"), (here["item"], "hai"), ("counter", "1"), ("counter", "x")])
    with world.dry():
        assert world.ask("member", "POST", f"/d/{here.code}/surveys/{here['questionnaire']}", survey).status_code == 201
    act = MultiDict([("reason", "unclear"), ("reason", "other"), ("seen", "pending"), ("seen", "approved")])
    with world.dry():
        answer = world.ask("moderator", "POST", f"/s/{here.code}/questions/{here['pending']}/reject", act)
    assert (answer.status_code, answer.get_json()["after"]) == (200, "rejected")


def test_what_cannot_be_decoded_is_refused_or_taken_as_it_stands(world: World) -> None:
    """Bytes that are no UTF-8: a sentence or plain characters, never a 5xx."""
    path = f"/d/{world.here.code}/questions"
    raws = {
        b"body=%FF%FE%C0%AF%ED%A0%80": {201},
        b"body=\xff\xfe\xfd\xfc": {422},
        b"body=%C3%28": {422},
        b"%FF=%FF": {422},
    }
    for raw, statuses in raws.items():
        limits.limiter.reset()
        headers = {"Accept": "application/json", "X-CSRFToken": world.token("member", path)}
        with world.dry():
            answer = world.people["member"].post(
                path, data=raw, content_type="application/x-www-form-urlencoded", headers=headers
            )
        assert answer.status_code in statuses, raw


def test_nine_megabytes_are_refused_before_they_are_read(world: World) -> None:
    """By a form, by a file, with and without a length: 413 in words, on the member's side and on the staff's."""
    for who, path, sent in (
        ("member", f"/d/{world.here.code}/questions", {"body": "x" * 9_000_000}),
        ("member", f"/d/{world.here.code}/surveys/{world.here['questionnaire']}", {world.here["item"]: "x" * 9_000_000}),
        ("moderator", f"/s/{world.here.code}/intake/preview", {"text": "x" * 9_000_000}),
        ("moderator", f"/s/{world.here.code}/intake/preview", {"file": (BytesIO(b"x" * 9_000_000), "to.csv")}),
        ("chief", "/s/dialogues", {"theme": "x" * 9_000_000}),
    ):  # fmt: skip
        for accept in ("text/html", "application/json"):
            answer = world.ask(who, "POST", path, sent if "file" not in sent else {"file": (BytesIO(b"x" * 9_000_000), "to.csv")},
                               headers={"Accept": accept})  # fmt: skip
            assert answer.status_code == 413, path
            assert "quá lớn" in (answer.get_json()["message"] if answer.is_json else answer.text)


def test_a_spoken_question_takes_all_of_the_list(fresh: World) -> None:
    """The form that reads its own write again: for once with writing."""
    path = f"/s/{fresh.here.code}/intake"
    for field in ("text", "unit", "count", "topic", "client_id", "source"):
        for name, typed in BAD.items():
            limits.limiter.reset()
            sent: dict[str, Any] = {
                "text": "Bác Tư hỏi về điện",
                "source": "spoken",
                "client_id": f"{field}{len(name)}",
                field: typed,
            }
            answer = fresh.ask("moderator", "POST", path, sent, headers={"Accept": "text/html"})
            assert answer.status_code in {303, 422, 413}, f"{field}: {name}: {answer.status_code}"
            if answer.status_code == 422 and field in {"text", "unit", "count"}:
                assert kept(typed, answer.text), f"{field}: {name}"


def test_an_invitation_takes_all_of_the_list(fresh: World) -> None:
    """The form that signs in: a name of letters and signs is taken cleaned, all else is refused and shown again."""
    path, taken = f"/s/invitation/{fresh.here['invitation']}", 0
    for name, typed in BAD.items():
        browser = fresh.app.test_client()
        token = csrf(browser, path)
        answer = browser.post(path, data={"login": typed, "password": "ngắn", "csrf_token": token})
        assert answer.status_code == 422, name
        assert kept(typed, answer.text), name
    browser = fresh.app.test_client()
    form = {"login": " Hoa\0.L\u202eê\x07 ", "password": PASSWORD, "csrf_token": csrf(browser, path)}
    assert browser.post(path, data=form).status_code == 303
    with fresh.db.reading() as session:
        taken = session.scalar(select(func.count()).select_from(Staff).where(Staff.login == "hoa.le"))
    assert taken == 1
    browser = fresh.app.test_client()
    form = {"login": "HOA.LÊ", "password": PASSWORD, "csrf_token": csrf(browser, "/s/sign-in")}
    assert browser.post("/s/sign-in", data=form).status_code == 303
