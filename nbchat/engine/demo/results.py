"""What came of an act, in a sentence or two: read from the result that was sent back."""

from __future__ import annotations

import csv
import re
from contextlib import suppress

from nbchat.engine.demo.acts import Act
from nbchat.engine.demo.sent import read_sent
from nbchat.picture_words import picture_size, picture_words

MOST_LINES = 12  # of a result that is quoted
LONGEST_INLINE = 80  # characters of a result that stands in the sentence
BLIND = "I am a script and cannot look at it; a model that reads images can."

_REFUSED = re.compile(r"refused(?: by the user)?\s*[:.]?\s*(?P<reason>.*)")
_NOT_RUN = re.compile(r"not run\b\s*:?\s*(?P<reason>.*)")
_INTERRUPTED = re.compile(r"interrupted by the user\b")
_ERROR = re.compile(r"^(?P<kind>[\w.]*(?:Error|Exception|Exit|Interrupt|Iteration))(?::.*)?$", re.M)
_EDITED = re.compile(
    r"[^\n]*\bedited\b[^\n]*:\n\n(?P<code>(?: {4}[^\n]*\n|\n)+)(?:What came of it:\n\n)?", re.I
)
_HEADING = re.compile(r"[\w.]+, [\d,]+ (?:values?|rows?|items?)\b[^\n]*:\n")
_RETURNED = re.compile(r"^it returned:\n+", re.M)
_NOTHING = ("it returned nothing", "it returned an empty text")
_FENCED = re.compile(r"^(?P<marks>`{3,})\w*\n(?P<text>.*?)\n(?P=marks)$", re.M | re.S)
_LABELLED = re.compile(
    r"^(?P<label>[^\s,]+(?: [^\s,]+)*)(?:\s{2,}|,)(?P<number>-?\d[\d.]*(?:e[+-]?\d+)?)$", re.M
)


def is_refused(act: Act) -> bool:
    """Whether a person did not let it run."""
    return bool(_REFUSED.match(act.result))


def has_not_run(act: Act) -> bool:
    """Whether it was refused, could not be called so, or was stopped."""
    return any(one.match(act.result) for one in (_REFUSED, _NOT_RUN, _INTERRUPTED))


def has_failed(act: Act) -> bool:
    """Whether it ran into an error: that is the last thing a result says."""
    return _error(act.result) != ""


def told(act: Act) -> str:
    """What came of it, for the person."""
    name = f"`{act.call.name}`"
    if refused := _REFUSED.match(act.result):
        return f"{name} was refused{_reason(refused['reason'])} It did not run."
    if left := _NOT_RUN.match(act.result):
        return f"{name} did not run{_reason(left['reason'])}"
    if _INTERRUPTED.match(act.result):
        return f"{name} was interrupted."
    edit = _EDITED.match(act.result)
    said = f"You had edited it, to {_code(_in_one_line(edit['code']))}. " if edit else ""
    result = act.result[edit.end() :] if edit else act.result
    if error := _error(result):
        return f"{said}{name} failed: {_code(error)}."
    if act.pictures:
        return f"{said}{name} gave {_pictures(act)}. {BLIND}"
    return f"{said}{_value_told(name, result)}"


def _reason(text: str) -> str:
    return f": {_sentence(text.strip())}" if text.strip() else "."


def _in_one_line(code: str) -> str:
    lines = [line.strip() for line in code.strip().split("\n")]
    return lines[0] if len(lines) == 1 else f"{lines[0]} …"


def _error(result: str) -> str:
    """The last line of a traceback, or of an error's words."""
    lines = result.rstrip().split("\n")
    while lines and not lines[-1].strip("` "):
        lines.pop()
    last = lines[-1].strip() if lines else ""
    found = [match[0] for match in _ERROR.finditer(result)]
    is_traceback = "Traceback (most recent call last)" in result
    if _ERROR.fullmatch(last):
        return last
    return found[-1] if found and is_traceback else ""


def _pictures(act: Act) -> str:
    sizes = [picture_size(picture.data) for picture in act.pictures]
    said = [
        f"{size.width:,} × {size.height:,} pixels" if size else picture_words(picture)
        for size, picture in zip(sizes, act.pictures, strict=True)
    ]
    if len(said) == 1:
        return f"a figure of {said[0]}"
    return f"{len(said)} figures, of {', '.join(said[:-1])} and {said[-1]}"


def _value_told(name: str, result: str) -> str:
    text = _shown(result)
    if not text or text in _NOTHING:
        return f"{name} ran, and gave nothing."
    labelled = _labelled(text)
    if len(labelled) > 1:
        most, least = max(labelled, key=_second), min(labelled, key=_second)
        return (
            f"{name} gave {len(labelled)} numbers: the largest is {most[1]:,.10g} "
            f"for {_code(most[0])}, the smallest {least[1]:,.10g} for {_code(least[0])}."
        )
    lines = text.split("\n")
    if len(lines) == 1 and len(text) <= LONGEST_INLINE:
        return f"{name} gave {_code(text)}."
    kept = "\n".join(lines[:MOST_LINES])
    marks = "`" * (max(map(len, re.findall("`{3,}", kept)), default=2) + 1)
    more = len(lines) - MOST_LINES
    left = f"\n\nThat goes on for {more} more lines." if more > 0 else ""
    return f"{name} gave:\n\n{marks}text\n{kept}\n{marks}{left}"


def _shown(result: str) -> str:
    """The value in a result, without its heading and its fence."""
    values = read_sent(result).values
    if values:
        return values[-1].text.strip()
    fenced = [match["text"] for match in _FENCED.finditer(result)]
    if fenced:
        return fenced[-1].strip()
    *_, value = _RETURNED.split(result)
    return _HEADING.sub("", value.strip("\n"), count=1).rstrip()


def _labelled(text: str) -> list[tuple[str, float]]:
    """The lines that are a label and a number, where all but a heading and a note are so."""
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith(("#", "…"))]
    found = []
    for line in lines:
        with suppress(csv.Error, ValueError):
            if match := _LABELLED.fullmatch(line.rstrip()):
                found.append((match["label"].strip(), float(match["number"])))
    return found if len(found) >= len(lines) - 2 else []


def _second(pair: tuple[str, float]) -> float:
    return pair[1]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _code(text: str) -> str:
    return f"`{text.replace('`', ' ')}`"
