"""Moving house: out of one data directory and into another, equal to read, with nothing of a ballot in between."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from survey import factory
from survey import lifecycle
from survey.accounts import service as accounts
from survey.accounts.models import Grant
from survey.accounts.models import Link
from survey.accounts.models import Staff
from survey.core import durable
from survey.core import settings as core_settings
from survey.core.clock import now
from survey.core.columns import Base
from survey.core.errors import Conflict
from survey.core.errors import DomainError
from survey.core.migrations import upgrade
from survey.core.stores import Stores
from survey.dialogues import queries as dialogues
from survey.exports import house
from survey.exports import house_in
from survey.exports import house_keep
from survey.exports import house_out
from survey.followups import attachments
from survey.followups import history
from survey.followups import publishing
from survey.followups import recommendations
from survey.followups import recommended
from survey.followups.models_ideas import Thread
from survey.moderation import service as moderation
from survey.organisations import units
from survey.organisations.models import Organisation
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import service as answering
from survey.questions import groups
from survey.questions import queries as questions
from survey.questions import service as asking
from survey.questions.models import Judgement
from survey.questions.models import Question
from survey.questions.models import Support
from survey.questions.state import State
from survey.room.models import Ballot
from tests import quick
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.exports.test_jobs import follow

Figure = Callable[[str], None]
PASSWORD = "một câu dài dễ nhớ"
PDF = b"%PDF-1.7\nket qua"
IDEA = b"one who had idea"  # the mark of a thread
SECRET = "Câu còn chờ duyệt, không ai ngoài điều hành đọc"


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Cast]:
    """A hall that was held and closed: phones asked, supported, answered; the office follows up."""
    app = _app(tmp_path_factory.mktemp("old"))
    cast = make_cast(app, "open_hall")
    phones = [cast.member() for _ in range(7)]
    for number, phone in enumerate(phones):
        form = {
            "body": f"Bao giờ xã có sân bóng số {number}?",
            "client_id": f"c{number}",
            "csrf_token": csrf(phone, cast.base),
        }
        assert phone.post(f"{cast.base}/questions", data=form).status_code == 303
    cast.write(_moderate, cast)
    with cast.reading() as session:
        board = questions.board(session, cast.dialogue_id)
    for place, phone in enumerate(phones):
        for row in board[: 1 + place % 3]:
            form = {"csrf_token": csrf(phone, cast.base)}
            assert phone.post(f"{cast.base}/questions/{row.id}/vote", data=form).status_code == 303
    cast.write(_answer, cast, board[0].id)
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    _follow(cast, board[0].id)
    yield cast
    for name in ("db", "roll"):
        app.extensions["survey"][name].dispose()


def _app(folder: Path) -> Flask:
    data = folder / "data"
    data.mkdir()
    found = core_settings.load({"DATA_DIR": str(data), "KEY_DIR": str(folder / "keys"), "HOST": "127.0.0.1"})
    upgrade(found.database_url, "main")
    upgrade(found.roll_database_url, "roll")
    app = quick.share_templates(factory.create_app(replace(found)))
    app.testing = True
    return app


def _moderate(session: Any, cast: Cast) -> None:
    waiting = questions.in_states(session, cast.dialogue_id, {State.PENDING})
    for row in waiting[:-1]:
        moderation.decide(session, cast.dialogue_id, row.id, "approve", actor="test")
    groups.merge(session, cast.keys.get(cast.dialogue_id, "vote"), cast.dialogue_id, waiting[0].id, [waiting[1].id])
    asking.add(session, cast.dialogue_id, SECRET, None, state=State.PENDING)
    made = building.create(session, cast.dialogue_id, "Trước đối thoại")
    items.add_item(session, cast.dialogue_id, made, "rating", {"label": "Mức hài lòng", "steps": "5"})
    items.add_item(session, cast.dialogue_id, made, "text", {"label": "Điều bạn mong"})
    building.open_(session, cast.dialogue_id, made)
    rating, text = answering.items_of(session, made)
    for ballot in range(12):
        answering.respond(session, made, bytes([ballot + 65]) * 16, {
            rating.id: {"": [str(ballot % 5 + 1)]}, text.id: {"": [f"mong điều {ballot}"]},
        })  # fmt: skip


def _answer(session: Any, cast: Cast, question_id: str) -> None:
    for act in ("call", "answer"):
        moderation.decide(session, cast.dialogue_id, question_id, act, actor="test", permission="answer")
    session.get_one(Question, question_id).note = "Sẽ xong trong quý ba"


def _follow(cast: Cast, question_id: str) -> None:
    staff = cast.write(accounts.create_staff, cast.organisation_id, "lan.tran", "Trần Thị Lan", PASSWORD)
    cast.write(accounts.grant, staff, cast.organisation_id, "organiser", actor="test")
    unit = cast.write(units.add, cast.organisation_id, None, "Sở Xây dựng")
    part = unit
    for number in range(6):  # their ids are in no order, so that some would come before what they are part of
        part = cast.write(units.add, cast.organisation_id, part, f"Phòng {number}")
    actor = f"staff:{staff}"
    made = cast.write(
        recommendations.create, cast.dialogue_id, body="Làm sân bóng cho xã", question_ids=[question_id], unit_id=unit,
        due=dt.date(2030, 1, 31), actor=actor,
    )  # fmt: skip
    cast.write(recommendations.step, made, "working", actor=actor)
    cast.write(recommendations.publish, made, True, actor=actor)
    cast.write(lambda session: session.add(Thread(
        id="idea-of-one", dialogue_id=cast.dialogue_id, author=IDEA, body="Ý riêng của một người", waits=False, state="open",
        name="Người ký tên", taken=True, taken_text="Làm thư viện số", taken_note="Sẽ làm", recommendation_id=made,
    )))  # fmt: skip
    kept = attachments.keep(cast.app.extensions["survey"]["settings"].data_dir, "ke-hoach.pdf", PDF)
    cast.write(attachments.add, made, kept, actor=actor)
    cast.write(attachments.publish, kept.id, published=True, actor=actor)
    kept = publishing.keep(cast.app.extensions["survey"]["settings"].data_dir, "thong-bao.pdf", PDF + b" thong bao")
    cast.write(publishing.add_file, cast.dialogue_id, "notice", kept, actor=actor)
    cast.write(publishing.set_paper, cast.dialogue_id, "notice", "Đã kết luận", shown=True, actor=actor)


@pytest.fixture
def new(tmp_path: Path) -> Flask:
    """Another installation, started for the first time."""
    return _app(tmp_path)


def out(cast: Cast) -> bytes:
    made = io.BytesIO()
    with cast.reading() as session:
        house_out.make(session, cast.app.extensions["survey"]["settings"].data_dir, cast.code, made)
    return made.getvalue()


def take_in(app: Flask, content: bytes) -> str:
    own = app.extensions["survey"]
    return house_keep.keep(own["db"], own["settings"].data_dir, house_in.read(io.BytesIO(content))).code


def rows(app: Flask) -> dict[str, int]:
    with app.extensions["survey"]["db"].reading() as session:
        return {name: len(session.execute(select(table)).all()) for name, table in Base.metadata.tables.items()}


def read(app: Flask, code: str) -> dict[str, Any]:
    """What can be read after it: the public page and its JSON, the recommendations, their history."""
    phone = app.test_client()
    page = phone.get(f"/p/{code}").text
    with app.extensions["survey"]["db"].reading() as session:
        dialogue = dialogues.by_code(session, code)
        found = recommended.of_dialogue(session, dialogue.id)
        told = {one.id: [(e.place, e.at, e.actor, e.action, e.before, e.after, e.text, e.digest)
                         for e in history.of(session, one.id)] for one in found}  # fmt: skip
        assert history.verify(session, dialogue.id) == []
    return {"page": page, "json": phone.get(f"/p/{code}.json").get_json(), "recommendations": found, "history": told}


@pytest.mark.claim("followup", "what moves to another installation reads the same there, and its histories hold")
def test_the_other_house_reads_the_same(old: Cast, new: Flask, figure: Figure) -> None:
    old.write(publishing.publish_all, old.dialogue_id, actor="test")
    content = out(old)
    assert take_in(new, content) == old.code
    before, after = read(old.app, old.code), read(new, old.code)
    assert "Làm sân bóng cho xã" in before["page"], "the premise: there is something to read"
    assert "Làm thư viện số" in before["page"]
    assert len(next(iter(before["history"].values()))) >= 5
    assert after == before
    file = before["json"]["recommendations"][0]["files"][0]["url"]
    assert new.test_client().get(file).data == PDF
    notice = before["json"]["notice"]["files"][0]["url"]
    assert new.test_client().get(notice).data == PDF + b" thong bao"
    figure(
        f"{len(content) // 1024 + 1} kB, {sum(map(len, after['history'].values()))} acts of histories, 0 differences"
    )
    browser = new.test_client()
    form = {"csrf_token": csrf(browser, "/s/sign-in"), "login": "lan.tran", "password": PASSWORD}
    assert browser.post("/s/sign-in", data=form).status_code == 303
    page = browser.get(f"/s/{old.code}/exports/questions.json").get_json()["tables"][0]["rows"]
    mine = old.staff("organiser").get(f"{old.desk}/exports/questions.json").get_json()["tables"][0]["rows"]
    assert page == mine, "the tables too"
    assert any(row["wordings"] for row in page)
    surveys = [app.get(f"/s/{old.code}/exports/results.json").get_json()["tables"][0]["rows"]
               for app in (browser, old.staff("organiser"))]  # fmt: skip
    assert [sorted(map(str, one)) for one in surveys[:1]] == [sorted(map(str, one)) for one in surveys[1:]]


@pytest.mark.claim("followup", "nothing of a ballot is in the file that moves")
def test_nothing_of_a_ballot_is_in_the_file(old: Cast, figure: Figure) -> None:
    secrets: set[bytes] = set()
    with old.reading() as session:
        for model in (Ballot, Support, Judgement):
            for row in session.scalars(select(model)):
                secrets |= {value for value in vars(row).values() if isinstance(value, bytes)}
        for name in ("responses", "questions", "group_supports", "links", "sign_ins", "key_records"):
            for row in session.execute(select(Base.metadata.tables[name])):
                secrets |= {value for value in row if isinstance(value, bytes)}
        ids = {row.id for row in questions.in_states(session, old.dialogue_id, {State.PENDING})}
    keys = [old.keys.get(old.dialogue_id, purpose) for purpose in old.keys.purposes(old.dialogue_id)]
    content = out(old)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        whole = b"\n".join(parts.read(name) for name in parts.namelist())
    found = [one for one in (*secrets, *keys) for form in forms_of(one) if form in whole]
    figure(f"{len(secrets)} marks and {len(keys)} keys looked for in four writings, {len(found)} found")
    assert len(secrets) > 30
    assert found == []
    assert [one for one in (SECRET, "Ý riêng của một người", "Người ký tên") if one.encode() in whole] == []
    assert [one for one in forms_of(IDEA) if one in whole] == []
    assert not [one for one in ids if one.encode() in whole]
    assert hashlib.sha256(PDF).digest() not in secrets
    assert PDF in whole, "the search would find what is there"
    assert forms_of(hashlib.sha256(PDF).digest())[2] in whole


def forms_of(value: bytes) -> tuple[bytes, ...]:
    """The ways in which a program may write bytes down."""
    import base64

    return value, value.hex().encode(), base64.b64encode(value), base64.urlsafe_b64encode(value).rstrip(b"=")


def changed(content: bytes, change: Callable[[dict[str, bytes]], object], *, seal: bool = True) -> bytes:
    """The file with something changed in it, its digests right again where `seal`."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        files = {name: parts.read(name) for name in parts.namelist()}
    change(files)
    if seal:
        manifest = json.loads(files["manifest.json"])
        manifest["files"] = {
            name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "manifest.json"
        }
        files["manifest.json"] = json.dumps(manifest).encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        for name, data in files.items():
            parts.writestr(name, data)
    return made.getvalue()


