"""The little that the worker and the guard both need of X11: a connection, keys by name, what is held down.

Nothing in here draws, and nothing is kept between calls but the connection itself. Distrusts nobody: whoever may
connect to the display can do all of this anyway.
"""
