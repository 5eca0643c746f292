from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from console.events import EnrolmentChanged, EnrolmentState, IdentityReady, LinkChanged, LinkState, StartFailed
from console.state import StateDirectory
from protocol.scopes import Scope
from protocol.trust import Bundle, Distrust, EnrolmentAnswer, Granted, Invitation, Refused, TechnicianRequest, Waiting
from protocol.trust.enrolment import check_request, key_fingerprint
from protocol.trust.issue import Technician, issue_technician
from tests.console.memory_keyring import MemoryKeyring
from tests.console.net.stand import Stand
from tests.console.relay import FakeRelay
from tests.parties import Parties


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties(now=datetime.now(UTC))


@pytest.fixture
def invitation(parties: Parties) -> Invitation:
    return Invitation(
        organisation=parties.organisation,
        identifier="tina",
        name="Tina Tech",
        title="Support Engineer",
        phone="+49 30 1234567",
        scopes=[Scope.SEE, Scope.CONTROL],
        secret="s" * 43,
        expires_at=parties.now + timedelta(days=7),
    )


@pytest.fixture
def stand(parties: Parties, tmp_path: Path) -> Iterator[Stand]:
    keyring.set_keyring(MemoryKeyring())
    with FakeRelay(parties) as relay:
        stand = Stand(relay, tmp_path)
        yield stand
        stand.network.stop()


def grant(parties: Parties, invitation: Invitation, request: object) -> Granted:
    """What the administrator does."""
    assert isinstance(request, TechnicianRequest)
    key = check_request(request, invitation, now=parties.now)
    who = Technician(
        invitation.identifier, invitation.name, invitation.title, invitation.phone, frozenset(invitation.scopes)
    )
    return Granted(issue_technician(parties.technicians, who, key, now=parties.now))


def test_an_invitation_leads_through_the_administrator_to_a_line(
    stand: Stand, parties: Parties, invitation: Invitation
) -> None:
    stand.relay.enrol = lambda request: [Waiting(), grant(parties, invitation, request)]
    stand.network.start(invitation.encode())
    stand.wait_event(LinkChanged(LinkState.ONLINE))
    states = [event.state for event in stand.events if isinstance(event, EnrolmentChanged)]
    assert states == [EnrolmentState.SENDING, EnrolmentState.WAITING, EnrolmentState.DONE]
    assert stand.wait_for(IdentityReady).me.name == "Tina Tech"


def test_the_key_is_in_the_keyring_and_nowhere_on_disk(
    stand: Stand, parties: Parties, invitation: Invitation, tmp_path: Path
) -> None:
    stand.relay.enrol = lambda request: [grant(parties, invitation, request)]
    stand.network.start(invitation.encode())
    stand.wait_for(IdentityReady)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"PRIVATE KEY" not in kept
    assert invitation.secret.encode() not in kept
    ring = keyring.get_keyring()
    assert isinstance(ring, MemoryKeyring)
    assert "PRIVATE KEY" in ring.secrets["athand technician", "tina@Example GmbH"]


def test_a_restart_while_waiting_sends_the_same_request_again(
    stand: Stand, parties: Parties, invitation: Invitation, tmp_path: Path
) -> None:
    stand.relay.enrol = lambda _request: [Waiting()]
    stand.network.start(invitation.encode())
    stand.wait(lambda: stand.relay.enrolments)
    request = stand.relay.enrolments[0]
    assert isinstance(request, TechnicianRequest)
    stand.wait_event(EnrolmentChanged(EnrolmentState.WAITING, key=key_fingerprint(request)))
    stand.network.stop()
    stand.relay.enrol = lambda request: [grant(parties, invitation, request)]
    again = Stand(stand.relay, tmp_path)
    again.network.start(None)
    again.wait_for(IdentityReady)
    again.network.stop()
    assert len({str(request) for request in stand.relay.enrolments}) == 1


def test_the_same_command_line_as_at_the_first_start_just_signs_in(
    stand: Stand, parties: Parties, invitation: Invitation, tmp_path: Path
) -> None:
    stand.relay.enrol = lambda request: [grant(parties, invitation, request)]
    stand.network.start(invitation.encode())
    stand.wait_for(IdentityReady)
    stand.network.stop()
    again = Stand(stand.relay, tmp_path)
    again.network.start(invitation.encode())
    again.wait_event(LinkChanged(LinkState.ONLINE))
    again.network.stop()
    assert len(stand.relay.enrolments) == 1


def test_a_no_is_told_and_not_asked_again(stand: Stand, invitation: Invitation, tmp_path: Path) -> None:
    stand.relay.enrol = lambda _request: [Refused(Distrust.UNKNOWN_TOKEN, "This invitation is unknown here.")]
    stand.network.start(invitation.encode())
    assert stand.wait_for(StartFailed).sentence == "This invitation is unknown here."
    assert StateDirectory(tmp_path).pending() is None


def test_a_certificate_for_another_key_is_not_taken(
    stand: Stand, parties: Parties, invitation: Invitation, tmp_path: Path
) -> None:
    stand.relay.enrol = lambda _request: [Granted(parties.jana.chain)]
    stand.network.start(invitation.encode())
    assert "another key" in stand.wait_for(StartFailed).sentence
    assert StateDirectory(tmp_path).profile() is None


def test_a_certificate_of_another_organisation_is_not_taken(
    stand: Stand, parties: Parties, invitation: Invitation, tmp_path: Path
) -> None:
    mallory = Parties(name=parties.name, now=parties.now)
    answers: list[EnrolmentAnswer] = []

    def answer(request: object) -> list[EnrolmentAnswer]:
        answers.append(grant(mallory, invitation, request))
        return answers

    stand.relay.enrol = answer
    stand.network.start(invitation.encode())
    assert "not issued by this organisation" in stand.wait_for(StartFailed).sentence
    assert StateDirectory(tmp_path).profile() is None


def test_while_the_relay_is_away_the_request_waits(stand: Stand, parties: Parties, invitation: Invitation) -> None:
    stand.relay.enrol = lambda request: [grant(parties, invitation, request)]
    stand.relay.stop()
    stand.network.start(invitation.encode())
    stand.wait_event(EnrolmentChanged(EnrolmentState.SENDING, "The server cannot be reached."))
    stand.relay.start()
    stand.wait_for(IdentityReady)


@pytest.mark.parametrize("content", [b"", b"{}", b"\x00" * 100, b"[" * 20000])
def test_a_file_that_is_no_invitation_is_a_sentence(stand: Stand, content: bytes) -> None:
    stand.network.start(content)
    assert stand.wait_for(StartFailed).sentence.startswith("The invitation file is")


def test_a_bundle_given_as_an_invitation_is_named(stand: Stand, parties: Parties) -> None:
    stand.network.start(Bundle(parties.organisation, "t" * 43, parties.now).encode())
    assert "a bundle for users' machines" in stand.wait_for(StartFailed).sentence


def test_an_invitation_older_than_its_time_is_a_sentence(
    stand: Stand, parties: Parties, invitation: Invitation
) -> None:
    import msgspec  # noqa: PLC0415 - one use

    late = msgspec.structs.replace(invitation, expires_at=parties.now - timedelta(days=1))
    stand.network.start(late.encode())
    assert "too old" in stand.wait_for(StartFailed).sentence


def test_without_a_keyring_nothing_is_sent(stand: Stand, invitation: Invitation, tmp_path: Path) -> None:
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    stand.network.start(invitation.encode())
    assert "no keyring" in stand.wait_for(StartFailed).sentence
    assert stand.relay.enrolments == []
    assert list(tmp_path.iterdir()) == []
