"""Lays one picture over another as a compositor would. Pure."""

import dataclasses

import numpy as np

from agent.worker.capture.source import Pixels


@dataclasses.dataclass(frozen=True, slots=True)
class Glass:
    """How something shines through a window.

    Attributes:
        alpha: each of its pixels says so itself, in the uppermost byte; the colours are multiplied with it already.
        opacity: of the whole, 0 to 1.
    """

    alpha: bool
    opacity: float = 1.0


def lay(under: Pixels, over: Pixels, glass: Glass | None) -> None:
    """Lays `over` onto `under`, which are of one size; without `glass` nothing of `under` is left."""
    if glass is None:
        under[:] = over
        return
    below = under.view(np.uint8).reshape(*under.shape, 4)
    above = over.view(np.uint8).reshape(*over.shape, 4).astype(np.float32) * np.float32(glass.opacity)
    opaque = above[..., 3:] / 255 if glass.alpha else np.float32(glass.opacity)
    below[:] = np.clip(above + below * (1 - opaque) + np.float32(0.5), 0, 255).astype(np.uint8)
