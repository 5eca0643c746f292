import numpy as np
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from agent.worker.capture.encoder import Encoder, window_log
from agent.worker.capture.shadow import MAX_RECTS, Shadow, merge
from agent.worker.capture.source import Pixels
from protocol.session.picture import ZSTD_WINDOW_LOG, Frame, Rect

SIDES = st.tuples(st.integers(1, 200), st.integers(1, 120))
BOXES = st.tuples(st.integers(0, 199), st.integers(0, 119), st.integers(1, 200), st.integers(1, 120))


def cover(rects: list[Rect], width: int, height: int) -> np.ndarray:
    covered = np.zeros((height, width), int)
    for rect in rects:
        covered[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width] += 1
    return covered


@given(SIDES, st.lists(BOXES, max_size=30))
def test_merged_rectangles_cover_all_damage_within_the_screen_and_never_overlap(
    sides: tuple[int, int], boxes: list[tuple[int, int, int, int]]
) -> None:
    width, height = sides
    damage = [Rect(*box) for box in boxes]
    merged = merge(damage, width, height)
    assert len(merged) <= MAX_RECTS
    covered = cover(merged, width, height)
    assert covered.max(initial=0) <= 1
    assert (covered[cover(damage, width, height) > 0] == 1).all()
    assert all(rect.x + rect.width <= width and rect.y + rect.height <= height for rect in merged)


class Viewer:
    """What a console does with frames."""

    def __init__(self, width: int, height: int) -> None:
        self.pixels: Pixels = np.zeros((height, width), np.uint32)
        self.stream = zstandard.ZstdDecompressor().decompressobj()

    def show(self, frame: Frame) -> None:
        if frame.fresh:
            self.stream = zstandard.ZstdDecompressor(max_window_size=1 << ZSTD_WINDOW_LOG).decompressobj()
        data = b"".join(self.stream.decompress(bytes(tile.payload)) for tile in frame.tiles if tile.payload)
        at = 0
        for tile in frame.tiles:
            rect = tile.rect
            part = np.frombuffer(data, np.uint32, rect.area, at).reshape(rect.height, rect.width)
            self.pixels[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width] = part
            at += 4 * rect.area
        assert at == len(data)


@given(SIDES, st.lists(st.tuples(BOXES, st.integers(0, 3)), max_size=12))
def test_whatever_is_drawn_the_viewer_has_the_same_picture(
    sides: tuple[int, int], steps: list[tuple[tuple[int, int, int, int], int]]
) -> None:
    width, height = sides
    screen: Pixels = np.zeros((height, width), np.uint32)
    shadow, encoder, viewer = Shadow(width, height), Encoder(), Viewer(width, height)
    encoder.restart(width, height)
    viewer.show(encoder.encode(shadow.take(Rect(0, 0, width, height), screen.copy(), all_of_it=True)))
    for number, ((x, y, w, h), kind) in enumerate(steps):
        part = screen[y : y + h, x : x + w]
        if kind == 0:
            part[:] = number + 1
        elif kind == 1:
            part[:] = np.arange(part.size, dtype=np.uint32).reshape(part.shape) * 2654435761
        elif kind == 2:
            part[::3, ::5] ^= 0xFF
        damage = merge([Rect(x, y, w, h)], width, height)
        changed = [
            one
            for rect in damage
            for one in shadow.take(rect, screen[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width].copy())
        ]
        if kind == 3:
            assert not changed
        if changed:
            viewer.show(encoder.encode(changed))
        assert np.array_equal(viewer.pixels, screen)


def test_frames_count_on_over_a_new_stream() -> None:
    encoder = Encoder()
    numbers = []
    for _ in range(2):
        encoder.restart(64, 32)
        for _ in range(2):
            frame = encoder.encode([(Rect(0, 0, 64, 32), np.ones((32, 64), np.uint32))])
            numbers.append((frame.number, frame.fresh))
    assert numbers == [(0, True), (1, False), (2, True), (3, False)]


def test_the_history_holds_two_screens_within_what_decoders_accept() -> None:
    assert window_log(1920, 1080) == 24
    assert window_log(3840, 2160) == 26
    assert window_log(5120, 2880) == ZSTD_WINDOW_LOG
    assert window_log(64, 64) == 22
