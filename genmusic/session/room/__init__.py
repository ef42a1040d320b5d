"""The music of a room: what a performer conducts, rendered once more for an audience.

An engine is a function of seed, controls and log, so a performer sends the lines of the log and
no sound. `told` takes them, `music` plays them a moment later, to the bit as there, and
`broadcast` keeps and encodes what was played for those who listen.
"""
