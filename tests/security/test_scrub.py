"""A member's whole way in the strong mode, with something to find at each step: nothing joins a person to what was said."""

from __future__ import annotations

import contextlib
import io
import logging
import re
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from survey import lifecycle
from survey.cli import backups
from survey.core.blinding import unb64
from survey.core.ids import digest
from survey.core.ids import new_id
from survey.core.settings import Settings
from survey.dialogues import queries as dialogues
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questions import releasing
from survey.roll import service as roll
from survey.room import box
from survey.room import service as room
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.room.test_entry_credential import JSON
from tests.room.test_entry_credential import Strong
from tests.security.test_traces import ADDRESS
from tests.security.test_traces import AGENT
from tests.security.test_traces import Canary
from tests.security.test_traces import addresses_in
from tests.security.test_traces import spellings

Figure = Callable[[str], None]
NAMES = ("Quắc Thị Ngoéo", "Trịnh Khoái Chuồn", *(f"Người thứ {n} Khoái" for n in range(10)))
NUMBER, MAIL = "0912347711", "quac.ngoeo@vidu.vn"
QUESTION = "Vì sao lương cán bộ xã Đất Mũi chậm ba tháng, xin trả lời giúp?"
DROPPED = "Câu thả vào hòm: nhà công vụ Đất Mũi bao giờ sửa?"
ANSWER = "Mong được nghe nói thẳng về quỹ lương Đất Mũi"
# Every file that may exist, in words of folder and name; anything else is a leak or a leftover.
FILES = (
    r"data/last-backup",
    r"data/(main|roll)\.sqlite3(-wal|-shm)?", r"keys/secret\.key",
    r"keys/[a-z0-9]{12}/(vote|ask|response|pass|link|weak|ticket|mute|site|judge|idea|issue|box-[a-z2-7]{12})\.key",
    r"box/[a-z0-9]{12}/\d{1,9}-[a-z2-7]{12}\.(open|shut|done)/[0-9a-f]{32}",
)  # fmt: skip


