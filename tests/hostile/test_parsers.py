"""Every parser of what a peer sends, with good inputs mangled, nested and inflated: the documented error or an answer,
and never more memory than the input's limit allows.

`tests/protocol` tries each with any bytes; here the bytes are nearly right. The certificates' parsers are tried in
`tests/protocol/trust/test_parsers.py`.
"""

import contextlib
import dataclasses
import hashlib
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import ipc
from console.picture.canvas import Canvas
from console.picture.decoder import Decoder
from protocol import consent as consents
from protocol import envelope, limits, signin
from protocol.connection import Connection, ConnectionFailed
from protocol.consent import Consent, ConsentError
from protocol.desk import events
from protocol.desk.events import EndReason, EventError
from protocol.envelope import EnvelopeError
from protocol.scopes import Scope
from protocol.session import film, framing, messages, picture
from protocol.session.framing import FrameReader, FramingError, Kind
from protocol.session.messages import MessageError
from protocol.session.picture import PictureError
from protocol.signin import SignInError
from protocol.trust import Role
from tests.agent.asked import JANA, a_request, a_ticket, a_view
from tests.hostile.some_pictures import one_film, one_frame, some_pictures
from tests.parties import NOW, Parties

OURS = Parties()
SESSION = "5" * 32
MEGABYTE = 1024 * 1024
DEPTHS = (100, 2_000, 60_000)


@dataclasses.dataclass(frozen=True)
class Parser:
    """One parser.

    Attributes:
        good: inputs it reads.
        limit: bytes of the largest input that ever reaches it.
        errors: what it documents.
    """

    name: str
    read: Callable[[bytes], object]
    good: tuple[bytes, ...]
    errors: tuple[type[Exception], ...]
    limit: int
    json: bool = False


def _typed(*many: Any) -> tuple[bytes, ...]:
    return tuple(messages.encode(one) for one in many)


def _json(*many: Any) -> tuple[bytes, ...]:
    return tuple(envelope.encode(one).encode() for one in many)


def _pack(kind: Kind, body: bytes) -> bytes:
    return b"".join(bytes(part) for part in framing.pack(kind, body))


def _consent() -> bytes:
    leaf = OURS.laptop.leaf
    digests = hashlib.sha256(OURS.jana.leaf).digest(), hashlib.sha256(leaf).digest()
    given = Consent(
        SESSION, 7, bytes(32), *digests, "Jana", frozenset({Scope.SEE}), (), "May she?", "en", NOW,
        NOW + timedelta(minutes=5),
    )  # fmt: skip
    return consents.sign(given, OURS.laptop)


def _client(session: str | None, *before: str) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        client = Connection(Role.DEVICE, OURS.laptop, OURS.organisation, host="127.0.0.1", session=session)
        for text in (*before, data.decode(errors="replace")):
            client.receive_text(text, NOW)
        return client

    return read


def _pipe(kind: Any) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        reader: ipc.Reader[Any] = ipc.Reader(kind)
        return list(reader.receive_data(data))

    return read


HELLO = signin.encode(signin.Hello(limits.PROTOCOL_VERSION, bytes(32), NOW))
WELCOME = signin.encode(signin.Welcome(OURS.encoded_revocations()))
ASKED = a_request().as_sent(1)
VIEW = a_view(a_request())
LINE = envelope.HistoryLine(1, NOW, events.Actor.STAFF, "Jana", events.MessageAdded("Hello"))
FROM_CONSOLE = _typed(
    messages.Ask(7, frozenset({Scope.SEE}), 15, "Let me see"),
    messages.KeyChanged(30, 97, True),
    messages.TextTyped("ž"),
    messages.Scrolled(0, 120, 1, 2),
)
FROM_AGENT = _typed(
    messages.ConsentGiven(_consent()),
    messages.ScreenChanged(640, 480, (messages.Monitor("HDMI-1", 0, 0, 640, 480, primary=True),)),
    messages.CursorChanged(2, 2, 0, 0, bytes(16)),
    messages.InputDropped("expired", 3),
)
ENTRY = events.encode(events.Entry(1, NOW, events.Actor.STAFF, "jana", "Jana", events.SessionRequested(SESSION, JANA)))

