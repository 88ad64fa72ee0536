"""The language that a person reads: English, or Chinese where that is asked for.

Code, comments, exceptions' own texts and logs are English, and so is what a notebook keeps of an
answer. What is shown to a person goes through `translated` on its way.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbchat.languages.phrasebook import Phrasebook

ENGLISH, CHINESE = "en", "zh"
VARIABLE = "NBCHAT_LANG"
# Of these the first that is set counts, as for gettext.
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
UNSAID = ("", "C", "POSIX")  # of a locale: no language

_of_page = ""  # what a page has told of its reader


def language() -> str:
    """The language of what is shown: NBCHAT_LANG, or the locale, or that of the person's page.

    >>> language()
    'en'
    """
    return CHINESE if named().lower().startswith(CHINESE) and _can_be_written() else ENGLISH


def named() -> str:
    """The language as somebody has named it, such as "zh_CN.UTF-8"; "" where nobody has."""
    if wanted := os.environ.get(VARIABLE, "").strip():
        return wanted
    locale = _locale()
    return _of_page if locale.partition(".")[0] in UNSAID else locale


def of_pages() -> str:
    """The language of a page; "" where that is the browser's to say.

    A server's locale is English also where nobody has chosen that.
    """
    if wanted := os.environ.get(VARIABLE, "").strip():
        return wanted
    locale = _locale()
    return locale if locale.lower().startswith(CHINESE) else ""


def _locale() -> str:
    return next((value for name in LOCALE if (value := os.environ.get(name))), "")


def heed_page(language: str) -> None:
    """Take the language of the person's browser, which counts where the kernel has none."""
    global _of_page
    _of_page = language[:35]  # characters, more than any name of a language has


def translated(text: str) -> str:
    """The text in the person's language: what is not known to be ours stays as it is.

    >>> translated("no such model.")
    'no such model.'
    """
    if language() == ENGLISH or text.isspace():
        return text
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