@dataclass
class Travelled:
    """What the journey left: files, what was said, and what must not be found."""

    cast: Cast
    settings: Settings
    said: bytes
    backup: Path
    names: set[str] = field(default_factory=set)  # of the roll's side alone
    content: set[str] = field(default_factory=set)  # of the room's side alone
    secrets: set[bytes] = field(default_factory=set)  # of phones alone

    def files(self) -> dict[str, bytes]:
        """Every file, by its folder and name."""
        own = {"data": self.settings.data_dir, "keys": self.settings.key_dir, "box": self.settings.box_dir}
        found = {**own, "backup": self.backup}
        return {
            f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
            for name, folder in found.items()
            for path in folder.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def travelled(app: Flask, tmp_path: Path) -> Travelled:
    """The journey with every logger at its loudest, and a backup at its end."""
    printed, root = io.StringIO(), logging.getLogger()
    ears, before = logging.StreamHandler(printed), root.level
    root.addHandler(ears)
    root.setLevel(logging.DEBUG)
    found = Travelled(make_cast(app, "collect", entry="roll", strong=True), app.extensions["survey"]["settings"], b"",
                      tmp_path / "copy")  # fmt: skip
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            journey(found)
            backups.backup(found.settings, found.backup)
    finally:
        root.removeHandler(ears)
        root.setLevel(before)
    found.said = printed.getvalue().encode()
    return found


def journey(found: Travelled) -> None:
    """Twelve are issued and enter; the first drops, asks, supports and answers; then everything that can go wrong."""
    cast = found.cast
    members = [
        cast.enrol(name, phone=NUMBER if not n else "", email=MAIL if not n else "") for n, name in enumerate(NAMES)
    ]
    cast.stores.roll.write(roll.freeze, cast.dialogue_id, actor="test")
    found.names |= {*NAMES, NUMBER, MAIL}
    found.content |= {QUESTION, DROPPED, ANSWER}
    sent = [issued(found, member) for member in members]
    with cast.reading() as session:
        dialogue = dialogues.by_id(session, cast.dialogue_id)
    secret = room.open_credential(dialogue, unb64(sent[0]["msg"]), unb64(sent[0]["sig"]))
    found.secrets |= forms(secret.encode())
    asked = {"questions": [{"body": DROPPED, "topic": "", "client_id": "kim"}]}
    box.drop(cast.stores.box, dialogue, digest(secret).hex(), asked)
    poll = cast.write(_poll, cast.dialogue_id)
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    phones = [Canary(SimpleNamespace(app=cast.app)) for _ in sent]  # type: ignore[arg-type]
    for again in range(2):
        for phone, credential in zip(phones, sent, strict=True):
            answer = phone("POST", f"{cast.base}/entry", credential, **JSON)
            assert answer.status_code in {200, 202, 303}, answer.text
        if not again:
            cast.let_in()
    take_part(found, phones[0], poll)
    wrong(found, sent[0], members)
    found.secrets |= {form for phone in phones for one in phone.secrets if len(one) > 8 for form in forms(one.encode())}


def issued(found: Travelled, member: str) -> dict[str, str]:
    """The credential of a member whose phone names an address and a browser with each request."""
    cast, strong = found.cast, Strong(found.cast)
    personal = cast.personal(member)
    with _marked(cast.app):
        sent = strong.credential(member)
    found.secrets |= forms(personal.token.encode()) | forms(personal.twin.encode())
    found.secrets |= (
        forms(unb64(sent["msg"])) | forms(unb64(sent["sig"])) | {sent["msg"].encode(), sent["sig"].encode()}
    )
    return sent


@contextlib.contextmanager
def _marked(app: Flask) -> Iterator[None]:
    """Every browser that is made inside has the canary's address and agent."""
    plain = app.test_client

    def marked(*args: Any, **kwargs: Any) -> Any:
        browser = plain(*args, **kwargs)
        browser.environ_base.update(REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT=AGENT)
        return browser

    app.test_client = marked  # type: ignore[method-assign]
    try:
        yield
    finally:
        del app.test_client


def forms(secret: bytes) -> set[bytes]:
    """A secret as it is and in hex."""
    return {secret, secret.hex().encode()}


def _poll(session: Any, dialogue_id: str) -> tuple[str, str]:
    made = building.create(session, dialogue_id, "Trước đối thoại")
    item = items.add_item(session, dialogue_id, made, "text", {"label": "Bạn mong gì?"})
    building.open_(session, dialogue_id, made)
    return made, item


def take_part(found: Travelled, phone: Canary, poll: tuple[str, str]) -> None:
    """Ask, be published, support, answer; then staff read and export."""
    cast, base = found.cast, found.cast.base
    send = {**JSON, "X-CSRFToken": phone.token(f"{base}/ask")}
    own = phone("POST", f"{base}/questions", {"body": QUESTION, "client_id": new_id()}, **send)
    assert own.status_code == 201, own.text
    cast.write(releasing.release_all, cast.dialogue_id)
    moderator, organiser = cast.staff("moderator"), cast.staff("organiser")
    question = own.get_json()["id"]
    path = f"{cast.desk}/questions/{question}/approve"
    headers = {**JSON, "X-CSRFToken": csrf(moderator, f"{cast.desk}/moderate")}
    assert moderator.post(path, headers=headers).status_code == 200
    cast.write(releasing.publish, cast.dialogue_id)
    assert phone("POST", f"{base}/questions/{question}/vote", None, **send).status_code == 200
    answered = phone("POST", f"{base}/surveys/{poll[0]}", {poll[1]: ANSWER, "counter": "1"}, **send)
    assert answered.status_code == 201, answered.text
    for table in ("questions", "results", "log"):
        assert organiser.get(f"{cast.desk}/exports/{table}.csv").status_code == 200


def wrong(found: Travelled, sent: dict[str, Any], members: list[str]) -> None:
    """Forged, altered, of somebody else, twice, broken: each refusal says its sentence and leaves nothing."""
    cast, stranger = found.cast, Canary(SimpleNamespace(app=found.cast.app))  # type: ignore[arg-type]
    for bad in ({**sent, "sig": sent["msg"]}, {**sent, "msg": sent["msg"][:-4] + "AAAA"}, {"sig": "Quắc"}):
        assert stranger("POST", f"{cast.base}/entry", bad, **JSON).status_code in {400, 422}
    strong = Strong(cast)
    with _marked(cast.app):
        second = strong.opened(members[0])
        assert strong.ask(second, b"\x01" * 256).status_code == 409
        assert strong.ask(second, b"short").status_code in {409, 422}
    token = stranger.token(f"/m/{cast.code}")
    twin = {"twin": "NGOEOQUC", "csrf_token": token}
    assert stranger("POST", f"/m/{cast.code}/session", twin).status_code in {400, 422}

    def broken(code: str) -> str:
        raise ValueError(f"{QUESTION} {NAMES[0]} {ADDRESS} {sent['msg']}")

    views = cast.app.view_functions
    broken.__dict__.update(views["pages.show"].__dict__)
    views["pages.show"] = broken
    assert stranger("GET", cast.base).status_code == 500


@pytest.mark.claim(
    "anonymity", "strong mode: after a whole journey no log, file or backup joins a person to what was said"
)
def test_nothing_joins_a_person_to_content(travelled: Travelled, figure: Figure) -> None:
    """Names only on the roll's side, content only on the room's, secrets of phones and addresses nowhere."""
    said, files = travelled.said, travelled.files()
    names, content = (
        {form for word in words for form in spellings(word)} for words in (travelled.names, travelled.content)
    )
    everywhere = {"what was said": said, **files}
    hits: list[tuple[str, ...]] = [
        (place, "address", *found) for place, data in everywhere.items() for found in addresses_in(data)
    ]
    hits += [(place, "agent") for place, data in everywhere.items() if b"KimTuoc" in data]
    hits += [(place, "secret") for place, data in everywhere.items() for one in travelled.secrets if one in data]
    hits += [("what was said", "word") for word in names | content if word in said]
    assert hits == []
    with_names = {place for place, data in files.items() if any(word in data for word in names)}
    with_content = {place for place, data in files.items() if any(word in data for word in content)}
    assert {place.split(".")[0] for place in with_names} == {"data/roll", "backup/roll"}, "the control: there they are"
    assert {place.split(".")[0] for place in with_content} == {"data/main", "backup/main"}
    assert b"ValueError at " in said, "the control: what broke was logged, by kind and place"
    assert len(travelled.secrets) > 60
    there = [name for name in files if not name.startswith("backup/")]
    assert [name for name in there if not any(re.fullmatch(rule, name) for rule in FILES)] == [], (
        "files of the list alone"
    )
    assert len(there) >= 10
    figure(
        f"{len(said.splitlines())} lines and {len(files)} files searched for {len(travelled.secrets)} secrets, 0 hits"
    )
