import copy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.events import Heard, IdentityReady, InvitationNeeded, LinkChanged, LinkState, StartFailed
from console.state import StateDirectory
from protocol import envelope, signin
from tests.conftest import Logs
from tests.console.net.stand import Stand, enrolled
from tests.console.relay import FakeRelay
from tests.parties import Parties

ONLINE = LinkChanged(LinkState.ONLINE)


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties(now=datetime.now(UTC))


@pytest.fixture
def stand(parties: Parties, tmp_path: Path) -> Iterator[Stand]:
    enrolled(parties, tmp_path)
    with FakeRelay(parties) as relay:
        stand = Stand(relay, tmp_path)
        yield stand
        stand.network.stop()


def online(stand: Stand) -> int:
    return stand.events.count(ONLINE)


def test_it_signs_in_asks_and_hears(stand: Stand) -> None:
    stand.network.start(None)
    stand.wait_event(ONLINE)
    assert stand.wait_for(IdentityReady).me.name == "Jana Nováková"
    stand.network.request(envelope.ListQueue(5), lambda: None)
    stand.wait_event(Heard(envelope.Done(5)))
    assert stand.relay.heard == [envelope.ListQueue(5)]


def test_after_a_restart_of_the_relay_it_comes_back_by_itself(stand: Stand) -> None:
    stand.network.start(None)
    stand.wait_event(ONLINE)
    stand.relay.stop()
    stand.wait(lambda: any(e.state is LinkState.WAITING for e in stand.events if isinstance(e, LinkChanged)))
    stand.relay.start()
    stand.wait(lambda: online(stand) == 2)


def test_with_the_relay_away_at_the_start_it_waits_for_it(stand: Stand) -> None:
    stand.relay.stop()
    stand.network.start(None)
    stand.wait_event(LinkChanged(LinkState.WAITING, "The server cannot be reached."))
    stand.relay.start()
    stand.wait(lambda: online(stand) == 1)


def test_a_request_without_a_line_is_said_to_be_unsent(stand: Stand) -> None:
    stand.relay.stop()
    stand.network.start(None)
    refused: list[bool] = []
    stand.network.request(envelope.ListQueue(1), lambda: refused.append(True))
    stand.wait(lambda: refused)


def test_whoever_is_not_let_in_hears_why(stand: Stand, logs: Logs) -> None:
    logs.expect("link_refused")
    stand.relay.refuse = signin.SignInRefused(signin.Refusal.NOT_TRUSTED, "The certificate has been revoked.")
    stand.network.start(None)
    stand.wait_event(LinkChanged(LinkState.REFUSED, "The certificate has been revoked."))


def test_too_many_at_once_is_tried_again_soon(stand: Stand, logs: Logs) -> None:
    logs.expect("link_refused")
    stand.relay.refuse = signin.SignInRefused(signin.Refusal.TOO_MANY, "Too many.")
    stand.network.start(None)
    stand.wait_event(LinkChanged(LinkState.WAITING, "Too many."))
    stand.relay.refuse = None
    stand.wait(lambda: online(stand) == 1)


def test_a_list_of_revocations_older_than_one_seen_before_is_not_believed(
    stand: Stand, tmp_path: Path, logs: Logs
) -> None:
    logs.expect("link_refused")
    StateDirectory(tmp_path).keep_last_revocations(2)
    stand.network.start(None)
    waiting = stand.wait(
        lambda: next((e for e in stand.events if isinstance(e, LinkChanged) and e.state is LinkState.WAITING), None)
    )
    assert "older revocation list" in waiting.sentence
    assert online(stand) == 0


def test_the_greatest_number_of_a_list_is_remembered(stand: Stand, tmp_path: Path) -> None:
    stand.relay.revocations = lambda: stand.relay.parties.encoded_revocations(number=8)
    stand.network.start(None)
    stand.wait_event(ONLINE)
    assert StateDirectory(tmp_path).last_revocations() == 8


def test_a_clock_far_off_gets_a_sentence_about_clocks(stand: Stand, parties: Parties, logs: Logs) -> None:
    logs.expect("link_refused")
    ahead = copy.copy(parties)
    ahead.now = parties.now + timedelta(hours=2)
    stand.relay.parties = ahead
    stand.network.start(None)
    waiting = stand.wait(
        lambda: next((e for e in stand.events if isinstance(e, LinkChanged) and e.state is LinkState.WAITING), None)
    )
    assert "clock" in waiting.sentence


def test_a_relay_that_talks_nonsense_is_left_and_tried_again(stand: Stand, logs: Logs) -> None:
    logs.expect("link_refused")
    stand.network.start(None)
    stand.wait_event(ONLINE)
    stand.relay.push_text('{"type": "RunThis"}')
    stand.wait(lambda: online(stand) == 2)


def test_a_certificate_that_ran_out_is_told_at_the_start(tmp_path: Path) -> None:
    old = Parties(now=datetime.now(UTC) - timedelta(days=400))
    enrolled(old, tmp_path)
    with FakeRelay(old) as relay:
        stand = Stand(relay, tmp_path)
        stand.network.start(None)
        assert "has ended, or this computer's clock is wrong" in stand.wait_for(StartFailed).sentence
        stand.network.stop()


def test_without_a_profile_an_invitation_is_needed(parties: Parties, tmp_path: Path) -> None:
    with FakeRelay(parties) as relay:
        stand = Stand(relay, tmp_path)
        stand.network.start(None)
        stand.wait_for(InvitationNeeded)
        stand.network.stop()


def test_a_key_that_is_gone_from_the_keyring_is_told(stand: Stand) -> None:
    import keyring  # noqa: PLC0415 - one use

    from tests.console.memory_keyring import MemoryKeyring  # noqa: PLC0415 - one use

    keyring.set_keyring(MemoryKeyring())
    stand.network.start(None)
    assert "not in this computer's keyring" in stand.wait_for(StartFailed).sentence
