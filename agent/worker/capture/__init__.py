"""From the helped screen to encoded frames: a source of pixels, and the loop that asks the planner about them.

    source     what every platform must be able to do (`Source`), and `x11`, the one that is there
    confined   a source that shows only the monitors that the user allowed
    beneath    what lies beneath the banner: `stacking` knows what is seen of whom, `floor` is under all of them,
               `asking` asks for what they look like, `layers` lays what shines through
    segment    memory that the X server puts pixels into
    damage     what is to be grabbed
    thread     the loop, on a thread of its own; `agent.worker.regions` thinks and encodes

Only the newest picture is ever encoded, and only when the loop was allowed one frame by the flow.
"""
