"""Whether an answer satisfied: who may say so, once, and what nobody can join."""

from __future__ import annotations

import base64
import datetime as dt
import random
import sqlite3
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy import text
from sqlalchemy.orm import Session

from survey import ending
from survey import lifecycle
from survey.core.clock import now
from survey.core.errors import Busy
from survey.core.ids import digest
from survey.core.ids import mark
from survey.core.ids import new_id
from survey.core.ids import new_token
from survey.dialogues import keyring
from survey.moderation import erasing
from survey.moderation import muting
from survey.moderation import service as moderation
from survey.moderation.service import BroughtIn
from survey.questions import groups
from survey.questions import satisfaction
from survey.questions import taking
from survey.questions import telling
from survey.questions.models import Judgement
from survey.questions.models import JudgementToken
from survey.questions.models import Question
from survey.questions.taking import Pool
from survey.questions.taking import Taken
from tests.conftest import Cast
from tests.conftest import csrf

Figure = Callable[[str], None]
JSON = {"Accept": "application/json"}


class Phone:
    """A phone in the room, and the tokens that it keeps."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.client, self.tokens = cast, cast.member(), dict[str, str]()
        self.csrf = csrf(self.client, f"{cast.base}/leave")

    def post(self, path: str, **form: str) -> tuple[int, Any]:
        answer = self.client.post(self.cast.base + path, data={"csrf_token": self.csrf, **form}, headers=JSON)
        return answer.status_code, answer.json

    def ask(self) -> str:
        body = {"body": "Khi nào có nhà ở cho cán bộ trẻ?", "client_id": new_id()}
        return str(self.post("/questions", **body)[1]["id"])

    def support(self, *ids: str) -> Phone:
        for question_id in ids:
            assert self.post(f"/questions/{question_id}/vote")[0] == 200
        return self

    def says(self, question_id: str, satisfied: str = "1") -> int:
        return self.post(f"/questions/{question_id}/satisfaction", satisfied=satisfied)[0]

    def open_ones(self) -> list[str]:
        return list(self.client.get(f"{self.cast.base}/satisfaction", headers=JSON).json["questions"])  # type: ignore[index]

    def take(self) -> int:
        self.tokens |= {id_: new_token() for id_ in self.open_ones() if id_ not in self.tokens}
        return self.post("/satisfaction", **self.tokens)[0]


def spend(cast: Cast, token: str, satisfied: str = "1", client: FlaskClient | None = None) -> int:
    """By token, from a browser that has no cookie at all."""
    path = f"/p/{cast.code}/satisfaction"
    sender = client or cast.app.test_client(use_cookies=False)
    return sender.post(path, data={"token": token, "satisfied": satisfied}, headers=JSON).status_code


def board(cast: Cast, number: int) -> list[str]:
    rows = [BroughtIn(text=f"Câu hỏi thứ {n} của hội trường") for n in range(number)]
    return cast.write(moderation.bring_in, cast.dialogue_id, rows, actor="test")  # type: ignore[no-any-return]


def decide(cast: Cast, question_id: str, act: str = "answer") -> None:
    permission = "moderate" if act == "approve" else "answer"
    cast.write(moderation.decide, cast.dialogue_id, question_id, act, actor="test", permission=permission)


def question(cast: Cast, question_id: str) -> Question:
    with cast.reading() as session:
        found = session.get_one(Question, question_id)
        session.expunge(found)
        return found


def counts(cast: Cast, question_id: str) -> tuple[int, int, int, int]:
    it = question(cast, question_id)
    return it.judged, it.satisfied, it.judged_shown, it.satisfied_shown


def close(cast: Cast) -> None:
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")


def evening(cast: Cast) -> None:
    """The closing is over, and the evening: what is held back goes in."""
    lifecycle.sweep(cast.stores, now() + dt.timedelta(days=1))


def test_who_stands_behind_a_question_judges_its_answer_once(cast: Cast) -> None:
    first, second = board(cast, 2)
    phone, other = Phone(cast).support(first), Phone(cast)
    assert phone.says(first) == 403, "nothing is answered yet"
    decide(cast, first)
    decide(cast, second)
    assert [phone.says(first), phone.says(first), phone.says(first, "0")] == [200, 200, 200]
    assert counts(cast, first)[:2] == (1, 0), "said three times, counted once, as it was said last"
    assert (phone.says(second), other.says(first)) == (404, 404), "only who asked it or stands behind it"
    assert phone.says(first, "maybe") == 422
    page = phone.client.get(f"{cast.base}?tab=mine").text
    assert f'formaction="{cast.base}/questions/{first}/satisfaction" aria-pressed="true"' in page


def test_the_note_is_read_by_whom_it_answers(cast: Cast) -> None:
    phone = Phone(cast)
    own = phone.ask()
    decide(cast, own, "approve")
    decide(cast, own, "put_in_writing")
    assert phone.says(own) == 403, "in writing, and nothing is written yet"
    cast.write(moderation.set_note, cast.dialogue_id, own, "Có trong quý này, ở phường 5", actor="test")
    assert "Có trong quý này, ở phường 5" in phone.client.get(f"{cast.base}?tab=mine").text
    assert "phường 5" not in Phone(cast).client.get(f"{cast.base}?tab=mine").text
    assert phone.says(own) == 200


def test_who_asked_a_merged_wording_and_who_is_muted_may_judge_too(cast: Cast) -> None:
    phone, [leading] = Phone(cast), board(cast, 1)
    own = phone.ask()
    decide(cast, own, "approve")
    supporter = Phone(cast).support(own)
    cast.write(groups.merge, cast.keys.get(cast.dialogue_id, "vote"), cast.dialogue_id, leading, [own])
    cast.write(muting.set_muted, cast.dialogue_id, own, muted=True, actor="test")
    decide(cast, leading)
    assert [phone.says(leading), supporter.says(own), phone.says(own)] == [200, 200, 200]
    assert counts(cast, leading)[:2] == (2, 2), "a wording's judgement is that of the question that leads"
    assert f'data-judge="{leading}"' in phone.client.get(f"{cast.base}?tab=mine").text


def test_an_erased_question_takes_along_what_was_said_of_it(cast: Cast) -> None:
    [only] = board(cast, 1)
    phones = [Phone(cast).support(only) for _ in range(6)]
    decide(cast, only)
    assert phones[0].says(only) == 200
    close(cast)
    assert [phone.take() for phone in phones[1:]] == [202] * 5
    evening(cast)
    assert [phone.take() for phone in phones[1:]] == [200] * 5
    cast.write(erasing.erase, cast.dialogue_id, only, actor="test", reason="off_topic")
    assert spend(cast, phones[1].tokens[only]) == 409
    with cast.reading() as session:
        assert session.query(Judgement).count() == session.query(JudgementToken).count() == 0


def test_figures_move_in_steps_of_five(cast: Cast) -> None:
    [only] = board(cast, 1)
    phones = [Phone(cast).support(only) for _ in range(6)]
    decide(cast, only)
    seen = []
    for phone in phones:
        phone.says(only)
        seen.append(counts(cast, only)[2:])
    assert seen == [(0, 0), (0, 0), (0, 0), (0, 0), (5, 5), (5, 5)]
    phones[0].says(only, "0")
    assert counts(cast, only) == (6, 5, 5, 5)
    assert "5 trên 5 người cho ý kiến" in phones[0].client.get(f"{cast.base}?tab=mine").text


def test_ballots_judge_until_the_evening(cast: Cast) -> None:
    [only] = board(cast, 1)
    phone = Phone(cast).support(only)
    decide(cast, only)
    close(cast)
    with cast.reading() as session:
        from survey.dialogues.models import Dialogue

        end = satisfaction.until(session, session.get_one(Dialogue, cast.dialogue_id))
    assert end is not None
    assert end > now() + dt.timedelta(hours=2)
    assert phone.says(only) == 200
    key = cast.keys.get(cast.dialogue_id, "judge")
    say: tuple[Any, ...] = (
        satisfaction.say,
        cast.dialogue_id,
        only,
        satisfaction.judge(key, "x" * 27),
        lambda _id: b"",
        [],
    )
    with pytest.raises(Exception, match="Chỉ người hỏi"):
        cast.write(*say, satisfied=True, moment=end)


@pytest.mark.claim(
    "followup",
    "satisfaction: one token, one answer; also after every key of the ballots is destroyed, and without a cookie",
)
def test_one_token_one_answer_after_the_keys_are_gone(cast: Cast, figure: Figure) -> None:
    ids = board(cast, 3)
    phones = [Phone(cast).support(*ids) for _ in range(6)]
    for each in ids[:2]:
        decide(cast, each)
    assert [phone.open_ones() for phone in phones] == [[]] * 6, "none before the closing"
    assert phones[0].says(ids[0]) == 200
    close(cast)
    decide_rest = lifecycle.put_rest_in_writing
    cast.write(decide_rest, cast.dialogue_id, actor="test")
    assert [phone.take() for phone in phones] == [202] * 6
    assert [phone.take() for phone in phones] == [202] * 6, "asked again; with less than two lots all wait"
    evening(cast)
    assert [phone.take() for phone in phones] == [200] * 6, "and then nobody is left over"
    assert ids[0] not in phones[0].tokens, "whoever judged by ballot has no token for it"
    assert phones[1].says(ids[0]) == 409, "and whoever has a token judges by it"
    cast.write(lifecycle.conclude, cast.dialogue_id, actor="test")
    lifecycle.sweep(cast.stores, now() + dt.timedelta(days=60))
    assert not cast.keys.exists(cast.dialogue_id, "vote"), "the premise: no key of theirs lives"
    assert not cast.keys.exists(cast.dialogue_id, "judge")
    spent = [(phone.tokens[id_], id_) for phone in phones[:5] for id_ in ids[:2] if id_ in phone.tokens]
    assert [spend(cast, token) for token, _id in spent] == [200] * 9
    assert [spend(cast, token) for token, _id in spent] == [409] * 9
    assert spend(cast, new_token()) == 409
    assert [counts(cast, id_)[:2] for id_ in ids[:2]] == [(5, 5), (5, 5)]
    late = phones[1].tokens[ids[2]]
    assert spend(cast, late) == 403, "no answer yet: the token stays good"
    cast.write(moderation.set_note, cast.dialogue_id, ids[2], "Đã có văn bản số 15", actor="test")
    assert (spend(cast, late, "0"), spend(cast, late, "1")) == (200, 409)
    figure("10 tokens spent once each, 10 refused the second time, 1 unknown refused, 4 keys destroyed before")


@pytest.mark.claim(
    "followup", "tokens of one phone cannot be joined in the database, nor by the write that brought them in"
)
def test_tokens_of_one_phone_cannot_be_joined(cast: Cast, figure: Figure) -> None:
    phones, asked, tries = 20, 6, 8
    ids = board(cast, asked)
    for each in ids:
        decide(cast, each)
    close(cast)
    hits = control = 0
    for _try in range(tries):
        made = phones_of(ids, phones)
        cast.write(satisfaction.forget, ids)
        pool, before = Pool(), 0
        for number, phone in made.items():
            pool.put(cast.dialogue_id, number, phone)
            pool.move(cast.write, cast.dialogue_id)
            after = len(_rows(cast))
            assert after - before in {0, taking.LOT * asked}, "five phones at a time"
            before = after
        pool.move(cast.write, cast.dialogue_id, rest=True)
        truth = {one.token: int(number) for number, phone in made.items() for one in phone}
        assert len(_rows(cast)) == len(truth), "nobody is left over"
        hits += _joined(_rows(cast), truth)
        control += _joined([(one.question_id, one.token) for phone in made.values() for one in phone], truth)
    pairs = tries * phones * (asked - 1)
    figure(
        f"attacker joins {hits} of {pairs} by the order of the rows (chance 1 in {phones}), control {control} of {pairs}"
    )
    assert control == pairs, "negative control: rows in order of arrival are joined"
    assert hits < pairs * 3 / phones


@pytest.mark.claim(
    "followup", "on PostgreSQL neither the order nor the transaction of a row joins a ballot's mark to its token"
)
def test_on_postgres_a_mark_is_not_joined_to_its_token(cast_on_postgres: Cast, figure: Figure) -> None:
    """The thief has the key, so a mark is a ballot; the n-th mark of a question in a lot goes with the n-th token."""
    cast, asked, tries = cast_on_postgres, 6, 12
    ids = board(cast, asked)
    for each in ids:
        decide(cast, each)
    close(cast)
    hits = control = 0
    for _try in range(tries):
        for write in (taking.take_in, _one_by_one):
            made = phones_of(ids, taking.LOT)
            cast.write(satisfaction.forget, ids)
            assert cast.write(write, cast.dialogue_id, made) == {}
            right = _marks_joined(cast, {one.mark: one.token for phone in made.values() for one in phone})
            hits, control = (hits + right, control) if write is taking.take_in else (hits, control + right)
    pairs = tries * asked * taking.LOT
    figure(f"{hits} of {pairs} marks joined (chance 1 in {taking.LOT}), control {control} of {pairs}")
    assert control == pairs, "negative control: written pair by pair, each mark leads to its token"
    assert hits < pairs * 0.4


def phones_of(ids: Sequence[str], number: int) -> dict[bytes, tuple[Taken, ...]]:
    """What so many phones hand in, each for all questions."""
    return {
        str(n).encode(): tuple(Taken(id_, digest(new_token())[:16], digest(new_token())) for id_ in ids)
        for n in range(number)
    }


def _one_by_one(session: Session, _dialogue_id: str, phones: dict[bytes, tuple[Taken, ...]]) -> dict[bytes, Any]:
    """The control: each mark beside its token, in shuffled order."""
    rows = [one for taken in phones.values() for one in taken]
    random.Random(7).shuffle(rows)
    for one in rows:
        session.add(Judgement(question_id=one.question_id, mark=one.mark, satisfied=None))
        session.add(JudgementToken(token=one.token, question_id=one.question_id))
        session.flush()
    return {}


def _marks_joined(cast: Cast, truth: dict[bytes, bytes]) -> int:
    """How many marks lead to their tokens by the place of the row among those of its question and transaction."""
    found: list[dict[tuple[str, str], list[bytes]]] = []
    with cast.reading() as session:
        for table, name in (("judgements", "mark"), ("judgement_tokens", "token")):
            rows = session.execute(text(f"SELECT question_id, xmin::text, {name} FROM {table} ORDER BY ctid"))
            lots: dict[tuple[str, str], list[bytes]] = {}
            for question_id, transaction, value in rows:
                lots.setdefault((question_id, transaction), []).append(bytes(value))
            found.append(lots)
    marks, tokens = found
    assert sum(map(len, marks.values())) == sum(map(len, tokens.values())) == len(truth)
    return sum(truth[mark] == token for lot in marks for mark, token in zip(marks[lot], tokens[lot], strict=True))


def _rows(cast: Cast) -> list[tuple[str, bytes]]:
    """The rows as the file holds them: what a thief of the disk reads."""
    with sqlite3.connect(f"file:{cast.stores.db._engine.url.database}?mode=ro", uri=True) as thief:
        made = thief.execute("SELECT sql FROM sqlite_master WHERE name = 'judgement_tokens'").fetchone()[0]
        assert "WITHOUT ROWID" in made
        return thief.execute("SELECT question_id, token FROM judgement_tokens").fetchall()


def _joined(rows: Sequence[tuple[str, bytes]], truth: dict[bytes, int]) -> int:
    """Guess that the n-th token of each question is of one phone; how many guesses were right."""
    columns: dict[str, list[int]] = {}
    for question_id, token in rows:
        columns.setdefault(question_id, []).append(truth[bytes(token)])
    first, *others = columns.values()
    return sum(a == b for other in others for a, b in zip(first, other, strict=True))


def waiting(pool: Pool, cast: Cast) -> set[bytes]:
    """Which phones wait."""
    return set(pool._waiting.get(cast.dialogue_id, {}))


@pytest.fixture
def over(cast: Cast) -> list[str]:
    """Three questions that are answered, in a hall that is closed."""
    ids = board(cast, 3)
    for each in ids:
        decide(cast, each)
    close(cast)
    return ids


def test_a_lot_is_held_back_until_the_evening_and_a_phone_counts_once(cast: Cast, over: list[str]) -> None:
    pool, made = Pool(), phones_of(over, 13)
    for phone, taken in [(b"0", made[b"0"])] * 9 + list(made.items()):
        pool.put(cast.dialogue_id, phone, taken)
        pool.move(cast.write, cast.dialogue_id)
    assert len(waiting(pool, cast)) == 8, "the tenth phone brought five of them in"
    assert len(_rows(cast)) == 5 * 3
    pool.move(cast.write, cast.dialogue_id, rest=True)
    assert (waiting(pool, cast), len(_rows(cast))) == (set(), 13 * 3)
    few = phones_of(over, 4)
    for phone, taken in few.items():
        pool.put(cast.dialogue_id, phone, taken)
    pool.move(cast.write, cast.dialogue_id, rest=True)
    assert (waiting(pool, cast), len(_rows(cast))) == (set(few), 13 * 3), "fewer than five never go in"


@pytest.mark.claim(
    "followup", "copies from before and after a write join no mark to a token: each question has five of both"
)
def test_a_question_of_one_phone_of_the_lot_waits(cast: Cast, figure: Figure) -> None:
    """Ten phones behind one question, each behind another one of its own: two copies tell which rows are new."""
    common, *own = board(cast, 11)
    for each in (common, *own):
        decide(cast, each)
    close(cast)
    made = phones_of([common, *own], 10)
    pool = Pool()
    before = set(_rows(cast))
    for number, id_ in enumerate(own):
        phone = str(number).encode()
        pool.put(cast.dialogue_id, phone, tuple(one for one in made[phone] if one.question_id in {common, id_}))
        pool.move(cast.write, cast.dialogue_id)
    assert len(_rows(cast)) == 5, "the tenth phone brought five in, of the question that they have in common"
    pool.move(cast.write, cast.dialogue_id, rest=True)
    new = [question_id for question_id, _token in set(_rows(cast)) - before]
    few = {question_id for question_id in new if new.count(question_id) < taking.LOT}
    figure(f"{len(few)} of {len(new)} tokens are of a question with fewer than {taking.LOT} new ones")
    assert (set(new), len(new), few) == ({common}, 10, set())
    left = pool._waiting[cast.dialogue_id]
    assert sorted(one.question_id for taken in left.values() for one in taken) == sorted(own), "and nothing is lost"


def test_what_another_process_took_in_counts_for_nobody(cast: Cast, over: list[str]) -> None:
    """Of six phones two are in already: four would go in alone, so they wait; nothing fails and none of them is lost."""
    made, other = phones_of(over, 6), phones_of(over, 3)
    theirs = {b"a" + phone: taken for phone, taken in other.items()} | {phone: made[phone] for phone in (b"0", b"1")}
    assert cast.write(taking.take_in, cast.dialogue_id, theirs) == {}
    pool = Pool()
    for phone, taken in made.items():
        pool.put(cast.dialogue_id, phone, taken)
    pool.move(cast.write, cast.dialogue_id, rest=True)
    assert (waiting(pool, cast), len(_rows(cast))) == ({b"2", b"3", b"4", b"5"}, 5 * 3)
    pool.put(cast.dialogue_id, b"6", phones_of(over, 1)[b"0"])
    pool.move(cast.write, cast.dialogue_id, rest=True)
    assert (waiting(pool, cast), len(_rows(cast))) == (set(), 10 * 3)


def test_a_write_that_fails_loses_nothing(cast: Cast, over: list[str]) -> None:
    pool, made = Pool(), phones_of(over, 10)
    for phone, taken in made.items():
        pool.put(cast.dialogue_id, phone, taken)

    def fails(*_args: Any) -> Any:
        assert len(waiting(pool, cast)) == 5, "out of the pool meanwhile: no other write takes a part of the lot"
        raise Busy("no")

    with pytest.raises(Busy):
        pool.move(fails, cast.dialogue_id)
    assert waiting(pool, cast) == set(made)


def test_who_judged_meanwhile_gets_no_token_for_it(cast: Cast, over: list[str]) -> None:
    """And where four are left of the question, they wait."""
    made = phones_of(over, 6)
    one, two = made[b"3"][1], made[b"3"][2]
    judged = (one, two, made[b"4"][2])
    cast.write(lambda session: session.add_all(
        Judgement(question_id=each.question_id, mark=each.mark, satisfied=True) for each in judged
    ))  # fmt: skip
    waits = cast.write(taking.take_in, cast.dialogue_id, made)
    four = {t for taken in made.values() for t in taken if t.question_id == over[2]} - set(judged)
    assert ({t for taken in waits.values() for t in taken}, len(four)) == (four, 4)
    rest = {t.token for taken in made.values() for t in taken if t.question_id != over[2]} - {one.token}
    assert {token for _id, token in _rows(cast)} == rest


def test_two_hundred_questions_of_five_phones_are_a_short_write(cast: Cast) -> None:
    """Two statements, and some to look up, whatever the number of rows."""
    ids = board(cast, 40)
    cast.write(ending.end, cast.dialogue_id, actor="test")
    close(cast)
    with counted(cast.stores.db._engine) as statements:
        assert cast.write(taking.take_in, cast.dialogue_id, phones_of(ids, 5)) == {}
    assert len([one for one in statements if one.startswith("INSERT")]) == 2
    assert len(statements) <= 5
    assert len(_rows(cast)) == 200


def test_a_long_lot_is_several_writes_each_of_five_phones(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "MOST_ROWS", 20)
    ids = board(cast, 9)
    cast.write(ending.end, cast.dialogue_id, actor="test")
    close(cast)
    pool, made, sizes = Pool(), phones_of(ids, 5), [0]
    last = max(ids)
    made[b"0"] = tuple(one for one in made[b"0"] if one.question_id != last)  # of four phones alone nothing is written
    for phone, taken in made.items():
        pool.put(cast.dialogue_id, phone, taken)

    def write(*args: Any) -> Any:
        done = cast.write(*args)
        sizes.append(len(_rows(cast)))
        return done

    pool.move(write, cast.dialogue_id, rest=True)
    assert (waiting(pool, cast), sizes) == (set(made) - {b"0"}, [0, 20, 40]), "what is of four waits"


@contextmanager
def counted(engine: Any) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(("INSERT", "SELECT")):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_an_end_that_can_be_undone_brings_phones_and_no_tokens_yet(cast: Cast) -> None:
    [only] = board(cast, 1)
    phone = Phone(cast).support(only)
    ask = f"{cast.base}/satisfaction"
    assert phone.client.get(ask, headers=JSON).json == {"questions": [], "soon": False}
    assert "answers-" not in phone.client.get(f"{cast.base}?tab=ranking").text
    cast.write(ending.end, cast.dialogue_id, actor="test")
    page = phone.client.get(f"{cast.base}?tab=ranking").text
    assert ("answers-" in page, "data-judge-form" in page, "data-own" in page) == (True, True, True)
    assert phone.client.get(ask, headers=JSON).json == {"questions": [], "soon": True}
    news = phone.client.get(f"{cast.base}/board").text
    assert ("answers-" in news, "data-judge-form" in news) == (True, True), "pages that are open get both by the stream"
    lifecycle.sweep(cast.stores, now() + lifecycle.UNDO + dt.timedelta(minutes=1))
    assert phone.client.get(ask, headers=JSON).json == {"questions": [only], "soon": False}


def test_the_phone_is_told_which_of_its_tokens_the_room_holds(cast: Cast) -> None:
    """This very token: one that another list of the same phone made, and lost, is none."""
    [only] = board(cast, 1)
    phones = [Phone(cast).support(only) for _ in range(5)]
    decide(cast, only)
    close(cast)
    for phone in phones:
        phone.tokens = {only: new_token()}
        assert phone.post("/satisfaction", **phone.tokens) == (202, {"kept": False, "questions": []})
    assert spend(cast, phones[0].tokens[only]) == 409, "the premise: what waits cannot be spent yet"
    evening(cast)
    assert phones[0].post("/satisfaction", **phones[0].tokens) == (200, {"kept": True, "questions": [only]})
    assert phones[1].post("/satisfaction", **{only: new_token()}) == (200, {"kept": True, "questions": []})


def test_a_phone_learns_what_is_held_also_when_the_keys_are_gone(cast: Cast) -> None:
    [only] = board(cast, 1)
    phones = [Phone(cast).support(only) for _ in range(5)]
    decide(cast, only)
    close(cast)
    assert [phone.take() for phone in phones] == [202] * 5
    evening(cast)
    cast.write(lifecycle.conclude, cast.dialogue_id, actor="test")
    lifecycle.sweep(cast.stores, now() + dt.timedelta(days=60))
    assert not cast.keys.exists(cast.dialogue_id, "judge"), "the premise"
    assert phones[0].post("/satisfaction", **phones[0].tokens) == (200, {"kept": True, "questions": [only]})


def test_a_question_that_is_erased_while_tokens_wait_gets_none(cast: Cast, over: list[str]) -> None:
    made = phones_of(over, 5)
    cast.write(erasing.erase, cast.dialogue_id, over[0], actor="test", reason="off_topic")
    assert cast.write(taking.take_in, cast.dialogue_id, made) == {}
    assert {question_id for question_id, _token in _rows(cast)} == set(over[1:])


def test_what_went_over_the_bus_opens_under_no_key_that_is_left(cast: Cast, figure: Figure) -> None:
    """Somebody wrote down all that processes told each other, and has every key afterwards that lives longer than a dialogue."""
    (first,) = board(cast, 1)
    phones = [Phone(cast).support(first) for _ in range(3)]
    decide(cast, first)
    close(cast)
    settings, said = cast.app.extensions["survey"]["settings"], set[str]()
    cast.app.extensions["bus"].subscribe(said.update)
    common, none = taking.POOL._common, partial(cast.keys.get, purpose="none")
    common.connect("redis://127.0.0.1:1/0", settings.secret_key, none)  # there would be others to tell
    try:
        assert [phone.take() for phone in phones] == [202] * 3
    finally:
        common.connect(None, settings.secret_key, none)
    written = [base64.urlsafe_b64decode(one.rpartition(":")[2]) for one in said if one.startswith("token:")]
    assert len(written) == 3

    def opened() -> int:
        living = [cast.keys.get(cast.dialogue_id, name) for name in cast.keys.purposes(cast.dialogue_id)]
        keys = [
            made for key in (settings.secret_key, *living) for made in (key, mark(key, "common"), telling._sealing(key))
        ]
        return sum(_opens(key, one) for key in keys for one in written)

    before = opened()
    keyring.destroy(cast.stores, cast.dialogue_id, lifecycle.ACTS, now())
    figure(f"{opened()} of {len(written)} messages open afterwards, {before} before")
    assert (before, opened()) == (3, 0)


def test_what_another_process_tells_waits_here_too_while_the_key_lives(cast: Cast) -> None:
    key, bus = cast.keys.get(cast.dialogue_id, "judge"), cast.app.extensions["bus"]
    said = [
        telling.told(key, cast.dialogue_id, bytes([number]) * 16, [Taken(new_id(), bytes([number]) * 16, b"t" * 16)])
        for number in range(2)
    ]
    bus.tell(said[0])
    assert len(taking.POOL._waiting.pop(cast.dialogue_id)) == 1
    keyring.destroy(cast.stores, cast.dialogue_id, lifecycle.ACTS, now())
    bus.tell(said[1])
    assert cast.dialogue_id not in taking.POOL._waiting


def _opens(key: bytes, message: bytes) -> bool:
    with suppress(InvalidTag, ValueError):
        return bool(AESGCM(key).decrypt(message[:12], message[12:], None))
    return False
