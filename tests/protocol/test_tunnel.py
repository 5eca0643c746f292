import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.trust import Identity
from protocol.tunnel import Closed, DataReceived, Event, Secured, Side, State, Tunnel, TunnelError
from tests.parties import Parties, serial


class Line:
    """Console and agent with nothing but bytes between them; `tamper` is what stands in the middle."""

    def __init__(
        self,
        ours: Parties,
        *,
        console: Identity | None = None,
        agent: Identity | None = None,
        agent_trusts: Parties | None = None,
        revoked: tuple[int, ...] = (),
        later: timedelta = timedelta(),
    ) -> None:
        theirs = agent_trusts or ours
        now = ours.now + later
        self.console = Tunnel(
            Side.CONSOLE,
            console or ours.jana,
            organisation=ours.organisation,
            revocations=ours.revocations(*revoked),
            now=now,
        )
        self.agent = Tunnel(
            Side.AGENT,
            agent or ours.laptop,
            organisation=theirs.organisation,
            revocations=theirs.revocations(*revoked),
            now=now,
        )
        self.seen: dict[Tunnel, list[Event]] = {self.console: [], self.agent: []}

    def flow(self, tamper: Callable[[bytes], bytes] = bytes) -> None:
        """Carries bytes both ways until none are left."""
        moved = True
        while moved:
            moved = False
            for source, target in ((self.console, self.agent), (self.agent, self.console)):
                if data := source.data_to_send():
                    moved = True
                    self.seen[target] += target.receive_data(tamper(data))

    def secured(self, tunnel: Tunnel) -> Secured:
        event = self.seen[tunnel][0]
        assert isinstance(event, Secured)
        return event

    def received(self, tunnel: Tunnel) -> bytes:
        return b"".join(event.data for event in self.seen[tunnel] if isinstance(event, DataReceived))


def test_both_ends_know_for_certain_who_the_other_is_and_share_one_binding(ours: Parties) -> None:
    line = Line(ours)
    line.flow()
    at_agent, at_console = line.secured(line.agent), line.secured(line.console)
    assert (at_agent.peer.name, at_agent.peer.title) == ("Jana Nováková", "Support engineer")
    assert at_agent.peer_leaf == ours.jana.leaf
    assert at_console.peer.identifier == "laptop"
    assert at_agent.binding == at_console.binding
    assert len(at_agent.binding) == 32


def test_two_tunnels_between_the_same_two_have_different_bindings(ours: Parties) -> None:
    first, second = Line(ours), Line(ours)
    first.flow()
    second.flow()
    assert first.secured(first.agent).binding != second.secured(second.agent).binding


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(st.binary(min_size=1, max_size=70_000), max_size=5), seed=st.integers(0, 2**32))
def test_what_is_sent_comes_out_whole_and_in_order_however_the_bytes_are_cut(
    ours: Parties, messages: list[bytes], seed: int
) -> None:
    line = Line(ours)
    line.flow()
    cut = random.Random(seed)
    for message in messages:
        line.console.send([message[:7], memoryview(message)[7:]])
    data = line.console.data_to_send()
    while data:
        size = cut.randint(1, 20_000)
        line.seen[line.agent] += line.agent.receive_data(data[:size])
        data = data[size:]
    assert line.received(line.agent) == b"".join(messages)


def test_a_message_in_small_pieces_is_one_record_on_the_line(ours: Parties) -> None:
    line = Line(ours)
    line.flow()
    line.console.send([b"head", memoryview(b"body" * 20), b"padding"])
    assert len(line.console.data_to_send()) == 4 + 80 + 7 + 22  # RFC 8446, 5.2: head 5, kind 1, tag 16


def test_nothing_can_be_sent_before_the_other_end_is_known(ours: Parties) -> None:
    line = Line(ours)
    with pytest.raises(TunnelError, match="handshake"):
        line.console.send([b"too early"])


def test_an_orderly_end_is_told_apart_from_a_lost_line(ours: Parties) -> None:
    line = Line(ours)
    line.flow()
    line.console.close()
    line.flow()
    assert line.seen[line.agent][-1] == Closed()
    assert line.agent.state is State.CLOSED
    with pytest.raises(TunnelError):
        list(line.agent.receive_data(b"more"))


def never_opens(line: Line, tunnel: Tunnel) -> None:
    with pytest.raises(TunnelError):
        line.flow()
    assert not any(isinstance(event, DataReceived) for event in line.seen[tunnel])
    assert line.console.state is State.BROKEN or line.agent.state is State.BROKEN


def test_a_technician_of_another_organisation_is_refused(ours: Parties, theirs: Parties) -> None:
    line = Line(ours, console=theirs.jana)
    never_opens(line, line.agent)
    assert not line.seen[line.agent]


def test_a_device_of_another_organisation_is_refused(ours: Parties, theirs: Parties) -> None:
    line = Line(ours, agent=theirs.laptop)
    never_opens(line, line.console)
    assert not line.seen[line.console]


def test_a_device_cannot_play_the_technician(ours: Parties) -> None:
    line = Line(ours, console=ours.laptop)
    never_opens(line, line.agent)
    assert not line.seen[line.agent]


def test_a_technician_cannot_play_the_device(ours: Parties) -> None:
    line = Line(ours, agent=ours.jana)
    never_opens(line, line.console)


def test_a_certificate_made_with_the_device_authority_does_not_make_a_technician(ours: Parties) -> None:
    forged = ours.technician("jana", "Jana Nováková", authority=ours.devices)
    line = Line(ours, console=forged)
    never_opens(line, line.agent)
    assert not line.seen[line.agent]


def test_a_revoked_technician_is_refused(ours: Parties) -> None:
    line = Line(ours, revoked=(serial(ours.jana),))
    never_opens(line, line.agent)
    assert not line.seen[line.agent]


def test_an_expired_technician_is_refused(ours: Parties) -> None:
    expired = ours.technician("old", "Otto Alt", now=ours.now - timedelta(days=120))
    line = Line(ours, console=expired)
    never_opens(line, line.agent)
    assert not line.seen[line.agent]


@pytest.mark.parametrize("seed", range(60))
def test_one_changed_byte_breaks_the_tunnel_and_nothing_after_it_comes_out(ours: Parties, seed: int) -> None:
    dice = random.Random(seed)
    line = Line(ours)
    line.flow()
    line.console.send([b"before " * 10])
    line.flow()
    line.console.send([bytes(dice.randrange(256) for _ in range(dice.randint(1, 4000)))])
    data = bytearray(line.console.data_to_send())
    data[dice.randrange(5, len(data))] ^= 1 << dice.randrange(8)
    with pytest.raises(TunnelError):
        line.seen[line.agent] += line.agent.receive_data(bytes(data))
    assert line.received(line.agent) == b"before " * 10
    with pytest.raises(TunnelError):
        list(line.agent.receive_data(b"anything"))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=600))
def test_any_bytes_instead_of_a_handshake_give_the_documented_error_or_wait_for_more(
    ours: Parties, data: bytes
) -> None:
    line = Line(ours)
    try:
        assert list(line.agent.receive_data(data)) == []
    except TunnelError:
        assert line.agent.state is State.BROKEN
