"""Prompts over the rows of a frame: the same asked of each, and what came of it as a frame.

mapping          `nbchat.map`, from the data to the result
mapped           the result: its rows, as a frame, and what failed asked again
progress         how far it is, for whoever shows that
"""
