"""Live in the room: who is present, what is said, questions to all, and how a dialogue ends.

Nothing here knows an account of those present. What is shown to all is numbered (``room_version``), and
every deed that changes it takes the next number first: that one statement refuses whoever comes too late,
and makes all others wait.
"""
