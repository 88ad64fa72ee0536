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

# Endings of hosts that are none of files or attributes.
_NAMES = """
com org net edu gov mil info biz mobi app dev io ai co me tv xyz online site shop tech cloud
blog club bank website finance asia рф бел укр срб 中国 中國 香港 台灣 한국
cn hk tw jp kr in ru uk de fr nl ch eu us ca au br es it pl se dk fi no cz sk hu ro bg gr tr ua
kz il ir ae sa eg za ng ke mx ar cl pe ve nz sg th vn ph my pk bd lk np ie lu li lv ee hr si ba
mt cy az uz at gl gg fm ly su tk
"""
_ENDINGS = frozenset(_NAMES.split())
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
_SIGNS = str.maketrans({sign: chr(to) for sign, to in _LOOKS_LIKE.items() if chr(to) in "./:"})

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_NAMED = re.compile(
    r"(?:https?:[/\\]*|(?<![a-z0-9+-])[a-z][a-z0-9+-]{0,30}://|(?<![^\s(])//(?=\S+\.))(?P<url>[^\s/?#\\][^\s/?#]*)\S*"
    rf"|(?<=[\w.+-])@(?P<mail>{_LABEL}(?:\.{_LABEL})+)"
    r"|@(?P<handle>[^\s/?#]+)"
    rf"|(?<![\w.-])(?P<bare>{_LABEL}(?:\.{_LABEL}){{1,9}})(?P<path>\.?(?::\d+)?[/?#]\S*)?"
)
_IP_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
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
    words = unicodedata.normalize("NFKC", INVISIBLE.sub("", words)).casefold().translate(_SIGNS)
    for match in _NAMED.finditer(words):
        bare = match["bare"]
        if bare is None or _is_host(bare, match["path"] or ""):
            name = match["url"] or match["mail"] or match["handle"] or bare or ""
            name = name.rstrip(_BEHIND_A_NAME).removeprefix("www.")
            yield NamedHost(name.partition(":")[0], is_certain=match["handle"] is None)


def _is_host(word: str, path: str) -> bool:
    """Whether a reader takes a word with dots for a host, although no scheme is before it."""
    if word.startswith("www.") or _IP_ADDRESS.fullmatch(word):
        return True
    ending = word.rpartition(".")[2].partition("-")[0]
    endings = {ending, ending.translate(_LOOKS_LIKE)}
    if endings & _ENDINGS:
        return True
    return path.lstrip(".:0123456789").startswith("/") and bool(endings & _ENDINGS_WITH_PATH)
