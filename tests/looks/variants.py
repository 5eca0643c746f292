"""The four ways in which everything must look right, and which factories draw a window."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

PARTS = ("agent", "console")


@dataclass(frozen=True, slots=True)
class Variant:
    """How a person has set up the machine.

    Attributes:
        scale: of the screen, as QT_SCALE_FACTOR says it.
        screen: width and height in pixels; at 200 % it leaves 1024 x 700 for the windows, the least there may be.
    """

    name: str
    theme: str = "light"
    language: str = "en"
    scale: str = "1"
    screen: tuple[int, int] = (1600, 1200)


VARIANTS = (
    Variant("light"),
    Variant("dark", theme="dark"),
    Variant("german", language="de"),
    Variant("large", language="de", scale="2", screen=(2048, 1400)),
)


def windows(part: str) -> Iterator[tuple[str, Callable[[], QWidget]]]:
    """Every function of `tests.PART.looks` that takes nothing and gives a widget, with its name, in their order."""
    package = importlib.import_module(f"tests.{part}.looks")
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        for name, factory in vars(module).items():
            if inspect.isfunction(factory) and factory.__module__ == module.__name__ and _draws(factory):
                yield f"{found.name}-{name}", factory


def _draws(factory: Callable[..., object]) -> bool:
    signature = inspect.signature(factory)
    gives = signature.return_annotation
    wanted = [one for one in signature.parameters.values() if one.kind is one.POSITIONAL_OR_KEYWORD]
    asks = [one for one in wanted if one.default is one.empty]
    public = not factory.__name__.startswith("_")
    return public and not asks and isinstance(gives, type) and issubclass(gives, QWidget)
