"""What the page says, handed to the function that does it.

`handler_table` has the functions by kind of message, `acts` those that do something, and
`lookups` those that answer.
"""

from nbchat.frontends.panel import acts, lookups
from nbchat.frontends.panel.handler_table import HANDLERS, take

__all__ = ["HANDLERS", "acts", "lookups", "take"]
