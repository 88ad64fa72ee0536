"""Characters that nobody sees, and which of them prose needs to look right.

Emoji are joined by them, Persian and Hindi words are spelled with them, what is written
from right to left is kept in its place. Whatever else there is could carry a hidden text.
"""

from __future__ import annotations

import re
from functools import cache

# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties, all of it.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Nobody sees these either: marks of annotations and of hieroglyphs, a note without a head.
_UNSEEN = f"{_IGNORABLE}\ufff9-\ufffb\U00013430-\U0001343f\U0001d159"
INVISIBLE = re.compile(f"[{_UNSEEN}]")

_RIGHT_TO_LEFT = (
    "\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
)
RIGHT_TO_LEFT = re.compile(f"[{_RIGHT_TO_LEFT}]")
_TURNING = "\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069"  # overrides have no place in prose
TURN = re.compile(f"[{_TURNING}]")

# Scripts whose letters change their shape beside a joiner.
_JOINING = (
    f"{_RIGHT_TO_LEFT}\u0900-\u109f\u1780-\u17b3\u17b6-\u180a\u1810-\u18af\u1a20-\u1aaf"
    "\u1b00-\u1c4f\ua800-\uabff\U00011000-\U00011fff"
)
# Scripts without spaces, where a line may need to be told where it can end.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17b3\u17b6-\u17ff\u2e80-\u3163\u3165-\u9fff"
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf"
    "\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_NATIONS = "|".join(  # England, Scotland and Wales; their letters are tags
    "".join(chr(0xE0000 + ord(letter)) for letter in nation)
    for nation in ("gbeng", "gbsct", "gbwls")
)

_FLAG = f"\U0001f3f4(?:{_NATIONS})\U000e007f"
_OF_EMOJI = (
    f"(?<=[{_EMOJI}])[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f(?=\u20e3)"
    f"|(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f))\u200d(?=[{_EMOJI}])"
)
_OF_A_SCRIPT = (
    f"(?<=[{_JOINING}])[\u200c\u200d](?![\u200b-\u200d])"
    f"|(?<![\u200b-\u200d])\u200d(?=[{_JOINING}])"
    f"|(?<=[{_UNSPACED}])\u200b(?=[{_UNSPACED}])"
    "|(?<=[\u1820-\u18aa])[\u180b-\u180f]|(?<=[\u05b0-\u05c7])\u034f(?=[\u05b0-\u05c7])"
    "|(?<=[\u1100-\u115e\u1161-\u11ff])[\u115f\u1160]|[\u115f\u1160](?=[\u1161-\u11ff])"
    "|(?<=[^\\W\\d_])\u00ad(?=[^\\W\\d_])"  # where a long word may be parted
    "|(?<=[\u2190-\u22ff\u2a00-\u2aff\u1000-\u109f\ua840-\ua877])\ufe00"
)
_OF_A_DIRECTION = f"(?<![{_TURNING}])[{_TURNING}]{{1,3}}(?![{_TURNING}])"

# Four in a row are none of what prose needs, whatever they are.
_LONG_RUN = f"[{_UNSEEN}]{{4,}}"
_BEGINS_LONG_RUN = f"[{_UNSEEN}]{{4}}"  # no more: of a million, each would look at all behind it
UNSEEN_END = re.compile(f"(?<![{_UNSEEN}])[{_UNSEEN}]+\\Z")


# Compiled when a text first has such a character, since each takes some milliseconds. The look
# ahead spares most characters the trouble.
@cache
def in_prose() -> re.Pattern[str]:
    """What nobody sees; the first group is what stays of it in prose."""
    return re.compile(
        f"(?=[{_UNSEEN}\U0001f3f4])"
        f"(?:({_FLAG}|(?!{_BEGINS_LONG_RUN})(?:{_OF_EMOJI}|{_OF_A_SCRIPT}|{_OF_A_DIRECTION}))"
        f"|{_LONG_RUN}|[{_UNSEEN}])"
    )


@cache
def in_a_name() -> re.Pattern[str]:
    """The same where nothing may turn the words around."""
    return re.compile(
        f"(?=[{_UNSEEN}\U0001f3f4])"
        f"(?:({_FLAG}|(?!{_BEGINS_LONG_RUN})(?:{_OF_EMOJI}|{_OF_A_SCRIPT}))|[{_UNSEEN}])"
    )


@cache
def in_emoji() -> re.Pattern[str]:
    """What joins and colours emoji."""
    return re.compile(_OF_EMOJI)
