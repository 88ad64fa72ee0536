"""The little style that stays with an element where our style sheet is taken away.

JupyterLab removes `<style>` from a notebook that is not trusted, and keeps these
attributes: what is on its lists of properties and values. Each is ours, word for
word, which is all that the sanitiser lets pass. Every byte is in every answer.
"""

from __future__ import annotations

PAGE = "max-width:924px;overflow-wrap:break-word"
THINKING = "opacity:.8;font-size:13px;margin:0 0 1em"
THOUGHT = "border-left:2px solid #8887;margin:.35em 0 0 .28em;padding:.1em .95em"
NOTE = "border-left:2px solid #8887;padding:0 .95em;opacity:.7;font-size:13px"
FOOT = "opacity:.7"
ASKED = (
    "display:table;margin:1em 0 1em auto;max-width:86%;padding:.45em .9em;"
    "border-radius:12px;background:#8882;white-space:pre-wrap"
)
TALL = "max-height:26em;overflow:auto"
CODE = "border:1px solid #8884;margin:1em 0"
WIDE_CODE = f"{CODE};min-width:0"  # or a field set would be as wide as its longest line
SCROLLS = "overflow:auto"
UNBROKEN = "white-space:pre"
CENTRED = "text-align:center"
DISPLAYED = f"{CENTRED};overflow:auto"
LEFT = "text-align:left"
RIGHT = "text-align:right"
HIDDEN = "1"  # any value hides, and one that is empty is taken away
NOTES = "opacity:.7"
PICTURE = "max-width:100%"
BAR = "height:4px;margin:.6em 0;border-radius:2px;background:#8884"
BAR_FULL = "height:4px;border-radius:2px;background:var(--jp-brand-color1,#1976d2)"
SOURCES = "margin:.3em 0"
HEADINGS = {"h1": "font-size:1.4em", "h2": "font-size:1.3em", "h3": "font-size:1.2em"}
# Seen on white as on black; our style sheet takes a theme's own colours in their place.
COLOURS = {"s": "#d43", "f": "#37d", "m": "#b4c", "n": "#384"}
