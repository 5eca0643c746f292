"""What all programs agree on about the pictures of staff: their form, their size, and what stands for one. Pure."""

SIDE_PX = 256
"""Of the square: four times what a window shows at 100 %, so that it is sharp at 200 % and on a page, too."""
MAX_BYTES = 40 * 1024
"""Of one as it is kept and sent: in base64 it fits into one message to the relay (limits.CONTROL_BYTES)."""
MEDIA_TYPE = "image/jpeg"


def initials(name: str) -> str:
    """The first letters of a name's first and last word: a face where there is no picture."""
    words = [word for word in name.split() if word[0].isalnum()]
    letters = "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()
    return letters or "?"
