"""Whether a program's catalogue says everything that the program says, with the same gaps, and is the one compiled."""

import gettext
import string
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PYTHON = (("**.py", "python"),)
Sentence = str | tuple[str, ...]


class Catalogue:
    """One language of one program."""

    def __init__(self, path: Path, program: Path, methods: Sequence[tuple[str, str]] = PYTHON) -> None:
        """`path` is the .po; `methods` say how sentences are found in the files of the folder `program`."""
        self.path, self._program, self._methods = path, program, methods
        with path.open("rb") as file:
            self.written: Catalog = read_po(file)

    def said(self) -> set[Sentence]:
        """Every sentence in the program."""
        keywords = {"_": None, "ngettext": (1, 2)}
        found = extract_from_dir(str(self._program), list(self._methods), keywords=keywords)
        return {message for _, _, message, _, _ in found}

    def check_complete(self) -> None:
        known = {tuple(m.id) if isinstance(m.id, (list, tuple)) else m.id for m in self.written if m.id}
        assert known == self.said()
        for message in self.written:
            if message.id:
                assert all(texts(message)[1]), message.id
                assert not message.fuzzy, message.id

    def check_gaps(self) -> None:
        for message in self.written:
            source, target = texts(message)
            assert all(gaps(text) == gaps(source[-1]) for text in target), message.id

    def check_compiled(self) -> None:
        write_mo(BytesIO(), self.written)  # it can be compiled at all
        with self.path.with_suffix(".mo").open("rb") as file:
            committed = gettext.GNUTranslations(file)
        for message in self.written:
            source, target = texts(message)
            if len(source) > 1:
                assert [committed.ngettext(source[0], source[1], count) for count in (1, 2)] == list(target)
            elif source[0]:
                assert committed.gettext(source[0]) == target[0]


def texts(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is translated, and into what; more than one for plurals."""
    source = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
    target = message.string if isinstance(message.string, (list, tuple)) else (message.string or "",)
    return tuple(source), tuple(target)


def gaps(text: str) -> set[str]:
    """The names that are filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
