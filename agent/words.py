"""The user's language: every sentence a person reads goes through `_`. Any thread, once `use` was called.

The template language is English; catalogues lie in `agent/locale`. Nothing of the environment but the language's name
is read, and only a language we have a catalogue for is ever said to be the user's.
"""

import gettext as _gettext
import os
import re
from pathlib import Path

DOMAIN = "athand-agent"
LOCALE_DIR = Path(__file__).parent / "locale"
LANGUAGES = ("en", "de")
"""As BCP 47; English needs no catalogue."""

_NAME = re.compile(r"[A-Za-z]{2,3}")
_ENVIRONMENT = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # the order of GNU gettext


class _Chosen:
    language = "en"
    translations: _gettext.NullTranslations = _gettext.NullTranslations()


def use(wanted: str | None = None) -> str:
    """Chooses the language: `wanted`, else the system's, else English. Gives the one chosen."""
    names = [wanted] if wanted else [os.environ.get(variable, "") for variable in _ENVIRONMENT]
    for name in (part for entry in names for part in entry.split(":")):
        match = _NAME.match(name)
        if match and match[0].lower() in LANGUAGES:
            _Chosen.language = match[0].lower()
            _Chosen.translations = _gettext.translation(
                DOMAIN, LOCALE_DIR, [_Chosen.language], fallback=_Chosen.language == "en"
            )
            return _Chosen.language
    _Chosen.language, _Chosen.translations = "en", _gettext.NullTranslations()
    return _Chosen.language


def mark(text: str) -> str:
    """Marks a text for translation without translating it yet."""
    return text


def language() -> str:
    """The language in use, as BCP 47."""
    return _Chosen.language


def _(text: str) -> str:
    """`text` in the user's language."""
    return _Chosen.translations.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """`one` or `many` in the user's language, as its grammar wants for `count`."""
    return _Chosen.translations.ngettext(one, many, count)
