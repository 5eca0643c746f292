import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.picture.halves import Halves, halved, halvings
from protocol.session.picture import Rect


@pytest.mark.parametrize(("scale", "times"), [(1.0, 0), (0.51, 0), (0.5, 1), (0.4, 1), (0.26, 1), (0.25, 2), (0.1, 3)])
def test_halving_leaves_at_least_half_for_smooth_scaling(scale: float, times: int) -> None:
    assert halvings(scale) == times
    assert scale * 2**times > 0.5 or times == 0


def test_a_pixel_is_the_mean_of_four() -> None:
    pixels = np.random.default_rng(1).integers(0, 2**32, (40, 60), np.uint32)
    parts = pixels.view(np.uint8).reshape(20, 2, 30, 2, 4).astype(float).mean((1, 3))
    off = halved(pixels).view(np.uint8).reshape(20, 30, 4) - parts
    assert abs(off).max() <= 0.5
    assert abs(off.mean()) < 0.05  # it gets neither darker nor lighter


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 4), st.data())
def test_halving_what_changed_gives_what_halving_all_gives(
    width: int, height: int, count: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(width * height)
    picture = rng.integers(0, 2**32, (height, width), np.uint32)
    kept = Halves()
    kept.at(picture, count)
    for _ in range(3):
        x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
        rect = Rect(x, y, data.draw(st.integers(1, width - x)), data.draw(st.integers(1, height - y)))
        picture[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width] = rng.integers(0, 2**32)
        kept.changed(picture, [rect])
    assert np.array_equal(kept.at(picture, count), Halves().at(picture, count))
