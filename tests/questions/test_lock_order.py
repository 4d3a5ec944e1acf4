"""On PostgreSQL every writer takes the dialogue before anything below it, so that no two processes wait in a circle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from survey import ending
from survey.core.clock import now
from survey.core.ids import digest
from survey.moderation import erasing
from survey.moderation import merging
from survey.moderation import service as moderation
from survey.moderation.service import BroughtIn
from survey.moderation.state import REASONS
from survey.questions import satisfaction
from survey.questions import service
from survey.questions import shown
from survey.questions.models import JudgementToken
from survey.questions.queries import voter
from survey.room import service as room
from tests.conftest import Cast

TAKES = re.compile(r"SELECT\b.*\bFROM dialogues\b.*\bFOR UPDATE|UPDATE dialogues\b", re.DOTALL)
BELOW = re.compile(r"(UPDATE|DELETE FROM|INSERT INTO) (questions|judgements|judgement_tokens|votes|\w*groups?\w*)\b"
                   r"|SELECT\b.*\bFROM questions\b.*\bFOR UPDATE", re.DOTALL)  # fmt: skip


@contextmanager
def heard(cast: Cast) -> Iterator[list[str]]:
    """The statements of the writer that lock a row, in their order; `begin` where a transaction begins."""
    engine, said = cast.stores.db._engine, list[str]()

    def begin(_connection: object) -> None:
        said.append("begin")

    def run(_connection: object, _cursor: object, words: str, *_rest: object) -> None:
        if TAKES.search(words) or BELOW.search(words):
            said.append(words)

    event.listen(engine, "begin", begin)
    event.listen(engine, "before_cursor_execute", run)
    yield said
    event.remove(engine, "begin", begin)
    event.remove(engine, "before_cursor_execute", run)


def out_of_turn(said: list[str]) -> list[str]:
    """What was locked in a transaction that did not hold the dialogue yet."""
    found, held = list[str](), False
    for words in said:
        held = False if words == "begin" else held or bool(TAKES.search(words))
        if words != "begin" and not held:
            found.append(" ".join(words.split())[:200])
    return found


def test_every_write_takes_the_dialogue_first(cast_on_postgres: Cast) -> None:
    """Voting, merging, muting, answering, judging by ballot and by token, counting glances, ending, erasing."""
    cast, hall = cast_on_postgres, cast_on_postgres.dialogue_id
    keys = {name: cast.keys.get(hall, name) for name in ("vote", "judge")}
    ballots = [digest(f"ballot {number}") for number in range(6)]
    voters = [voter(keys["vote"], ballot.hex()) for ballot in ballots]
    judge = satisfaction.judge(keys["judge"], ballots[0].hex())
    rows = [BroughtIn(text=f"Câu hỏi thứ {number} của hội trường") for number in range(4)]
    with heard(cast) as said:
        for ballot in ballots:
            cast.write(room.admit, hall, ballot)
        ids = cast.write(moderation.bring_in, hall, rows, actor="test")
        for one in voters:
            cast.write(service.support, hall, ids[0], one, wanted=True)
        cast.write(merging.merge, keys["vote"], hall, ids[0], ids[1:2], actor="test")
        cast.write(merging.split, keys["vote"], hall, ids[0], actor="test")
        cast.write(moderation.decide, hall, ids[0], "answer", actor="test", permission="answer")
        for satisfied in (True, False):
            cast.write(satisfaction.say, hall, ids[0], judge, voters[0], [], satisfied=satisfied, moment=now())
        cast.write(shown.write, hall, dict.fromkeys(ids, 1), 6)
        cast.write(moderation.set_note, hall, ids[0], "Đã có trong quý này", actor="test")
    cast.write(lambda session: session.add(JudgementToken(token=b"t" * 16, question_id=ids[0])))
    with heard(cast) as then:
        cast.write(satisfaction.spend, hall, b"t" * 16, satisfied=True)
        cast.write(ending.end, hall, actor="test")
        cast.write(ending.undo, hall, actor="test")
        cast.write(erasing.erase, hall, ids[3], actor="test", reason=next(iter(REASONS)))
    assert out_of_turn([*said, *then]) == []
    assert sum(bool(BELOW.search(words)) for words in (*said, *then)) > 20, "the premise"
    assert out_of_turn(["begin", "UPDATE dialogues SET", "begin", "UPDATE questions SET x"]) == [
        "UPDATE questions SET x"
    ]
