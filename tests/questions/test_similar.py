"""Near is found, the same topic is not enough: planted pairs and traps, one set of which nothing was tuned on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from survey.questions.similar import Index
from survey.questions.similar import clusters
from tests.questions.paraphrases import TRAPS
from tests.questions.paraphrases import TUNED
from tests.questions.paraphrases import UNSEEN

Figure = Callable[[str], None]
SURE = ("near", "plain", "short_forms")  # what no method finds on one laptop is said, not claimed: synonyms


def found_of(pairs: dict[str, list[tuple[str, str]]]) -> tuple[dict[str, int], int, int]:
    """Pairs found in the top three by kind; false suggestions; questions that could have been suggested falsely."""
    board = [(asked, asked) for kind in pairs.values() for asked, _other in kind]
    index, hits, false = Index(board), dict.fromkeys(pairs, 0), 0
    for kind, rows in pairs.items():
        for asked, other in rows:
            near = [match.id for match in index.near(other)]
            hits[kind] += asked in near
            false += sum(id_ != asked for id_ in near)
    false += sum(len(index.near(trap)) for trap in TRAPS)
    return hits, false, len(board) * (len(TRAPS) + len(board)) - len(board)


@pytest.mark.claim("moderation", "near wording, missing accents and short forms are found; the same topic alone is not")
@pytest.mark.parametrize(("name", "pairs"), [("tuned on", TUNED), ("unseen", UNSEEN)])
def test_planted_pairs_are_found_and_traps_are_not(
    name: str, pairs: dict[str, list[tuple[str, str]]], figure: Figure
) -> None:
    """Twenty pairs, twenty traps: at least 80 % of the sure kinds in the top three, at most 1 % false suggestions."""
    hits, false, possible = found_of(pairs)
    sure = sum(hits[kind] for kind in SURE)
    figure(f"{name}: {sure} of {4 * len(SURE)} sure ones ({hits}), {false} false of {possible}")
    assert [len(rows) for rows in pairs.values()] == [4] * 5
    assert len(TRAPS) == 20
    assert sure >= 0.8 * 4 * len(SURE)
    assert false <= 0.01 * possible


def test_clusters_hold_each_question_once_in_the_order_of_the_queue() -> None:
    texts = [("a", "Bao giờ xã có sân bóng?"), ("b", "Xin mở cửa thư viện buổi tối"), ("c", "bao gio xa co san bong")]
    assert clusters(texts) == [["a", "c"], ["b"]]
    assert clusters([]) == []
