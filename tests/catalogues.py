"""Whether a program's catalogue says everything that the program says, with the same gaps, and is the one compiled."""

import gettext
import string
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PYTHON = (("**.py", "python"),)
Sentence = str | tuple[str, ...]


class Catalogue:
    """One language of one program."""

    def __init__(
        self,
        path: Path,
        program: Path,
        methods: Sequence[tuple[str, str]] = PYTHON,
        *,
        others: Sequence[Path] = (),
        keywords: Mapping[str, tuple[int, ...] | None] = MappingProxyType({}),
    ) -> None:
        """`path` is the .po; `methods` say how sentences are found in the files of the folder `program`.

        `others` are more folders; `keywords` more functions that are called with sentences.
        """
        self.path, self._programs, self._methods = path, (program, *others), methods
        self._keywords: dict[str, tuple[int, ...] | None] = {"_": None, "ngettext": (1, 2), **keywords}
        with path.open("rb") as file:
            self.written: Catalog = read_po(file)

    def said(self) -> set[Sentence]:
        """Every sentence in the program."""
        return {
            message
            for program in self._programs
            for _, _, message, _, _ in extract_from_dir(str(program), list(self._methods), keywords=self._keywords)
        }

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
