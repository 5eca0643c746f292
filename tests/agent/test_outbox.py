import errno
import os
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agent.errors import OutboxFull, PlaceError
from agent.outbox import FILE, MAX_WAITING, Outbox, Request
from agent.place import Place
from protocol import envelope, limits
from tests.agent.asked import a_letter, a_request
from tests.conftest import Logs


class ABusyOutbox(RuleBasedStateMachine):
    """Put, taken, killed and started again, in any order: it holds what was put and not taken."""

    @initialize()
    def start(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.place = Place(Path(self.directory.name))
        self.outbox = Outbox(self.place)
        self.meant: dict[str, Request] = {}
        self.made = [a_request(problem=f"problem {number}") for number in range(6)]

    @rule(which=st.integers(0, 5))
    def put(self, which: int) -> None:
        request = self.made[which]
        self.outbox.put(request)
        self.meant.setdefault(request.request, request)

    @rule(which=st.integers(0, 5))
    def taken(self, which: int) -> None:
        self.outbox.taken(self.made[which].request)
        self.meant.pop(self.made[which].request, None)

    @rule()
    def killed_and_started_again(self) -> None:
        self.outbox = Outbox(self.place)

    @rule()
    def killed_while_writing(self) -> None:
        (self.place.directory / f"{FILE}.new").write_bytes(b'{"version": 1, "requ')
        self.outbox = Outbox(self.place)

    @invariant()
    def holds_what_was_put_and_not_taken_in_that_order(self) -> None:
        if hasattr(self, "outbox"):
            assert self.outbox.waiting == tuple(self.meant.values())

    def teardown(self) -> None:
        if hasattr(self, "directory"):
            self.directory.cleanup()


TestABusyOutbox = ABusyOutbox.TestCase
TestABusyOutbox.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(problem=st.text(min_size=1, max_size=4000), minutes=st.integers(1, 480))
def test_what_comes_back_after_a_restart_is_what_was_asked_to_the_letter(
    tmp_path: Path, problem: str, minutes: int
) -> None:
    place = Place(tmp_path)
    asked = a_request(problem=problem, minutes=minutes)
    Outbox(place).put(asked)
    (back,) = Outbox(place).waiting
    assert back == asked
    sent = envelope.decode_from_agent(envelope.encode(back.as_sent(1)))
    assert isinstance(sent, envelope.OpenTicket)
    assert (sent.problem, sent.request, sent.asked_at) == (problem, asked.request, asked.asked_at)
    Outbox(place).taken(asked.request)


def test_a_full_disk_loses_nothing_as_long_as_the_program_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = Outbox(Place(tmp_path))

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    asked = a_request()
    with pytest.raises(PlaceError):
        outbox.put(asked)
    assert outbox.waiting == (asked,)


def test_a_damaged_outbox_is_set_aside_not_believed(tmp_path: Path, logs: Logs) -> None:
    logs.expect("stored file is damaged")
    (tmp_path / FILE).write_bytes(b'{"version": 1, "requests": [{"request": "../../etc"}]}')
    assert Outbox(Place(tmp_path)).waiting == ()
    assert (tmp_path / f"{FILE}.damaged").exists()


def test_letters_survive_a_restart_in_their_order_and_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    outbox = Outbox(Place(tmp_path))
    letters = [a_letter(text=str(number)) for number in range(limits.UNSENT_MESSAGES)]
    for letter in letters:
        outbox.put_letter(letter)
    outbox.put_letter(letters[0])  # the same one again changes nothing
    with pytest.raises(OutboxFull, match="call us"):
        outbox.put_letter(a_letter())
    assert Outbox(Place(tmp_path)).letters == tuple(letters)
    outbox.taken(letters[0].mark)
    assert Outbox(Place(tmp_path)).letters == tuple(letters[1:])


def test_an_outbox_from_before_there_were_letters_is_read(tmp_path: Path) -> None:
    asked = a_request()
    (tmp_path / FILE).write_bytes(msgspec.json.encode({"version": 1, "requests": [asked]}))
    assert Outbox(Place(tmp_path)).waiting == (asked,)


def test_too_many_waiting_requests_are_refused_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)  # fifty of them take long on a slow disk
    outbox = Outbox(Place(tmp_path))
    for _ in range(MAX_WAITING):
        outbox.put(a_request())
    with pytest.raises(OutboxFull, match="call us"):
        outbox.put(a_request())
