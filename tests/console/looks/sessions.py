"""The session window, from the question to the end."""

from datetime import timedelta

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from console.picture.canvas import Canvas
from console.picture.measures import Reading
from console.session.conversation import Allowed
from console.session.stages import Stage
from console.ui.figures_dialog import FiguresDialog
from console.ui.session_window import SessionWindow
from protocol.consent import Consent
from protocol.desk.events import EndReason, Sample
from protocol.scopes import Scope
from protocol.session.messages import InputDropped, Monitor, ScreenChanged
from protocol.session.picture import Codec, Rect
from tests.console.looks.desk import dress
from tests.console.made_up import NOW, SEE_AND_CONTROL, ticket


def asking() -> SessionWindow:
    """A session before its consent."""
    dress()
    window = SessionWindow(ticket(), Canvas())
    window.show_stage(Stage.ASKING)
    return window


def session(*, scopes: frozenset[Scope] = SEE_AND_CONTROL) -> SessionWindow:
    """A session under way."""
    dress()
    canvas = Canvas()
    window = SessionWindow(ticket(), canvas)
    consent = Consent(
        "a" * 32, 17, bytes(32), bytes(32), bytes(32), "", scopes, (), "", "en", NOW, NOW + timedelta(minutes=20)
    )
    window.show_said(Allowed(consent))
    window.show_line(12.3)

    def picture() -> None:
        with canvas.lock:
            canvas.resize(1920, 1080)
            across = np.linspace(60, 190, 1920, dtype=np.uint8)
            canvas.pixels[:, :, :3] = across[None, :, None]
            canvas.pixels[100:600, 200:1000, :3] = 250
            canvas.mark([Rect(0, 0, 1920, 1080)])
        window.view.paint_new()

    QTimer.singleShot(100, window, picture)
    return window


def session_on_two_screens() -> SessionWindow:
    """A session on a computer with two screens."""
    window = session()
    places = (Monitor("DP-1", 0, 0, 1280, 1080, primary=True), Monitor("HDMI-1", 1280, 0, 640, 1080))
    window.show_said(ScreenChanged(1920, 1080, places))
    return window


def session_at_the_banner() -> SessionWindow:
    """A session whose technician pressed where the user's banner lies."""
    window = session()
    window.show_said(InputDropped("banner", 1))
    return window


def session_of_another_owner() -> SessionWindow:
    """A session whose ticket was handed over meanwhile."""
    window = session()
    window.show_owner("Petr Malý")
    return window


def session_interrupted() -> SessionWindow:
    """A session whose line is cut."""
    window = session()
    QTimer.singleShot(200, window, lambda: window.show_stage(Stage.INTERRUPTED))
    return window


def travelling() -> SessionWindow:
    """A session whose figures are shown."""
    window = session()
    film, page = Rect(1100, 500, 640, 360), Rect(200, 100, 800, 500)
    regions = ((page, Codec.ZSTD), (Rect(220, 620, 500, 60), Codec.COPY), (film, Codec.H264))
    figures = Reading(61.0, 21.4, 12.3, 1830, 31_000_000, 31.0, 512_000.0, 0.8899, regions)

    def show() -> None:
        window.bar.press_figures()
        window.show_figures(figures)

    QTimer.singleShot(250, window, show)
    return window


def viewing() -> SessionWindow:
    """A session whose user allowed to see only."""
    return session(scopes=frozenset({Scope.SEE}))


def over() -> SessionWindow:
    """A session the user ended."""
    dress()
    window = SessionWindow(ticket(), Canvas())
    window.show_over("The user ended the session.", EndReason.USER_STOPPED)
    return window


def figures() -> QWidget:
    """The figures of a session that is over."""
    dress()
    return FiguresDialog([Sample(10.0 * at, 20.0 + at, 12.0, 300 + 7 * at, 900_000 * at, 1.0) for at in range(1, 31)])
