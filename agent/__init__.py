"""The helped side: a tray icon and a few windows in one process, each session's worker and guard in two others.

====================== ===================================================================== ===============
part                   what it is                                                            thread
====================== ===================================================================== ===============
``agent.ui``           windows; knows no network, says what the user wants by Qt signals     Qt (main)
``agent.app``          puts windows and network together                                     Qt (main)
``agent.net``          the line to the relay; the clerk who keeps requests until they are    asyncio
                       taken, and sessions as long as they run
``agent.messages``     what the two say to each other                                        any
``agent.worker``       one session's picture and input                                       its process
``agent.guard``        the hot key, and nothing held down whoever dies                       its process
====================== ===================================================================== ===============
"""
