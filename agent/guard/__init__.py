"""The guard: a small process that ends a session whatever else is frozen or dead, and lets go of every key.

    watch      the one loop: whatever happens first ends the session
    second     a sleeping twin, for when the guard itself is killed
    release    letting go of everything

It listens for the user's hot key on a connection of its own, watches the worker and the window process, and is itself
watched by both. It imports as little as it can, so that it stands before the session begins.
"""
