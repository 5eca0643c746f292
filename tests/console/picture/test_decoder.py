import resource

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from agent.worker.regions.film import FilmEncoder
from console.picture import decoder as decoding
from console.picture.canvas import Canvas
from console.picture.decoder import Decoder
from protocol.session import film, framing
from protocol.session.framing import FrameReader, Kind
from protocol.session.picture import Codec, PictureError, Rect, Tile
from tests.console.picture.frames import Sender

WIDTH, HEIGHT = 48, 32


@st.composite
def rects(draw: st.DrawFn) -> Rect:
    x, y = draw(st.integers(0, WIDTH - 1)), draw(st.integers(0, HEIGHT - 1))
    return Rect(x, y, draw(st.integers(1, WIDTH - x)), draw(st.integers(1, HEIGHT - y)))


def disjoint(wanted: list[Rect]) -> list[Rect]:
    taken = np.zeros((HEIGHT, WIDTH), bool)
    kept = []
    for rect in wanted:
        place = taken[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width]
        if not place.any():
            place[:] = True
            kept.append(rect)
    return kept


FILM = FilmEncoder(16, 16, None).encode(np.zeros((16, 16), np.uint32))


LARGE = FilmEncoder(96, 64, None).encode(np.zeros((64, 96), np.uint32))
AREA = Rect(0, 0, 16, 16)


def _film(*, fresh: bool = True, area: Rect = AREA, data: bytes = FILM) -> Tile:
    return Tile(Rect(0, 0, 4, 4), Codec.H264, film.encode(film.Packet(0, fresh, area, data)))


def begun() -> tuple[Sender, Canvas, Decoder]:
    sender, canvas = Sender(WIDTH, HEIGHT), Canvas()
    decoder = Decoder(canvas)
    decoder.decode(sender.whole())
    return sender, canvas, decoder


steps = st.lists(
    st.one_of(
        st.lists(rects(), min_size=1, max_size=5),
        st.tuples(rects(), st.integers(0, 2**31)),
        st.just("whole"),
    ),
    max_size=8,
)


@given(steps, st.integers(0, 2**32 - 1), st.integers(1, 5000))
def test_any_changes_cut_anywhere_give_the_senders_picture(steps: list[object], seed: int, chunk: int) -> None:
    sender, canvas = Sender(WIDTH, HEIGHT), Canvas()
    decoder, reader, rng = Decoder(canvas), FrameReader(), np.random.default_rng(seed)
    bodies = [sender.whole()]
    for step in steps:
        match step:
            case list():
                bodies.append(sender.change(disjoint(step), rng))
            case (Rect() as to, int(number)):
                x, y = number % (WIDTH - to.width + 1), number // 7 % (HEIGHT - to.height + 1)
                bodies.append(sender.move(x, y, to))
            case _:
                bodies.append(sender.whole())
    stream = b"".join(bytes(part) for body in bodies for part in framing.pack(Kind.FRAME, body))
    numbers = []
    for at in range(0, len(stream), chunk):
        for _kind, body in reader.receive_data(stream[at : at + chunk]):
            number = decoder.decode(body)
            numbers.append(number)
    assert numbers == list(range(len(bodies)))
    assert np.array_equal(canvas.pixels, sender.picture)


