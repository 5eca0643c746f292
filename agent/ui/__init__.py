"""Everything the user sees. Knows no network.

What happened comes in as `agent.messages`, what the user wants goes out as Qt signals. Qt's main thread only.
Distrusts every text that came from elsewhere: all of them are shown as plain text.
"""
