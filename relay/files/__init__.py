"""Files that came with messages: kept beside the database under the hash of their bytes.

    shelf    puts them there, gives them out
    orphans  takes away what nothing refers to
    sweeping does so from time to time

Guarantees: a file is whole and on disk before anything refers to it; it is never changed, opened, unpacked or run here,
and what it says of itself is not believed: it is a row of bytes with a name. Blocking; any thread. Distrusts the bytes
and the disk.
"""

from relay.files.shelf import MAX_FILE_BYTES, Shelf

__all__ = ["MAX_FILE_BYTES", "Shelf"]
