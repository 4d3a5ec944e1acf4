"""Making, changing and copying dialogues."""

from __future__ import annotations

import threading

import pytest

from survey import lifecycle
from survey.core.db import Database
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.dialogues import queries
from survey.dialogues import service
from survey.questionnaires import building
from survey.questionnaires import queries as questionnaires
from survey.questions import queries as questions
from survey.questions import service as asking
from survey.questions.models import Question
from survey.questions.state import State
from survey.room import service as room
from tests.conftest import Cast


def stored(cast: Cast, code: str = ""):  # type: ignore[no-untyped-def]
    """The dialogue as it is now."""
    with cast.reading() as session:
        return queries.by_code(session, code or cast.code)


def topic_ids(cast: Cast) -> dict[str, str]:
    """Names of the topics and their ids, in order."""
    with cast.reading() as session:
        return {topic.name: topic.id for topic in queries.topics(session, cast.dialogue_id)}


def test_new_dialogue_has_a_default_for_everything(cast: Cast) -> None:
    made = cast.write(service.create, cast.organisation_id, "  Chủ   đề ")
    dialogue = stored(cast, made["code"])
    assert (dialogue.theme, dialogue.state, dialogue.entry, dialogue.pre_moderation) == (
        "Chủ đề",
        "draft",
        "open",
        True,
    )
    assert len(made["code"]) == 6
    assert not set(made["code"]) & set("01OI")
    with cast.reading() as session:
        assert tuple(topic.name for topic in queries.topics(session, made["id"])) == service.TOPICS


@pytest.mark.parametrize("theme", ["", " \n ", "x" * 201, "\u202e"])
def test_theme_is_needed_and_bounded(cast: Cast, theme: str) -> None:
    with pytest.raises(Invalid) as refused:
        cast.write(service.create, cast.organisation_id, theme)
    assert list(refused.value.fields) == ["theme"]


def test_theme_is_kept_as_nfc(cast: Cast) -> None:
    made = cast.write(service.create, cast.organisation_id, "Đo\u0302\u0301i thoa\u0323i")
    assert stored(cast, made["code"]).theme == "Đối thoại"


def test_code_is_found_however_it_is_typed(cast: Cast) -> None:
    for typed in (cast.code.lower(), f" {cast.code[:3]} {cast.code[3:]}", f"{cast.code[:3]}-{cast.code[3:]}"):
        assert stored(cast, typed).id == cast.dialogue_id
    with cast.reading() as session, pytest.raises(NotFound):
        queries.by_code(session, "0O1I0O")


def test_draft_is_not_there_for_members(cast: Cast) -> None:
    made = cast.write(lifecycle.prepare, cast.keys, cast.organisation_id, "Đang soạn")
    with cast.reading() as session:
        assert queries.by_code(session, made["code"]).state == "draft"
        with pytest.raises(NotFound):
            queries.public_by_code(session, made["code"])


def test_topics_keep_ids_and_questions_of_kept_names(cast: Cast) -> None:
    before = topic_ids(cast)
    kept, gone = "Việc làm, tuyển dụng", "An toàn thông tin"
    ids = {
        name: cast.write(
            lambda s, t=before[name]: asking.add(s, cast.dialogue_id, "Câu hỏi", t, state=State.APPROVED).id
        )
        for name in (kept, gone)
    }
    cast.write(service.change_topics, cast.dialogue_id, ("Mới", kept, " mới ", "Mới"))
    after = topic_ids(cast)
    assert list(after) == ["Mới", kept, "mới"]
    assert after[kept] == before[kept]
    with cast.reading() as session:
        assert session.get(Question, ids[kept]).topic_id == before[kept]
        assert session.get(Question, ids[gone]).topic_id is None


def test_changing_topics_is_a_public_change(cast: Cast) -> None:
    before = stored(cast).version
    cast.write(service.change_topics, cast.dialogue_id, ("Một",))
    assert stored(cast).version == before + 1


