"""Every parser of what a peer sends, with good inputs mangled, nested and inflated: the documented error or an answer,
and never more memory than the input's limit allows.

`tests/protocol` tries each with any bytes; here the bytes are nearly right. The certificates' parsers are tried in
`tests/protocol/trust/test_parsers.py`.
"""

import contextlib
import dataclasses
import hashlib
import resource
import statistics
import time
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import ipc
from agent.worker.regions.film import FilmEncoder
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
from protocol.session.picture import Codec, Frame, PictureError, Rect, Tile
from protocol.signin import SignInError
from protocol.trust import Role
from tests.agent.asked import JANA, a_request, a_ticket, a_view
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


def _frame(number: int = 0, *, fresh: bool = True) -> bytes:
    stream = zstandard.ZstdCompressor().compressobj()
    pixels = bytes(range(256)) * 4
    packed = stream.compress(pixels) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    tiles = (
        Tile(Rect(0, 0, 16, 8), Codec.ZSTD, packed),
        Tile(Rect(16, 0, 16, 8), Codec.ZSTD, b""),
        Tile(Rect(0, 8, 16, 4), Codec.COPY, bytes(4)),
    )
    return b"".join(bytes(part) for part in picture.encode(Frame(number, 64, 32, fresh, tiles)))


_AREA = Rect(0, 0, 32, 16)


def _film(seed: int, *, fresh: bool, area: Rect = _AREA) -> bytes:
    encoder = FilmEncoder(area.width, area.height, None)
    dice = np.random.default_rng(seed)
    packets = [encoder.encode(dice.integers(0, 2**24, (area.height, area.width), np.uint32)) for _ in range(2)]
    return film.encode(film.Packet(0, fresh, area, packets[0 if fresh else 1]))


def _pictures() -> bytes:
    """A frame with all four ways of a pixel: a film, exact planes and rows in one flush, a move."""
    stream = zstandard.ZstdCompressor().compressobj()
    packed = stream.compress(bytes(range(192)) * 2 + bytes(4 * 32)) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    tiles = (
        Tile(Rect(0, 16, 8, 4), Codec.COPY, bytes(4)),
        Tile(Rect(0, 0, 16, 16), Codec.H264, _film(1, fresh=True)),
        Tile(Rect(16, 0, 8, 8), Codec.H264, b""),
        Tile(Rect(32, 0, 16, 8), Codec.PLANES, packed),
        Tile(Rect(48, 0, 8, 4), Codec.ZSTD, b""),
    )
    return b"".join(bytes(part) for part in picture.encode(Frame(0, 64, 32, True, tiles)))


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
        (*(_pack(Kind.TYPED, body) for body in FROM_CONSOLE), _pack(Kind.FRAME, _frame())),
        (FramingError,),
        limits.SESSION_BYTES,
    ),
    Parser("picture", picture.decode, (_frame(),), (PictureError,), limits.FRAME_BYTES),
    Parser("decoder", lambda data: Decoder(Canvas()).decode(data), (_frame(),), (PictureError,), limits.FRAME_BYTES),
    Parser(
        "decoder of all codecs",
        lambda data: Decoder(Canvas()).decode(data),
        (_pictures(),),
        (PictureError,),
        limits.FRAME_BYTES,
    ),
    Parser("film", film.decode, (_film(2, fresh=True), _film(3, fresh=False)), (PictureError,), limits.FRAME_BYTES),
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


# --- pictures that unpack to more than they say
def _bomb(width: int, height: int, payload: bytes, *, number: int = 0, rects: tuple[Rect, ...] = ()) -> bytes:
    rects = rects or (Rect(0, 0, width, height),)
    tiles = tuple(Tile(rect, Codec.ZSTD, b"" if at else payload) for at, rect in enumerate(rects))
    return b"".join(bytes(part) for part in picture.encode(Frame(number, width, height, True, tiles)))


