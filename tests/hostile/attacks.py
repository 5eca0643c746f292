"""What a relay can do to a line that it carries: each attack is one small function over the messages of one direction.

An attack is called for each message to its victim from the `Wire.strike_at`th on, and gives what is delivered instead:
bytes go to the victim, `Back` goes to whoever sent the message. It has what a relay has: all bytes of both directions
so far, a recording of another session of the same two parties, and dice.
"""

import dataclasses
import enum
import random
from collections.abc import Callable, Iterator, Mapping, Sequence

_HEADER_BYTES = 5
_TAG_BYTES = 16
_APPLICATION_DATA, _ALERT, _CHANGE_CIPHER_SPEC = 23, 21, 20
"""TLSPlaintext.type, RFC 8446, 5.1."""


class To(enum.Enum):
    """A direction of the line: at which end it arrives."""

    AGENT = "agent"
    CONSOLE = "console"

    @property
    def other(self) -> "To":
        return To.CONSOLE if self is To.AGENT else To.AGENT


@dataclasses.dataclass(frozen=True)
class Back:
    """Bytes for whoever sent the message, instead of or besides what its receiver gets."""

    data: bytes


Delivered = list[bytes | Back]


@dataclasses.dataclass
class Wire:
    """What the relay knows and remembers.

    Attributes:
        victim: whose incoming line is attacked.
        strike_at: the message from which on.
        twin: what went over the line of another session of the same two parties, by direction.
        seen: what came from the ends so far, by direction.
        strikes: how often the attack was called.
        held: what an attack keeps back.
    """

    dice: random.Random
    victim: To
    strike_at: int
    twin: Mapping[To, Sequence[bytes]] = dataclasses.field(default_factory=dict)
    seen: dict[To, list[bytes]] = dataclasses.field(default_factory=lambda: {To.AGENT: [], To.CONSOLE: []})
    strikes: int = -1
    held: list[bytes] = dataclasses.field(default_factory=list)


Attack = Callable[[Wire, bytes], Delivered]


@dataclasses.dataclass(frozen=True)
class Known:
    """An attack with what is to be known about it.

    Attributes:
        in_handshake: it strikes there, so its victim may never get as far as a session.
        may_do_nothing: some of its dice change nothing that counts, such as the version of a plaintext record, which
            is ignored (RFC 8446, 5.1); then everything must arrive.
        only_withholds: what it does is no more than cutting the line, which no line can prevent.
        at: the message it strikes, if only one makes sense.
        victims: whom it can be tried on.
    """

    name: str
    attack: Attack
    in_handshake: bool = False
    may_do_nothing: bool = False
    only_withholds: bool = False
    at: int | None = None
    victims: tuple[To, ...] = (To.AGENT, To.CONSOLE)


ATTACKS: list[Known] = []


def _known(
    *,
    in_handshake: bool = False,
    may_do_nothing: bool = False,
    only_withholds: bool = False,
    at: int | None = None,
    victims: tuple[To, ...] = (To.AGENT, To.CONSOLE),
) -> Callable[[Attack], Attack]:
    def enter(attack: Attack) -> Attack:
        ATTACKS.append(Known(attack.__name__, attack, in_handshake, may_do_nothing, only_withholds, at, victims))
        return attack

    return enter


def _once(attack: Attack) -> Attack:
    """For attacks that strike one message and let the others pass."""

    def strike(wire: Wire, message: bytes) -> Delivered:
        return [message] if wire.strikes else attack(wire, message)

    strike.__name__ = attack.__name__
    return strike


