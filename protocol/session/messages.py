"""The typed messages inside the tunnel. Pure; distrusts the peer: strict types, unknown fields refused, sizes bounded.

Each is a tagged msgspec struct in msgpack. Coordinates are physical pixels of the helped screen, its root window's
origin at (0, 0). Which scope a message needs stands in `protocol.session.gate`, in one table.
"""

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from protocol import limits
from protocol.scopes import Scope

Microseconds = Annotated[int, Meta(ge=0, le=60_000_000)]
Keysym = Annotated[int, Meta(ge=0, le=0x1FFFFFFF)]
MAX_LEVELS = 8
"""Of a key: Shift, AltGr and the fifth level's modifier together choose among so many."""
Coordinate = Annotated[int, Meta(ge=-limits.FRAME_MAX_SIDE, le=2 * limits.FRAME_MAX_SIDE)]
Side = Annotated[int, Meta(ge=1, le=limits.FRAME_MAX_SIDE)]
Counter = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Text = Annotated[str, Meta(max_length=limits.NOTE_CHARS)]
Name = Annotated[str, Meta(max_length=limits.NAME_CHARS)]
Proof = Annotated[bytes, Meta(min_length=32, max_length=32)]


M = TypeVar("M")


class MessageError(Exception):
    """The peer sent something that is none of the messages; the sentence says what is wrong with it."""


