"""What a file would do to the roll: who is new, who changes, what is doubtful. Pure functions over plain values."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import Any

from survey.core.text import N_
from survey.roll.importing.doubles import Doubles
from survey.roll.importing.doubles import Entry
from survey.roll.importing.found import Reading
from survey.roll.importing.growing import Node
from survey.roll.importing.growing import Units
from survey.roll.importing.preview import Preview
from survey.roll.importing.roster import Known
from survey.roll.importing.roster import Roster
from survey.roll.importing.roster import made_code


@dataclass(slots=True)
class Now:
    """How things stand: units, members, and whether the roll is frozen."""

    nodes: list[Node]
    members: list[Known]
    frozen: bool = False


@dataclass(slots=True)
class Plan:
    """The entries to confirm, and what the preview says of them."""

    entries: list[Entry]
    view: dict[str, Any] = field(default_factory=dict)


def plan(reading: Reading, now: Now) -> Plan:
    """What this reading would do to the roll as it is now."""
    trees = Units(now.nodes)
    _restore_zeros(reading, {member.code for member in now.members})
    doubles, made = Doubles(reading), {member.code for member in now.members}
    for row in reading.rows:
        doubles.take(row, [trees.id_of(path) for path in row.paths])
    entries, roster = doubles.entries, Roster(now.members)
    for entry in entries:
        entry.code = entry.code or made_code(made)
        entry.apart = entry.twin >= 0 and _stands_apart(entry, entries[entry.twin], roster)
    view = Preview(reading, entries, roster, trees, frozen=now.frozen).view()
    return Plan(entries, view)


def _stands_apart(entry: Entry, first: Entry, roster: Roster) -> bool:
    """Whether the roll already keeps two seats for these two rows."""
    own, other = (roster.alike(one.name, one.units[0] if one.units else "") for one in (entry, first))
    mains = {member.id for member in own if not entry.units or member.unit == entry.units[0]}
    return bool(mains) and len(mains | {member.id for member in other}) > 1


def _restore_zeros(reading: Reading, known: set[str]) -> None:
    """Give codes of digits the zeros back that a spreadsheet took, where the others all have one length.

    A code that stands on the roll as it is written has lost nothing.
    """
    lengths = {len(row.code) for row in reading.rows if row.code.isdecimal() and row.code.startswith("0")}
    if len(lengths) != 1:
        return
    (whole,) = lengths
    for row in reading.rows:
        if row.code.isdecimal() and len(row.code) < whole and row.code not in known:
            says = {"code": row.code, "whole": row.code.zfill(whole)}
            reading.doubt(row, N_("Mã %(code)s mất số 0 ở đầu; đã hiểu là %(whole)s."), row.name, says)
            row.code = row.code.zfill(whole)
