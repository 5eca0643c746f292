"""What is to be done about a change, region by region: move, send exactly, or send a likeness and owe the rest.

    motion     finds what merely moved (scrolled pages, dragged windows)
    looks      tells text and interface from pictures, and what keeps changing from what changed once
    debts      remembers where the console has only a likeness, pixel by pixel
    films      which rectangles are shown as films, and at what rate
    players    which windows are players'
    playing    a running film's next picture, in a hurry
    spans      cuts a change into rectangles
    actions    what a plan consists of
    planner    ties them: from grabbed pixels to a list of actions. Pure
    planes     prepares exact pictures for zstd
    encoder    actions into a frame
    film       a region as H.264, through PyAV (extra `video`; without it everything is sent exactly)

Guarantees, whatever the screens and the budgets: once the screen stands still and the planner is asked often enough,
the console's picture is the source's, pixel by pixel. Lives on the capture thread.
"""
