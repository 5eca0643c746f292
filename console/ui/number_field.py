"""Fields for a number, with the room before it that other fields have. Main thread."""

from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox, QWidget

from console.ui import theme


class NumberField(QSpinBox):
    """A whole number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _make_room(self)


class PriceField(QDoubleSpinBox):
    """A sum of money."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _make_room(self)


def _make_room(field: QAbstractSpinBox) -> None:
    field.lineEdit().setTextMargins(theme.GRID // 2, 0, 0, 0)  # the style sheet's padding does not reach it
