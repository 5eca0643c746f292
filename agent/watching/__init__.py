"""Watching this machine: figures by psutil against thresholds that the help desk sets (promise 34).

    figures    reads them: numbers and names of drives, nothing of what anybody does
    watcher    tells when one has been beyond its threshold for long enough, and when that is over; pure
    round      does both twice a minute, and passes it on

What is watched is shown in the window "About". Nothing is read that was not asked for.
"""
