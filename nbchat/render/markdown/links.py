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

from nbchat.render.characters import unmasked
from nbchat.render.markdown.addresses import destination, is_mail, legible, misleads, names_a_place

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

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
            out.extend(
                _picture(token, inside_link=any(destination(address) for address, _ in opened))
            )
        elif token.type in ("text", "code_inline") and opened:
            opened[-1][1].append(token.content)
            token.content = unmasked(token.content)
            out.append(token)
        elif token.type == "text" and "://" in token.content:
            out.extend(_bare(token))
        else:
            out.append(token)
    return out


def _remark(address: str, words: str, level: int) -> list[Token]:
    """What a reader should know about the address of a link beside its words, if anything."""
    if host := destination(address):
        return [_text(f" ({host})", level)] if misleads(words, address) else []
    hidden = names_a_place("".join(unquote(address).split())) and legible(address) not in (
        words,
        legible(words),
    )
    return [_text(f" ({legible(address)})", level)] if hidden else []


def _picture(token: Token, *, inside_link: bool) -> list[Token]:
    address = str(token.attrs.get("src", ""))
    words = "".join(
        child.content if child.type != "softbreak" else " " for child in token.children or ()
    )
    words = f"{unmasked(words.strip())}: " if words.strip() else ""
    host = destination(address)
    if not host or is_mail(address):
        name = (
            legible(address)
            if len(address) <= 100 and not address.lower().startswith("data:")
            else ""
        )
        return [_text(f"{words}image {name}{' ' if name else ''}(not loaded)", token.level)]
    label = _text(f"{words}image at {host} (not loaded)", token.level)
    return [label] if inside_link else _link(address, label)


def _bare(token: Token) -> list[Token]:
    """The text with the addresses in it as links."""
    out: list[Token] = []
    end = 0
    for found in _BARE.finditer(token.content):
        address = _trimmed(found[0])
        if not destination(address):
            continue
        if found.start() > end:
            out.append(_text(token.content[end : found.start()], token.level))
        out += _link(address, _text(unmasked(address), token.level))
        out += _remark(address, address, token.level)
        end = found.start() + len(address)
    if not out:
        return [token]
    if end < len(token.content):
        out.append(_text(token.content[end:], token.level))
    return out


def _trimmed(address: str) -> str:
    """The address without what belongs to the sentence around it."""
    address = address.rstrip(_PUNCTUATION)
    unopened = {
        closer: address.count(closer) - address.count(opener) for closer, opener in _OPENING.items()
    }
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
