"""What stands in for the world, each at a seam that has a name.

`provider` is the other end of the socket; `source` is what a conversation asks in the engine's
place; `page` is what the panel's session talks to in the browser's place.
"""
