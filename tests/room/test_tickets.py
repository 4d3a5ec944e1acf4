"""Cards: printed once, used once, voided for good, and always counted right."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from survey import lifecycle
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import CODE_ALPHABET
from survey.core.ids import new_card_code
from survey.core.ids import new_id
from survey.core.ids import new_token
from survey.dialogues import sites
from survey.room import printing
from survey.room import service
from survey.room import tickets
from survey.room import voiding
from survey.room.models import CardBatch
from survey.room.models import Ticket
from survey.room.tickets import Count
from survey.room.voiding import Answer
from tests.conftest import make_cast

ACTOR = {"actor": "staff:lan"}


@pytest.fixture
def cast(app):
    """A hall that is open to cards."""
    return make_cast(app, "open_hall", entry="tickets")


@pytest.fixture
def key(cast):
    return cast.keys.get(cast.dialogue_id, "ticket")


def show(cast, number, site=0, **kwargs):
    """Print as the organiser does."""
    key = cast.keys.get(cast.dialogue_id, "ticket")
    return cast.write(printing.print_cards, key, cast.dialogue_id, new_id(), number, site, **ACTOR, **kwargs)


def use(cast, code):
    key = cast.keys.get(cast.dialogue_id, "ticket")
    cast.write(service.enter_by_card, key, cast.dialogue_id, code, new_token())


def counts(cast, site=None):
    with cast.reading() as session:
        return tickets.count(session, cast.dialogue_id, site)


def void(cast, text, site=None):
    return cast.write(voiding.void_sheets, cast.dialogue_id, text, site, **ACTOR)


def back(cast, *lines, site=None):
    key = cast.keys.get(cast.dialogue_id, "ticket")
    answers = cast.write(voiding.void_returned, key, cast.dialogue_id, lines, site, **ACTOR)
    return [answer for _line, answer in answers]


def voided(cast):
    with cast.reading() as session:
        return [(row.sheets, row.cards, row.site, row.actor) for row in voiding.voidings(session, cast.dialogue_id)]


def test_codes_are_random_and_easy_to_type():
    codes = {new_card_code() for _ in range(500)}
    assert len(codes) == 500
    assert {len(code) for code in codes} == {8}
    assert set("".join(codes)) == set(CODE_ALPHABET), "every letter occurs, and no 0, 1, O or I"


def test_a_printing_fills_sheets_and_the_next_one_goes_on(cast):
    first, second = show(cast, 20), show(cast, 8)
    assert [len(sheet) for sheet in first + second] == [8, 8, 4, 8]
    with cast.reading() as session:
        batches = tickets.batches(session, cast.dialogue_id)
        assert [(one.first_sheet, one.last_sheet, one.cards) for one in batches] == [(1, 3, 20), (4, 4, 8)]
    assert counts(cast) == Count(28, 0, 0)


def test_no_code_is_stored(cast):
    codes = [code for sheet in show(cast, 16) for code in sheet]
    with cast.reading() as session:
        rows = repr([tuple(row) for row in session.execute(select(*Ticket.__table__.columns))])
        batches = repr([tuple(row) for row in session.execute(select(*CardBatch.__table__.columns))])
    assert rows.count("fresh") == 16, "the rows are there"
    assert not [code for code in codes if code in rows + batches]


@pytest.mark.parametrize("number", [0, -1, 2_001])
def test_a_printing_out_of_range_prints_nothing(cast, number):
    with pytest.raises(Invalid):
        show(cast, number)
    assert counts(cast) == Count()


def test_the_same_printing_again_prints_nothing(cast, key):
    args = (printing.print_cards, key, cast.dialogue_id, "batch-1", 8)
    cast.write(*args, **ACTOR)
    with pytest.raises(Conflict):
        cast.write(*args, **ACTOR)
    assert counts(cast) == Count(8, 0, 0)


def test_cards_are_printed_only_where_they_could_be_used(app):
    by_code = make_cast(app, "open_hall")
    with pytest.raises(NotNow):
        show(by_code, 8)
    closed = make_cast(app, "open_hall", "close", entry="tickets")
    with pytest.raises(NotNow):
        show(closed, 8)
    both = make_cast(app, entry="roll+tickets")
    assert len(show(both, 8)) == 1


def test_printings_at_once_share_no_sheet(cast):
    """Ten organisers press the button together."""
    threads = [threading.Thread(target=show, args=(cast, 12)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with cast.reading() as session:
        taken = [
            sheet
            for one in tickets.batches(session, cast.dialogue_id)
            for sheet in range(one.first_sheet, one.last_sheet + 1)
        ]
    assert sorted(taken) == list(range(1, 21))
    assert counts(cast) == Count(120, 0, 0)


def test_printed_is_used_and_void_and_missing(cast):
    sheets = show(cast, 24)
    for code in (sheets[0][0], sheets[0][1], sheets[2][3]):
        use(cast, code)
    assert void(cast, "1") == voiding.Voided(6, 0, 2)
    assert back(cast, sheets[1][0], sheets[2][3]) == [Answer.VOIDED, Answer.USED]
    counted = counts(cast)
    assert counted == Count(printed=24, used=3, void=7)
    assert counted.missing == 14
    assert counted.printed == counted.used + counted.void + counted.missing


def test_a_void_card_lets_nobody_in_and_a_used_one_stays_used(cast):
    sheets = show(cast, 8)
    used, fresh = sheets[0][:2]
    use(cast, used)
    assert void(cast, "1") == voiding.Voided(7, 0, 1)
    with pytest.raises(Conflict):
        use(cast, fresh)
    assert counts(cast) == Count(8, 1, 7)
    assert void(cast, "1") == voiding.Voided(0, 7, 1), "again changes nothing"
    assert back(cast, used) == [Answer.USED]
    assert counts(cast) == Count(8, 1, 7)
    assert voided(cast) == [("1", 7, None, "staff:lan")]


@pytest.mark.parametrize(
    ("text", "read"),
    [("3", ((3, 3),)), ("3, 5-8", ((3, 3), (5, 8))), (" 5 – 8;2 ", ((5, 8), (2, 2))), ("1\n2,", ((1, 1), (2, 2)))],
)
def test_sheets_are_read_as_people_write_them(text, read):
    assert voiding.read_sheets(text) == read
    assert voiding.read_sheets(voiding.written(read)) == read


@pytest.mark.parametrize("text", ["", ",", "tờ 3", "3-", "-3", "8-5", "1-2-3", "3.5", "1234567"])
def test_odd_sheets_are_refused_in_words(text):
    with pytest.raises(Invalid) as refused:
        voiding.read_sheets(text)
    assert "sheets" in refused.value.fields


def test_a_sheet_that_is_not_there_voids_nothing(cast):
    show(cast, 16)
    with pytest.raises(Invalid) as refused:
        void(cast, "1-3")
    assert "tờ số 3" in str(refused.value)
    assert counts(cast) == Count(16, 0, 0)


def test_a_whole_printing_is_voided(cast):
    show(cast, 8)
    show(cast, 20)
    with cast.reading() as session:
        first, second = tickets.batches(session, cast.dialogue_id)
    assert cast.write(voiding.void_batch, cast.dialogue_id, second.id, **ACTOR) == voiding.Voided(20, 0, 0)
    assert counts(cast) == Count(28, 0, 20)
    with cast.reading() as session:
        assert tickets.fresh_sheets(session, cast.dialogue_id) == {first.first_sheet}
    with pytest.raises(NotFound):
        cast.write(voiding.void_batch, cast.dialogue_id, "zzzzzzzzzzzz", **ACTOR)
    assert voided(cast) == [("2-4", 20, None, "staff:lan")]


def test_each_line_that_comes_back_has_its_own_answer(cast):
    sheets = show(cast, 8)
    one, two, three, four = sheets[0][:4]
    use(cast, three)
    lines = [
        f"http://192.168.1.5:8000/d/{cast.code}/entry?ticket={one}",
        f"  {two[:4].lower()} - {two[4:].lower()} ",
        "",
        three,
        f"{one[:4]}\u200b{one[4:]}",
        "ABCD2345",
        "không phải mã",
        f"https;--hoi.vn-d-{cast.code}-entry+ticket*{four}",  # a scanner on another keyboard's layout
    ]
    assert back(cast, *lines) == [
        Answer.VOIDED, Answer.VOIDED, Answer.USED, Answer.BEFORE, Answer.UNKNOWN, Answer.UNKNOWN, Answer.VOIDED,
    ]  # fmt: skip
    assert counts(cast) == Count(8, 1, 3)
    assert back(cast, *lines)[:2] == [Answer.BEFORE, Answer.BEFORE], "again changes nothing"
    assert voided(cast) == [("", 3, None, "staff:lan")]


def test_too_many_lines_are_refused_and_none_is_taken(cast):
    sheets = show(cast, 8)
    with pytest.raises(Invalid):
        back(cast, *sheets[0], *["ABCD2345"] * voiding.MOST_LINES)
    assert counts(cast) == Count(8, 0, 0)


def test_cards_of_another_dialogue_are_unknown(app, cast):
    other = make_cast(app, "open_hall", entry="tickets")
    theirs = show(other, 8)[0]
    assert back(cast, *theirs) == [Answer.UNKNOWN] * 8
    assert counts(other) == Count(8, 0, 0)


def test_scanning_ends_when_the_key_dies_and_sheets_go_on(cast):
    show(cast, 8)
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    cast.keys.destroy(cast.dialogue_id, "ticket")
    assert void(cast, "1") == voiding.Voided(8, 0, 0)
    cast.write(lifecycle.conclude, cast.dialogue_id, actor="test")
    cast.write(lifecycle.archive, cast.dialogue_id, actor="test")
    with pytest.raises(NotNow):
        void(cast, "1")


def test_voiding_and_entering_at_once_never_do_both(cast):
    """Forty cards are used while their sheets are voided: each is one of the two, and the counts add up."""
    sheets = show(cast, 40)
    entered: list[str] = []

    def enter(code):
        try:
            use(cast, code)
        except Conflict:
            return
        entered.append(code)

    threads = [threading.Thread(target=enter, args=(code,)) for sheet in sheets for code in sheet]
    threads += [threading.Thread(target=void, args=(cast, str(number + 1))) for number in range(5)]
    threads += [threading.Thread(target=back, args=(cast, *sheet)) for sheet in sheets]
    for thread in threads[::2] + threads[1::2]:
        thread.start()
    for thread in threads:
        thread.join()
    counted = counts(cast)
    assert (counted.printed, counted.used, counted.missing) == (40, len(entered), 0)
    assert counted.void == 40 - len(entered)
    assert sum(cards for _sheets, cards, _site, _actor in voided(cast)) == counted.void, "no card is voided twice"


def test_a_site_prints_its_share_and_no_more(cast, key):
    number = cast.write(sites.add, cast.dialogue_id, "Huyện Cái Nước", 20)
    share = (printing.print_share, key, cast.dialogue_id)
    cast.write(*share, new_id(), 12, number, **ACTOR)
    with pytest.raises(Invalid) as refused:
        cast.write(*share, new_id(), 9, number, **ACTOR)
    assert "8 thẻ" in str(refused.value)
    cast.write(*share, new_id(), 8, number, **ACTOR)
    assert counts(cast, number) == Count(20, 0, 0)
    assert void(cast, "1", number) == voiding.Voided(8, 0, 0)
    cast.write(*share, new_id(), 8, number, **ACTOR)
    assert counts(cast, number).good == 20, "what was spoilt may be printed anew"
    with pytest.raises(NotFound):
        cast.write(*share, new_id(), 1, 7, **ACTOR)


def test_two_printings_at_once_do_not_exceed_the_share(cast, key):
    number = cast.write(sites.add, cast.dialogue_id, "Huyện U Minh", 30)
    refusals: list[Invalid] = []

    def press():
        try:
            cast.write(printing.print_share, key, cast.dialogue_id, new_id(), 10, number, **ACTOR)
        except Invalid as error:
            refusals.append(error)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (counts(cast, number), len(refusals)) == (Count(30, 0, 0), 5)


def test_a_host_reaches_only_the_cards_of_the_own_site(cast):
    one = cast.write(sites.add, cast.dialogue_id, "Huyện Cái Nước", 20)
    two = cast.write(sites.add, cast.dialogue_id, "Huyện U Minh", 20)
    hall, theirs, mine = show(cast, 8), show(cast, 8, one), show(cast, 8, two)
    with pytest.raises(Invalid):
        void(cast, "1", two)
    assert back(cast, hall[0][0], theirs[0][0], mine[0][0], site=two) == [
        Answer.ELSEWHERE, Answer.ELSEWHERE, Answer.VOIDED,
    ]  # fmt: skip
    with cast.reading() as session:
        batch = tickets.batches(session, cast.dialogue_id, one)[0]
        assert [row.site for row in voiding.voidings(session, cast.dialogue_id, two)] == [two]
        assert voiding.voidings(session, cast.dialogue_id, one) == []
    with pytest.raises(NotFound):
        cast.write(voiding.void_batch, cast.dialogue_id, batch.id, two, **ACTOR)
    with cast.reading() as session:
        by_site = tickets.counts_by_site(session, cast.dialogue_id)
    assert by_site == {0: Count(8, 0, 0), one: Count(8, 0, 0), two: Count(8, 0, 1)}
    assert tickets.total(by_site) == Count(24, 0, 1)


def test_a_site_goes_only_while_nothing_was_printed(cast):
    number = cast.write(sites.add, cast.dialogue_id, "Huyện Cái Nước", 20)
    empty = cast.write(sites.add, cast.dialogue_id, "Huyện U Minh", 20)
    show(cast, 8, number)
    with pytest.raises(Conflict):
        cast.write(printing.remove_site, cast.dialogue_id, number)
    cast.write(printing.remove_site, cast.dialogue_id, empty)
    with pytest.raises(NotFound):
        show(cast, 8, empty)


def test_counts_hold_on_postgresql(cast_on_postgres):
    """The same rules over the other database, from several threads."""
    cast = cast_on_postgres
    cast.write(lambda session: session.execute(_by_tickets(cast.dialogue_id)))
    sheets = show(cast, 24)
    threads = [threading.Thread(target=use, args=(cast, code)) for code in sheets[0]]
    threads += [threading.Thread(target=void, args=(cast, "2"))]
    threads += [threading.Thread(target=back, args=(cast, *sheets[1], sheets[2][0]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts(cast) == Count(24, 8, 9)


def _by_tickets(dialogue_id):
    from sqlalchemy import update

    from survey.dialogues.models import Dialogue

    return update(Dialogue).where(Dialogue.id == dialogue_id).values(entry="tickets")
