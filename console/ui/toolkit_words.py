"""What Qt itself says, in the technician's language: menus of text fields, dialogs for files, names of keys.

Main thread; distrusts nothing.
"""

from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication

_NAME = "toolkit words"


def speak(app: QApplication, language: str) -> None:
    """From now on, as far as Qt knows the language; else English, as it is born.

    Args:
        app: the program.
        language: such as ``de``.
    """
    for before in app.findChildren(QTranslator, _NAME):
        app.removeTranslator(before)
        before.setParent(None)
    translator = QTranslator(app)
    translator.setObjectName(_NAME)
    if translator.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
