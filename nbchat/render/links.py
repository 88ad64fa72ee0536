"""What becomes of addresses: links a person may click, and pictures that are not loaded.

A picture in an answer is a request to an address the model chose, so it is
shown as a link that names its host. Addresses other than http, https and mailto
are words. It works on markdown-it's tokens and makes no HTML.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from nbchat.render.characters import readable, unmasked
from nbchat.render.sanitise import SCHEMES

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

LONGEST = 4_000  # characters of an address; a reference can be used again and again
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PUNCTUATION = ".,:;!?*_~\u2026"
_OPENING = {")": "(", "]": "["}
_BARE = re.compile(r"(?<![A-Za-z0-9_@/:.-])https?://[^\s<>\"'`|\\^{}\u3000-\u303f\uff00-\uffef]+")


def links(state: StateCore) -> None:
    """A rule for markdown-it's core: rewrites every link and picture of the text."""
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = _rewritten(token.children)


def _rewritten(children: list[Token]) -> list[Token]:
    out: list[Token] = []
    refused: list[str | None] = []  # one for each open link: its address if it is not to be one
    for token in children:
        if token.type == "link_open":
            address = str(token.attrs.get("href", ""))
            token.attrs = {"href": address}
            if _may_be_clicked(address):
                refused.append(None)
                out.append(token)
            else:
                refused.append(address)
        elif token.type == "link_close":
            address_left = refused.pop() if refused else None
            if address_left is None:
                out.append(token)
            elif _worth_showing(address_left, out):
                out.append(_text(f" ({_legible(address_left)})", token.level))
        elif token.type == "image":
            out.extend(_picture(token, inside_link=None in refused))
        elif token.type == "text" and not refused and "://" in token.content:
            out.extend(_bare(token))
        else:
            out.append(token)
    return out


def _may_be_clicked(address: str) -> bool:
    scheme = _SCHEME.match(address)
    if scheme is None or scheme[1].lower() not in SCHEMES or len(address) > LONGEST:
        return False
    return scheme[1].lower() == "mailto" or bool(_host(address))


def _worth_showing(address: str, out: list[Token]) -> bool:
    """Whether the words of a link that is none hide where it would have led."""
    shown = "".join(unquote(address).split())
    if (not _SCHEME.match(shown) and not shown.startswith("//")) or len(address) > LONGEST:
        return False
    last = out[-1].content if out else ""
    return _legible(address) not in (last, _legible(last))


def _legible(address: str) -> str:
    return unmasked(readable(unquote(address)))


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # "http://[": no address at all
        return ""


def _picture(token: Token, *, inside_link: bool) -> list[Token]:
    address = str(token.attrs.get("src", ""))
    words = "".join(child.content if child.type != "softbreak" else " " for child in token.children or ())
    words = f"{words.strip()}: " if words.strip() else ""
    if not _may_be_clicked(address) or address.lower().startswith("mailto:"):
        name = _legible(address) if len(address) <= 100 and not address.lower().startswith("data:") else ""
        return [_text(f"{words}image {name}{' ' if name else ''}(not loaded)", token.level)]
    label = _text(f"{words}image at {_host(address)} (not loaded)", token.level)
    return [label] if inside_link else _link(address, label)


def _bare(token: Token) -> list[Token]:
    """The text with the addresses in it as links."""
    out: list[Token] = []
    end = 0
    for found in _BARE.finditer(token.content):
        address = _trimmed(found[0])
        if not _may_be_clicked(address):
            continue
        if found.start() > end:
            out.append(_text(token.content[end : found.start()], token.level))
        out.extend(_link(address, _text(address, token.level)))
        end = found.start() + len(address)
    if not out:
        return [token]
    if end < len(token.content):
        out.append(_text(token.content[end:], token.level))
    return out


def _trimmed(address: str) -> str:
    """The address without what belongs to the sentence around it."""
    address = address.rstrip(_PUNCTUATION)
    while address.endswith((")", "]")) and address.count(address[-1]) > address.count(_OPENING[address[-1]]):
        address = address[:-1].rstrip(_PUNCTUATION)
    return address


def _link(address: str, label: Token) -> list[Token]:
    from markdown_it.token import Token

    return [Token("link_open", "a", 1, attrs={"href": address}), label, Token("link_close", "a", -1)]


def _text(content: str, level: int) -> Token:
    from markdown_it.token import Token

    return Token("text", "", 0, content=content, level=level)
