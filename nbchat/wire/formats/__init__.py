"""ADD A WIRE FORMAT: a file here with FRAMING, `render` and `Reader`. The folder is the list.

A format's name is its file's, with hyphens. It remembers nothing between answers:
what one stream needs lives on its own Reader.
"""

from pkgutil import iter_modules

FORMATS = tuple(sorted(file.name.replace("_", "-") for file in iter_modules(__path__)))
