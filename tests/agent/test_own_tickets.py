from pathlib import Path

import pytest

from agent.own_tickets import FILE, MAX_KEPT, OwnTickets
from agent.place import Place
from tests.agent.asked import a_request
from tests.conftest import Logs


def test_a_request_is_remembered_with_words_and_time_over_a_restart(tmp_path: Path) -> None:
    asked = a_request()
    own = OwnTickets(Place(tmp_path))
    own.remember(asked)
    assert own.numbered(asked.request, 7, over=False)
    again = OwnTickets(Place(tmp_path)).by_number(7)
    assert again is not None
    assert (again.problem, again.asked_at, again.minutes) == (asked.problem, asked.asked_at, asked.minutes)


def test_a_relay_cannot_make_up_a_request(tmp_path: Path) -> None:
    own = OwnTickets(Place(tmp_path))
    assert not own.numbered("f" * 32, 7, over=False)
    assert own.by_number(7) is None


def test_a_relay_cannot_give_a_request_another_number_or_two_the_same(tmp_path: Path) -> None:
    own = OwnTickets(Place(tmp_path))
    first, second = a_request(), a_request(problem="Something else")
    own.remember(first)
    own.remember(second)
    assert own.numbered(first.request, 7, over=False)
    assert not own.numbered(first.request, 8, over=False)
    assert not own.numbered(second.request, 7, over=False)
    mine = own.by_number(7)
    assert mine is not None
    assert mine.problem == first.problem


def test_the_oldest_is_forgotten_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(tmp_path)
    monkeypatch.setattr(place, "write", lambda _name, _content: None)  # 500 times on a disk takes long
    own = OwnTickets(place)
    asked = [a_request() for _ in range(MAX_KEPT + 1)]
    for request in asked:
        own.remember(request)
    assert not own.numbered(asked[0].request, 1, over=False)
    assert own.numbered(asked[1].request, 2, over=False)


def test_a_damaged_memory_is_set_aside(tmp_path: Path, logs: Logs) -> None:
    logs.expect("stored file is damaged")
    (tmp_path / FILE).write_bytes(b"[]")
    assert OwnTickets(Place(tmp_path)).by_number(1) is None


def test_a_relay_cannot_open_again_what_the_user_closed(tmp_path: Path) -> None:
    place, asked = Place(tmp_path), a_request()
    own = OwnTickets(place)
    own.remember(asked)
    own.numbered(asked.request, 7, over=False)
    own.decide(7, done=True)
    own.numbered(asked.request, 7, over=True)
    own.numbered(asked.request, 7, over=False)
    mine = OwnTickets(place).by_number(7)
    assert mine is not None
    assert mine.done
    own.decide(7, done=False)  # the user's own "not yet"
    mine = OwnTickets(place).by_number(7)
    assert mine is not None
    assert not mine.done
