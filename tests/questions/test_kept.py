"""The counts that are kept against the rows, as `check` proves them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from survey.questions import groups
from survey.questions import kept
from survey.questions import service
from survey.questions.models import Question
from tests.conftest import Cast


def vote(ballot: str) -> Any:
    """The marks of one ballot."""
    return lambda object_id: f"{ballot}{object_id}".encode()[:16].ljust(16, b"-")


def looked_at(cast: Cast) -> tuple[int, list[kept.Difference]]:
    """What a look finds."""
    with cast.reading() as session:
        return kept.differences(session)


def test_kept_counts_are_those_of_the_rows_and_another_one_is_named(cast: Cast, put: Any) -> None:
    """Through votes, carried support, a merge and a vote for the group; then one count is changed behind its back."""
    ids = [put("Câu một", supporters=3), put("Câu hai"), put("Câu ba")]
    for ballot in "ab":
        cast.write(service.support, cast.dialogue_id, ids[1], vote(ballot), wanted=True)
    cast.write(service.support, cast.dialogue_id, ids[0], vote("c"), wanted=True)
    assert looked_at(cast) == (3, [])
    cast.write(groups.merge, cast.stores.keys.get(cast.dialogue_id, "vote"), cast.dialogue_id, ids[0], [ids[1]])
    cast.write(service.support, cast.dialogue_id, ids[1], vote("d"), wanted=True)
    assert looked_at(cast) == (2, [])
    assert cast.app.test_cli_runner().invoke(args=["check"]).exit_code == 0
    cast.write(
        lambda session: session.execute(update(Question).where(Question.id == ids[2]).values(supporters=9)) and None
    )
    assert looked_at(cast) == (2, [kept.Difference(cast.code, ids[2], 9, 0)])
    said = cast.app.test_cli_runner().invoke(args=["check"])
    assert said.exit_code == 1
    assert f"{cast.code}, question {ids[2]}: 9 supporters are kept, 0 were counted" in said.output
