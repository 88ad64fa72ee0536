"""Keeps conversations on disk, on a thread of its own, so that nobody waits for a disk.

store          the thread; what cannot be written is tried again
database       all that is asked of the file
schema         its tables
stored_turn    a turn as JSON
reading        a turn from a stranger's JSON, checked
old_rows       turns as version 1 stored them, in the shape of today
turn_writer    an answer while it grows
no_history     what stands in its place where there can be none
notebook_path  which notebook this is
"""
