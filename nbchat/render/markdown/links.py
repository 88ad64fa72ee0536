"""What becomes of addresses: links a person may click, and pictures that are not loaded.

A picture in an answer is a request to an address the model chose, so it is
shown as a link that names its host. Addresses other than http, https and mailto
are words, and words that name another host than their link's are followed by
it. It works on markdown-it's tokens and makes no HTML.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from nbchat.render.characters import undisguised_name
from nbchat.render.markdown.addresses import (
    address_in_words,
    destination,
    is_mail,
    misleads,
    names_a_place,
)

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

LONGEST_PICTURE_NAME = 100  # characters of an address that names a picture
_WITH_WORDS = ("text", "code_inline", "formula")
_LINE_ENDS = ("softbreak", "hardbreak")
_PUNCTUATION = ".,:;!?*_~\u2026"
_OPENING = {")": "(", "]": "["}
_BARE_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9_@/:.-])https?://[^\s<>\"'`|\\^{}\u3000-\u303f\uff00-\uffef]+"
)


def links(state: StateCore) -> None:
    """A rule for markdown-it's core: rewrites every link and picture of the text."""
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = _rewrite(token.children)


def _rewrite(children: list[Token]) -> list[Token]:
    out: list[Token] = []
    opened: list[tuple[str, list[str]]] = []  # of each open link its address, and its words
    for token in children:
        if token.type == "link_open":
            address = str(token.attrs.get("href", ""))
            token.attrs = {"href": address}
            if destination(address):
                out.append(token)
            opened.append((address, []))
        elif token.type == "link_close" and opened:
            address, words = opened.pop()
            if destination(address):
                out.append(token)
            out.extend(_remark(address, "".join(words), token.level))
        elif token.type == "image":
            inside_link = any(destination(address) for address, _ in opened)
            if opened:
                opened[-1][1].append(words_of(token))
            out.extend(_picture(token, inside_link=inside_link))
        elif token.type in _WITH_WORDS and opened:
            opened[-1][1].append(token.content)
            if token.type == "text":
                token.content = undisguised_name(token.content)
            out.append(token)
        elif token.type in _LINE_ENDS and opened:
            opened[-1][1].append(" ")
            out.append(token)
        elif token.type == "text" and "://" in token.content:
            out.extend(_link_bare_addresses(token))
        else:
            out.append(token)
    return out


def _remark(address: str, words: str, level: int) -> list[Token]:
    remark = remark_words(address, words)
    return [_text(f" ({remark})", level)] if remark else []


def remark_words(address: str, words: str) -> str:
    """What a reader should know about the address of a link beside its words, if anything."""
    if host := destination(address):
        return host if misleads(words, address) else ""
    if not names_a_place("".join(unquote(address).split())):
        return ""
    place = address_in_words(address)
    return "" if place in (words, address_in_words(words)) else place


def _picture(token: Token, *, inside_link: bool) -> list[Token]:
    words, address = picture_words(token)
    label = _text(words, token.level)
    return [label] if inside_link or not address else _link(address, label)


def picture_words(token: Token) -> tuple[str, str]:
    """What stands in the place of a picture, and the address it links to, if it may."""
    address = str(token.attrs.get("src", ""))
    words = words_of(token).strip()
    if words:
        words = f"{undisguised_name(words)}: "
    host = destination(address)
    if host and not is_mail(address):
        return f"{words}image at {host} (not loaded)", address
    is_short = len(address) <= LONGEST_PICTURE_NAME and not address.lower().startswith("data:")
    name = address_in_words(address) if is_short else ""
    if name:
        name = f"{name} "
    return f"{words}image {name}(not loaded)", ""


def words_of(token: Token) -> str:
    """The words of a token, a space for a line end; those of a picture stand in its children."""
    if token.type != "image":
        return " " if token.type in _LINE_ENDS else token.content
    return "".join(map(words_of, token.children or ()))


def _link_bare_addresses(token: Token) -> list[Token]:
    """The text with the addresses in it as links."""
    out: list[Token] = []
    end = 0
    for match in _BARE_ADDRESS.finditer(token.content):
        address = _trim(match[0])
        if not destination(address):
            continue
        if match.start() > end:
            out.append(_text(token.content[end : match.start()], token.level))
        out += _link(address, _text(undisguised_name(address), token.level))
        out += _remark(address, address, token.level)
        end = match.start() + len(address)
    if not out:
        return [token]
    if end < len(token.content):
        out.append(_text(token.content[end:], token.level))
    return out


def _trim(address: str) -> str:
    """The address without what belongs to the sentence around it."""
    address = address.rstrip(_PUNCTUATION)
    unopened = {}
    for closer, opener in _OPENING.items():
        unopened[closer] = address.count(closer) - address.count(opener)
    end = len(address)
    while end and unopened.get(address[end - 1], 0) > 0:
        unopened[address[end - 1]] -= 1
        end -= 1
        while address[end - 1] in _PUNCTUATION:
            end -= 1
    return address[:end]


def _link(address: str, label: Token) -> list[Token]:
    from markdown_it.token import Token

    return [
        Token("link_open", "a", 1, attrs={"href": address}),
        label,
        Token("link_close", "a", -1),
    ]


def _text(content: str, level: int) -> Token:
    from markdown_it.token import Token

    return Token("text", "", 0, content=content, level=level)
