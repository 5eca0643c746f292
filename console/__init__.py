"""The technician's side: queue, tickets, and the helped screen in a window.

====================== ===================================================== ==============
package                what it is                                            thread
====================== ===================================================== ==============
``console.ui``         windows and widgets; knows no sockets                 main (Qt)
``console.app``        joins windows and network                             main (Qt)
``console.session``    one session's conversation: bytes in, events out      any (pure)
``console.picture``    decoder and canvas                                    network, main
``console.net``        sockets                                               network
====================== ===================================================== ==============
"""
