"""The desk's web pages: one for whoever asked for help, one for staff. Server-rendered; works without JavaScript.

links      signed addresses that open one ticket for its requester, or let one technician sign in
"""
