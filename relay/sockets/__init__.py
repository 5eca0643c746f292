"""One socket each, from the TCP accept to its end.

connection  a websocket that knows its stage, forwards without a queue, and cannot be made to hold much
door        who is let up to signing in: paths, origins, addresses, half-open sockets
greeting    the sign-in, on /control and /session
control     requests and answers of one agent or console
clients     who is signed in on /control
session     one end of a session
enrol       a certificate for a new device or technician
"""
