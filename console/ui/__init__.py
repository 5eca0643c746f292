"""The console's windows. They know no sockets: they say what they want by signals, and are told what happened.

All of it lives on the main thread and shows texts from agents and users as plain text only.
"""