PARSERS = [
    Parser("console's messages", messages.decode_from_console, FROM_CONSOLE, (MessageError,), limits.MESSAGE_BYTES),
    Parser("agent's messages", messages.decode_from_agent, FROM_AGENT, (MessageError,), limits.MESSAGE_BYTES),
    Parser(
        "framing",
        lambda data: list(FrameReader().receive_data(data)),
        (*(_pack(Kind.TYPED, body) for body in FROM_CONSOLE), _pack(Kind.FRAME, one_frame())),
        (FramingError,),
        limits.SESSION_BYTES,
    ),
    Parser("picture", picture.decode, (one_frame(),), (PictureError,), limits.FRAME_BYTES),
    Parser("decoder", lambda data: Decoder(Canvas()).decode(data), (one_frame(),), (PictureError,), limits.FRAME_BYTES),
    Parser(
        "decoder of all codecs",
        lambda data: Decoder(Canvas()).decode(data),
        (some_pictures(),),
        (PictureError,),
        limits.FRAME_BYTES,
    ),
    Parser(
        "film", film.decode, (one_film(2, fresh=True), one_film(3, fresh=False)), (PictureError,), limits.FRAME_BYTES
    ),
    Parser(
        "consent",
        lambda data: consents.read(data, device_leaf=OURS.laptop.leaf),
        (_consent(),),
        (ConsentError,),
        16 * 1024,
    ),
    Parser("event", events.decode, (ENTRY,), (EventError,), MEGABYTE),
    Parser(
        "agent's envelope",
        envelope.decode_from_agent,
        _json(ASKED, envelope.ReportEnd(1, SESSION, EndReason.LINE_LOST), envelope.ReportConsent(1, SESSION, b"x")),
        (EnvelopeError,),
        limits.CONTROL_BYTES,
        json=True,
    ),
    Parser(
        "console's envelope",
        envelope.decode_from_console,
        _json(envelope.TakeTicket(1, 7, 2, 2, "Look"), envelope.RequestSession(1, 7)),
        (EnvelopeError,),
        limits.CONTROL_BYTES,
        json=True,
    ),
    Parser(
        "relay's envelope",
        envelope.decode_to_client,
        _json(a_ticket(VIEW, LINE), envelope.TicketChanged(VIEW), envelope.SessionOffered(SESSION, 7, JANA)),
        (EnvelopeError,),
        limits.REPLY_BYTES,
        json=True,
    ),
    Parser(
        "sign-in",
        signin.decode_sign_in,
        (signin.encode(signin.SignIn(Role.DEVICE, "h", OURS.laptop.chain, b"s")).encode(),),
        (SignInError,),
        limits.SIGN_IN_BYTES,
        json=True,
    ),
    Parser("greeting", _client(None), (HELLO.encode(),), (ConnectionFailed,), limits.REPLY_BYTES, json=True),
    Parser("welcome", _client(None, HELLO), (WELCOME.encode(),), (ConnectionFailed,), limits.REPLY_BYTES, json=True),
    Parser(
        "signed in",
        _client(None, HELLO, WELCOME),
        _json(envelope.Done(1)),
        (ConnectionFailed,),
        limits.REPLY_BYTES,
        json=True,
    ),
    Parser(
        "worker's pipe",
        _pipe(ipc.FromWorker),
        (ipc.encode(ipc.Ended(EndReason.LINE_LOST, "Lost")), ipc.encode(ipc.InputDropped("x", 1))),
        (ipc.PipeError,),
        ipc.MAX_MESSAGE_BYTES,
    ),
    Parser(
        "window's pipe",
        _pipe(ipc.ToWorker),
        (ipc.encode(ipc.Begin(SESSION, 7, b"o", OURS.laptop.chain, b"k", b"r")), ipc.encode(ipc.Heartbeat())),
        (ipc.PipeError,),
        ipc.MAX_MESSAGE_BYTES,
    ),
]
each = pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)


@each
def test_what_is_good_is_read(parser: Parser) -> None:
    """The control: what is refused below is refused for a reason."""
    for good in parser.good:
        assert parser.read(good) is not None


