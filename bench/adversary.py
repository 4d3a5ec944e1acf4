"""What an observer links who sees every tap on every phone, and every moment at which questions reach the moderators.

Played on a simulated clock through the rules that run in a hall (`survey.questions.gathering`, `releasing.Clock`). Of a lot of
k questions, whoever guesses is right with 1/k; where each question went on by itself the observer would link all of them.
"""

from __future__ import annotations

import random

from survey.dialogues.entry import Entry
from survey.dialogues.models import Dialogue
from survey.questions import gathering
from survey.questions import releasing

RUNS, MINUTES = 200, 60


def measure() -> dict[str, float]:
    """The share that is linked: of a small hall, a hall and a large one, each with its pace of asking."""
    halls = {"small": (30, 1.0), "hall": (200, 4.0), "large": (1_000, 12.0)}
    return {name: linked(people, pace, random.Random(26)) for name, (people, pace) in halls.items()}


def linked(people: int, a_minute: float, chance: random.Random) -> float:
    """The mean share over `RUNS` dialogues of `MINUTES` minutes; what waits at the end goes on with the closing."""
    right = asked = 0.0
    for _ in range(RUNS):
        lots = play(people, a_minute, chance)
        right, asked = right + len(lots), asked + sum(lots)
    return right / asked


def play(people: int, a_minute: float, chance: random.Random) -> list[int]:
    """The sizes of the lots of one dialogue, in their order."""
    hall = Dialogue(entry=Entry.ROLL, ballots=people, rehearsal=False, issue_key=None)
    clock, waiting, lots = releasing.Clock(0.0), 0, list[int]()
    beats = int(MINUTES * releasing.MINUTE / releasing.LOOK)
    for beat in range(1, beats + 1):
        waiting += _came(a_minute * releasing.LOOK / releasing.MINUTE, chance)
        _publishing, minute = clock.beats(beat * releasing.LOOK)
        if waiting and gathering.enough(hall, waiting, minute=minute):
            lots.append(waiting)
            waiting = 0
    return [*lots, waiting] if waiting else lots


def _came(expected: float, chance: random.Random) -> int:
    """How many asked meanwhile, each by themselves (Poisson)."""
    count, left = 0, chance.expovariate(1.0)
    while left < expected:
        count, left = count + 1, left + chance.expovariate(1.0)
    return count
