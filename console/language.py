"""The console's words in the technician's language. Any thread, after `choose`; distrusts nothing.

The texts in the code are English; catalogs lie in ``locale/``. Tables made at import time mark their texts with
`mark` and pass them through `_` when they are shown, since the language is chosen at start.
"""

import gettext
import locale
import os
from pathlib import Path

CATALOGS = Path(__file__).with_name("locale")
DOMAIN = "console"

_translation: gettext.NullTranslations = gettext.NullTranslations()
_chosen = "en"


def known() -> tuple[str, ...]:
    """The two-letter codes of all languages there are."""
    return tuple(sorted({"en", *(path.name for path in CATALOGS.iterdir() if path.is_dir())}))


def choose(language: str | None) -> str:
    """Sets the language for the process.

    Args:
        language: such as ``de`` or ``de_AT``; None takes the environment's (LANGUAGE, LC_ALL, LC_MESSAGES, LANG).

    Returns:
        The two-letter code of what is spoken now; English if there is no catalog.
    """
    global _translation, _chosen  # noqa: PLW0603 - one language for the process, set once at start
    wanted = language or _of_environment()
    try:
        _translation = gettext.translation(DOMAIN, CATALOGS, [wanted])
        _chosen = wanted[:2]
    except OSError:
        _translation, _chosen = gettext.NullTranslations(), "en"
    return _chosen


def chosen() -> str:
    """The two-letter code of the language that is spoken now."""
    return _chosen


def _(text: str) -> str:
    """`text` in the technician's language."""
    return _translation.gettext(text)


def plural(one: str, many: str, count: int) -> str:
    """The form that fits `count`, in the technician's language."""
    return _translation.ngettext(one, many, count)


def mark(text: str) -> str:
    """Marks a text for translation without translating it yet."""
    return text


def _of_environment() -> str:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value.split(":")[0].split(".")[0]
    return (locale.getlocale()[0] or "en").split(".")[0]  # Windows and macOS set none of them