def test_a_screen_that_changes_its_size_gets_a_new_canvas() -> None:
    sender, canvas, decoder = begun()
    decoder.decode(sender.resize(WIDTH * 2, HEIGHT // 2))
    assert canvas.pixels.shape == (HEIGHT // 2, WIDTH * 2, 4)
    assert np.array_equal(canvas.pixels, sender.picture)


@pytest.mark.parametrize("told", [(WIDTH * 2, HEIGHT // 2), (7, 9), (2**15, 2**15)])
def test_what_size_was_announced_changes_nothing_but_the_time_it_takes(told: tuple[int, int]) -> None:
    sender, canvas, decoder = begun()
    before = canvas.pixels
    decoder.expect(*told)
    assert canvas.pixels is before
    decoder.decode(sender.resize(WIDTH * 2, HEIGHT // 2))
    assert np.array_equal(canvas.pixels, sender.picture)


def test_an_empty_frame_changes_nothing_and_is_counted() -> None:
    sender, canvas, decoder = begun()
    canvas.take_dirty()
    assert decoder.decode(sender.pack((), fresh=False)) == 1
    assert canvas.take_dirty() == []


def test_the_painter_is_woken_once_for_what_waits_and_before_anything_is_counted() -> None:
    sender, canvas, counted = Sender(WIDTH, HEIGHT), Canvas(), list[int]()
    decoder = Decoder(canvas, lambda: counted.append(canvas.figures.snapshot().frames))
    decoder.decode(sender.whole())
    decoder.decode(sender.change([Rect(0, 0, 2, 2)], np.random.default_rng(1)))
    assert counted == [0]
    canvas.take_dirty()
    decoder.decode(sender.pack((), fresh=False))
    assert counted == [0]
    decoder.decode(sender.change([Rect(0, 0, 2, 2)], np.random.default_rng(2)))
    assert counted == [0, 3]


@given(st.data())
def test_altered_frames_give_a_picture_error_or_a_picture(data: st.DataObject) -> None:
    sender, canvas, decoder = begun()
    rng = np.random.default_rng(1)
    body = bytearray(sender.change([Rect(0, 0, 20, 20), Rect(20, 20, 4, 4)], rng))
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        decoder.decode(bytes(body))
    except PictureError:
        return
    assert canvas.pixels.shape == (HEIGHT, WIDTH, 4)


@given(st.binary(max_size=300))
def test_noise_gives_a_picture_error(noise: bytes) -> None:
    with pytest.raises(PictureError):
        Decoder(Canvas()).decode(noise)


def test_a_frame_that_holds_more_than_its_rectangles_is_never_unpacked_further() -> None:
    sender, _canvas, decoder = begun()
    bomb = sender.compress(bytes(256 * 1024 * 1024))
    assert len(bomb) < 100_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PictureError, match="more or fewer"):
        decoder.decode(sender.pack((Tile(Rect(0, 0, 4, 4), Codec.ZSTD, bomb),), fresh=False))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1024


@pytest.mark.parametrize("more", [1, 4, 1000, 200_000])
@pytest.mark.parametrize("noise", [True, False])
def test_a_frame_that_unpacks_to_more_than_its_rectangles_is_refused(more: int, noise: bool) -> None:
    sender, canvas, decoder = begun()
    pixels = np.random.default_rng(1).integers(0, 256, 64 + more, np.uint8).tobytes() if noise else bytes(64 + more)
    before = canvas.pixels.copy()
    with pytest.raises(PictureError, match="more or fewer"):
        decoder.decode(sender.pack((Tile(Rect(0, 0, 4, 4), Codec.ZSTD, sender.compress(pixels)),), fresh=False))
    assert np.array_equal(canvas.pixels, before)


def test_a_frame_that_unpacks_to_less_than_its_rectangles_is_refused() -> None:
    sender, _canvas, decoder = begun()
    payload = sender.compress(bytes(10))
    with pytest.raises(PictureError, match="more or fewer"):
        decoder.decode(sender.pack((Tile(Rect(0, 0, 4, 4), Codec.ZSTD, payload),), fresh=False))


def test_a_window_larger_than_agreed_is_refused() -> None:
    sender, _canvas, decoder = begun()
    settings = zstandard.ZstdCompressionParameters.from_level(1, window_log=27)
    stream = zstandard.ZstdCompressor(compression_params=settings).compressobj()
    payload = stream.compress(sender.picture.tobytes()) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    whole = Tile(Rect(0, 0, WIDTH, HEIGHT), Codec.ZSTD, payload)
    with pytest.raises(PictureError, match="unpacked"):
        decoder.decode(sender.pack((whole,), fresh=True))


@pytest.mark.parametrize(
    ("tiles", "fresh", "why"),
    [
        ((Tile(Rect(0, 0, 4, 4), Codec.H264, b"film"),), False, "shorter than its header"),
        ((Tile(Rect(0, 0, 4, 4), Codec.H264, b""),), False, "from outside"),
        ((_film(fresh=False),), False, "never begun"),
        ((_film(area=Rect(0, 0, 16, 512)),), False, "larger than the screen"),
        ((_film(area=Rect(8, 8, 16, 16)),), False, "from outside"),
        ((_film(data=b"film"),), False, "cannot be decoded"),
        ((_film(),) * 65, False, "too many films"),
        ((_film(area=Rect(0, 0, 96, 64), data=LARGE),) * 8, False, "too many films"),
        ((Tile(Rect(0, 0, 4, 4), Codec.PLANES, b""),), False, "does not stand"),
        ((Tile(Rect(0, 0, 4, 4), Codec.COPY, b"123"),), False, "without its source"),
        ((Tile(Rect(0, 0, 4, 4), Codec.COPY, b"\xff\xff\x00\x00"),), False, "outside the screen"),
        ((Tile(Rect(0, 0, 4, 4), Codec.ZSTD, b""),), False, "does not stand"),
        ((Tile(Rect(0, 0, WIDTH, HEIGHT), Codec.COPY, bytes(4)),) * 3, False, "twice over"),
    ],
)
def test_a_frame_no_honest_sender_makes_is_refused(tiles: tuple[Tile, ...], fresh: bool, why: str) -> None:
    sender, _canvas, decoder = begun()
    with pytest.raises(PictureError, match=why):
        decoder.decode(sender.pack(tiles, fresh=fresh))


def test_a_console_that_cannot_show_films_refuses_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.picture.films.available", lambda: False)
    sender, _canvas, decoder = begun()
    with pytest.raises(PictureError, match="cannot show"):
        decoder.decode(sender.pack((_film(),), fresh=False))


def test_a_change_before_the_first_whole_picture_is_refused() -> None:
    sender = Sender(WIDTH, HEIGHT)
    with pytest.raises(PictureError, match="never begun"):
        Decoder(Canvas()).decode(sender.change([Rect(0, 0, 2, 2)], np.random.default_rng(1)))


def test_a_frame_that_is_not_the_next_one_is_refused() -> None:
    sender, _canvas, decoder = begun()
    sender.number += 1
    with pytest.raises(PictureError, match="came where 1 was due"):
        decoder.decode(sender.whole())


def test_a_screen_larger_than_any_frame_is_refused_before_memory_is_taken() -> None:
    sender = Sender(1, 1)
    sender.picture = np.broadcast_to(np.zeros(4, np.uint8), (16384, 16384, 4))
    with pytest.raises(PictureError, match="larger than can be shown"):
        Decoder(Canvas()).decode(sender.pack((), fresh=True))


@given(st.data())
def test_a_part_moves_in_any_direction_as_if_it_had_been_copied_first(data: st.DataObject) -> None:
    high, wide = 120, 24
    pixels = np.arange(high * wide * 4, dtype=np.uint32).astype(np.uint8).reshape(high, wide, 4)
    width, height = data.draw(st.integers(1, wide)), data.draw(st.integers(1, high))
    (sx, tx), (sy, ty) = (
        (data.draw(st.integers(0, most)), data.draw(st.integers(0, most))) for most in (wide - width, high - height)
    )
    expected = pixels.copy()
    expected[ty : ty + height, tx : tx + width] = pixels[sy : sy + height, sx : sx + width]
    decoding._move(pixels, Rect(sx, sy, width, height), Rect(tx, ty, width, height))
    assert (pixels == expected).all()