@pytest.mark.parametrize("names", [("x" * 81,), tuple(map(str, range(61)))])
def test_topics_are_bounded(cast: Cast, names: tuple[str, ...]) -> None:
    before = topic_ids(cast)
    with pytest.raises(Invalid) as refused:
        cast.write(service.change_topics, cast.dialogue_id, names)
    assert list(refused.value.fields) == ["topics"]
    assert topic_ids(cast) == before


def test_copy_takes_settings_and_topics_and_no_acts(cast: Cast) -> None:
    cast.write(service.change, cast.dialogue_id, {
        "leader": "Đồng chí Bí thư", "ask_limit": 9, "pre_moderation": False, "pledge": "Tôi lắng nghe", "screen": "ranking",
    })  # fmt: skip
    cast.write(service.change_topics, cast.dialogue_id, ("Một", "Hai"))
    cast.write(building.create, cast.dialogue_id, "Trước đối thoại")
    cast.write(room.enter_open, cast.dialogue_id, "một bí mật")
    key = cast.keys.get(cast.dialogue_id, "ask")
    author = questions.author_mark(key, "ab" * 16, "c")
    cast.write(asking.ask, cast.dialogue_id, author, "Câu hỏi của một đoàn viên?", None)
    assert stored(cast).ballots == 1
    made = cast.write(lifecycle.repeat, cast.keys, cast.dialogue_id)
    old, new = stored(cast), stored(cast, made["code"])
    for name in service.COPIED:
        assert getattr(new, name) == getattr(old, name), name
    assert (new.state, new.starts_at, new.screen, new.ballots, new.next_number, new.sample) == (
        "draft", None, "welcome", 0, 1, False,
    )  # fmt: skip
    assert new.code != old.code
    assert cast.keys.get(new.id, "vote") != cast.keys.get(old.id, "vote")
    with cast.reading() as session:
        assert [topic.name for topic in queries.topics(session, new.id)] == ["Một", "Hai"]
        assert questions.counts(session, new.id) == {}
        assert queries.steps(session, new.id) == []
        (survey,) = questionnaires.of_dialogue(session, new.id)
    assert (survey.title, survey.state, survey.started) == ("Trước đối thoại", "draft", False)


def test_only_what_the_public_sees_moves_the_public_version(cast: Cast) -> None:
    before = stored(cast)
    cast.write(service.touch, cast.dialogue_id, public=False)
    between = stored(cast)
    cast.write(service.touch, cast.dialogue_id, public=True)
    after = stored(cast)
    assert (between.version, between.revision) == (before.version, before.revision + 1)
    assert (after.version, after.revision) == (before.version + 1, before.revision + 2)


def test_listed_dialogues_are_public_ones_running_first(cast: Cast) -> None:
    cast.write(service.change, cast.dialogue_id, {"listed": True})
    draft = cast.write(lifecycle.prepare, cast.keys, cast.organisation_id, "Soạn")
    cast.write(service.change, draft["id"], {"listed": True})
    early = cast.write(lifecycle.prepare, cast.keys, cast.organisation_id, "Thu ý kiến")
    cast.write(service.change, early["id"], {"listed": True})
    cast.write(lifecycle.collect, early["id"], actor="test")
    with cast.reading() as session:
        assert [dialogue.id for dialogue in queries.listed(session)] == [cast.dialogue_id, early["id"]]


def test_a_step_is_taken_once_by_several_processes(cast_on_postgres: Cast) -> None:
    """Two moderators press the same button on two servers: one step, one line in the log."""
    cast, url = cast_on_postgres, cast_on_postgres.app.extensions["survey"]["db"].url
    processes, together, answers = [Database(url) for _ in range(4)], threading.Barrier(4), list[str]()

    def press(db: Database) -> None:
        together.wait()
        try:
            db.write(lifecycle.close, cast.dialogue_id, actor="test")
            answers.append("closed")
        except NotNow:
            answers.append("too late")

    threads = [threading.Thread(target=press, args=(db,)) for db in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for db in processes:
        db.dispose()
    with cast.reading() as session:
        steps = [row.after for row in queries.steps(session, cast.dialogue_id)]
    assert (sorted(answers), steps) == (["closed", *["too late"] * 3], ["live", "closed"])
