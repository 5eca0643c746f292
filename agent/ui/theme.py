"""Colours and measures of all windows, light and dark. Everything stands on a grid of 8 pixels; there is one accent."""

import dataclasses
from pathlib import Path

import qtawesome
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QProxyStyle, QStyle, QStyleOption, QWidget

GRID = 8
"""Pixels; every margin and height is a multiple of it, or of its half."""
TARGET = 5 * GRID
"""Height of what is to be hit with a mouse or a finger."""


@dataclasses.dataclass(frozen=True, slots=True)
class Tones:
    """The colours of one scheme; each pair of text and ground has a contrast of 4.5:1 or more (WCAG 2.2, 1.4.3)."""

    ground: str
    surface: str
    text: str
    muted: str
    line: str
    accent: str
    on_accent: str
    accent_soft: str
    stop: str
    on_stop: str
    warn: str
    on_warn: str


LIGHT = Tones(
    ground="#f3f5f5",
    surface="#ffffff",
    text="#17211f",
    muted="#566361",
    line="#d3dad9",
    accent="#0f766e",
    on_accent="#ffffff",
    accent_soft="#e0f2ef",
    stop="#b42318",
    on_stop="#ffffff",
    warn="#fff4d6",
    on_warn="#6b4700",
)
DARK = Tones(
    ground="#14191a",
    surface="#1d2425",
    text="#edf2f1",
    muted="#a4b1af",
    line="#3a4546",
    accent="#2dd4bf",
    on_accent="#062a26",
    accent_soft="#17393a",
    stop="#ff8a7d",
    on_stop="#330a05",
    warn="#3d3115",
    on_warn="#ffdf9b",
)


_MARKS = Path(__file__).with_name("marks")
"""Arrows: a style sheet takes files only."""
_SMALLEST_POINTS = 10.0
"""Systems without a setting of their own come up with less, which is small print."""
_MIDDLE = 128
"""Of a colour's lightness; a window darker than this is a dark one."""
_AWAY = "#6b7775"
"""The sign's ground while there is no connection."""
_INDICATOR = 20
"""Pixels of a tick's box."""


