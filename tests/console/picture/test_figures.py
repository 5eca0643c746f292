import numpy as np

from console.picture.canvas import Canvas
from console.picture.decoder import Decoder
from console.picture.figures import RECENT, Figures
from protocol.session.picture import Codec, Frame, Rect, Tile
from tests.console.picture.frames import Sender

WHOLE = 64 * 32


def test_what_was_decoded_is_counted_by_how_it_came() -> None:
    sender, canvas = Sender(64, 32), Canvas()
    decoder, rng = Decoder(canvas), np.random.default_rng(1)
    bodies = [sender.whole(), sender.change([Rect(0, 0, 16, 8)], rng), sender.move(0, 0, Rect(8, 8, 16, 8))]
    for body in bodies:
        decoder.decode(body)
    figures = canvas.figures.snapshot()
    assert figures.frames == 3
    assert figures.painted_pixels == {Codec.ZSTD: WHOLE + 128, Codec.COPY: 128}
    assert 0 < figures.sent_bytes.total() < sum(len(body) for body in bodies)
    assert [(region.rect, region.codec) for region in figures.recent] == [
        (Rect(0, 0, 64, 32), Codec.ZSTD),
        (Rect(0, 0, 16, 8), Codec.ZSTD),
        (Rect(8, 8, 16, 8), Codec.COPY),
    ]
    assert figures.exact_share == 1.0
    assert figures.decoding_s > 0


def paint(figures: Figures, codec: Codec, rect: Rect, *moves: tuple[Rect, Rect]) -> float:
    figures.painted(Frame(0, 64, 32, False, (Tile(rect, codec, b""),)), moves, 0.001)
    return figures.snapshot().exact_share


def test_a_likeness_is_not_exact_until_it_was_sent_exactly_and_moves_with_its_pixels() -> None:
    figures, here, there = Figures(), Rect(0, 0, 16, 16), Rect(32, 0, 16, 16)
    assert paint(figures, Codec.H264, here) == 1 - 256 / WHOLE
    assert paint(figures, Codec.COPY, there, (here, there)) == 1 - 512 / WHOLE
    assert paint(figures, Codec.PLANES, here) == 1 - 256 / WHOLE
    assert paint(figures, Codec.ZSTD, Rect(0, 0, 64, 32)) == 1.0


def test_what_is_remembered_is_bounded() -> None:
    figures = Figures()
    for _ in range(3 * RECENT):
        paint(figures, Codec.ZSTD, Rect(0, 0, 8, 8))
    assert len(figures.snapshot().recent) == RECENT
