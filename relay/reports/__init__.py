"""Reports: what was worked, what was billed, which promises were kept.

    monthly     a customer's month, computed from the tickets' histories; pure
    charges     the prices agreed in it, and what it comes to; pure
    source      the histories it is computed from
    sheet       the same as CSV
    document    the same as PDF

A report is derived each time it is asked for; nothing of it is kept.
"""