class Mallory:
    """A relay that carries messages and strikes as `known` says.

    Attributes:
        delivered: what each end got, by direction.
    """

    def __init__(self, known: Known | None, wire: Wire) -> None:
        self.known, self.wire = known, wire
        self.delivered: dict[To, bytearray] = {To.AGENT: bytearray(), To.CONSOLE: bytearray()}

    def carry(self, to: To, message: bytes) -> Iterator[tuple[To, bytes]]:
        """Takes a message for one end, and gives (end, bytes) of what is to arrive, in order."""
        wire = self.wire
        wire.seen[to].append(message)
        result: Delivered = [message]
        if self.known is not None and to is wire.victim and len(wire.seen[to]) > wire.strike_at:
            wire.strikes += 1
            result = self.known.attack(wire, message)
        for one in result:
            end, data = (to.other, one.data) if isinstance(one, Back) else (to, one)
            if data:
                self.delivered[end] += data
                yield end, data

    def clean_bytes(self, to: To) -> int:
        """How many bytes from its beginning on the direction was carried as it should be."""
        honest = b"".join(self.wire.seen[to])
        got = self.delivered[to]
        length = min(len(honest), len(got))
        return next((at for at in range(length) if honest[at] != got[at]), length)

    def has_changed(self, to: To) -> bool:
        """Whether an end got anything else than what was sent to it."""
        return bytes(self.delivered[to]) != b"".join(self.wire.seen[to])

    def can_be_noticed(self, to: To) -> bool:
        """Whether an end got a whole record that is not as it was sent: of less it rightly waits for the rest."""
        if not self.has_changed(to):
            return False
        stream, clean = self.delivered[to], self.clean_bytes(to)
        begin = end = 0
        while end <= clean:
            begin = end
            if begin + _HEADER_BYTES > len(stream):
                return False
            end = begin + _HEADER_BYTES + int.from_bytes(stream[begin + 3 : begin + 5], "big")
        return end <= len(stream)


def strike(known: Known, seed: int, twin: Mapping[To, Sequence[bytes]], *, session_from: Mapping[To, int]) -> Mallory:
    """Mallory with this attack, everything else by the dice of `seed`.

    `session_from` is, for each direction, the number of the first message behind the handshake.
    """
    dice = random.Random(f"{known.name} {seed}")
    victim = dice.choice(known.victims)
    at = dice.randrange(session_from[victim]) if known.in_handshake else session_from[victim] + dice.randrange(6)
    at = at if known.at is None else known.at
    return Mallory(known, Wire(dice, victim, at, twin))


def records(data: bytes) -> list[bytes]:
    """The TLS records of a message that is made of whole ones."""
    found, at = [], 0
    while at < len(data):
        end = at + _HEADER_BYTES + int.from_bytes(data[at + 3 : at + 5], "big")
        found.append(data[at:end])
        at = end
    return found


def _flipped(data: bytes, at: int, dice: random.Random) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _record(kind: int, body: bytes) -> bytes:
    return bytes([kind, 3, 3]) + len(body).to_bytes(2, "big") + body


# --- flip
@_known()
@_once
def flip_a_bit(wire: Wire, message: bytes) -> Delivered:
    return [_flipped(message, wire.dice.randrange(len(message)), wire.dice)]


@_known()
@_once
def flip_a_bit_of_a_records_header(wire: Wire, message: bytes) -> Delivered:
    return [_flipped(message, wire.dice.randrange(_HEADER_BYTES), wire.dice)]


@_known()
@_once
def flip_a_bit_of_a_records_tag(wire: Wire, message: bytes) -> Delivered:
    return [_flipped(message, len(message) - 1 - wire.dice.randrange(_TAG_BYTES), wire.dice)]


@_known()
def flip_a_bit_of_every_message(wire: Wire, message: bytes) -> Delivered:
    return [_flipped(message, wire.dice.randrange(len(message)), wire.dice)]


@_known()
@_once
def put_noise_in_place_of_a_message(wire: Wire, message: bytes) -> Delivered:
    return [wire.dice.randbytes(len(message))]


@_known()
@_once
def put_noise_into_a_record(wire: Wire, message: bytes) -> Delivered:
    first = records(message)[0]
    return [_record(_APPLICATION_DATA, wire.dice.randbytes(len(first) - _HEADER_BYTES)) + message[len(first) :]]


@_known(in_handshake=True, may_do_nothing=True)
@_once
def flip_a_bit_of_the_handshake(wire: Wire, message: bytes) -> Delivered:
    return [_flipped(message, wire.dice.randrange(len(message)), wire.dice)]


# --- drop
@_known()
@_once
def drop_a_message(_wire: Wire, _message: bytes) -> Delivered:
    return []


@_known()
def drop_every_second_message(wire: Wire, message: bytes) -> Delivered:
    return [message] if wire.strikes % 2 else []


@_known()
@_once
def drop_a_byte(wire: Wire, message: bytes) -> Delivered:
    at = wire.dice.randrange(len(message))
    return [message[:at] + message[at + 1 :]]


@_known()
@_once
def drop_the_head_of_a_message(wire: Wire, message: bytes) -> Delivered:
    return [message[wire.dice.randrange(1, len(message)) :]]


@_known(in_handshake=True)
@_once
def drop_a_message_of_the_handshake(_wire: Wire, _message: bytes) -> Delivered:
    return []


