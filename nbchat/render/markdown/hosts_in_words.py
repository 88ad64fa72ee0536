"""The hosts that a reader takes words for: `https://bank.example/x`, `bank.com`, `me@bank.de`.

Words are read as in a hurry: a sign that looks like another is that one, and what nobody
sees is not there. Where a link leads is not known here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from nbchat.invisible import INVISIBLE
from nbchat.render.markdown.host_endings import LONG_ENDINGS

# Endings of hosts that are none of files or attributes.
_NAMES = """
com org net edu gov mil info biz mobi app dev io ai co me tv xyz online site shop tech cloud
blog club bank website finance asia рф бел укр срб 中国 中國 香港 台灣 한국
cn hk tw jp kr in ru uk de fr nl ch eu us ca au br es it pl se dk fi no cz sk hu ro bg gr tr ua
kz il ir ae sa eg za ng ke mx ar cl pe ve nz sg th vn ph my pk bd lk np ie lu li lv ee hr si ba
mt cy az uz at gl gg fm ly su tk vip top win xin bid ltd llc inc fyi bet tax law
"""
# Some of the long endings are what values of a library can do, or kinds of files.
_NAMES_OF_CODE = """
call case center channel circle codes compare contact cool data date digital direct download drive
email events fail family final global group here host java link menu name network next open page
parts phone pink place play plus prime prod prof properties read report rest safe save search seek
select shell show stream study style target today tools training watch zero zone
"""
_ENDINGS = (LONG_ENDINGS - set(_NAMES_OF_CODE.split())) | set(_NAMES.split())
# main.rs and DataFrame.to are no hosts, but with a path behind it such a word is one.
_NAMES_WITH_PATH = """
pt be by lt ge rs py sh md ps cc pm ml so st mk id is to do ms la ws am ac mn cf ga gq im
name page link click live news email world network store space pro zip mov
"""
_ENDINGS_WITH_PATH = frozenset(_NAMES_WITH_PATH.split())
_LOOKS_LIKE = str.maketrans(
    "асеорхуіѕјһԁԛԝкмт" "οαρνικυτ" "ոօɡı" "。․·‧∙⋅・" "∕⁄⧸╱" "∶꞉ː",
    "aceopxyisjhdqwkmt" "oapvikut" "nogi" "......." "////" ":::",
)  # fmt: skip
_UNLIKE_THEIR_NORMAL_FORM = str.maketrans("\u03f2\u03f9\u03f3", "ccj")
_LOOKS_LIKE_A_DOT = re.compile(r"(?<=[a-z0-9])[\uff0c\u201a\u3001\u2022](?=[a-z])", re.IGNORECASE)
_DOT_IN_CODE = re.compile("%2e", re.IGNORECASE)
_SIGNS = str.maketrans({sign: chr(to) for sign, to in _LOOKS_LIKE.items() if chr(to) in "./:"})

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_NAMED = re.compile(
    r"(?:https?:[/\\]*|(?<![a-z0-9+-])[a-z][a-z0-9+-]{0,30}://|(?<![^\s(])//(?=\S+\.))(?P<url>[^\s/?#\\][^\s/?#]*)\S*"
    rf"|(?<=[\w.+-])@(?P<mail>{_LABEL}(?:\.{_LABEL})+)"
    r"|@(?P<handle>[^\s/?#]+)"
    r"|(?<![\w.-])(?P<here>localhost|\[[0-9a-f]{0,4}:[0-9a-f:.]{1,40}\])(?=:\d|/)"
    rf"|(?<![^\W_])(?P<bare>{_LABEL}(?:\.{_LABEL}){{1,9}})(?P<path>\.?(?::\d+)?[/?#]\S*)?"
)
_SIGN = re.compile("[.:@/]")
_IP_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_IN_BRACKETS = re.compile(r"(\[[0-9a-f:.]+\])(?::\d*)?")
_BEHIND_A_NAME = ".,:;!?)]}>'\"`*_…»”’"


class NamedHost(NamedTuple):
    """A host in words, and whether it can be nothing else, whatever an address ends with."""

    name: str
    is_certain: bool


def hosts_in(words: str) -> Iterator[NamedHost]:
    """The hosts that the words name.

    >>> [host.name for host in hosts_in("Go to HTTPS://Bank.example:443/login or bank。com")]
    ['bank.example', 'bank.com']
    >>> list(hosts_in("main.py of Node.js 1.2.3"))
    []
    """
    readings = filter(_SIGN.search, _readings(words))
    yield from dict.fromkeys(host for reading in readings for host in _hosts_in(reading))


def _hosts_in(words: str) -> Iterator[NamedHost]:
    for match in _NAMED.finditer(words):
        bare = match["bare"]
        if bare is None or _is_host(bare, match["path"] or ""):
            name = match["url"] or match["mail"] or match["handle"] or match["here"] or bare or ""
            yield NamedHost(_without_port(name), is_certain=match["handle"] is None)


def _without_port(name: str) -> str:
    if in_brackets := _IN_BRACKETS.fullmatch(name):
        return in_brackets[1]
    return name.rstrip(_BEHIND_A_NAME).removeprefix("www.").partition(":")[0]


def _readings(words: str) -> list[str]:
    """The words as they may be read: a sign of another script is a dot, or stands for nothing."""
    words = _DOT_IN_CODE.sub(".", words)
    if words.isascii():
        return [words.lower()]
    words = INVISIBLE.sub("", words).translate(_UNLIKE_THEIR_NORMAL_FORM)
    apart = "".join(map(_letter_or_space, words))
    return [_as_read(_LOOKS_LIKE_A_DOT.sub(".", words)), _as_read(apart)]


def _letter_or_space(sign: str) -> str:
    if sign.isascii() or sign.isdecimal() or unicodedata.category(sign)[0] in "LM":
        return sign
    return sign if unicodedata.normalize("NFKC", sign) in "./:@\u3002" else " "


def _as_read(words: str) -> str:
    return unicodedata.normalize("NFKC", words).casefold().translate(_SIGNS)


def _is_host(word: str, path: str) -> bool:
    """Whether a reader takes a word with dots for a host, although no scheme is before it."""
    if word.startswith("www.") or _IP_ADDRESS.fullmatch(word):
        return True
    ending = re.split("[-_]", word.rpartition(".")[2], maxsplit=1)[0]
    endings = {ending, ending.translate(_LOOKS_LIKE)}
    if endings & _ENDINGS:
        return True
    return path.lstrip(".:0123456789").startswith("/") and bool(endings & _ENDINGS_WITH_PATH)
