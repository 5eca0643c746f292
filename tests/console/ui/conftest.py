from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from console import language
from console.ui import theme


@pytest.fixture(autouse=True)
def english(qapp: QApplication) -> Iterator[None]:
    language.choose("en")
    theme.apply(qapp)
    yield
    language.choose("en")
