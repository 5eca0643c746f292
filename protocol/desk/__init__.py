"""Tickets: their states, the events they consist of, and the chain that makes a changed past visible. Pure.

A ticket is nothing but the fold of its events (`protocol.desk.ticket`); lists, clocks and reports are derived.
"""
