"""How the picture travels, in a corner above the helped screen, and by what way each region came. Main thread.

It lies over the picture and takes no mouse and no key; hidden it costs nothing. The panel is of Qt's own labels; only
the regions' outlines are painted.
"""

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QWidget

from console.language import _, mark
from console.picture.measures import Reading
from console.ui import theme, words
from protocol.session.picture import Codec

_WAYS: dict[Codec, tuple[str, str]] = {
    Codec.ZSTD: (mark("text"), "#14b8a6"),
    Codec.PLANES: (mark("photo"), "#f59e0b"),
    Codec.H264: (mark("film"), "#ef4444"),
    Codec.COPY: (mark("moved"), "#3b82f6"),
}
"""What the technician calls each way, and its colour: seen on light and on dark."""
_ROWS = (
    ("latency", mark("Change to shown")),
    ("round_trip", mark("To the user and back")),
    ("frames", mark("Pictures")),
    ("bytes", mark("Received")),
    ("exact", mark("Exact")),
    ("ways", mark("Ways")),
)
_SMALLEST_LABELLED = 96
_PANEL_WIDTH = 32 * theme.GRID
"""So that it does not breathe with its figures."""
_PANEL = """
QFrame#figures { background: rgba(17, 24, 28, 215); border-radius: 8px; }
QFrame#figures QLabel { color: #e6edf0; background: transparent; }
QFrame#figures QLabel[muted="true"] { color: #9fb0b8; }
"""


class FiguresOverlay(QWidget):
    """Covers the widget it is given, and follows its size."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("How the picture travels"))
        self._regions: list[tuple[QRect, Codec]] = []
        self._panel = QFrame(self)
        self._panel.setObjectName("figures")
        self._panel.setStyleSheet(_PANEL)
        rows = QFormLayout(self._panel)
        rows.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID)
        rows.setHorizontalSpacing(2 * theme.GRID)
        rows.setVerticalSpacing(theme.GRID // 2)
        self._values: dict[str, QLabel] = {}
        for name, title in _ROWS:
            head, value = QLabel(_(title), self._panel), QLabel(words.NOTHING, self._panel)
            head.setProperty("muted", True)
            value.setTextFormat(Qt.TextFormat.RichText if name == "ways" else Qt.TextFormat.PlainText)
            rows.addRow(head, value)
            self._values[name] = value
        self._panel.setMinimumWidth(_PANEL_WIDTH)
        self._over = over
        over.installEventFilter(self)
        self.hide()
        self._lay_out()

    def show_figures(self, figures: Reading, places: list[QRect]) -> None:
        """These figures, and where on this widget each of its regions lies."""
        before = self._covered()
        self._regions = [(place, codec) for place, (_rect, codec) in zip(places, figures.regions, strict=True)]
        texts = {
            "latency": words.milliseconds(figures.latency_ms),
            "round_trip": words.milliseconds(figures.round_trip_ms),
            "frames": _("{count} a second").format(count=round(figures.frames_per_s)),
            "bytes": words.per_second(figures.bytes_per_s),
            "exact": words.percent(figures.exact),
        }
        for name, text in texts.items():
            self._values[name].setText(text)
            self._values[name].setAccessibleName(f"{_(dict(_ROWS)[name])}: {text}")
        seen = {codec for _rect, codec in figures.regions}
        names = [(colour, _(name)) for way, (name, colour) in _WAYS.items() if way in seen]
        ways = [f'<span style="color:{colour}">■</span> {name}' for colour, name in names]
        self._values["ways"].setText("  ".join(ways) or words.NOTHING)
        self._lay_out()
        for rect in before + self._covered():
            self.update(rect)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follows the size of what it covers."""
        if event.type() is QEvent.Type.Resize:
            self._lay_out()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The regions' outlines."""
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        for rect, codec in self._regions:
            name, colour = _WAYS[codec]
            painter.setPen(QPen(QColor(colour), 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
            if min(rect.width(), rect.height()) >= _SMALLEST_LABELLED:
                self._label(painter, rect, _(name), colour)
        painter.end()

    def _label(self, painter: QPainter, rect: QRect, text: str, colour: str) -> None:
        metrics = painter.fontMetrics()
        box = QRect(rect.left(), rect.top(), metrics.horizontalAdvance(text) + theme.GRID, metrics.height())
        painter.fillRect(box, QColor(colour))
        painter.setPen(QColor("#ffffff"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _covered(self) -> list[QRect]:
        return [rect.adjusted(-1, -1, 1, 1) for rect, _codec in self._regions]

    def _lay_out(self) -> None:
        self.resize(self._over.size())
        self._panel.adjustSize()
        self._panel.move(self.width() - self._panel.width() - 2 * theme.GRID, 2 * theme.GRID)
