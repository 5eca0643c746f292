"""From a technician's messages that passed the gate to keys and clicks: bounded, counted, and let go of at every end.

hands      what every platform must be able to do (`Hands`), and `x11`, the one that is there
injector   messages in, hands move; coalesced, rate-limited, each drop with its reason
user       whether the user's own mouse or keyboard is in use
"""
