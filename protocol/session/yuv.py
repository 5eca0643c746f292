"""The colours of films, as both ends have them: YUV 4:2:0, ITU-R BT.601, brightness from 16 to 235. Pure computation.

libyuv makes them of BGRX and back, where the system has it; whoever finds None here asks swscale for the same.
"""

import ctypes
import functools

_NAMES = ("libyuv.so.0", "libyuv.so")
"""As distributions call it; Debian's package is libyuv0."""


@functools.cache
def library() -> ctypes.CDLL | None:
    """libyuv, or None where it is not installed."""
    for name in _NAMES:
        try:
            found = ctypes.CDLL(name)
            plane = (ctypes.c_void_p, ctypes.c_int)
            for convert in (found.ARGBToI420, found.I420ToARGB):
                convert.argtypes = (*plane * 4, ctypes.c_int, ctypes.c_int)
        except (OSError, AttributeError):
            continue
        return found
    return None