def in_rows(change: Callable[[Any], object]) -> Callable[[dict[str, bytes]], None]:
    def run(files: dict[str, bytes]) -> None:
        found = json.loads(files[house.ROWS])
        change(found)
        files[house.ROWS] = json.dumps(found).encode()

    return run


def put(table: str, column: str, value: Any) -> Callable[[dict[str, bytes]], None]:
    return in_rows(lambda found: found[table][0].__setitem__(column, value))


def put_all(table: str, column: str, value: Any) -> Callable[[dict[str, bytes]], None]:
    return in_rows(lambda found: [one.__setitem__(column, value) for one in found[table]])


BROKEN: dict[str, tuple[Callable[[dict[str, bytes]], object], bool]] = {
    "a byte": (lambda files: files.__setitem__(house.ROWS, files[house.ROWS].replace(b"2030", b"2031")), False),
    "a part is missing": (lambda files: files.pop(house.ROWS), True),
    "one more part": (lambda files: files.__setitem__("../../etc/x", b""), True),
    "history": (put("recommendation_events", "action", "other"), True),
    "what stands": (put("recommendations", "body", "Việc khác"), True),
    "a path for an id": (in_rows(lambda found: found["attachments"][0].__setitem__("id", "../../../x")), True),
    "a unit of somebody else": (put("recommendations", "unit_id", "zzzzzzzzzzzz"), True),
    "another organisation": (put("staff", "organisation_id", "zzzzzzzzzzzz"), True),
    "a hall that is open": (put("dialogues", "state", "live"), True),
    "a table of ballots": (in_rows(lambda found: found.__setitem__("ballots", [])), True),
    "a column": (put("questions", "author", "AAAA"), True),
    "a word for a number": (put("questions", "supporters", "nhiều"), True),
    "units in a ring": (in_rows(lambda found: [one.__setitem__("parent_id", one["id"]) for one in found["units"]]), True),
    "two dialogues": (in_rows(lambda found: found["dialogues"].append(found["dialogues"][0])), True),
    "not a file of ours": (lambda files: files.__setitem__("manifest.json", b"{}"), False),
}  # fmt: skip


