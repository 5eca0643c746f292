"""Memory that the X server puts pixels into (MIT-SHM). Lives on the thread of its connection."""

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt
import xcffib.shm

from agent.worker.capture.source import CaptureError, Pixels
from agent.x11.connection import Connection, XError

_IPC_PRIVATE, _IPC_CREAT, _IPC_RMID = 0, 0o1000, 0  # sys/ipc.h


class Segment:
    """Memory shared with the X server; marked for removal at once, so that it never outlives both.

    Attributes:
        size: in bytes.
        number: the server's for it.
    """

    def __init__(self, x: Connection, size: int) -> None:
        """Shares `size` bytes, all of them 0. Raises CaptureError."""
        self.size, self._x = size, x
        libc = ctypes.CDLL(None, use_errno=True)
        libc.shmat.restype = ctypes.c_void_p
        libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
        libc.shmget.argtypes = [ctypes.c_int, ctypes.c_size_t, ctypes.c_int]
        libc.shmdt.argtypes = [ctypes.c_void_p]
        identifier = libc.shmget(_IPC_PRIVATE, size, _IPC_CREAT | 0o600)
        if identifier < 0:
            raise CaptureError("There is no shared memory left to see the screen with.")
        address = libc.shmat(identifier, None, 0)
        self.number = x.new_id()
        try:
            x.extension(xcffib.shm.key).AttachChecked(self.number, identifier, False).check()
        except XError as error:
            raise CaptureError("The display does not share its memory with this program.") from error
        finally:
            libc.shmctl(identifier, _IPC_RMID, None)
        self._address, self._libc = address, libc
        memory: Any = (ctypes.c_uint8 * size).from_address(address)
        self._bytes: npt.NDArray[np.uint8] = np.frombuffer(memory, np.uint8)
        self._bytes.fill(0)

    def pixels(self, at: int, height: int, width: int) -> Pixels:
        """A view of so many pixels from byte `at` on."""
        flat: Pixels = self._bytes[at : at + height * width * 4].view(np.uint32)
        return flat.reshape(height, width)

    def close(self) -> None:
        """Detaches the server's end; ours stays mapped for views that may still be about, and goes with the process."""
        self._x.extension(xcffib.shm.key).Detach(self.number)