# --- repeat
@_known()
@_once
def repeat_a_message(_wire: Wire, message: bytes) -> Delivered:
    return [message, message]


@_known()
def repeat_a_message_later(wire: Wire, message: bytes) -> Delivered:
    if not wire.strikes:
        wire.held.append(message)
    return [message, wire.held[0]] if wire.strikes == 3 else [message]


@_known()
@_once
def repeat_the_whole_session(wire: Wire, message: bytes) -> Delivered:
    return [message, *wire.seen[wire.victim]]


@_known()
@_once
def repeat_the_end_of_a_message(wire: Wire, message: bytes) -> Delivered:
    return [message + message[-wire.dice.randrange(1, len(message)) :]]


# --- reorder
@_known()
def swap_two_messages(wire: Wire, message: bytes) -> Delivered:
    if not wire.strikes:
        wire.held.append(message)
        return []
    return [message, wire.held[0]] if wire.strikes == 1 else [message]


@_known()
def hold_a_message_back(wire: Wire, message: bytes) -> Delivered:
    if not wire.strikes:
        wire.held.append(message)
        return []
    return [message, wire.held[0]] if wire.strikes == 3 else [message]


@_known()
def turn_four_messages_round(wire: Wire, message: bytes) -> Delivered:
    if wire.strikes < 4:
        wire.held.insert(0, message)
        return [] if wire.strikes < 3 else [*wire.held]
    return [message]


@_known()
@_once
def swap_the_halves_of_a_message(wire: Wire, message: bytes) -> Delivered:
    at = wire.dice.randrange(1, len(message))
    return [message[at:] + message[:at]]


# --- reflect
@_known()
@_once
def reflect_a_message(_wire: Wire, message: bytes) -> Delivered:
    return [message, Back(message)]


@_known()
@_once
def reflect_in_place_of_a_message(wire: Wire, _message: bytes) -> Delivered:
    return [wire.dice.choice(wire.seen[wire.victim.other])]


@_known(in_handshake=True)
@_once
def reflect_the_handshake(_wire: Wire, message: bytes) -> Delivered:
    return [Back(message)]


# --- truncate
@_known()
@_once
def cut_the_end_off_a_message(wire: Wire, message: bytes) -> Delivered:
    return [message[: wire.dice.randrange(1, len(message))]]


@_known(only_withholds=True)
def cut_the_line_in_a_message(wire: Wire, message: bytes) -> Delivered:
    return [] if wire.strikes else [message[: wire.dice.randrange(len(message))]]


@_known()
def cut_the_line_with_a_forged_goodbye(wire: Wire, _message: bytes) -> Delivered:
    return [] if wire.strikes else [_record(_ALERT, b"\x01\x00")]  # warning, close_notify


# --- splice
@_known()
@_once
def splice_in_a_message_of_another_session(wire: Wire, message: bytes) -> Delivered:
    return [wire.twin[wire.victim][len(wire.seen[wire.victim]) - 1], message]


@_known()
def go_on_with_another_session(wire: Wire, _message: bytes) -> Delivered:
    at, twin = len(wire.seen[wire.victim]) - 1, wire.twin[wire.victim]
    return [twin[at]] if at < len(twin) else []


@_known(in_handshake=True)
@_once
def put_in_another_sessions_handshake(wire: Wire, _message: bytes) -> Delivered:
    return [wire.twin[wire.victim][len(wire.seen[wire.victim]) - 1]]


# --- add
@_known()
@_once
def add_a_record_of_plaintext(_wire: Wire, message: bytes) -> Delivered:
    return [_record(_APPLICATION_DATA, b"plaintext"), message]


@_known(may_do_nothing=True)  # OpenSSL's client throws such a record away even behind the handshake
@_once
def add_a_change_of_cipher(_wire: Wire, message: bytes) -> Delivered:
    return [_record(_CHANGE_CIPHER_SPEC, b"\x01"), message]


@_known(in_handshake=True, at=0, victims=(To.AGENT,))
@_once
def ask_for_an_older_version(_wire: Wire, message: bytes) -> Delivered:
    """Take TLS 1.3 out of what the client offers (supported_versions, RFC 8446, 4.2.1): 0x0304 becomes 0x0303."""
    return [message.replace(b"\x00\x2b\x00\x03\x02\x03\x04", b"\x00\x2b\x00\x03\x02\x03\x03")]
