"""Every error there is, provoked for real, so that all can be read in one sitting.

pytest -s tests/errors/test_errors.py
"""

from __future__ import annotations

import inspect
import re

import pytest

from nbchat import errors
from nbchat.errors import (
    ContextTooLong,
    KeyRefused,
    MissingKey,
    ModelNotFound,
    NbchatError,
    NoCredit,
    RetiredModel,
    ServiceDown,
    ServiceError,
    SetupError,
)
from nbchat.wording import to_copy

from . import no_answer, refused, setup, wrong_calls
from .stage import CASES, KEY, Case, Stage

INSIDE_A_SENTENCE = r": (%%?chat [a-z]|import os)"  # what should be a line of its own
NEVER_ALONE = (NbchatError, SetupError, ServiceError)  # caught, but never raised as such
MODULES = (setup, wrong_calls, refused, no_answer)


def titled(case: Case) -> str:
    return f"{case.kind.__name__}: {case.when}"


@pytest.mark.parametrize("case", CASES, ids=titled)
def test_an_error_says_in_two_lines_what_happened_and_what_to_do(case: Case, stage: Stage) -> None:
    with pytest.raises(case.kind) as raised:
        case.happens(stage)

    shown = "\n".join(raised.value._render_traceback_())
    message = re.sub("\x1b\\[[0-9;]*m", "", shown)
    print(f"\n# {case.when}\n{message}")
    assert message.startswith(f"{case.kind.__name__}: ")
    lines = message.splitlines()
    assert len(lines) <= 2
    if case.when in ("no network, or no such host", "Ollama is not running"):
        assert len(lines) == 2
    assert max(map(len, lines)) <= 400
    said = "\n".join(line for line in str(raised.value).splitlines() if line != to_copy(message))
    assert not re.search(INSIDE_A_SENTENCE, said)
    assert KEY not in message
    assert re.search(r"[.?]$|[a-z0-9\])]$", message)
    assert not re.search(
        r"Traceback|Exception|object at 0x|\bsorry\b|please (?!check)", message, re.I
    )


SPEAKS_DEVELOPER = r"\b(kimi|glm|anthropic|bedrock) (says|needs|refuses|limits|has|cannot)\b"
REFUSED = [case for case in CASES if issubclass(case.kind, ServiceError | MissingKey)]
CAN_BE_COPIED = {
    KeyRefused: 'import os, getpass; os.environ["KIMI_API_KEY"] = getpass.getpass()',
    NoCredit: "%chat models",
    ModelNotFound: "%chat models kimi",
    RetiredModel: "%%chat kimi-k2.6",
    ContextTooLong: "%chat reset",
    ServiceDown: "%chat models",
}


@pytest.mark.field("look 11")
@pytest.mark.parametrize("case", REFUSED, ids=titled)
def test_a_refusal_names_the_provider_and_offers_what_can_be_copied(
    case: Case, stage: Stage
) -> None:
    with pytest.raises(case.kind) as raised:
        case.happens(stage)

    text = str(raised.value)
    happened, to_do = text.split("\n")
    assert not re.search(SPEAKS_DEVELOPER, text)
    if case.kind is MissingKey:
        assert to_copy(text).startswith("import os, getpass; os.environ[")
        assert to_do == to_copy(text)
    else:
        assert "Moonshot AI (Kimi)" in happened
        assert to_copy(text) == CAN_BE_COPIED.get(case.kind, to_copy(text))
        assert case.kind is not KeyRefused or to_do == to_copy(text)


@pytest.mark.field("C9")
def test_the_old_names_still_catch_the_new_ones() -> None:
    new = (errors.NoQuestion, errors.NoSuchCommand, errors.BadOption, errors.BadFile)

    assert all(issubclass(kind, errors.BadSettings) for kind in new)
    assert issubclass(errors.NoQuestion, TypeError)
    assert issubclass(errors.UnknownHost, errors.Unreachable)
    assert not errors.UnknownHost.retryable


def test_every_kind_of_error_is_among_them() -> None:
    kinds = {
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, NbchatError)
    }

    assert {case.kind for case in CASES} == kinds - set(NEVER_ALONE)


def test_the_drawn_tree_is_the_tree() -> None:
    above: dict[int, type] = {-1: Exception}
    drawn = set()
    for indent, name in re.findall(r"^ {4}([│├└─ ]*)(\w+)", inspect.getdoc(errors) or "", re.M):
        kind = getattr(errors, name)
        depth = len(indent) // 4
        assert kind.__bases__[0] is above[depth - 1], name
        assert all(also.__module__ == "builtins" for also in kind.__bases__[1:]), name
        above[depth] = kind
        drawn.add(kind)

    assert drawn == {*NEVER_ALONE, *(case.kind for case in CASES)}