def _zeros(size: int, *, window_log: int = 20) -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=window_log)
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = [stream.compress(bytes(MEGABYTE)) for _ in range(size // MEGABYTE)]
    return b"".join(packed) + stream.flush()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a window of a gigabyte", _bomb(64, 32, _zeros(16 * MEGABYTE, window_log=30))),
        ("the screen 4,000 times", _bomb(2048, 1024, _zeros(MEGABYTE), rects=(Rect(0, 0, 2048, 1024),) * 4000)),
        ("a screen larger than any", _bomb(16384, 16384, _zeros(MEGABYTE))),
    ],
)  # fmt: skip
def test_a_picture_that_unpacks_to_more_than_it_says_is_refused_before_it_does(name: str, body: bytes) -> None:
    decoder = Decoder(Canvas())
    resident = _resident_bytes()
    with pytest.raises(PictureError):
        decoder.decode(body)
    grown = _resident_bytes() - resident
    assert grown < 48 * MEGABYTE, f"{name}: {grown} bytes"


def test_a_gigabyte_for_one_pixel_is_not_unpacked() -> None:
    body = _bomb(1, 1, _zeros(1024 * MEGABYTE))
    decoder = Decoder(Canvas())
    resident = _resident_bytes()
    for _ in range(3):
        with contextlib.suppress(PictureError):
            decoder.decode(body)
    assert _resident_bytes() - resident < 48 * MEGABYTE


def test_as_many_films_in_a_frame_as_are_let_in_take_bounded_memory_and_time() -> None:
    """The dearest frame that is not refused before it is decoded, again and again: every film in it begins anew."""
    width, height = 640, 384
    area = Rect(0, 0, width, height)
    payload = _film(1, fresh=True, area=area)
    small = _film(2, fresh=True)
    corner = Rect(0, 0, 2, 2)
    tiles = [Tile(corner, Codec.H264, payload)] * 2 + [Tile(corner, Codec.H264, small)] * 62
    decoder, took_s = Decoder(Canvas()), []
    for number in range(12):
        began_s = time.process_time()
        decoder.decode(b"".join(picture.encode(Frame(number, width, height, not number, tuple(tiles)))))
        took_s.append(time.process_time() - began_s)
        if number == 1:
            resident = _resident_bytes()
    assert _resident_bytes() - resident < 32 * MEGABYTE
    assert statistics.median(took_s) < 0.5
    tiles.append(tiles[-1])
    with pytest.raises(PictureError, match="too many films"):
        decoder.decode(b"".join(picture.encode(Frame(12, width, height, False, tuple(tiles)))))


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 3000), flips=st.binary(min_size=1, max_size=8), later=st.booleans())
def test_a_damaged_film_or_plane_gives_a_picture_or_the_documented_error(at: int, flips: bytes, later: bool) -> None:
    """In the middle of a session, with decoders that have begun: nothing else than `PictureError`, and no crash."""
    decoder = Decoder(Canvas())
    decoder.decode(_pictures())
    films = [_film(1, fresh=False), _film(4, fresh=True)]
    body = bytearray(films[later])
    at %= len(body)
    body[at : at + len(flips)] = flips
    tiles = (Tile(Rect(0, 0, 16, 16), Codec.H264, bytes(body)), Tile(Rect(0, 16, 16, 8), Codec.PLANES, bytes(flips)))
    for chosen in (tiles[:1], tiles[1:]):
        with contextlib.suppress(PictureError):
            decoder.decode(b"".join(picture.encode(Frame(1, 64, 32, False, chosen))))


def _resident_bytes() -> int:
    """Of this process: what a library allocates by itself is not traced."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_pictures_of_random_rectangles_never_paint_outside_the_canvas() -> None:
    dice = np.random.default_rng(1)
    for _ in range(200):
        width, height = (int(one) for one in dice.integers(1, 64, 2))
        left, top = int(dice.integers(0, width)), int(dice.integers(0, height))
        rect = Rect(left, top, int(dice.integers(1, width - left + 1)), int(dice.integers(1, height - top + 1)))
        pixels = dice.bytes(4 * rect.area)
        canvas = Canvas()
        Decoder(canvas).decode(_bomb(width, height, zstandard.ZstdCompressor().compress(pixels), rects=(rect,)))
        inside = canvas.pixels[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width]
        assert inside.tobytes() == pixels
        canvas.pixels[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width] = 0
        assert not canvas.pixels.any()


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
