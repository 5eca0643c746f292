"""From the helped screen to encoded frames: a source of pixels, a shadow of what was sent, one long zstd stream.

    source     what every platform must be able to do (`Source`), and `x11`, the one that is there
    shadow     which pixels really changed
    encoder    changed pixels into the body of a frame
    thread     the loop that ties them, on a thread of its own

Only the newest picture is ever encoded, and only when the loop was allowed one frame by the flow.
"""