class _Message(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    pass


# --- console → agent
class Ask(_Message, frozen=True):
    """What the technician would like to be allowed; the first message in a session, and again for more.

    `films` says of the console that it can show `Codec.H264`; the session's first such message counts.
    """

    ticket: Annotated[int, Meta(ge=1)]
    scopes: frozenset[Scope]
    minutes: Annotated[int, Meta(ge=1, le=limits.MAX_MINUTES)]
    remark: Text = ""
    films: bool = False


class PointerMoved(_Message, frozen=True):
    """Absolute position; of several that wait, only the last counts."""

    x: Coordinate
    y: Coordinate


class ButtonChanged(_Message, frozen=True):
    """A pointer button by X11's number (1 left, 2 middle, 3 right, 8 back, 9 forward); the wheel is `Scrolled`."""

    button: Annotated[int, Meta(ge=1, le=15)]
    down: bool
    x: Coordinate
    y: Coordinate


class Scrolled(_Message, frozen=True):
    """The wheel, in 1/120 of a notch (the unit of Windows and libinput): positive is right and down."""

    dx: Annotated[int, Meta(ge=-12000, le=12000)]
    dy: Annotated[int, Meta(ge=-12000, le=12000)]
    x: Coordinate
    y: Coordinate


class KeyChanged(_Message, frozen=True):
    """A physical key by its evdev code (linux/input-event-codes.h; X11 keycode less 8), 0 if it has none.

    `keysym` is what the technician's own layout makes of it (X11 keysym, 0 if unknown). `by_symbol` says that this
    counts: whatever gives it in the remote layout is pressed. Else the place counts, and the remote layout decides.
    A key is released by its code, whatever symbol it gives by then.
    """

    evdev: Annotated[int, Meta(ge=0, le=767)]
    keysym: Keysym
    down: bool
    by_symbol: bool = False


class TextTyped(_Message, frozen=True):
    """Text no single key gives: from an input method, or a symbol the helped side's layout lacks."""

    text: Annotated[str, Meta(min_length=1, max_length=256)]


class ReleaseAll(_Message, frozen=True):
    """The technician's window lost the focus: let go of every key and button."""


class FrameShown(_Message, frozen=True):
    """Acknowledges a picture, and all before it, as received, decoded and painted. Drives the flow.

    `took_us` is how long decoding and painting took, in microseconds: so much of the round trip was not the line's.

    The last one is said again every `limits.HELD_BEAT_S` while a key or button is held: "still here, still holding".
    """

    number: Counter
    took_us: Microseconds = 0


class RefreshRequested(_Message, frozen=True):
    """The console has no picture to build on: start the stream anew with the whole screen."""


class Watch(_Message, frozen=True):
    """The console shows only these monitors; none: all that are allowed. A whole picture on a fresh stream follows."""

    monitors: Annotated[tuple[Name, ...], Meta(max_length=32)]


class Resume(_Message, frozen=True):
    """The first message in a tunnel that takes up an interrupted session, in the place of `Ask`.

    `proof`: see `protocol.session.resumption`.
    """

    proof: Proof


# --- agent → console
class ConsentGiven(_Message, frozen=True):
    """The signed consent, as `protocol.consent` encodes it; the console checks it like anybody else."""

    consent: Annotated[bytes, Meta(max_length=16 * 1024)]


class ConsentRefused(_Message, frozen=True):
    """The user said no, or did not answer within a minute; `sentence` is for the technician."""

    sentence: Text


class Resumed(_Message, frozen=True):
    """The agent's answer to `Resume`, with its own proof; the consent follows, and then a whole picture as at first."""

    proof: Proof


class Monitor(Struct, frozen=True, forbid_unknown_fields=True):
    """One output of the helped side, in root coordinates."""

    name: Name
    x: Coordinate
    y: Coordinate
    width: Side
    height: Side
    primary: bool = False


class ScreenChanged(_Message, frozen=True):
    """Size of the helped screen and its monitors, of those that are allowed. A whole picture on a fresh stream follows.

    The picture is of the whole screen always; what lies on no monitor that is allowed and watched is black in it.
    """

    width: Side
    height: Side
    monitors: Annotated[tuple[Monitor, ...], Meta(max_length=32)] = ()


class CursorChanged(_Message, frozen=True):
    """The cursor's picture: premultiplied BGRA rows without gaps, `width * height * 4` bytes; (0, 0) hides it."""

    width: Annotated[int, Meta(ge=0, le=128)]
    height: Annotated[int, Meta(ge=0, le=128)]
    hot_x: Annotated[int, Meta(ge=0, le=128)]
    hot_y: Annotated[int, Meta(ge=0, le=128)]
    bgra: Annotated[bytes, Meta(max_length=128 * 128 * 4)]


class CursorMoved(_Message, frozen=True):
    """Where the helped side's cursor is, when something else than this technician moved it."""

    x: Coordinate
    y: Coordinate


class KeyboardChanged(_Message, frozen=True):
    """What the helped side's keys give: at the beginning of control, and when the user chooses another layout.

    `keys` has the keysyms of each evdev code, by level. The console compares its own keys with them.
    """

    layout: Name
    keys: Annotated[
        dict[Annotated[int, Meta(ge=0, le=767)], Annotated[tuple[Keysym, ...], Meta(max_length=MAX_LEVELS)]],
        Meta(max_length=256),
    ]


class PictureTimed(_Message, frozen=True):
    """How long the helped side took lately from noticing a change to sending it, and the last frame's round trip.

    Sent with pictures, now and then; the console adds its own part and shows the whole.
    """

    made_us: Microseconds
    round_trip_us: Microseconds


class InputDropped(_Message, frozen=True):
    """The gate or a limit dropped input since the last of these; shown, so that nobody wonders."""

    reason: Name
    count: Annotated[int, Meta(ge=1)]


# --- both ways
class Goodbye(_Message, frozen=True):
    """The last message of a session, with the end's reason as `protocol.desk.events.EndReason` spells it."""

    reason: Name


FromConsole = (
    Ask
    | PointerMoved
    | ButtonChanged
    | Scrolled
    | KeyChanged
    | TextTyped
    | ReleaseAll
    | FrameShown
    | RefreshRequested
    | Watch
    | Resume
    | Goodbye
)
FromAgent = (
    ConsentGiven
    | ConsentRefused
    | Resumed
    | ScreenChanged
    | CursorChanged
    | CursorMoved
    | KeyboardChanged
    | PictureTimed
    | InputDropped
    | Goodbye
)

_encoder = msgspec.msgpack.Encoder()
_from_console: msgspec.msgpack.Decoder[FromConsole] = msgspec.msgpack.Decoder(FromConsole)
_from_agent: msgspec.msgpack.Decoder[FromAgent] = msgspec.msgpack.Decoder(FromAgent)


def encode(message: FromConsole | FromAgent) -> bytes:
    """The body of a `Kind.TYPED` message."""
    return _encoder.encode(message)


def decode_from_console(body: bytes) -> FromConsole:
    """Raises MessageError for anything that is not exactly one message a console may send."""
    return _decode(_from_console, body)


def decode_from_agent(body: bytes) -> FromAgent:
    """Raises MessageError for anything that is not exactly one message an agent may send."""
    message = _decode(_from_agent, body)
    if isinstance(message, CursorChanged) and len(message.bgra) != message.width * message.height * 4:
        raise MessageError("a cursor whose picture has another size than it says")
    return message


def _decode(decoder: msgspec.msgpack.Decoder[M], body: bytes) -> M:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise MessageError(f"not a message of this protocol: {error}") from error