@st.composite
def mangled(draw: st.DrawFn, parser: Parser) -> bytes:
    """A good input, or the middle of two, with some pieces changed, cut out, doubled, or put elsewhere."""
    data = bytearray(draw(st.sampled_from(parser.good)))
    if draw(st.booleans()):
        other = draw(st.sampled_from(parser.good))
        at = draw(st.integers(0, len(data)))
        data[at:] = other[min(at, len(other)) :]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        size = draw(st.integers(0, 12))
        piece = draw(st.one_of(st.binary(max_size=6), st.sampled_from(_SPICES), st.just(bytes(data[at : at + size]))))
        data[at : at + size * draw(st.booleans())] = piece
    return bytes(data)


_SPICES = [
    b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff",
    b"\xc9\x00\x00\x00\x04\xff", b"\xd6\xff\x00\x00\x00\x00", b"\xc0", b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00",
    b"\xff" * 8, b"\x00" * 8, b"1e999", b"-0", b"NaN", b"9" * 40, b"null", b'"\\ud800"', b"[]", b"{}", b",", b'"type":',
]  # fmt: skip
"""Lengths of 4 GiB, extension types, no number, an endless one, half a surrogate pair, and the like."""


@each
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_nearly_good_inputs_are_read_or_give_the_documented_error(parser: Parser, data: st.DataObject) -> None:
    with contextlib.suppress(*parser.errors):
        parser.read(data.draw(mangled(parser)))


def _nested(parser: Parser) -> list[bytes]:
    """Good inputs with each of their values, or their keys, in place of something nested very deeply."""
    found = []
    for depth in DEPTHS:
        if parser.json:
            nests = [b"[" * depth, b'{"a":' * depth, b"[" * depth + b"]" * depth]
            for good in parser.good:
                places = [at + 1 for at, byte in enumerate(good) if byte in b":[,{"]
                found += [good[:at] + nest for at in places[:40] for nest in nests]
        else:
            nests = [b"\x91" * depth, b"\x81\xa1a" * depth, b"\x81" * depth]
            found += [good[:at] + nest for good in parser.good for at in range(min(40, len(good))) for nest in nests]
    return [one for one in found if len(one) <= parser.limit]


@each
def test_nesting_however_deep_gives_the_documented_error(parser: Parser) -> None:
    for data in _nested(parser):
        with contextlib.suppress(*parser.errors):
            parser.read(data)


def _bombs(parser: Parser) -> list[bytes]:
    """Small inputs that speak of large things."""
    heads = [spice for spice in _SPICES if spice[0] in (0xDD, 0xDF, 0xC6, 0xDB)]
    if parser.json:
        heads = [b"9" * 20_000, b"0." + b"9" * 20_000, b"1e" + b"9" * 200, b'"' + b"\\u0041" * 2_000]
    found = [good[:at] + head for good in parser.good for at in range(0, len(good), 3) for head in heads]
    return [one for one in found if len(one) <= parser.limit][:3000]


@each
def test_small_inputs_that_speak_of_large_things_take_no_memory(parser: Parser) -> None:
    bombs = _bombs(parser)
    with contextlib.suppress(*parser.errors):
        parser.read(bombs[0])
    tracemalloc.start()
    try:
        for data in bombs:
            with contextlib.suppress(*parser.errors):
                parser.read(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * MEGABYTE, f"{peak} bytes"


def test_a_stream_of_unfinished_messages_holds_no_more_than_one() -> None:
    reader = FrameReader(largest={Kind.FRAME: 0})
    head = _pack(Kind.TYPED, bytes(limits.MESSAGE_BYTES))
    tracemalloc.start()
    try:
        for _ in range(50):
            for at in range(0, len(head), 1000):
                list(reader.receive_data(head[at : at + 1000]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * limits.MESSAGE_BYTES


def test_every_parser_says_what_was_wrong_in_a_sentence() -> None:
    for parser in PARSERS:
        with pytest.raises(parser.errors) as caught:
            parser.read(b"\xc1" * 200 if not parser.json else b"?")
        assert len(str(caught.value)) > 8, parser.name
