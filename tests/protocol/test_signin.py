import contextlib
import os
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import envelope, limits
from protocol.connection import Connection, ConnectionFailed, Paired, Received, SignedIn, State
from protocol.signin import Hello, Refusal, SessionPaired, SignIn, SignInRefused, Welcome, check, decode_sign_in, encode
from protocol.trust import Party, Role, TrustError
from tests.parties import Parties, serial

HOST = "help.example"
SESSION = "a" * 32


def hello(ours: Parties, *, nonce: bytes | None = None, skew: timedelta = timedelta(), version: int = 1) -> Hello:
    return Hello(version, nonce or os.urandom(32), ours.now + skew)


def connection(ours: Parties, *, session: str | None = None, last_revocations: int = 0) -> Connection:
    return Connection(
        Role.TECHNICIAN,
        ours.jana,
        ours.organisation,
        host=HOST,
        session=session,
        last_revocations=last_revocations,
    )


def sign_in(ours: Parties, greeting: Hello, session: str | None = None) -> SignIn:
    client = connection(ours, session=session)
    assert client.receive_text(encode(greeting), ours.now) is None
    (text,) = client.texts_to_send()
    return decode_sign_in(text)


def judge(ours: Parties, answer: SignIn, nonce: bytes, *, hosts: tuple[str, ...] = (HOST,), revoked: int = 0) -> Party:
    return check(
        answer,
        nonce=nonce,
        hosts=hosts,
        organisation=ours.organisation,
        revocations=ours.revocations(*([revoked] if revoked else [])),
        now=ours.now,
    )


def test_the_relay_learns_who_signed_in_from_the_certificate(ours: Parties) -> None:
    greeting = hello(ours)
    party = judge(ours, sign_in(ours, greeting), greeting.nonce)
    assert (party.role, party.name, party.phone) == (Role.TECHNICIAN, "Jana Nováková", "+420 123 456")


def test_a_sign_in_is_worth_nothing_to_another_nonce_host_or_session(ours: Parties) -> None:
    import msgspec  # noqa: PLC0415 - to build what no client sends

    greeting = hello(ours)
    answer = sign_in(ours, greeting, SESSION)
    judge(ours, answer, greeting.nonce)
    with pytest.raises(TrustError):
        judge(ours, answer, os.urandom(32))
    with pytest.raises(TrustError, match="another server"):
        judge(ours, answer, greeting.nonce, hosts=("evil.example",))
    for changed in (
        msgspec.structs.replace(answer, session="b" * 32),
        msgspec.structs.replace(answer, session=None),
        msgspec.structs.replace(answer, host="other.example"),
    ):
        with pytest.raises(TrustError):
            judge(ours, changed, greeting.nonce, hosts=(HOST, "other.example"))


def test_a_device_cannot_sign_in_as_a_technician(ours: Parties) -> None:
    greeting = hello(ours)
    client = Connection(Role.TECHNICIAN, ours.laptop, ours.organisation, host=HOST)
    client.receive_text(encode(greeting), ours.now)
    with pytest.raises(TrustError):
        judge(ours, decode_sign_in(client.texts_to_send()[0]), greeting.nonce)


def test_a_revoked_technician_cannot_sign_in(ours: Parties) -> None:
    greeting = hello(ours)
    with pytest.raises(TrustError):
        judge(ours, sign_in(ours, greeting), greeting.nonce, revoked=serial(ours.jana))


def test_a_whole_sign_in_then_messages_flow(ours: Parties) -> None:
    client = connection(ours)
    client.receive_text(encode(hello(ours)), ours.now)
    event = client.receive_text(encode(Welcome(ours.encoded_revocations(number=4))), ours.now)
    assert isinstance(event, SignedIn)
    assert event.revocations.number == 4
    client.texts_to_send()
    client.send(envelope.ListQueue(ref=1))
    assert envelope.decode_from_console(client.texts_to_send()[0]) == envelope.ListQueue(ref=1)
    answer = client.receive_text(envelope.encode(envelope.Tickets(1, ())), ours.now)
    assert answer == Received(envelope.Tickets(1, ()))


def test_a_sessions_socket_tells_when_the_other_end_is_there(ours: Parties) -> None:
    client = connection(ours, session=SESSION)
    client.receive_text(encode(hello(ours)), ours.now)
    client.receive_text(encode(Welcome(ours.encoded_revocations())), ours.now)
    assert client.receive_text(encode(SessionPaired()), ours.now) == Paired()
    assert client.state is State.PAIRED


def test_a_wrong_clock_gets_a_sentence_about_the_clock(ours: Parties) -> None:
    for skew in (timedelta(hours=1), -timedelta(days=3650)):
        with pytest.raises(ConnectionFailed, match="clock"):
            connection(ours).receive_text(encode(hello(ours, skew=skew)), ours.now)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (limits.PROTOCOL_VERSION + 1, "this program is too old for the server: please update it"),
        (limits.OLDEST_VERSION - 1, "the server is too old for this program"),
    ],
)
def test_a_version_that_is_not_spoken_gets_a_sentence_that_says_who_is_to_be_updated(
    ours: Parties, version: int, said: str
) -> None:
    with pytest.raises(ConnectionFailed, match=said) as caught:
        connection(ours).receive_text(encode(hello(ours, version=version)), ours.now)
    assert caught.value.reason is Refusal.VERSION


def test_a_server_of_an_older_version_that_is_still_spoken_is_signed_in_at(ours: Parties) -> None:
    client = connection(ours)
    client.receive_text(encode(hello(ours, version=limits.OLDEST_VERSION)), ours.now)
    assert isinstance(client.receive_text(encode(Welcome(ours.encoded_revocations())), ours.now), SignedIn)


def test_a_list_of_revocations_that_is_old_or_older_than_one_seen_is_refused(ours: Parties) -> None:
    stale = Welcome(ours.encoded_revocations(age=timedelta(hours=25)))
    for welcome, last in ((stale, 0), (Welcome(ours.encoded_revocations(number=4)), 5), (Welcome(b"forged"), 0)):
        client = connection(ours, last_revocations=last)
        client.receive_text(encode(hello(ours)), ours.now)
        with pytest.raises(ConnectionFailed):
            client.receive_text(encode(welcome), ours.now)


@pytest.mark.parametrize("reason", Refusal)
def test_a_refusal_reaches_the_person_in_the_relays_words(ours: Parties, reason: Refusal) -> None:
    with pytest.raises(ConnectionFailed, match="Please") as caught:
        connection(ours).receive_text(encode(SignInRefused(reason, "Please ask your admin.")), ours.now)
    assert caught.value.final == (reason not in (Refusal.TOO_MANY, Refusal.IN_USE))


def test_nothing_is_sent_before_the_sign_in(ours: Parties) -> None:
    with pytest.raises(ConnectionFailed):
        connection(ours).send(envelope.ListQueue(ref=1))


def test_words_at_the_wrong_moment_end_the_connection(ours: Parties) -> None:
    client = connection(ours)
    with pytest.raises(ConnectionFailed, match="wrong moment"):
        client.receive_text(encode(Welcome(ours.encoded_revocations())), ours.now)
    assert client.state is State.FAILED


@given(text=st.text(max_size=200) | st.binary(max_size=200).map(lambda b: b.decode("latin-1")))
def test_any_text_gives_an_event_or_the_documented_error(ours: Parties, text: str) -> None:
    with contextlib.suppress(ConnectionFailed):
        connection(ours).receive_text(text, ours.now)
