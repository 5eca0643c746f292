from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring
import pytest

from console import keychain
from console.events import CertificateEnding, IdentityReady, LinkChanged, LinkState, StartFailed
from console.net import renew
from console.net.enrol import key_name
from console.state import Profile, StateDirectory
from protocol.scopes import Scope
from protocol.trust import Distrust, Granted, Identity, Refused, RenewalRequest, Waiting, check_renewal
from protocol.trust.issue import Technician, issue_technician
from protocol.trust.profile import TECHNICIAN_LIFETIME
from tests.conftest import Logs
from tests.console.memory_keyring import MemoryKeyring
from tests.console.net.stand import Stand
from tests.console.relay import FakeRelay
from tests.parties import Parties

LATE, ENDED = TECHNICIAN_LIFETIME - timedelta(days=7), TECHNICIAN_LIFETIME + timedelta(minutes=1)


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties(now=datetime.now(UTC))


@pytest.fixture
def stand(parties: Parties, tmp_path: Path) -> Iterator[Stand]:
    keyring.set_keyring(MemoryKeyring())
    with FakeRelay(parties) as relay:
        stand = Stand(relay, tmp_path)
        yield stand
        stand.network.stop()


def approved(parties: Parties, state: Path, *, ago: timedelta) -> Identity:
    """As if Tina had been approved so long ago."""
    identity = parties.technician("tina", "Tina Tech", now=parties.now - ago)
    keychain.keep(key_name(parties.organisation, "tina"), identity.key)
    StateDirectory(state).keep_profile(Profile(parties.organisation.encode(), "tina", identity.chain))
    return identity


def signed(parties: Parties, request: object) -> Granted:
    """What the administrator does."""
    assert isinstance(request, RenewalRequest)
    renewing = check_renewal(request, organisation=parties.organisation, now=parties.now)
    who = Technician(renewing.party.identifier, "Tina Tech", "Support engineer", "123", frozenset({Scope.SEE}))
    return Granted(issue_technician(parties.technicians, who, renewing.key, now=parties.now))


def kept(state: Path) -> tuple[bytes, ...]:
    profile = StateDirectory(state).profile()
    assert profile is not None
    return profile.chain


def test_a_certificate_that_nears_its_end_is_followed_by_the_next_without_a_word(
    stand: Stand, parties: Parties, tmp_path: Path
) -> None:
    old = approved(parties, tmp_path, ago=LATE)
    stand.relay.enrol = lambda request: [signed(parties, request)]
    stand.network.start(None)
    stand.wait_event(LinkChanged(LinkState.ONLINE))
    stand.wait(lambda: kept(tmp_path) != old.chain)
    assert not [event for event in stand.events if isinstance(event, CertificateEnding | StartFailed)]
    again = Stand(stand.relay, tmp_path)  # and after a restart there is nothing left to ask for
    again.network.start(None)
    again.wait_event(LinkChanged(LinkState.ONLINE))
    again.network.stop()
    assert len(stand.relay.enrolments) == 1


def test_who_waits_for_the_administrator_works_on_and_is_told_when_it_ends(
    stand: Stand, parties: Parties, tmp_path: Path
) -> None:
    old = approved(parties, tmp_path, ago=LATE)
    stand.relay.enrol = lambda _request: [Waiting()]
    stand.network.start(None)
    ending = stand.wait_for(CertificateEnding)
    assert ending.ends_at == (parties.now - LATE + TECHNICIAN_LIFETIME).replace(microsecond=0)
    stand.wait_event(LinkChanged(LinkState.ONLINE))
    assert kept(tmp_path) == old.chain


def test_a_fresh_certificate_is_not_asked_for_again(stand: Stand, parties: Parties, tmp_path: Path) -> None:
    approved(parties, tmp_path, ago=timedelta())
    stand.network.start(None)
    stand.wait_event(LinkChanged(LinkState.ONLINE))
    assert stand.relay.enrolments == []


def test_a_console_whose_certificate_has_ended_goes_on_by_itself_once_the_next_is_signed(
    stand: Stand, parties: Parties, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renew, "ENDED_LOOK_S", 0.05)
    approved(parties, tmp_path, ago=ENDED)
    stand.relay.enrol = lambda request: [
        Waiting() if len(stand.relay.enrolments) < 3 else signed(parties, request)  # the administrator takes a while
    ]
    stand.network.start(None)
    assert "goes on by itself" in stand.wait_for(StartFailed).sentence
    assert stand.wait_for(IdentityReady).me.name == "Tina Tech"
    stand.wait_event(LinkChanged(LinkState.ONLINE))


def test_who_was_revoked_is_told_so_once_the_certificate_has_ended(
    stand: Stand, parties: Parties, tmp_path: Path
) -> None:
    approved(parties, tmp_path, ago=ENDED)
    stand.relay.enrol = lambda _request: [Refused(Distrust.REVOKED, "The certificate has been revoked.")]
    stand.network.start(None)
    stand.wait_event(StartFailed("The certificate has been revoked."))


def test_a_next_certificate_for_another_key_is_not_taken(
    stand: Stand, parties: Parties, tmp_path: Path, logs: Logs
) -> None:
    logs.expect("certificate_not_renewed")
    old = approved(parties, tmp_path, ago=LATE)
    other = parties.technician("tina", "Tina Tech")
    stand.relay.enrol = lambda _request: [Granted(other.chain)]
    stand.network.start(None)
    stand.wait_for(CertificateEnding)  # it went on with the one there is
    assert kept(tmp_path) == old.chain
