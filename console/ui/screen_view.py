"""The helped screen: paints the canvas 1:1 or fitted, and turns what the technician does into input messages.

Main thread. Guarantees: in 1:1 each pixel is the helped side's, unscaled, whatever this display's scaling; every key
but the session's own shortcuts goes to the other side; when the focus leaves, nothing stays down there.
"""

import msgspec
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from console.keys import HeldKeys, key_changed
from console.language import _
from console.picture.canvas import Canvas, Pixels
from console.typing_mode import Typing, TypingMode
from console.ui import shortcuts
from console.ui.far_cursor import FarCursor
from console.ui.fitted import Fitted
from console.ui.placement import Placement, scaled_in, scaled_out
from protocol.session.messages import (
    ButtonChanged,
    CursorChanged,
    CursorMoved,
    FromConsole,
    KeyboardChanged,
    KeyChanged,
    PointerMoved,
    ReleaseAll,
    Scrolled,
    TextTyped,
)
from protocol.session.picture import Rect

_BUTTONS = {
    Qt.MouseButton.LeftButton: 1,
    Qt.MouseButton.MiddleButton: 2,
    Qt.MouseButton.RightButton: 3,
    Qt.MouseButton.BackButton: 8,
    Qt.MouseButton.ForwardButton: 9,
    **{Qt.MouseButton(Qt.MouseButton.ExtraButton3.value << at): 10 + at for at in range(6)},
}
"""Qt's buttons and X11's (its 4 to 7 are the wheel)."""
_MAX_SCROLL = 12000
_MAX_TEXT = 256
_GHOST_MS = 1500
_AROUND = QColor("#22272b")


