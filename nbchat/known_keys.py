"""The keys that this process has, so that none of them is sent, shown or stored.

A key is known by the variable that holds it: one that a row of the tables names, or whose
name says that it holds a secret. Keys that are given as arguments are known, too. What was
once known stays so: a key that was changed or taken away may still be good.
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from nbchat import key_shapes
from nbchat.environment import unquoted

SHORTEST = 12  # characters; a shorter "key" is a word, such as `ollama` for a local server
MOST = 100  # keys that are remembered though no variable holds them any more
LONGEST_START = 16  # characters of a key's beginning that say nothing yet, such as sk-ant-api03-
ARGUMENT = "api_key"  # the name of a key that came as an argument

_SECRET_NAME = re.compile(
    r"(?:(?:^|_)(?:API_?KEY|ACCESS_KEY(?:_ID)?|SECRET_KEY|PRIVATE_KEY|SECRET|TOKEN|PASS|(?<=_)PWD)"
    r"|PASSWORD|PASSWD)(?:_?\d+)?$",
    re.I,
)
_MAYBE_SECRET_NAME = re.compile(r"(?:^|_)(?:KEY|PAT|AUTH|CREDENTIALS?)(?:_?\d+)?$", re.I)
_LONG_AND_MIXED = re.compile(r"(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{12}", re.I)
_PASSWORD_IN_URL = re.compile(r"[a-z][a-z0-9+.-]*://([^\s/:@]*:([^\s/@]+)@[^\s/?#]*)", re.I)
# What people write where no key is needed, or where one is still to be put in.
_PLACEHOLDER = re.compile(
    r"\W*(?:your|insert|replace|enter|paste|put|change)(?:[\W_]|$)|<.*>$|.*(?:x{6}|\.{3}|\*{4}|…)"
    r"|(?:.*[\W_])?(?:your|x{3,})(?:[\W_]|$)|(?:change|replace|fill|insert)[\W_]?(?:me|this)\b"
    r"|(?:add|use|set|type|provide|fill)[\W_](?:.*[\W_])?(?:your|key|here)(?:[\W_]|$)"
    r"|\$\{?\w+\}?$|%\w+%$|\{\{?.*\}\}?$|os\.environ\b",  # a name in place of its value
    re.I | re.S,
)
_NAME_OF_A_KEY = re.compile(r"[A-Z]+(?:_[A-Z]+)*_(?:KEY|TOKEN|SECRET)(?:_HERE)?")
_LONGEST_OF_WORDS = 10  # letters and digits in a row; a random run that is longer is a key
_EMPTY_WORDS = frozenset(  # of which no key is made
    (
        *("", "a", "an", "any", "api", "apikey", "dummy", "empty", "example", "fake", "for"),
        *("here", "is", "key", "lm", "lmstudio", "local", "my", "needed", "no", "none", "not"),
        *("changeme", "demo", "default", "goes", "nokey", "password", "sample", "undefined"),
        *("null", "ollama", "openai", "placeholder", "random", "required", "secret", "server"),
        *("sk", "some", "string", "studio", "test", "the", "token", "todo", "unused", "vllm"),
        "whatever",
    )
)
_ON_PURPOSE = frozenset(("test", "secret", "password", "demo"))
_FEWEST_LETTERS = 5  # different ones; fewer are no key


def is_key(value: str) -> bool:
    """Whether a value is a key to be kept secret, and no placeholder.

    >>> is_key("sk-4dG7hQ2xW9pL"), is_key("sk-no-key-required"), is_key("your-api-key-1234")
    (True, False, False)
    """
    return len(value) >= SHORTEST and not is_placeholder(value)


def is_placeholder(value: str) -> bool:
    """Whether a value is what people write where no key is needed, or one is to be put in."""
    has_few_letters = len(value) > _FEWEST_LETTERS > len(set(value))  # as in 00000000
    if not value or has_few_letters or _NAME_OF_A_KEY.fullmatch(value):
        return True
    if _PLACEHOLDER.match(value):
        return not any(map(_is_long_and_random, re.split(r"[\W_]+", value)))
    return _EMPTY_WORDS.issuperset(re.split(r"[^a-z0-9]+", value.lower()))


def is_left_to_fill(value: str) -> bool:
    """Whether it is a placeholder, and no word that is set on purpose, as where something is tried.

    >>> is_left_to_fill("YOUR_API_KEY"), is_left_to_fill("test-key")
    (True, False)
    """
    words = re.split(r"[^a-z0-9]+", value.lower())
    is_set_on_purpose = not _PLACEHOLDER.match(value) and not _ON_PURPOSE.isdisjoint(words)
    return is_placeholder(value) and not is_set_on_purpose


def _is_long_and_random(run: str) -> bool:
    is_long = len(run) > _LONGEST_OF_WORDS and len(set(run)) >= _FEWEST_LETTERS
    return is_long and key_shapes.is_random(run)


class Mask:
    """Finds keys in texts, and puts the names of their variables in their place.

    Found are a key as it is, JSON-escaped, URL-encoded, in hex and in base64.

    >>> Mask({"sk-4dG7hQ2xW9pL": "KIMI_API_KEY"}).hide("Use sk-4dG7hQ2xW9pL.")
    'Use [KIMI_API_KEY].'
    """

    __slots__ = ("__by_start", "__firsts", "__forms", "longest")

    def __init__(self, keys: Mapping[str, str]) -> None:
        forms = {form: name for key, name in keys.items() for form in _forms(key)}
        # The shortest first: in a short text, none that follows can be.
        self.__forms = sorted(forms.items(), key=lambda row: len(row[0]))
        self.longest = max(map(len, forms), default=0)  # characters
        self.__by_start: dict[str, list[str]] = {}  # by the first two characters
        for form in forms:
            self.__by_start.setdefault(form[:2], []).append(form)
        firsts = "".join({re.escape(form[0]) for form in forms})
        self.__firsts = re.compile(f"[{firsts}]" if firsts else "(?!)")

    def __repr__(self) -> str:
        return "Mask(…)"

    def __bool__(self) -> bool:
        return bool(self.__forms)

    def is_in(self, text: str) -> bool:
        """Whether a key stands in the text."""
        return len(text) >= SHORTEST and any(True for _ in self._found(text))

    def _found(self, text: str) -> Iterator[tuple[str, str]]:
        size = len(text)
        for form, name in self.__forms:
            if len(form) > size:
                return
            if form in text:
                yield form, name

    def hide(self, text: str, seen: dict[str, None] | None = None) -> str:
        """The text without keys. The names of those that stood in it are added to `seen`."""
        for form, name in reversed([*self._found(text)]):  # a long key may begin with a short one
            if form in text:
                text = text.replace(form, f"[{name}]")
                if seen is not None:
                    seen[name] = None
        return text

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where keys stand, from and to."""
        for form, _ in self._found(text):
            for match in re.finditer(re.escape(form), text):
                yield match.span()

    def hide_in(self, value: Any, seen: dict[str, None] | None = None) -> Any:
        """The same for every text in what JSON has: the value itself where nothing was found."""
        if isinstance(value, str):
            return self.hide(value, seen)
        if isinstance(value, list):
            items = [self.hide_in(item, seen) for item in value]
            return value if items == value else items
        if isinstance(value, tuple):
            items = [self.hide_in(item, seen) for item in value]
            return value if items == [*value] else tuple(items)
        if isinstance(value, dict):
            members = {self.hide_in(k, seen): self.hide_in(v, seen) for k, v in value.items()}
            return value if members == value else members
        return value

    # --- in a text that goes on --------------------------------------------------------------

    def start_in(self, text: str) -> int:
        """Where at the end of a text a key could be beginning; the length of the text if nowhere.

        >>> Mask({"sk-4dG7hQ2xW9pL": "KIMI_API_KEY"}).start_in("Use sk-4dG")
        4
        """
        size = len(text)
        for match in self.__firsts.finditer(text, max(size - self.longest + 1, 0)):
            at = match.start()
            if at == size - 1:
                return at
            forms = self.__by_start.get(text[at : at + 2], ())
            if forms and any(form.startswith(text[at:]) for form in forms):
                return at
        return size

    def hide_start(self, text: str, seen: dict[str, None] | None = None) -> str:
        """What may be shown of the beginning of a key that did not go on."""
        for form, name in self.__forms:
            if form.startswith(text) and len(text) > _open_start(form):
                if seen is not None:
                    seen[name] = None
                return f"[{name}]"
        return text

    def hide_cut(self, text: str, seen: dict[str, None] | None = None) -> str:
        """The text without keys, and without beginnings of keys, since texts are shortened.

        >>> Mask({"sk-4dG7hQ2xW9pL": "KIMI_API_KEY"}).hide_cut("no model 'sk-4dG7hQ2x…'")
        "no model '[KIMI_API_KEY]…'"
        """
        text = self.hide(text, seen)
        for form, name in reversed(self.__forms):  # a long key may begin as a short one does
            if form[: _open_start(form) + 1] in text:
                text = _hide_starts(text, form, f"[{name}]")
                if seen is not None:
                    seen[name] = None
        return text


