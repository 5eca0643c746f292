"""The console's windows. They know no sockets: what they want they say by signals, what happened they are told by calls.

All of it lives on the main thread and shows texts from agents and users as plain text only.
"""