@pytest.mark.claim("followup", "a file that is not whole brings nothing at all into the other installation")
def test_what_is_not_whole_is_refused(old: Cast, new: Flask, figure: Figure) -> None:
    content, before = out(old), rows(new)
    bad = {what: changed(content, change, seal=seal) for what, (change, seal) in BROKEN.items()}
    bad |= {"cut off": content[: len(content) // 2], "no file": b"", "a picture": b"\x89PNG\r\n\x1a\n" + bytes(100)}
    folder = new.extensions["survey"]["settings"].data_dir / attachments.FOLDER
    for what, one in bad.items():
        with pytest.raises(DomainError) as refused:
            take_in(new, one)
        assert str(refused.value).endswith((".", "!")), what
        assert rows(new) == before, what
        assert not folder.exists() or list(folder.iterdir()) == [], what
    figure(f"{len(bad)} of {len(bad)} refused, 0 rows and 0 files left")
    assert take_in(new, changed(content, lambda files: None)) == old.code, "the control: unchanged it is taken"


def test_the_same_dialogue_twice_is_refused(old: Cast, new: Flask) -> None:
    content = out(old)
    take_in(new, content)
    before = rows(new)
    with pytest.raises(Conflict, match="đã có đối thoại này"):
        take_in(new, content)
    assert rows(new) == before


def test_a_login_of_somebody_else_is_not_taken_over(old: Cast, new: Flask) -> None:
    db = new.extensions["survey"]["db"]
    ours = db.write(accounts.create_organisation, "Sở Y tế")
    db.write(accounts.create_staff, ours, "lan.tran", "Trần Văn Lân", PASSWORD)
    before = rows(new)
    with pytest.raises(Conflict, match=r"lan\.tran"):
        take_in(new, out(old))
    assert rows(new) == before


def test_the_page_of_a_first_start_takes_a_file_in(old: Cast, new: Flask) -> None:
    token = new.extensions["survey"]["db"].write(accounts.setup_link)
    browser = new.test_client()
    assert f'href="/s/import/{token}"' in browser.get(f"/s/invitation/{token}").text
    page = f"/s/import/{token}"
    form = {"csrf_token": csrf(browser, page), "file": (io.BytesIO(b"PK nothing"), "x.zip")}
    refused = browser.post(page, data=form)
    assert refused.status_code == 422
    assert "không trọn vẹn" in refused.text
    empty = browser.post(page, data={"csrf_token": csrf(browser, page)})
    assert (empty.status_code, "Hãy chọn tệp" in empty.text) == (422, True)
    large = io.BytesIO(bytes(9 * 1024 * 1024))  # more than other forms may send
    stranger = new.test_client()
    got = stranger.post(
        "/s/import/nothing", data={"csrf_token": csrf(stranger, "/s/recovery"), "file": (large, "x.zip")}
    )
    assert got.status_code == 413, "room is made for who holds the link alone"
    large = io.BytesIO(bytes(9 * 1024 * 1024))
    assert browser.post(page, data={"csrf_token": csrf(browser, page), "file": (large, "x.zip")}).status_code == 422
    form = {"csrf_token": csrf(browser, page), "file": (io.BytesIO(out(old)), "chuyen-may.zip")}
    assert browser.post(page, data=form).location == "/s/sign-in"
    assert browser.get(page).status_code == 404, "the link of the first start is gone"
    with new.extensions["survey"]["db"].reading() as session:
        assert session.scalars(select(Link)).all() == []
        assert [one.login for one in session.scalars(select(Staff)) if one.password_hash] == ["lan.tran"]


def test_the_file_is_for_the_whole_organisation_and_after_the_hall(
    old: Cast, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made beside the hall like other large files; the hall's secretary sees neither its page nor the file."""
    chief = old.staff("organiser", whole_organisation=True)
    assert f'href="{old.desk}/exports/move"' in chief.get(f"{old.desk}/exports").text
    assert "Làm tệp chuyển máy" in chief.get(f"{old.desk}/exports/move").text
    path = wish(chief, old).location
    page, _percents = follow(chief, path)
    assert ("Tệp đã xong" in page, "256 MB" in page) == (True, False)
    got = chief.get(f"{path}/file")
    assert (got.status_code, got.content_type, got.headers["Cache-Control"]) == (200, "application/zip", "no-store")
    assert got.data == out(old)
    monkeypatch.setattr(house, "BY_BROWSER", len(got.data) - 1)
    assert "import-followup" in chief.get(path).text, "what no first page takes is told where it is fetched"
    for role, status in (("organiser", 403), ("secretary", 403), ("moderator", 403)):
        other = old.staff(role)
        assert (other.get(path).status_code, other.get(f"{path}/file").status_code) == (status, status)
        assert f'href="{old.desk}/exports/move"' not in other.get(f"{old.desk}/exports").text
        assert wish(other, old).status_code == status
    early = cast.staff("organiser", whole_organisation=True)
    assert wish(early, cast).status_code == 403
    assert "Hãy khép lại trước" in early.get(f"{cast.desk}/exports/move").text


def wish(browser: Any, cast: Cast) -> Any:
    """Ask for the file."""
    form = {"file": "move.zip", "csrf_token": csrf(browser, "/s/")}
    return browser.post(f"{cast.desk}/exports/jobs", data=form)


def test_a_file_that_was_lost_is_named_on_the_page_of_the_job(old: Cast) -> None:
    chief = old.staff("organiser", whole_organisation=True)
    folder = house.folder(old.app.extensions["survey"]["settings"].data_dir, "attachments")
    path = next(folder.iterdir())
    content = path.read_bytes()
    path.write_bytes(b"%PDF other")
    try:
        page, _percents = follow(chief, wish(chief, old).location)
    finally:
        path.write_bytes(content)
    assert "Hãy gỡ tệp ấy khỏi kiến nghị" in page


@pytest.mark.claim("followup", "a file moves out and in with one attached file in memory at a time")
def test_what_moves_is_never_whole_in_memory(
    old: Cast, new: Flask, tmp_path: Path, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir, size = old.app.extensions["survey"]["settings"].data_dir, 4 * 1024 * 1024
    with old.reading() as session:
        one = recommended.of_dialogue(session, old.dialogue_id)[0].id
    added = [attachments.keep(data_dir, f"{number}.pdf", PDF + bytes(size)) for number in range(8)]
    for kept in added:
        old.write(attachments.add, one, kept, actor="test")
    path = tmp_path / "move.zip"
    own = new.extensions["survey"]
    tracemalloc.start()
    try:
        with old.reading() as session, path.open("wb") as file:
            house_out.make(session, data_dir, old.code, file)
        away = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        with path.open("rb") as file:
            house_keep.keep(own["db"], own["settings"].data_dir, house_in.read(file))
        home = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        for kept in added:
            old.write(attachments.remove, kept.id, actor="test")
    figure(f"8 files of 4 MB: at most {away / 2**20:.1f} MB on the way out, {home / 2**20:.1f} MB on the way in")
    assert path.stat().st_size > 8 * size
    assert max(away, home) < 5 * size
    monkeypatch.setattr(house, "MOST_PARTS", 3)
    with pytest.raises(DomainError, match="không chứa hết"):
        out(old)


def test_a_file_that_unpacks_to_more_than_it_has_is_refused(old: Cast, new: Flask) -> None:
    """Small when it is sent, large on the disk: attached files come as they are."""
    before, pdf = rows(new), b"%PDF-" + bytes(9 * 1024 * 1024)

    def swell(files: dict[str, bytes]) -> None:
        found = json.loads(files[house.ROWS])
        row = found["published_files"][0]
        row["size"], row["sha256"] = len(pdf), house.plain(hashlib.sha256(pdf).digest())
        files[house.ROWS], files[f"{house.FILES}{row['id']}"] = json.dumps(found).encode(), pdf

    whole, packed = changed(out(old), swell), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as small:
        for name in parts.namelist():
            small.writestr(name, parts.read(name))
    assert len(packed.getvalue()) < len(whole) // 20
    with pytest.raises(DomainError, match="không trọn vẹn"):
        take_in(new, packed.getvalue())
    assert rows(new) == before
    assert take_in(new, whole) == old.code, "the control: as it is it is taken"


def test_commands_move_a_dialogue(old: Cast, new: Flask, tmp_path: Path) -> None:
    path = tmp_path / "move.zip"
    done = old.app.test_cli_runner().invoke(args=["export-followup", old.code, str(path)])
    assert (done.exit_code, path.stat().st_mode & 0o777) == (0, 0o600)
    done = new.test_cli_runner().invoke(args=["import-followup", str(path)])
    assert (done.exit_code, done.output.split(":")[0]) == (0, old.code)
    table = tmp_path / "toan-bo.xlsx"
    done = new.test_cli_runner().invoke(args=["export", old.code, "all", str(table)])
    assert (done.exit_code, table.read_bytes()[:2]) == (0, b"PK"), "every table can be written there too"
    again = new.test_cli_runner().invoke(args=["import-followup", str(path)])
    assert (again.exit_code, "Traceback" in again.output) == (1, False)


def test_the_dialogue_lives_on_without_keys(old: Cast, new: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """It is concluded, followed and archived over there; nothing of that asks for a key that never came."""
    take_in(new, out(old))
    own = new.extensions["survey"]
    stores = Stores(own["db"], own["roll"], own["keys"], own["box"])
    own["db"].write(lifecycle.conclude, old.dialogue_id, actor="test")
    lifecycle.sweep(stores, now() + dt.timedelta(days=40))
    with own["db"].reading() as session:
        assert dialogues.by_code(session, old.code).state == "following"
    own["db"].write(lifecycle.archive, old.dialogue_id, actor="test")
    factory.check_keys(stores)
    assert [record.message for record in caplog.records if "sweep" in record.message] == []
    assert new.test_client().get(f"/d/{old.code}").status_code == 200


def flipped(content: bytes, part: str, mark: bytes, at: int, value: bytes) -> bytes:
    """The file with a field of the head of a part (`PK\\3\\4` local, `PK\\1\\2` central) overwritten."""
    made, place = bytearray(content), 0
    name_at = {b"PK\3\4": 30, b"PK\1\2": 46}[mark]
    while True:
        place = made.index(mark, place)
        if bytes(made[place + name_at : place + name_at + len(part)]) == part.encode():
            made[place + at : place + at + len(value)] = value
            return bytes(made)
        place += 1


def damaged(content: bytes) -> bytes:
    """The file with a byte of what is packed in its rows overwritten."""
    place = content.index(house.ROWS.encode()) + len(house.ROWS) + 40
    return content[:place] + bytes(40) + content[place + 40 :]


def test_a_damaged_file_is_refused_with_a_sentence(old: Cast, new: Flask) -> None:
    """What a stick or a copy programme does to a file, and what another programme packs in its own way."""
    content = out(old)
    locked, packed = b"\x01\x00", b"\x61\x00"
    bad = {
        "packed data": damaged(content),
        "encrypted": flipped(flipped(content, house.ROWS, b"PK\1\2", 8, locked), house.ROWS, b"PK\3\4", 6, locked),
        "method": flipped(flipped(content, house.ROWS, b"PK\1\2", 10, packed), house.ROWS, b"PK\3\4", 8, packed),
    }
    token = new.extensions["survey"]["db"].write(accounts.setup_link)
    browser, page = new.test_client(), f"/s/import/{token}"
    for what, one in bad.items():
        assert one != content, what
        form = {"csrf_token": csrf(browser, page), "file": (io.BytesIO(one), "x.zip")}
        refused = browser.post(page, data=form)
        assert (refused.status_code, "không trọn vẹn" in refused.text) == (422, True), what
    form = {"csrf_token": csrf(browser, page), "file": (io.BytesIO(content), "x.zip")}
    assert browser.post(page, data=form).status_code == 303, "the control"


def files_of(app: Flask) -> dict[str, list[str]]:
    data_dir = app.extensions["survey"]["settings"].data_dir
    return {table: sorted(one.name for one in house.folder(data_dir, table).iterdir()) for table in house.ATTACHED}


@pytest.mark.claim("followup", "an import that was cut off leaves nothing in the way of the next one")
def test_an_import_that_was_cut_off_can_be_repeated(old: Cast, new: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk was full in the middle of a file; or the power went after the files and before the rows."""
    content, before = out(old), rows(new)
    whole = durable.write

    def full(path: Path, content: bytes) -> None:
        whole(path, content[:5])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable, "write", full)
    with pytest.raises(OSError, match="No space"):
        take_in(new, content)
    monkeypatch.undo()
    data_dir = new.extensions["survey"]["settings"].data_dir
    assert list(house.folder(data_dir, "attachments").iterdir()) == []
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        found = json.loads(parts.read(house.ROWS))
    for table in house.ATTACHED:
        house.folder(data_dir, table).mkdir(mode=0o700, exist_ok=True, parents=True)
        for row in found[table]:
            (house.folder(data_dir, table) / row["id"]).write_bytes(b"%PDF")  # half of it
    assert rows(new) == before
    assert take_in(new, content) == old.code
    assert files_of(new) == {table: sorted(row["id"] for row in found[table]) for table in house.ATTACHED}
    notice = new.test_client().get(f"/p/{old.code}.json").get_json()["notice"]["files"][0]["url"]
    assert new.test_client().get(notice).data == PDF + b" thong bao"


def test_files_of_publications_without_a_row_are_swept(old: Cast, new: Flask) -> None:
    take_in(new, out(old))
    own = new.extensions["survey"]
    folder = house.folder(own["settings"].data_dir, "published_files")
    kept = files_of(new)["published_files"]
    (folder / "left").write_bytes(b"%PDF")
    with own["db"].reading() as session:
        assert publishing.sweep(own["settings"].data_dir, session) == []
        assert publishing.sweep(own["settings"].data_dir, session, older=0) == ["left"]
    assert files_of(new)["published_files"] == kept != []


def test_a_house_in_which_nobody_could_sign_in_is_refused(old: Cast, new: Flask) -> None:
    """Without a password and the role of an organiser nobody would ever get in, and the first link would be spent."""
    token = new.extensions["survey"]["db"].write(accounts.setup_link)
    before = rows(new)
    for table, column, value in (
        ("staff", "password_hash", None),
        ("staff", "disabled", True),
        ("grants", "role", "screen"),
    ):
        without = put_all(table, column, value)
        with pytest.raises(DomainError, match="đăng nhập"):
            take_in(new, changed(out(old), without))
    assert rows(new) == before
    assert new.test_client().get(f"/s/import/{token}").status_code == 200


@pytest.mark.claim(
    "followup", "a second dialogue brings no role and no password into an organisation that is already there"
)
def test_a_second_dialogue_brings_nobody_in(old: Cast, new: Flask, tmp_path: Path) -> None:
    """Lan lost her role here meanwhile; a forged file names Mai an organiser of the whole organisation."""
    content, db = out(old), new.extensions["survey"]["db"]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        lan = next(row for row in json.loads(parts.read(house.ROWS))["staff"] if row["login"] == "lan.tran")
    db.write(lambda session: session.add(Organisation(id=old.organisation_id, name="Xã Thử")))
    keeper = db.write(accounts.create_staff, old.organisation_id, "giu.nha", "Người giữ nhà", PASSWORD)
    db.write(accounts.grant, keeper, old.organisation_id, "organiser", actor="test")
    db.write(lambda session: session.add(Staff(**{**lan, "password_hash": None, "disabled": True})))

    def forge(found: Any) -> None:
        one, grant = found["staff"][0], found["grants"][0]
        found["staff"] += [{**one, "id": name, "login": name} for name in ("mai", "named")]
        found["staff"].append({**one, "id": keeper, "login": "giu.nha", "password_hash": "other"})
        for number, (who, where) in enumerate([("mai", None), ("mai", old.dialogue_id), (keeper, old.dialogue_id)]):
            found["grants"].append({**grant, "id": f"g{number}", "staff_id": who, "dialogue_id": where})
        found["dialogues"][0]["ending_by"] = "staff:named"

    path = tmp_path / "second.zip"
    path.write_bytes(changed(content, in_rows(forge)))
    done = new.test_cli_runner().invoke(args=["import-followup", str(path)])
    assert done.exit_code == 0, done.output
    with db.reading() as session:
        staff = {one.login: (one.password_hash is None, one.disabled) for one in session.scalars(select(Staff))}
        held = sorted((one.staff_id, one.dialogue_id is None) for one in session.scalars(select(Grant)))
    assert held == sorted([(keeper, True), (keeper, False)])
    assert staff == {"giu.nha": (False, False), "lan.tran": (True, True), "named": (True, True)}
    assert "left out" in done.output
    assert "mai" in done.output


def test_every_table_moves_or_stays() -> None:
    assert set(house.MOVES) & house.STAYS == set()
    assert set(house.MOVES) | house.STAYS == set(Base.metadata.tables)
    for name, columns in house.ONLY.items():
        assert set(columns) <= set(Base.metadata.tables[name].c.keys()), name