def _open_start(form: str) -> int:
    """How many of the first characters of a key may be read."""
    return min(LONGEST_START, len(form) // 2)


def _hide_starts(text: str, form: str, instead: str) -> str:
    """The text with something instead of every beginning of `form` that is too long to be read."""
    start = form[: _open_start(form) + 1]
    first, *pieces = text.split(start)
    rest = form[len(start) :]
    return first + "".join(instead + piece[_shared(piece, rest) :] for piece in pieces)


def _shared(text: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = zip(text, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(text), len(other)))


def _forms(key: str) -> set[str]:
    """The ways in which a key is written."""
    from urllib.parse import quote

    data = key.encode("utf-8", "surrogatepass")
    forms = {key, repr(key)[1:-1], quote(data, safe=""), data.hex()}
    for only_ascii in (True, False):
        escaped = json.dumps(key, ensure_ascii=only_ascii)[1:-1]
        forms |= {escaped, escaped.replace("/", "\\/")}
    for shift in range(3):  # inside longer data it starts at one of three offsets
        start, end = -(-shift * 8 // 6), (shift + len(data)) * 8 // 6
        padded = b"\0" * shift + data
        for encode in (b64encode, urlsafe_b64encode):
            forms.add(encode(padded).decode()[start:end])
    return forms


# --- those of this process ---------------------------------------------------------------------

_variables: set[str] = set()  # that rows of the tables name, besides those with telling names
_known: dict[str, str] = {}  # by the key, the name to show; the newest last
# The environment as it was looked at, the variables that were named then, and the keys it held.
_looked_at: tuple[Mapping[Any, Any], set[str], dict[str, list[str]]] = ({}, set(), {})


def watch(variables: Iterable[str]) -> None:
    """Know the keys in these variables of the environment, whatever they are called."""
    _variables.update(variables)


def remember(key: str, name: str = ARGUMENT) -> None:
    """Know a key, also when it does not stand in the environment."""
    key = key.strip()
    if not is_key(key):
        return
    if _known.get(key, ARGUMENT) == ARGUMENT:
        _known[key] = name


def keys() -> tuple[str, ...]:
    """Every key that is or was known; the environment is looked at anew."""
    held = _held()
    for key, names in held.items():
        if _known.get(key) not in names:
            _known[key] = names[0]
    left = [key for key in list(_known) if key not in held]
    for key in left[:-MOST]:
        _known.pop(key, None)
    return tuple(_known)


def _held() -> Mapping[str, Sequence[str]]:
    """The keys that the environment holds now, and the variables that have each.

    It is compared as Python holds it: that costs a hundredth of looking at each variable, and
    every row of a map asks.
    """
    global _looked_at
    environment = dict(getattr(os.environ, "_data", os.environ))
    looked_at, variables, held = _looked_at
    if environment == looked_at and variables == _variables:
        return held
    held = {}
    for name, value in list(os.environ.items()):
        value = unquoted(value)
        key = value if name in _variables else _secret_in(name, value)
        if is_key(key):
            held.setdefault(key, []).append(name)
    _looked_at = (environment, set(_variables), held)
    return held


@lru_cache(maxsize=1000)
def _secret_in(name: str, value: str) -> str:
    """What is secret of the value of a variable that no row names; empty where nothing is."""
    url = _PASSWORD_IN_URL.match(value)
    if url:
        return url[2] if is_key(url[2]) else url[1]
    is_secret = key_shapes.is_shaped(value)
    if _SECRET_NAME.search(name):
        is_secret = is_secret or not key_shapes.is_plain(value)
    elif _MAYBE_SECRET_NAME.search(name):
        is_secret = is_secret or _LONG_AND_MIXED.search(value) is not None
    return value if is_secret else ""


def current() -> Mask:
    """The mask for every key that is or was known."""
    known = keys()
    return _mask(known, tuple(_known.get(key, ARGUMENT) for key in known))


@lru_cache(maxsize=2)
def _mask(known: tuple[str, ...], names: tuple[str, ...]) -> Mask:
    return Mask(dict(zip(known, names, strict=True)))


def hide(text: str, seen: dict[str, None] | None = None) -> str:
    """The text without any key; see `Mask.hide`."""
    return current().hide(text, seen)


def hide_cut(text: str) -> str:
    """The text without any key, and without a long beginning of one; see `Mask.hide_cut`."""
    return current().hide_cut(text)
