"""What the helped side, the technician's side and the relay agree on.

Everything in here is pure: bytes, events and `now` go in, events and bytes come out. No module imports asyncio,
threads, sockets or Qt, and none reads a clock, so each can be tested and fuzzed without any of them.

Who may import what:

====================== ====================================================== ======================
part                   what it is                                             known to the relay
====================== ====================================================== ======================
``protocol.trust``     who is who: certificates, revocation, enrolment        yes
``protocol.signin``    how a socket is signed in                              yes
``protocol.envelope``  what agents and consoles say to the relay              yes
``protocol.desk``      tickets as a fold over a chain of events               yes
``protocol.consent``   what the user agreed to, signed                        yes (it is kept)
``protocol.tunnel``    TLS 1.3 between console and agent                      **no**
``protocol.session``   what runs inside the tunnel, and the gate it passes    **no**
====================== ====================================================== ======================
"""
