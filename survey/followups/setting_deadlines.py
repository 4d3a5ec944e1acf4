"""Setting deadlines: what holds for an organisation, for one dialogue, and where reminders go. Jobs of the writer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import fields

from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.ids import digest
from survey.core.ids import new_token
from survey.core.text import N_
from survey.core.text import clean_line
from survey.dialogues.service import load
from survey.dialogues.service import touch
from survey.followups.calendar import write_days
from survey.followups.counting_days import Chosen
from survey.followups.counting_days import Rules
from survey.followups.models_deadlines import DeadlineRules
from survey.followups.models_deadlines import DialogueDeadlines
from survey.followups.models_deadlines import UnitContact
from survey.followups.service import note
from survey.organisations import units

LONGEST = 366  # days of a deadline
LONGEST_ADDRESS = 200
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
BAD_ADDRESS = N_("Địa chỉ e-mail này không dùng được. Hãy ghi một địa chỉ, như vanphong@tinhdoan.vn, hoặc để trống.")
BAD_NUMBER = N_("Hãy ghi số ngày từ 1 đến 366.")
NOT_YET = N_("Ngày này chưa tới. Hãy ghi ngày đã công bố; chưa công bố thì để trống.")
TOO_EARLY = N_("Kết luận không thể công bố trước ngày đối thoại. Hãy xem lại ngày.")


def choose(
    session: Session, dialogue_id: str, chosen: Chosen, *, today: dt.date, held: dt.date | None, actor: str
) -> None:
    """Set what differs in one dialogue and which days of publication are known. Raises `Invalid`."""
    load(session, dialogue_id)
    wrong = {
        name: NOT_YET for name in ("plan_published", "conclusion_published") if (getattr(chosen, name) or today) > today
    }
    if held and chosen.conclusion_published and chosen.conclusion_published < held:
        wrong["conclusion_published"] = TOO_EARLY
    wrong |= _numbers({name: getattr(chosen, name) for name in ("plan_days", "conclusion_days")})
    _refuse(wrong)
    row = session.get(DialogueDeadlines, dialogue_id) or DialogueDeadlines(dialogue_id=dialogue_id)
    for each in fields(chosen):
        setattr(row, each.name, getattr(chosen, each.name))
    session.add(row)
    note(session, dialogue_id, "deadlines", actor=actor)
    touch(session, dialogue_id, public=False)


def set_rules(session: Session, organisation_id: str, rules: Rules) -> None:
    """Set how an organisation counts from now on. Raises `Invalid`."""
    names = ("plan_days", "conclusion_days", "complex_days", "soon_days", "again_days")
    email = clean_line(rules.email)
    wrong = _numbers({name: getattr(rules, name) for name in names})
    if email and not is_address(email):
        wrong["email"] = BAD_ADDRESS
    _refuse(wrong)
    row = _row(session, organisation_id)
    row.applies, row.email = rules.applies, email
    for name in names:
        setattr(row, name, getattr(rules, name))
    row.days_off, row.days_worked = write_days(rules.calendar.off), write_days(rules.calendar.worked)
    session.flush()


def set_contacts(session: Session, organisation_id: str, wanted: Mapping[str, str]) -> None:
    """Set (or with "" remove) the addresses of these units; others stay. Raises `Invalid` with the field of each."""
    tidy = {unit_id: clean_line(email) for unit_id, email in wanted.items()}
    _refuse({unit_id: BAD_ADDRESS for unit_id, email in tidy.items() if email and not is_address(email)})
    for unit_id, email in tidy.items():
        units.load(session, organisation_id, unit_id)
        found = session.get(UnitContact, unit_id)
        if email:
            session.merge(UnitContact(unit_id=unit_id, organisation_id=organisation_id, email=email))
        elif found is not None:
            session.delete(found)
    session.flush()


def move_contact(session: Session, unit_id: str, into_id: str) -> None:
    """The address of a unit that becomes part of another, where that one has none of its own."""
    old = session.get(UnitContact, unit_id)
    if old is None:
        return
    organisation_id, email = old.organisation_id, old.email
    session.delete(old)
    session.flush()
    if session.get(UnitContact, into_id) is None:
        session.add(UnitContact(unit_id=into_id, organisation_id=organisation_id, email=email))
        session.flush()


def new_feed(session: Session, organisation_id: str) -> str:
    """A new secret for the office's calendar; an older one dies at once."""
    row, token = _row(session, organisation_id), new_token()
    row.feed = digest(token)
    session.flush()
    return token


def end_feed(session: Session, organisation_id: str) -> None:
    """The office's calendar has no link any more. Doing it twice changes nothing."""
    row = session.get(DeadlineRules, organisation_id)
    if row is not None:
        row.feed = None
        session.flush()


def is_address(text: str) -> bool:
    """Whether this can be one e-mail address."""
    return len(text) <= LONGEST_ADDRESS and bool(_ADDRESS.fullmatch(text))


def _row(session: Session, organisation_id: str) -> DeadlineRules:
    row = session.get(DeadlineRules, organisation_id)
    if row is None:
        row = DeadlineRules(organisation_id=organisation_id)
        session.add(row)
        session.flush()
    return row


def _numbers(values: Mapping[str, int | None]) -> dict[str, str]:
    return {name: BAD_NUMBER for name, value in values.items() if value is not None and not 1 <= value <= LONGEST}


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        raise Invalid(next(iter(wrong.values())), wrong)
