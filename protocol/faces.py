"""What all programs agree on about the pictures of staff: their form, and how large one may be. Pure."""

SIDE_PX = 256
"""Of the square: four times what a window shows at 100 %, so that it is sharp at 200 % and on a page, too."""
MAX_BYTES = 40 * 1024
"""Of one as it is kept and sent: in base64 it fits into one message to the relay (limits.CONTROL_BYTES)."""
MEDIA_TYPE = "image/jpeg"
