"""What another machine has after it took over: everybody's ballot, once; or, without the words, nothing that takes a vote."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from survey import lifecycle
from survey.core import readonly
from survey.core.errors import Invalid
from survey.core.ids import digest
from survey.core.ids import new_token
from survey.core.settings import Settings
from survey.dialogues import queries as dialogues
from survey.dialogues.versions import EPOCH
from survey.followups import attachments
from survey.roll import service
from survey.room import box
from survey.spare import folder
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.questions.conftest import add
from tests.room.test_entry_credential import JSON
from tests.room.test_entry_credential import Strong
from tests.spare.houses import House
from tests.spare.houses import along
from tests.spare.houses import house_of
from tests.spare.houses import moved
from tests.spare.houses import second
from tests.spare.houses import serving
from tests.spare.houses import take

Figure = Callable[[str], None]


def vote(cast: Cast, phone: FlaskClient, question_id: str) -> tuple[int, int | None]:
    """Status, and the supporters that the phone is told."""
    head = {**JSON, "X-CSRFToken": csrf(phone, cast.base)}
    answer = phone.post(f"{cast.base}/questions/{question_id}/vote", headers=head)
    return answer.status_code, answer.get_json().get("supporters")


def pressed(cast: Cast, phone: FlaskClient, question_id: str) -> bool:
    """Whether the room shows this phone that it supports the question."""
    page = phone.get(f"{cast.base}?tab=ranking").text
    return bool(re.search(rf'id="v-{question_id}"[^>]*aria-pressed="true"', page))


@dataclass
class Scene:
    """A hall by roll, signed blindly: Mai is in and has supported a question, Bình holds a credential, Ba nothing yet."""

    house: House
    strong: Strong
    mai: FlaskClient
    held: dict[str, str]
    question: str

    @property
    def cast(self) -> Cast:
        return self.strong.cast


@pytest.fixture
def scene(settings: Settings) -> Iterator[Scene]:
    house = house_of(settings)
    with serving(house.settings) as app:
        cast = make_cast(app, "collect", entry="roll", strong=True)
        strong = Strong(cast, *(cast.enrol(name) for name in ("Mai", "Bình", "Ba")))
        cast.stores.roll.write(service.freeze, cast.dialogue_id, actor="test")
        held = [strong.credential(one) for one in (strong.mai, strong.binh)]
        lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
        question = cast.write(add, cast.dialogue_id, "Khi nào xã có sân bóng đá?")
        mai = cast.stranger()
        assert strong.enter(mai, held[0]).status_code == 200
        assert vote(cast, mai, question) == (200, 1)
        yield Scene(house, strong, mai, held[1], question)


@pytest.mark.claim("scale", "after a take-over nobody votes twice, everybody sees the own votes, a late comer enters")
def test_everything_goes_on_at_the_spare(scene: Scene, tmp_path: Path, migrated: Path, figure: Figure) -> None:
    cast, files = scene.cast, scene.house.settings.data_dir / attachments.FOLDER
    files.mkdir(exist_ok=True)
    (files / "công văn").write_bytes(b"%PDF")
    with cast.reading() as session:
        version = dialogues.by_id(session, cast.dialogue_id).version
    assert scene.house.sender.look() == ""
    settings, taken = take(scene.house, second(tmp_path, migrated))
    assert (taken.keys, taken.told, settings.read_only) == (taken.there, True, "")
    assert settings.secret_key == scene.house.settings.secret_key, "who was signed in stays so"
    assert (settings.data_dir / attachments.FOLDER / "công văn").read_bytes() == b"%PDF"
    with serving(settings) as app:
        there, mai = moved(cast, app), along(scene.mai, app)
        with there.reading() as session:
            assert dialogues.by_id(session, cast.dialogue_id).version == version + EPOCH
        assert pressed(there, mai, scene.question)
        assert vote(there, mai, scene.question) == (200, 1), "once, however often"
        strong = replace(scene.strong, cast=there)
        assert strong.enter(there.stranger(), scene.held).status_code == 200, "signed before, in afterwards"
        late = there.stranger()
        assert strong.enter(late, strong.credential(scene.strong.ba)).status_code == 200, "signed and in afterwards"
        assert vote(there, late, scene.question) == (200, 2)
        assert strong.counts() == (3, 3)
    figure("3 of 3 members, 3 ballots, 2 votes of 2; 0 twice")


def test_a_restore_without_the_key_counts_twice(scene: Scene, tmp_path: Path, migrated: Path) -> None:
    """The control: a build that makes another key where one is missing, as ours never does."""
    assert scene.house.sender.look() == ""
    settings, _taken = take(scene.house, second(tmp_path, migrated))
    lost = settings.key_dir / scene.cast.dialogue_id / "vote.key"
    lost.write_bytes(bytes(range(32)))
    with serving(settings) as app:
        there = moved(scene.cast, app)
        assert vote(there, along(scene.mai, app), scene.question) == (200, 2)


@pytest.mark.claim("scale", "without the words a spare shows everything, says why, and takes nothing")
def test_without_words_nothing_is_taken(scene: Scene, tmp_path: Path, migrated: Path, figure: Figure) -> None:
    cast = scene.cast
    assert scene.house.sender.look() == ""
    to = second(tmp_path, migrated)
    settings, taken = take(scene.house, to, with_words=False)
    assert (taken.keys, settings.read_only) == (0, readonly.NO_WORDS)
    assert taken.there > 5
    with serving(settings) as app:
        there, phone = moved(cast, app), app.test_client()
        pages = (
            "/",
            cast.base,
            f"{cast.base}/who",
            "/promise",
            f"/p/{cast.code}",
            "/s/sign-in",
            f"/m/{cast.code}",
            "/nirgends",
        )
        for page in pages:
            shown = phone.get(page).text
            assert 'id="read-only"' in shown, page
            told = ("tám từ" in shown, "tạm chỉ cho xem" in shown)
            assert told == ((True, False) if page.startswith("/s/") else (False, True)), page
        mai = along(scene.mai, app)
        for tab in ("ranking", "unseen", "mine"):
            seen = mai.get(f"{cast.base}?tab={tab}")
            assert (seen.status_code, 'id="read-only"' in seen.text) == (200, True), tab
            assert tab == "mine" or "Khi nào xã có sân bóng đá?" in seen.text, tab
        routes = [
            rule
            for rule in app.url_map.iter_rules()
            if rule.methods and rule.methods & {"POST", "DELETE", "PUT", "PATCH"}
        ]
        for rule in routes:
            path = re.sub(r"<[^>]*>", "zzzz", str(rule.rule)).replace("/d/zzzz", cast.base)
            for method in sorted((rule.methods or set()) & {"POST", "DELETE", "PUT", "PATCH"}):
                answer = phone.open(path, method=method, headers=JSON)
                assert (answer.status_code, answer.get_json()["error"]) == (503, "read_only"), path
                assert answer.headers["Retry-After"], "the phone keeps it and sends it again"
        with pytest.raises(readonly.ReadOnly):
            there.write(add, cast.dialogue_id, "Câu này không vào")
        with pytest.raises(readonly.ReadOnly):
            there.stores.roll.rewrite()
    figure(f"{len(routes)} routes that write: all refused; {len(pages)} pages say why")
    again, whole = take(scene.house, settings)
    assert (whole.keys, again.read_only) == (whole.there, ""), "the words may come later"
    with serving(again) as app:
        assert vote(moved(cast, app), along(scene.mai, app), scene.question) == (200, 1)


def test_drops_in_the_box_go_along_and_are_poured_once(settings: Settings, tmp_path: Path, migrated: Path) -> None:
    house = house_of(settings)
    with serving(house.settings) as app:
        cast = make_cast(app, "collect", entry="roll", strong=True)
        with cast.reading() as session:
            dialogue = dialogues.by_id(session, cast.dialogue_id)
        for _each in range(6):
            box.drop(cast.stores.box, dialogue, digest(new_token()).hex(), {"questions": [], "responses": {}})
        assert house.sender.look() == ""
    to, taken = take(house, second(tmp_path, migrated))
    assert taken.drops == 6
    with serving(to) as app:
        there = moved(cast, app)
        assert there.stores.box.count(cast.dialogue_id) == 6
        there.let_in()
        with there.reading() as session:
            assert dialogues.by_id(session, cast.dialogue_id).ballots == 6


def test_a_house_with_dialogues_is_not_written_over(scene: Scene) -> None:
    assert scene.house.sender.look() == ""
    with pytest.raises(Invalid):
        take(scene.house, scene.house.settings)


def test_a_copy_that_was_cut_off_is_never_taken(scene: Scene) -> None:
    """Power fails in any half of a pass: the other place is whole, and is what is found."""
    sender = scene.house.sender
    assert sender.look() == ""
    first = folder.newest(scene.house.usb)
    scene.cast.write(add, scene.cast.dialogue_id, "Câu mới")
    assert sender.look() == ""
    newer = folder.newest(scene.house.usb)
    assert (newer.place != first.place, newer.at >= first.at) == (True, True)
    whole = (newer.place / "main.sqlite3").read_bytes()
    (newer.place / "main.sqlite3").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    found = folder.newest(scene.house.usb)
    assert (found.place, found.at) == (first.place, first.at), "and says from when it is"
    (newer.place / folder.MANIFEST).unlink()
    assert folder.newest(scene.house.usb).place == first.place


def test_on_postgres_keys_and_box_go_along(postgres: Settings, tmp_path: Path, migrated: Path) -> None:
    """The databases have a replica of their own; here it is the same one, promoted."""
    house = house_of(postgres)
    with serving(house.settings) as app:
        cast = make_cast(app, "collect", entry="roll", strong=True)
        with cast.reading() as session:
            dialogue = dialogues.by_id(session, cast.dialogue_id)
        box.drop(cast.stores.box, dialogue, digest(new_token()).hex(), {"questions": [], "responses": {}})
        issue = cast.keys.get(cast.dialogue_id, "issue")
        assert house.sender.look() == ""
    assert not list(house.usb.rglob("*.sqlite3"))
    to = replace(
        second(tmp_path, migrated), database_url=postgres.database_url, roll_database_url=postgres.roll_database_url
    )
    after, taken = take(house, to)
    assert (taken.keys, taken.drops, after.read_only) == (taken.there, 1, "")
    with serving(replace(to, secret_key=after.secret_key)) as app:
        there = moved(cast, app)
        assert there.keys.get(cast.dialogue_id, "issue") == issue
        assert there.stores.box.count(cast.dialogue_id) == 1
        with there.reading() as session:
            assert dialogues.by_id(session, cast.dialogue_id).version == dialogue.version + EPOCH
