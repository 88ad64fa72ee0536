"""What keys look like: by how they begin, by their form, or by how random they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PREFIXES = (
    r"sk[-_]|gsk_|csk-|xai-|hf_|nvapi-|pplx-|r8_|fw_|jina_|tvly-|tgp_|AIza|AQ\.|ya29\.|bce-v3/"
    r"|gh[pousr]_|github_pat_|glpat-|xox[a-z]-|npm_"
)
_PREFIXED = re.compile(rf"(?<![\w-])(?:{_PREFIXES})([\w/.~+=-]{{10,}})")
_SHAPED = re.compile(
    r"(?<!\w)(?:"
    r"(?:AKIA|ASIA)[0-9A-Z]{16}"  # Amazon
    r"|ABSK[A-Za-z0-9+/]{20,}={0,2}"  # Amazon Bedrock
    r"|[0-9a-f]{32}\.[A-Za-z0-9]{16}"  # Zhipu
    r"|xox[a-z]-\d{8,}-[\w-]{8,}"  # Slack
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"  # a JSON web token
    r")(?!\w)"
)
_WITH_A_YEAR = re.compile(r"[a-z]+(?:19|20)\d\d[a-z]*")  # as in learn2024release
_CHANGE = re.compile(r"(?<=\d)(?=[A-Za-z])|(?<=[A-Za-z])(?=\d)")  # between letters and digits
_WORD_AND_NUMBER = re.compile(r"[a-z]+\d+")
_BEARER = re.compile(r"\b(?:bearer|basic)\s+([\w.~+/=-]{16,})", re.I)


def is_random(run: str) -> bool:
    """Whether letters and digits in a row are those of a key rather than a word.

    >>> [is_random(run) for run in ("4dG7hQ2xW9", "abcdefghijkl1234", "estimators", "download2")]
    [True, True, False, False]
    """
    if len(run) >= 24:
        return True
    changes = len(_CHANGE.findall(run))
    if not changes or _WITH_A_YEAR.fullmatch(run):
        return False
    if _is_mixed(run):
        return len(run) >= 8
    return len(run) >= (12 if changes > 2 else 16)


def _is_mixed(run: str) -> bool:
    return run not in (run.lower(), run.upper())


def _is_shaped(body: str) -> bool:
    is_long = len(body) >= 32 and _is_mixed(body) and any(letter.isdigit() for letter in body)
    return is_long or any(map(is_random, re.split(r"[\W_]+", body)))


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where something stands that looks like a key, from and to."""
    for match in _PREFIXED.finditer(text):
        if _is_shaped(match[1]):
            yield match.span()
    for match in _SHAPED.finditer(text):
        yield match.span()
    for match in _BEARER.finditer(text):
        if _is_shaped(match[1]) and not _WORD_AND_NUMBER.fullmatch(match[1]):
            yield match.span(1)


def is_in(text: str) -> bool:
    """Whether something in a text looks like a key."""
    return any(True for _ in spans(text))


def is_shaped(value: str) -> bool:
    """Whether all of a value is what a key looks like."""
    return (0, len(value)) in spans(value)


# --- what is none ------------------------------------------------------------------------------

_WORD = r"(?:[A-Z]?[a-z]+|[A-Z]+)"
_WORDS = re.compile(rf"{_WORD}{{1,2}}(?:[/_]{_WORD})*(?:\.[a-z]{{1,5}})?")
_PATH = re.compile(r"(?:~|\.{1,2}|[A-Za-z]:)?[/\\](?:[a-z.]+|[A-Z][a-z]+)(?:[/\\][\w. @+-]*)*")
_THIS_MACHINE = re.compile(
    r"(?:https?://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]):?\d*(?:/[a-z/]*)?", re.I
)
LONGEST_WORD = 24  # letters


def is_plain(value: str) -> bool:
    """Whether a value is a word, a path or an address of this machine, as no key is.

    >>> [is_plain(value) for value in ("configuration", "/home/user/data", "localhost:8888")]
    [True, True, True]
    >>> [is_plain(value) for value in ("correct-horse-battery", "a1b2/c3d4e5f6", "qWxkzPtLmNbv")]
    [False, False, False]
    """
    if _THIS_MACHINE.fullmatch(value):
        return True
    pieces = re.split(r"[\W_]+", value)
    if any(len(piece) > LONGEST_WORD or is_random(piece) for piece in pieces):
        return False
    return bool(_WORDS.fullmatch(value) or _PATH.fullmatch(value))
