"""Characters that look like a quote, a hyphen or a space, and are none to a line of ours.

Editors, chat tools and web pages put them in the place of what was typed. Inside straight quotes
they are text as any other.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache

from nbchat.errors import BadCommand, BadOption, BadSettings
from nbchat.wording import shorten

QUOTES = "“”„‟〝〞«»「」『』＂″❝❞〈〉‘’‚‛‹›＇´`′❛❜ʼ"
DOUBLE_QUOTES = QUOTES[: QUOTES.index("‘")]
LETTER_DASHES = "ーㅡ"  # which are letters of Japanese and of Korean
DASHES = "‐‑‒–—―−⸺﹘﹣－⁃⸻─━˗⁻" + LETTER_DASHES
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Each by the character that it is mistaken for, one for one.
PLAIN = (
    FULL_WIDTH
    | str.maketrans(dict.fromkeys(DOUBLE_QUOTES, '"'))
    | str.maketrans(dict.fromkeys(DASHES, "-"))
)
LONGEST_LINE = 200  # characters of a line that is repeated
TYPE_IT_SO = "Type it so:"  # behind what is wrong; the line stands below it

# Those that people come upon, as Unicode names them; of any other the name is asked for.
_NAMES = {
    "\u3000": "an ideographic space",
    "\u200b": "a zero width space",
    "\u200c": "a zero width non-joiner",
    "\u200d": "a zero width joiner",
    "\u200e": "a left-to-right mark",
    "\u200f": "a right-to-left mark",
    "\u2060": "a word joiner",
    "\ufeff": "a zero width no-break space",
    "\u00ad": "a soft hyphen",
}
_QUOTED = re.compile(rf"""("[^"]*"|'[^']*'|(?<![^\s=])[{QUOTES}][^{QUOTES}]*[{QUOTES}](?!\S))""")
_SPACE = re.compile(r"[^\S \t\r\n]")
_CONTROL = "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
_OPENING = re.compile(rf"(?<![^\s=])[{QUOTES}]")
_CLOSING = re.compile(rf"[{QUOTES}](?!\S)")
_MINUS = re.compile(rf"(?<![^\s=])[{DASHES}](?=\.?\d)")
_OPTION = re.compile(rf"(?<!\S)-?[{DASHES}][-{DASHES}]*(?=[^\W\d])")
_FLAG = re.compile(r"(?<!\S)--\S+")
_WORD = re.compile(r"--(?:name|system)\s+\S+|\S+")  # a text with its option is one
_INSIDE = re.compile(rf"(?<=\w)[{DASHES[:-2]}](?=\w)|(?<=[a-z0-9])[{LETTER_DASHES}](?=[a-z0-9])")


def wrong_line(magic: str, said: str) -> BadSettings:
    """The error for a line that begins with `magic`."""
    kind = BadOption if magic == "%%chat" else BadCommand
    return kind(said)


def refuse(line: str, magic: str, *, of_names: bool) -> None:
    """Raise an error for them, which says what to type; `magic` is what stands before the line.

    `of_names`: its words are names, which have none of these inside, but for the texts of options.
    """
    found = _Found(of_names=of_names)
    fixed = found.replace_in(line)
    if not found.typed:
        return
    raise wrong_line(
        magic,
        f"the {magic} line has {', '.join(found.typed)}. Type it so:\n"
        f"{magic} {shorten(fixed.strip(), LONGEST_LINE)}",
    )


@dataclass(slots=True)
class _Found:
    """What was found in a line, and what belongs there."""

    of_names: bool
    typed: dict[str, None] = field(default_factory=dict)  # each once, with what belongs there

    def replace_in(self, line: str) -> str:
        """The line as it was meant."""
        pieces = _QUOTED.split(line)  # every second one is quoted
        pieces[::2] = map(self._replace_in_words, pieces[::2])
        pieces[1::2] = map(self._replace_quotes, pieces[1::2])
        return "".join(pieces)

    def _replace_in_words(self, text: str) -> str:
        text = _WORD.sub(self._replace_unseen, text)
        text = _SPACE.sub(self._space, text)
        text = _OPENING.sub(self._quote, text)
        if '"' in text or "'" in text:  # which has no partner
            text = _CLOSING.sub(self._quote, text)
        text = _MINUS.sub(lambda match: self._dash(match, "-"), text)
        text = _OPTION.sub(lambda match: self._dash(match, "--"), text)
        return (_WORD if self.of_names else _FLAG).sub(self._name, text)

    def _space(self, match: re.Match[str]) -> str:
        is_fixed = "<noBreak>" in unicodedata.decomposition(match[0])
        kind = "a non-breaking space" if is_fixed else _kind(match[0])
        self.typed[f"{kind} (U+{ord(match[0]):04X}) instead of a space"] = None
        return " "

    def _replace_unseen(self, word: re.Match[str]) -> str:
        """A word without what nobody sees; texts keep what spells words and joins emoji."""
        is_text = not self.of_names or word[0].startswith(("--name", "--system", "--as"))
        return _unseen(of_text=is_text).sub(self._drop, word[0])

    def _drop(self, match: re.Match[str]) -> str:
        if match.re.groups and match[1]:
            return match[1]
        around = match.string[: match.start()], match.string[match.end() :]
        parts_words = bool(around[0]) and around[1].startswith("--")
        for letter in match[0]:
            kind, code = _kind(letter), f"{ord(letter):04X}"
            if parts_words:
                self.typed[f"{kind} (U+{code}) instead of a space"] = None
            else:
                self.typed[f"{kind} (U+{code}), which nobody sees"] = None
        return " " if parts_words else ""

    def _replace_quotes(self, text: str) -> str:
        """A text in quotes of one kind or the other; what is in them stays."""
        if text[0] not in QUOTES:
            return text
        said = f'{text[0]} and {text[-1]} (typographic quotes) instead of straight quotes (")'
        self.typed[said] = None
        mark = "'" if '"' in text else '"'
        return f"{mark}{text[1:-1]}{mark}"

    def _quote(self, match: re.Match[str]) -> str:
        self.typed[f'{match[0]} (a typographic quote) instead of a straight one (")'] = None
        return '"'

    def _dash(self, match: re.Match[str], plain: str) -> str:
        dash = match[0]
        said = f"{dash} (a typographic dash) instead of {plain}"
        if "－" in dash:
            said = f"{dash} (full-width) instead of {plain}"
        self.typed[said] = None
        return plain

    def _name(self, match: re.Match[str]) -> str:
        """A word that is a name, or that begins with one."""
        if " " in match[0]:
            return match[0]
        name, equals, value = match[0].partition("=")
        name = _INSIDE.sub(lambda dash: self._dash(dash, "-"), name)
        plain = name.translate(FULL_WIDTH)
        if plain != name:
            self.typed[f"{name} (full-width) instead of {plain}"] = None
        return plain + equals + value


def _kind(letter: str) -> str:
    """What a character is called, with its article."""
    if letter in _NAMES:
        return _NAMES[letter]
    name = unicodedata.name(letter, "").lower()
    if not name:
        return "a control character"
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


@cache
def _unseen(*, of_text: bool) -> re.Pattern[str]:
    """What nobody sees; compiled when a line is first looked at."""
    from nbchat.invisible import INVISIBLE, in_a_name

    pattern = in_a_name().pattern if of_text else INVISIBLE.pattern
    return re.compile(f"{pattern}|{_CONTROL}")
