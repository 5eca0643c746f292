import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.session.resumption import ResumptionError, check, prove
from protocol.trust import Role
from protocol.tunnel import Secured, Side, Tunnel
from tests.parties import Parties

OURS = Parties()
SECRET, BINDING, SESSION = b"s" * 32, b"b" * 32, "5" * 32
ROLES = (Role.TECHNICIAN, Role.DEVICE)


def tunnel() -> tuple[Secured, Secured]:
    """A tunnel between Jana and the laptop: what each end knows of it."""
    ends = [
        Tunnel(side, identity, organisation=OURS.organisation, revocations=OURS.revocations(), now=OURS.now)
        for side, identity in ((Side.CONSOLE, OURS.jana), (Side.AGENT, OURS.laptop))
    ]
    secured: dict[int, Secured] = {}
    while len(secured) < len(ends):
        for to, end in enumerate(ends):
            for event in end.receive_data(ends[1 - to].data_to_send()):
                if isinstance(event, Secured):
                    secured[to] = event
    return secured[0], secured[1]


@pytest.mark.parametrize("role", ROLES)
def test_a_proof_holds_for_whoever_knows_the_same(role: Role) -> None:
    check(prove(SECRET, role, session=SESSION, binding=BINDING), SECRET, role, session=SESSION, binding=BINDING)


@given(st.sampled_from(ROLES), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.data())
def test_a_proof_holds_for_no_other_secret_tunnel_session_or_side(
    role: Role, secret: bytes, binding: bytes, data: st.DataObject
) -> None:
    other = data.draw(st.sampled_from(["secret", "role", "session", "binding"]))
    proof = prove(secret, role, session=SESSION, binding=binding)
    flipped = bytes([data.draw(st.integers(1, 255))]) + bytes(31)

    def differently(value: bytes) -> bytes:
        return bytes(a ^ b for a, b in zip(value, flipped, strict=True))

    with pytest.raises(ResumptionError):
        check(
            proof,
            differently(secret) if other == "secret" else secret,
            ROLES[1 - ROLES.index(role)] if other == "role" else role,
            session="6" * 32 if other == "session" else SESSION,
            binding=differently(binding) if other == "binding" else binding,
        )


def test_the_secret_is_the_same_at_both_ends_and_another_in_each_tunnel() -> None:
    (console, agent), (again, _) = tunnel(), tunnel()
    assert console.resumption == agent.resumption
    assert console.resumption not in (console.binding, again.resumption)
    assert len(console.resumption) == len(SECRET)


def test_the_secret_stands_in_no_message_about_the_tunnel() -> None:
    console, _ = tunnel()
    assert repr(console.resumption) not in repr(console)
