"""An answer in a terminal: `clean` takes out what a terminal would obey, `rich_page` draws.

Nothing is imported here, since most who need `clean` draw nothing.
"""
