"""Screens made up from dice: text, photos, films, scrolls and drags."""

import numpy as np

from agent.worker.capture.source import Pixels


def text(width: int, height: int, seed: int) -> Pixels:
    """Lines of letters in a few colours, as anti-aliased text has."""
    dice = np.random.default_rng(seed)
    glyphs = dice.choice(np.array([0xFFFFFF, 0xFFFFFF, 0xFFFFFF, 0x202020, 0x9A9A9A, 0x4060C0], np.uint32), (26, 16, 8))
    glyphs[:, :, 7] = glyphs[:, :2] = 0xFFFFFF
    letters = dice.integers(0, 26, (-(-height // 16), -(-width // 8)))
    letters[:, dice.integers(letters.shape[1] // 2, letters.shape[1]) :] = 0
    glyphs[0] = 0xFFFFFF
    page = glyphs[letters].transpose(0, 2, 1, 3).reshape(letters.shape[0] * 16, -1)
    return np.ascontiguousarray(page[:height, :width])


def photo(width: int, height: int, seed: int) -> Pixels:
    """Waves and grain."""
    dice = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    waves = np.zeros((height, width, 3))
    for _ in range(6):
        fx, fy, phase = dice.uniform(-0.06, 0.06), dice.uniform(-0.06, 0.06), dice.uniform(0, 6.28)
        waves += np.sin(x * fx + y * fy + phase)[..., None] * dice.uniform(0, 40, 3)
    colours = np.clip(waves + dice.normal(0, 4, (height, width, 1)) + 127, 0, 255).astype(np.uint32)
    pixels: Pixels = (colours[..., 0] << 16 | colours[..., 1] << 8 | colours[..., 2]).astype(np.uint32)
    return pixels
