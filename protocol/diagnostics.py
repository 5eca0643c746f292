"""One field of what a user may send along with a request: its name in plain words and its value. Pure.

The agent collects from an allow-list and shows each field; what the user leaves ticked is what is sent, to the byte.
"""

from typing import Annotated

from msgspec import Meta, Struct

from protocol import limits


class DiagnosticField(Struct, frozen=True, forbid_unknown_fields=True):
    """A fact about the machine.

    Attributes:
        key: stable name for programs, such as ``memory.available``.
        label: the same in the user's words, such as "Free memory".
        value: as shown, such as "1.2 GB of 16 GB".
    """

    key: Annotated[str, Meta(pattern=r"^[a-z0-9_.]{1,60}$")]
    label: Annotated[str, Meta(max_length=limits.NAME_CHARS)]
    value: Annotated[str, Meta(max_length=limits.DIAGNOSTIC_CHARS)]
