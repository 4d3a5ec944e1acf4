"""What all phones of a hall read alike is rendered once: each still reads exactly its own page, and nothing of it is kept."""

from __future__ import annotations

import pytest

from survey.core import held
from survey.dialogues import service as dialogues
from survey.pages import crowd
from survey.pages import views_deck
from survey.pages import views_parts
from survey.questionnaires import building
from survey.questionnaires import items
from tests.conftest import csrf
from tests.pages.test_live import decide
from tests.pages.test_views_room import without_tokens


def whole(phone, path, monkeypatch):
    """The page as it is rendered where nothing is kept."""
    with monkeypatch.context() as patched:
        patched.setattr(views_deck, "is_usual", lambda: False)
        return phone.get(path).text


def judge(cast, phone, vote=(), skip=()):
    data = {"csrf_token": csrf(phone, cast.base), "deck": "1"}
    for act, ids in (("vote", vote), ("skip", skip)):
        for one in ids:
            assert phone.post(f"{cast.base}/questions/{one}/{act}", data=data).status_code < 400


def survey(cast):
    made = cast.write(building.create, cast.dialogue_id, "Khảo sát <thử>")
    item = cast.write(items.add_item, cast.dialogue_id, made, "text", {"label": "Bạn nói gì?"})
    cast.write(building.open_, cast.dialogue_id, made)
    return made, item


def answer(cast, phone, made):
    path = f"{cast.base}/surveys/{made[0]}"
    data = {"csrf_token": csrf(phone, path), made[1]: "Một câu trả lời", "counter": "1"}
    assert phone.post(path, data=data).status_code < 400


@pytest.mark.parametrize("most", [200, 3])
def test_each_phone_reads_its_own_page_letter_for_letter(cast, put, monkeypatch, most):
    held.forget()
    monkeypatch.setattr(crowd, "CROWD", most)
    ids = [put(f"Câu <số> {n} {'dài ' * (150 * (n == 1))}") for n in range(9)]
    made, phones = survey(cast), [cast.member() for _ in range(4)]
    judge(cast, phones[1], vote=ids[:2], skip=ids[2:4])
    judge(cast, phones[2], skip=ids)
    answer(cast, phones[1], made)
    phones[3].get(f"{cast.base}?lang=en")
    texts = []
    for _turn in range(2):  # made, then taken as it was made
        for phone in phones:
            for path in (cast.base, f"{cast.base}?tab=unseen"):
                texts.append(phone.get(path).text)
                assert csrf(phone, cast.base).split(".")[0] in texts[-1]
                assert without_tokens(texts[-1]) == without_tokens(whole(phone, path, monkeypatch))
    assert (
        len(views_deck.frames._kept) == 6
    )  # two languages and one with nothing left, with and without the name of the tab
    assert sum("Khảo sát &lt;thử&gt;" in text for text in texts) == 12
    assert sum('class="card"' in text for text in texts) == 12


def test_a_page_follows_what_changes(cast, put, monkeypatch):
    first, phone, path = put("Câu một"), cast.member(), f"{cast.base}?tab=unseen"

    def same(part):
        text = phone.get(path).text
        assert part in text
        assert without_tokens(text) == without_tokens(whole(phone, path, monkeypatch))

    same("Câu một")
    second = put("Câu hai")
    same("Câu hai")
    cast.write(dialogues.change, cast.dialogue_id, {"place": "Nhà hát <lớn>"})
    same("Nhà hát &lt;lớn&gt;")
    cast.write(decide, cast.dialogue_id, first, "answering")
    same(f'id="now-{first}"')
    judge(cast, cast.member(), vote=[second])
    same("Câu hai")
    same("2 người trong phòng")


def test_nothing_of_a_phone_is_kept(cast, put):
    ids, one, two = [put(f"Câu {n}") for n in range(6)], cast.member(), cast.member()
    held.forget()
    one.get(cast.base)
    judge(cast, two, vote=ids[:3], skip=ids[3:4])
    one.get(cast.base)
    frames, cards = (
        str(views_deck.frames._kept),
        {key for key in views_parts.parts._kept if isinstance(key, tuple) and "card" in key},
    )
    two.get(cast.base)
    assert str(views_deck.frames._kept) == frames
    assert {key for key in views_parts.parts._kept if isinstance(key, tuple) and "card" in key} == cards
    kept = frames + str(views_parts.parts._kept) + str(views_deck.totals._kept) + str(views_deck.opened._kept)
    for phone in (one, two):
        for own in (
            csrf(phone, cast.base),
            *(phone.get_cookie(name, path=cast.base) for name in ("ballot", "skipped")),
        ):
            assert own is None or getattr(own, "value", own) not in kept
    assert "Câu 1" in kept  # the control: this is where it would stand
    held.forget()
    assert not any(
        memory._kept for memory in (views_deck.frames, views_parts.parts, views_deck.totals, views_deck.opened)
    )
