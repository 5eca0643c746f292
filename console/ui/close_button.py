"""The button that closes a page; Esc does the same. Main thread."""

from PySide6.QtWidgets import QDialog, QPushButton

from console.language import _


def close_button(page: QDialog) -> QPushButton:
    """One for `page`."""
    close = QPushButton(_("Close"), page)
    close.setAccessibleName(_("Close"))
    close.setToolTip(_("Close this page (Esc)"))
    close.clicked.connect(page.reject)
    return close
