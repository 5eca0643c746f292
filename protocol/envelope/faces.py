"""Pictures of the staff: set from the console, fetched once by the hash of their bytes, and kept. Pure.

Whatever names a person bears the hash of his picture beside it; who has none, or reads an older version, sees initials.
"""

from typing import Annotated

from msgspec import Meta, Struct

from protocol import faces
from protocol.desk.terms import Name
from protocol.envelope.base import MessageBase, Ref
from protocol.envelope.files import Sha256

FaceHash = Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]
"""Empty: there is no picture."""
FaceBytes = Annotated[bytes, Meta(max_length=faces.MAX_BYTES)]


class Face(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody of the staff, by identifier, has this picture."""

    staff: Name
    sha256: Sha256


# --- both → relay
class GetFace(MessageBase, frozen=True):
    """The picture with this hash, as long as it is somebody's. Answered by `FaceFound`."""

    ref: Ref
    sha256: Sha256


# --- console → relay
class SetFace(MessageBase, frozen=True):
    """One's own picture, a lead everybody's; without bytes: none any more. Answered by `FaceKept`.

    The relay makes its own picture of these bytes, so it bears another hash than they do.
    """

    ref: Ref
    staff: Name
    picture: FaceBytes = b""


# --- relay → both
class FaceFound(MessageBase, frozen=True):
    """The bytes of a picture; whoever asked holds them against the hash he asked for."""

    ref: Ref
    picture: FaceBytes


# --- relay → console
class FaceKept(MessageBase, frozen=True):
    """It was set; this is its hash."""

    ref: Ref
    staff: Name
    sha256: FaceHash


FromAgent = GetFace
FromConsole = GetFace | SetFace
ToClient = FaceFound | FaceKept