class _Ticks(QProxyStyle):
    """Qt's own Fusion, with ticks and dots in the accent: what is on must be seen at a glance."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    def pixelMetric(  # noqa: N802 - Qt's name
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        sizes = {
            QStyle.PixelMetric.PM_IndicatorWidth,
            QStyle.PixelMetric.PM_IndicatorHeight,
            QStyle.PixelMetric.PM_ExclusiveIndicatorWidth,
            QStyle.PixelMetric.PM_ExclusiveIndicatorHeight,
        }
        return _INDICATOR if metric in sizes else super().pixelMetric(metric, option, widget)

    def drawPrimitive(  # noqa: N802 - Qt's name
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        box = element is QStyle.PrimitiveElement.PE_IndicatorCheckBox
        if not box and element is not QStyle.PrimitiveElement.PE_IndicatorRadioButton:
            super().drawPrimitive(element, option, painter, widget)
            return
        _draw_indicator(painter, QRectF(option.rect), option.state, box=box)


def _draw_indicator(painter: QPainter, area: QRectF, state: QStyle.StateFlag, *, box: bool) -> None:
    colours = tones()
    on = bool(state & QStyle.StateFlag.State_On)
    enabled = bool(state & QStyle.StateFlag.State_Enabled)
    focused = bool(state & QStyle.StateFlag.State_HasFocus)
    frame = colours.accent if (on or focused) and enabled else colours.muted if enabled else colours.line
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(frame), 2 if focused else 1.5))
    painter.setBrush(QColor(frame if on else colours.surface))
    area.adjust(1, 1, -1, -1)
    radius = 4 if box else area.width() / 2
    painter.drawRoundedRect(area, radius, radius)
    if on and box:
        painter.setPen(QPen(QColor(colours.on_accent), 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        x, y, w, h = area.x(), area.y(), area.width(), area.height()
        points = [QPointF(x + 0.26 * w, y + 0.53 * h), QPointF(x + 0.44 * w, y + 0.7 * h)]
        painter.drawPolyline([*points, QPointF(x + 0.75 * w, y + 0.33 * h)])
    elif on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.on_accent))
        painter.drawEllipse(area.center(), area.width() / 5, area.height() / 5)
    painter.restore()


class _System:
    dark_palette = False


def tones() -> Tones:
    """The colours of the system's scheme now; where it has none, what the system's own palette looks like."""
    scheme = QGuiApplication.styleHints().colorScheme()
    if scheme is Qt.ColorScheme.Unknown:
        return DARK if _System.dark_palette else LIGHT
    return DARK if scheme is Qt.ColorScheme.Dark else LIGHT


def put_on(app: QApplication) -> None:
    """Dresses the program, and again whenever the system changes between light and dark."""
    _System.dark_palette = app.palette().color(QPalette.ColorRole.Window).lightness() < _MIDDLE
    app.setStyle(_Ticks())
    font = app.font()
    font.setPointSizeF(max(font.pointSizeF(), _SMALLEST_POINTS))
    app.setFont(font)
    _dress(app)
    app.styleHints().colorSchemeChanged.connect(lambda _scheme: _dress(app))


def icon(name: str, colour: str) -> QIcon:
    """A sign of the Phosphor font, such as "ph.hand-waving"."""
    return QIcon(qtawesome.icon(name, color=colour))


def program_icon(*, size: int = 64, badge: bool = False, away: bool = False) -> QIcon:
    """The program's sign: a white life buoy on teal.

    Args:
        size: in pixels.
        badge: with a dot that says that somebody sees the screen.
        away: there is no connection: on grey, with a bar through it.
    """
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(_AWAY if away else LIGHT.accent))
    painter.drawRoundedRect(QRectF(0, 0, size, size), size * 0.22, size * 0.22)
    inset = size // 8
    sign = icon("ph.lifebuoy-bold", "#ffffff").pixmap(size - 2 * inset, size - 2 * inset)
    painter.drawPixmap(inset, inset, size - 2 * inset, size - 2 * inset, sign)
    if away:
        for colour, width in ((_AWAY, 0.2), ("#ffffff", 0.09)):
            painter.setPen(QPen(QColor(colour), size * width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(size * 0.18, size * 0.18), QPointF(size * 0.82, size * 0.82))
        painter.setPen(Qt.PenStyle.NoPen)
    if badge:
        painter.setBrush(QColor("#ff5a4a"))
        painter.drawEllipse(QRectF(size * 0.58, size * 0.58, size * 0.42, size * 0.42))
    painter.end()
    return QIcon(pixmap)


def _dress(app: QApplication) -> None:
    colours = tones()
    app.setPalette(_palette(colours))
    app.setStyleSheet(_sheet(colours))


def _palette(colours: Tones) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for part, colour in {
        role.Window: colours.ground,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.ground,
        role.Text: colours.text,
        role.Button: colours.surface,
        role.ButtonText: colours.text,
        role.BrightText: colours.on_accent,
        role.PlaceholderText: colours.muted,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Accent: colours.accent,
        role.Link: colours.accent,
        role.ToolTipBase: colours.surface,
        role.ToolTipText: colours.text,
        role.Mid: colours.line,
    }.items():
        palette.setColor(part, QColor(colour))
    for part in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, part, QColor(colours.muted))
    return palette


def _mark(name: str, c: Tones) -> str:
    return (_MARKS / f"{name}-{c.muted.lstrip('#')}.svg").as_posix()


def _sheet(c: Tones) -> str:
    return f"""
    QWidget {{ color: {c.text}; }}
    QToolTip {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.line}; padding: 4px; }}
    #page, #footer, QScrollArea, #scrolled {{ background: transparent; border: none; }}
    #window {{ background: {c.ground}; }}
    #header {{ background: {c.surface}; border-bottom: 1px solid {c.line}; }}
    #card {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: 8px; }}
    #soft {{ background: {c.accent_soft}; border: 1px solid {c.accent}; border-radius: 8px; }}
    #warning {{ background: {c.warn}; border: none; border-radius: 8px; }}
    #warning QLabel, #strip QLabel {{ color: {c.on_warn}; }}
    #strip {{ background: {c.warn}; border-bottom: 1px solid {c.line}; }}
    QLabel[tone="muted"] {{ color: {c.muted}; }}
    QLabel[tone="accent"] {{ color: {c.accent}; }}
    QLabel[tone="chip"] {{ color: {c.accent}; background: {c.accent_soft}; border-radius: 10px; padding: 4px 12px; }}
    QLabel[tone="round"] {{ color: {c.on_accent}; background: {c.accent}; border-radius: 28px; }}
    QPlainTextEdit, QLineEdit, QListWidget {{
        background: {c.surface}; border: 1px solid {c.line}; border-radius: 8px; padding: 8px;
        selection-background-color: {c.accent}; selection-color: {c.on_accent};
    }}
    QPlainTextEdit:focus, QLineEdit:focus, QListWidget:focus {{ border: 2px solid {c.accent}; }}
    QListWidget {{ show-decoration-selected: 1; outline: 0; padding: 0; }}
    QListWidget::item {{ padding: 12px 16px; border-bottom: 1px solid {c.line}; color: {c.text}; }}
    QListWidget::item:selected {{ background: {c.accent_soft}; color: {c.text}; }}
    QPushButton {{
        background: {c.surface}; border: 1px solid {c.line}; border-radius: 8px;
        padding: 0 {2 * GRID}px; min-height: {TARGET - 2}px;
    }}
    QPushButton:hover {{ border-color: {c.accent}; }}
    QPushButton:focus {{ border: 2px solid {c.accent}; }}
    QPushButton:disabled {{ color: {c.muted}; background: {c.ground}; border-color: {c.line}; }}
    QPushButton[kind="main"] {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
    QPushButton[kind="main"]:focus {{ border: 2px solid {c.text}; }}
    QPushButton[kind="main"]:disabled {{ background: {c.line}; color: {c.muted}; border-color: {c.line}; }}
    QPushButton[kind="stop"] {{ background: {c.stop}; color: {c.on_stop}; border-color: {c.stop}; }}
    QPushButton[kind="flat"] {{ background: transparent; border-color: transparent; color: {c.accent}; }}
    QPushButton[kind="flat"]:focus, QPushButton[kind="flat"]:hover {{ border: 1px solid {c.accent}; }}
    QPushButton[kind="flat"]:checked {{ background: {c.accent_soft}; }}
    QPushButton[kind="link"] {{
        background: transparent; border-color: transparent; color: {c.accent}; padding: 0 4px; text-align: left;
        min-height: {4 * GRID - 2}px;
    }}
    QPushButton[kind="link"]:focus, QPushButton[kind="link"]:hover {{ border: 1px solid {c.accent}; }}
    QPushButton[kind="link"]:disabled {{ color: {c.muted}; }}
    QSpinBox {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: 8px; }}
    QSpinBox:focus {{ border: 2px solid {c.accent}; }}
    QSpinBox::up-button {{ subcontrol-position: top right; width: {4 * GRID}px; height: 19px; border: none; }}
    QSpinBox::down-button {{ subcontrol-position: bottom right; width: {4 * GRID}px; height: 19px; border: none; }}
    QSpinBox::up-arrow {{ image: url({_mark("up", c)}); width: 10px; height: 10px; }}
    QSpinBox::down-arrow {{ image: url({_mark("down", c)}); width: 10px; height: 10px; }}
    QPushButton::menu-indicator {{
        image: url({_mark("down", c)}); width: 10px; height: 10px;
        subcontrol-origin: padding; subcontrol-position: right center; left: -{GRID // 2}px;
    }}
    QCheckBox, QRadioButton {{ spacing: {GRID}px; min-height: {3 * GRID}px; }}
    QCheckBox:disabled, QRadioButton:disabled {{ color: {c.muted}; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {c.line}; border-radius: 5px; min-height: 32px; }}
    QScrollBar::handle:vertical:hover {{ background: {c.muted}; }}
    QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
    QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical {{ background: transparent; }}
    #banner {{ background: {c.surface}; border: 2px solid {c.stop}; }}
    #banner[over="true"] {{ border-color: {c.accent}; }}
    QBalloonTip QPushButton {{ min-height: 0; padding: 0; border: none; background: transparent; }}
    QBalloonTip QLabel {{ color: {LIGHT.text}; }}
    QMenu {{ background: {c.surface}; border: 1px solid {c.line}; padding: 4px; }}
    QMenu::item {{ padding: {GRID}px {3 * GRID}px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {c.accent_soft}; }}
    QMenu::item:disabled {{ color: {c.muted}; }}
    QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px; }}
    """
