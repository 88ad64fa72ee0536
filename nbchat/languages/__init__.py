"""The language that a person reads: English, or Chinese where that is asked for.

Code, comments, exceptions' own texts and logs are English, and so is what a notebook keeps of an
answer. What is shown to a person goes through `translated` on its way.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbchat.languages.phrasebook import Phrasebook

ENGLISH, CHINESE = "en", "zh"
VARIABLE = "NBCHAT_LANG"
# Of these the first that is set counts, as for gettext.
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
LONGEST_KEPT = 10_000  # characters of a text that is remembered with what it is in Chinese

_page_is_chinese = False  # JupyterLab, or the browser of a panel


def language() -> str:
    """The language of what is shown: NBCHAT_LANG, or that of the locale or of the person's page.

    >>> language()
    'en'
    """
    return CHINESE if of_pages() == CHINESE and _can_be_written() else ENGLISH


def of_pages() -> str:
    """The language that a page is to be in; "" where that is the page's to say.

    A server's locale is English also where nobody has chosen that.
    """
    if wanted := os.environ.get(VARIABLE, "").strip():
        return CHINESE if _is_chinese(wanted) else ENGLISH
    locale = next((value for name in LOCALE if (value := os.environ.get(name))), "")
    return CHINESE if _page_is_chinese or _is_chinese(locale) else ""


def not_spoken() -> str:
    """The language that NBCHAT_LANG names, where nbchat has no words of it."""
    wanted = os.environ.get(VARIABLE, "").strip()
    return "" if wanted[:2].lower() in ("", ENGLISH, CHINESE) else wanted


def _is_chinese(name: str) -> bool:
    """Of a language or a locale, such as "zh_CN.UTF-8"."""
    return name.lower().startswith(CHINESE)


def heed_page(language: str) -> None:
    """Take note where the person's JupyterLab or browser is in Chinese; see `of_pages`."""
    global _page_is_chinese
    _page_is_chinese = _page_is_chinese or _is_chinese(language)


def translated(text: str) -> str:
    """The text in the person's language: what is not known to be ours stays as it is.

    >>> translated("no such model.")
    'no such model.'
    """
    if language() == ENGLISH or text.isspace():
        return text
    return _in_chinese(text) if len(text) <= LONGEST_KEPT else _book().translated(text)


def listed(texts: Iterable[str]) -> str:
    """Texts in a row, each in the person's language.

    >>> listed(["image", "thinking"])
    'image, thinking'
    """
    others = [*map(translated, texts)]
    if language() == ENGLISH:
        return ", ".join(others)
    return ("；" if any(re.search("[，：；]", one) for one in others) else "、").join(others)


def aside(text: str, before: str = "") -> str:
    """A remark in brackets, in the person's language; it may stand behind a text.

    >>> aside("nothing was sent"), aside("not trusted", "a.toml")
    ('(nothing was sent)', 'a.toml (not trusted)')
    """
    other = translated(text)
    if other != text:
        return f"{before}（{other}）"
    return f"{before} ({text})" if before else f"({text})"


@lru_cache(maxsize=1_000)  # what streams is painted many times a second, mostly with the same words
def _in_chinese(text: str) -> str:
    return _book().translated(text)


@cache
def _book() -> Phrasebook:
    """What nbchat says, in Chinese; read when it is first needed."""
    from nbchat.languages.phrasebook import Phrasebook, read_tables

    return Phrasebook(read_tables(CHINESE))


def _can_be_written() -> bool:
    """Whether standard output takes Chinese: that of a kernel does."""
    try:
        "中".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeError:
        return False
    return True