class ScreenView(QAbstractScrollArea):
    """The helped screen.

    Signals:
        input_made: a message for the helped side, in order.
        typing_changed: keys go another way now: by place or by symbol.
        resized_there: (width, height) of what is shown, in its own pixels: the first picture came, or another size.
    """

    input_made = Signal(object)
    typing_changed = Signal()
    resized_there = Signal(int, int)

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._pixels: Pixels = canvas.pixels
        self._image = QImage()
        self._fit = Fitted()
        self._area: Rect | None = None
        self._placed: Placement | None = None
        self._fitted = False
        self._controls = False
        self._held = HeldKeys()
        self.typing = Typing()
        self._platform = QGuiApplication.platformName()
        self._host_keys = {QKeySequence(shortcut.keys) for shortcut in shortcuts.SESSION}
        self._there = QPoint(-1, -1)
        self._far_cursor = FarCursor()
        self._ghost_timer = QTimer(self, singleShot=True)
        self._ghost_timer.timeout.connect(self._hide_ghost)
        self.setAccessibleName(_("The user's screen"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # By place dead keys and AltGr are resolved by the helped layout, not by an input method here.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        port = self.viewport()
        port.setMouseTracking(True)
        port.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        port.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)

    # --- what the window sets
    @property
    def is_fitted(self) -> bool:
        """Scaled to the window, or 1:1."""
        return self._fitted

    def set_fitted(self, fitted: bool) -> None:
        """Scales the picture to the window, smoothly, or shows it 1:1."""
        self._fitted = fitted
        self._fit.forget()
        self._lay_out()

    def set_control(self, controls: bool) -> None:
        """Whether input is sent; letting go of it lets go of every key."""
        if not controls:
            self.release_all()
        self._controls = controls
        self._dress_cursor()

    def set_typing(self, mode: TypingMode) -> None:
        """Chooses how keys go. Letting go of what is down: it was pressed the other way."""
        self.release_all()
        self.typing.mode = mode
        self._mind_typing()

    def show_keyboard(self, keyboard: KeyboardChanged) -> None:
        """The helped side's keys give this now."""
        self.typing.learn(keyboard)
        self._mind_typing()

    def _mind_typing(self) -> None:
        """By symbol this computer's input method works, too: dead keys, Compose, and scripts no single key gives."""
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, self.typing.by_symbol)
        self.typing_changed.emit()

    def release_all(self) -> None:
        """Lets go of every key and button that is down there."""
        if (message := self._held.release_all()) is not None:
            self.input_made.emit(message)

    def show_area(self, area: Rect | None) -> None:
        """Shows this part of the helped screen alone, as far as it is there; None: all of it."""
        if area != self._area:
            self.release_all()
            self._area = area
            self._show_anew()

    def _shown(self) -> QRect:
        whole, area = QRect(0, 0, self._pixels.shape[1], self._pixels.shape[0]), self._area
        there = QRect(area.x, area.y, area.width, area.height) if area else whole
        return whole.intersected(there) if whole.intersects(there) else whole

    def screen_size(self) -> QSize:
        """Of what is shown, in the helped screen's pixels."""
        return self._shown().size()

    def to_viewport(self, rect: Rect) -> QRect:
        """The viewport's pixels that a rectangle of the helped screen touches."""
        return self._placement().to_viewport(rect)

    # --- what the helped side says
    def paint_new(self) -> None:
        """The canvas has something new: it is painted before this returns."""
        dirty = self._canvas.take_dirty()
        if self._canvas.pixels is not self._pixels:
            self._take_canvas()
            return
        with self._canvas.lock:
            self._fit.changed(self._pixels, dirty)
        region, placement = QRegion(), self._placement()
        for rect in dirty:
            region += placement.to_viewport(rect)
        if not region.isEmpty():
            self.viewport().repaint(region)

    def show_cursor(self, cursor: CursorChanged) -> None:
        """The helped side's cursor has another shape."""
        self._far_cursor.take(cursor)
        self._dress_cursor()

    def move_cursor(self, moved: CursorMoved) -> None:
        """Somebody else moved it: it is drawn where it is, for a while; for as long as this side only views."""
        self._update_ghost()
        self._far_cursor.at = QPoint(moved.x, moved.y)
        self._update_ghost()
        if self._controls:
            self._ghost_timer.start(_GHOST_MS)
        else:
            self._ghost_timer.stop()

    # --- painting
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """See Qt."""
        painter = QPainter(self.viewport())
        ratio = self.devicePixelRatioF()
        if ratio != 1:
            painter.scale(1 / ratio, 1 / ratio)
        placement = self._placement()
        target, area = placement.target, placement.area
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        with self._canvas.lock:
            for part in event.region():  # type: ignore[attr-defined] # missing in the stubs
                device = scaled_out(part, ratio)
                painter.setClipRect(device)  # of one rectangle rows are copied; of several Qt makes spans, in threads
                if not target.contains(device):
                    painter.fillRect(device, _AROUND)
                shown = device.intersected(target)
                if shown.isEmpty() or self._image.isNull():
                    continue
                if self._fitted:
                    self._fit.draw(painter, shown, placement, self._image, self._pixels)
                else:
                    painter.drawImage(shown.topLeft(), self._image, shown.translated(area.topLeft() - target.topLeft()))
        painter.setClipping(False)
        self._far_cursor.draw(painter, placement)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """See Qt."""
        super().resizeEvent(event)
        self._lay_out()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:  # noqa: N802 - Qt's name
        """See Qt."""
        self._placed = None
        self.viewport().update()

    # --- input
    def event(self, event: QEvent) -> bool:
        """Keys belong to the other side; only the session's own shortcuts stay here."""
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._lay_out()
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if QKeySequence(event.keyCombination()) in self._host_keys:
                self.release_all()  # its modifiers are down over there
                return False
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, _following: bool) -> bool:  # noqa: N802 - Qt's name
        """Tab goes to the other side."""
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """See Qt."""
        self._key(event, down=True)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """See Qt."""
        self._key(event, down=False)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:  # noqa: N802 - Qt's name
        """Text no single key gives."""
        text = event.commitString()
        for at in range(0, len(text), _MAX_TEXT):
            self._send(TextTyped(text[at : at + _MAX_TEXT]))
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """See Qt."""
        self.release_all()
        super().focusOutEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """See Qt."""
        there = self._placement().to_screen(event.position())
        if there is not None and there != self._there:
            self._there = there
            self._send(PointerMoved(there.x(), there.y()))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """See Qt."""
        self._button(event, down=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """See Qt."""
        self._button(event, down=False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """To the other side it is a second press; whether that makes a double click is decided there."""
        self._button(event, down=True)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """See Qt. Qt counts up and left as positive, the protocol down and right; both in 1/120 of a notch."""
        delta = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and self._platform == "xcb":
            delta = delta.transposed()  # Qt turns the wheel sideways while Alt is held; Alt is held over there, too
        there = self._placement().to_screen(event.position())
        dx, dy = (max(-_MAX_SCROLL, min(_MAX_SCROLL, -d)) for d in (delta.x(), delta.y()))
        if there is not None and (dx or dy):
            self._send(Scrolled(dx, dy, there.x(), there.y()))
        event.accept()

    def _key(self, event: QKeyEvent, *, down: bool) -> None:
        event.accept()
        if event.isAutoRepeat() or not self._controls:
            return  # the helped side repeats by itself
        scan_code = event.nativeScanCode()
        messages: list[KeyChanged] = []
        if not down:
            messages = [released] if (released := self._held.let_go(scan_code)) else []
        elif changed := key_changed(scan_code, event.nativeVirtualKey(), down=True, platform=self._platform):
            messages = self._held.press(scan_code, self._as_meant(changed, event.nativeModifiers()))
        for message in messages:
            self.input_made.emit(message)

    def _as_meant(self, pressed: KeyChanged, modifiers: int) -> KeyChanged:
        """By symbol or by place; a key may be the one that shows how different the layouts are."""
        before = self.typing.by_symbol
        self.typing.heed(pressed, modifiers)
        if self.typing.by_symbol is not before:
            self._mind_typing()
        return msgspec.structs.replace(pressed, by_symbol=self.typing.by_symbol)

    def _button(self, event: QMouseEvent, *, down: bool) -> None:
        button, there = _BUTTONS.get(event.button()), self._placement().to_screen(event.position())
        if button is None or there is None or not self._controls:
            return
        if self._held.button(button, down=down):
            self._there = there
            self.input_made.emit(ButtonChanged(button, down, there.x(), there.y()))

    def _send(self, message: FromConsole) -> None:
        if self._controls and not isinstance(message, ReleaseAll):
            self.input_made.emit(message)

    # --- geometry
    def _take_canvas(self) -> None:
        self._pixels = self._canvas.pixels
        self._fit.forget()
        height, width = self._pixels.shape[:2]
        self._image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        self.setAccessibleDescription(_("{width} by {height} pixels").format(width=width, height=height))
        self._show_anew()

    def _show_anew(self) -> None:
        self._lay_out()
        if not self._image.isNull():
            self.resized_there.emit(self.screen_size().width(), self.screen_size().height())

    def _port(self) -> QSize:
        ratio, size = self.devicePixelRatioF(), self.viewport().size()
        return QSize(round(size.width() * ratio), round(size.height() * ratio))

    def _placement(self) -> Placement:
        if self._placed is None:
            scrolled = QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
            self._placed = Placement(self._shown(), self._port(), self.devicePixelRatioF(), self._fitted, scrolled)
        return self._placed

    def _lay_out(self) -> None:
        self._placed = None
        ratio, most, screen = self.devicePixelRatioF(), self.maximumViewportSize(), self.screen_size()
        # Two bars that are there only because each takes the other's room would never go by themselves.
        whole = screen.width() <= round(most.width() * ratio) and screen.height() <= round(most.height() * ratio)
        policy = (
            Qt.ScrollBarPolicy.ScrollBarAlwaysOff if self._fitted or whole else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        )
        self.setHorizontalScrollBarPolicy(policy)
        self.setVerticalScrollBarPolicy(policy)
        port = self._port()
        for bar, length, page in (
            (self.horizontalScrollBar(), screen.width(), port.width()),
            (self.verticalScrollBar(), screen.height(), port.height()),
        ):
            bar.setRange(0, 0 if self._fitted else max(0, length - page))
            bar.setPageStep(page)
            bar.setSingleStep(40)
        self._placed = None  # bars that came or went took room
        self.viewport().update()

    # --- the helped side's cursor
    def _dress_cursor(self) -> None:
        ratio = self.devicePixelRatioF()
        self.viewport().setCursor(self._far_cursor.pointer(ratio) if self._controls else Qt.CursorShape.ArrowCursor)
        self._hide_ghost() if self._controls else self._update_ghost()

    def _update_ghost(self) -> None:
        self.viewport().update(scaled_in(self._far_cursor.rect(self._placement()), self.devicePixelRatioF()))

    def _hide_ghost(self) -> None:
        self._update_ghost()
        self._far_cursor.at = None
