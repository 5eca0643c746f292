"""Colours and measures of all windows, light and dark. Everything stands on a grid of 8 pixels; there is one accent."""

import dataclasses

import qtawesome
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QStyleFactory

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


def tones() -> Tones:
    """The colours of the system's scheme now."""
    scheme = QGuiApplication.styleHints().colorScheme()
    return DARK if scheme is Qt.ColorScheme.Dark else LIGHT


def put_on(app: QApplication) -> None:
    """Dresses the program, and again whenever the system changes between light and dark."""
    app.setStyle(QStyleFactory.create("Fusion"))
    _dress(app)
    app.styleHints().colorSchemeChanged.connect(lambda _scheme: _dress(app))


def icon(name: str, colour: str) -> QIcon:
    """A sign of the Phosphor font, such as "ph.hand-waving"."""
    return QIcon(qtawesome.icon(name, color=colour))


def program_icon(*, size: int = 64, badge: bool = False) -> QIcon:
    """The program's sign: a white life buoy on teal. `badge`: a dot that says that somebody sees the screen."""
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(LIGHT.accent))
    painter.drawRoundedRect(QRectF(0, 0, size, size), size * 0.22, size * 0.22)
    inset = size // 8
    sign = icon("ph.lifebuoy-bold", "#ffffff").pixmap(size - 2 * inset, size - 2 * inset)
    painter.drawPixmap(inset, inset, size - 2 * inset, size - 2 * inset, sign)
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
    #warning QLabel {{ color: {c.on_warn}; }}
    QLabel[tone="muted"] {{ color: {c.muted}; }}
    QLabel[tone="accent"] {{ color: {c.accent}; }}
    QLabel[tone="chip"] {{ color: {c.accent}; background: {c.accent_soft}; border-radius: 12px; padding: 4px 12px; }}
    QLabel[tone="round"] {{ color: {c.on_accent}; background: {c.accent}; border-radius: 28px; }}
    QPlainTextEdit, QLineEdit, QSpinBox, QListWidget {{
        background: {c.surface}; border: 1px solid {c.line}; border-radius: 8px; padding: 8px;
        selection-background-color: {c.accent}; selection-color: {c.on_accent};
    }}
    QSpinBox {{ padding: 0 8px; min-height: {TARGET - 2}px; }}
    QSpinBox::up-button, QSpinBox::down-button {{ width: {3 * GRID}px; border: none; }}
    QPlainTextEdit:focus, QLineEdit:focus, QSpinBox:focus, QListWidget:focus {{ border: 2px solid {c.accent}; }}
    QListWidget::item {{ padding: 12px 8px; border-bottom: 1px solid {c.line}; color: {c.text}; }}
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
    QCheckBox, QRadioButton {{ spacing: {GRID}px; min-height: {3 * GRID}px; }}
    QCheckBox::indicator, QRadioButton::indicator {{ width: 20px; height: 20px; }}
    #banner {{ background: {c.surface}; border: 2px solid {c.stop}; border-radius: 8px; }}
    #banner[over="true"] {{ border-color: {c.accent}; }}
    QMenu {{ background: {c.surface}; border: 1px solid {c.line}; padding: 4px; }}
    QMenu::item {{ padding: {GRID}px {3 * GRID}px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {c.accent_soft}; }}
    QMenu::item:disabled {{ color: {c.muted}; }}
    QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px; }}
    """
