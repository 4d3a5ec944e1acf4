"""`remind`: letters about what is due, to units and to the office. For cron, once a day; a second run sends nothing twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from survey.cli.greeting import address
from survey.core import mail
from survey.core.db import Database
from survey.core.errors import DomainError
from survey.core.errors import NotNow
from survey.core.mail import Letter
from survey.core.settings import Settings
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State
from survey.followups import deadlines
from survey.followups import links
from survey.followups import reminder_words
from survey.followups import reminding
from survey.followups.reminder_words import About
from survey.followups.reminding import MAIL
from survey.followups.reminding import OFFICE
from survey.followups.reminding import Duty
from survey.followups.reminding import Owing
from survey.organisations import queries as organisations
from survey.web import i18n

CLI = "cli"


@dataclass(frozen=True, slots=True)
class Due:
    """A dialogue with what presses in it, and to whom a letter goes today: targets with name and number."""

    dialogue: Dialogue
    about: About
    duty: Duty
    letters: tuple[tuple[str, str, int], ...]

    @property
    def silent(self) -> tuple[Owing, ...]:
        """Units that are due and have no address."""
        return tuple(one for one in self.duty.units if not one.email)


@click.command("remind")
@click.argument("code", required=False)
@click.option("--dry-run", is_flag=True, help="Say what would be sent; send and write nothing.")
@with_appcontext
def remind(code: str | None, *, dry_run: bool) -> None:
    """Remind units and the office of what is due, in all dialogues or in that of CODE. Run it once a day, by cron.

    Nobody is reminded twice on one day, by whichever way. Without a mail server the texts are printed, to be copied.
    """
    own = current_app.extensions["survey"]
    database, settings, day = own["db"], own["settings"], deadlines.today()
    try:
        found = _due(database, settings, code, day)
        with i18n.speaking("vi"):
            for due in found:
                _one(database, settings, due, day, dry_run=dry_run)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    if not found:
        click.echo("nothing is due")


def _one(database: Database, settings: Settings, due: Due, day: dt.date, *, dry_run: bool) -> None:
    click.echo(f"{due.dialogue.code}: {due.duty.count} due")
    if settings.mail is None:
        click.echo(reminder_words.for_office(due.about, due.duty))
    elif dry_run:
        for _target, name, count in due.letters:
            click.echo(f"  would remind {name}: {count}")
    else:
        _send(database, settings, due, day)
    for owing in due.silent:
        click.echo(f"  no address: {owing.name}")


def _send(database: Database, settings: Settings, due: Due, day: dt.date) -> None:
    """Claim in the book first, send, and give back what did not go: a run that is cut off repeats nothing."""
    free = database.write(reminding.claim, due.dialogue.id, due.letters, day, actor=CLI, via=MAIL)
    names = {target: name for target, name, _count in due.letters}
    made: dict[str, str] = {}
    heard: dict[int, str] = {}
    broken = False

    def told(place: int, wrong: str) -> None:
        heard[place] = wrong
        click.echo(f"  {'not sent' if wrong else 'reminded'} {names[free[place]]}")

    try:
        made = _links(database, due, free)
        letters = [_letter(settings, due, target, made) for target in free]
        if letters and settings.mail:
            broken = True
            mail.send(settings.mail, letters, told)
            broken = False
    except mail.MailDown as error:
        broken = False
        raise NotNow(str(error)) from error
    finally:
        if back := [free[place] for place in mail.not_gone(heard, len(free), broken=broken)]:
            database.write(_give_back, due.dialogue.id, back, {one: made[one] for one in back if one in made}, day)


def _give_back(session: Session, dialogue_id: str, targets: list[str], made: dict[str, str], day: dt.date) -> None:
    """Nothing went to these: their reminding is still to come, and so is the first link of a unit that got none."""
    reminding.give_back(session, dialogue_id, targets, day)
    links.take_back(session, dialogue_id, made, actor=CLI)


def _letter(settings: Settings, due: Due, target: str, made: dict[str, str]) -> Letter:
    if target == OFFICE:
        return reminder_words.office_letter(due.about, due.duty)
    owing = next(one for one in due.duty.units if one.unit_id == target)
    link = f"{address(settings)}/u/{made[target]}" if target in made else ""
    return reminder_words.unit_letter(due.about, owing, link)


def _links(database: Database, due: Due, free: list[str]) -> dict[str, str]:
    """First links of units that have none; nothing where none can be made now. One that is out is never replaced."""
    bare = [one.unit_id for one in due.duty.units if one.unit_id in free and not one.linked]
    try:
        return database.write(links.make, due.dialogue.id, bare, actor=CLI, anew=False) if bare else {}
    except DomainError:
        return {}


def _due(database: Database, settings: Settings, code: str | None, day: dt.date) -> list[Due]:
    with database.reading() as session:
        if code:
            wanted = [dialogues.by_code(session, code)]
            reminding.check(wanted[0])
        else:
            wanted = [
                one for each in organisations.ids(session) for one in dialogues.of_organisation(session, each)
                if one.state != State.ARCHIVED and not one.rehearsal and not one.sample
            ]  # fmt: skip
        found = []
        for dialogue in wanted:
            duty = reminding.duty(session, dialogue, day)
            held = dialogues.ended_at(session, dialogue) or dialogue.starts_at
            house = organisations.name_of(session, dialogue.organisation_id)
            about = About(house, dialogue.theme, held, f"{address(settings)}/s/{dialogue.code}/deadlines")
            if duty.count:
                found.append(Due(dialogue, about, duty, _wanted(duty, day)))
        session.expunge_all()
        return found


def _wanted(duty: Duty, day: dt.date) -> tuple[tuple[str, str, int], ...]:
    found = [
        (one.unit_id, one.name, len(one.items)) for one in duty.units
        if one.email and reminding.is_due_again(duty.rules, one.reminded, day)
    ]  # fmt: skip
    if duty.rules.email and reminding.is_due_again(duty.rules, duty.reminded, day):
        found.append((OFFICE, duty.rules.email, duty.count))
    return tuple(found)
