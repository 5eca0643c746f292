"""A way out, and in: a desk's whole history as one signed file of JSON lines, without loss.

    form         the lines, what is signed, and whose signature counts; pure
    leaving      writes the file from a database, also one in use
    arriving     checks such a file whole and makes a database of it

Whoever has the file needs nothing of this program to read it: an event is a JSON object with its ticket, time, actor
and what happened. docs/export.md says what stands where.
"""
