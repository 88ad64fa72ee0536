"""The words of a line: values in the place of names, and lines that cannot be taken apart."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from unittest.mock import MagicMock

import numpy as np
import pandas as pd
import pytest

from nbchat.errors import BadSettings
from nbchat.frontends.notebook.arguments import MagicArguments, parse_arguments

from ...fakes.provider import Service, answer, said
from ...running_kernel import RunningKernel


class Choice(str, Enum):  # noqa: UP042  # as many write it; its str() is no value
    FAST = "glm-5.3-flash"


VALUES = {
    "MODEL": "kimi-k2.6",
    "part": "k2.6",
    "choice": Choice.FAST,
    "who": 'Ann\'s "best" --raw friend',
    "text": "One.\nTwo \\ three “four”",
    "t": 0.5,
    "count": 1_000,
    "n": np.int64(7),
    "f": np.float32(0.25),
    "p": Fraction(1, 2),
    "yes": True,
    "no": False,
    "level": "high",
    "raw": "--raw",
    "none": None,
    "df": pd.DataFrame({"a": [1]}),
    "mock": MagicMock(),
    "listed": ["demo"],
    "exact": Decimal("0.5"),
    "bits": b"demo",
    "long": "word " * 2_000,
    "größe": "demo",
    "empty": " ",
    "big": 10**10_000,
    "key": "sk-proj-abcdefghijklmnop1234",
}


def parse(line: str) -> MagicArguments:
    return parse_arguments(line, VALUES)


@pytest.mark.field("C3")
def test_names_on_the_line_become_their_values_each_of_them_one_word() -> None:
    assert parse("{MODEL}") == parse("$MODEL") == parse("${MODEL}") == parse("'{MODEL}'")
    assert parse("{MODEL}").model == parse("kimi-{part}").model == "kimi-k2.6"
    assert parse("{ MODEL }") == parse("{MODEL }") == parse("{MODEL}")
    assert parse("kimi:{MODEL}").model == parse("kimi:$MODEL").model == "kimi:kimi-k2.6"
    assert parse("{choice}").model == "glm-5.3-flash"
    assert parse("{größe}").model == "demo"
    for line in ("--name {who} {MODEL}", "{MODEL} --name=$who", "{MODEL} --name '{who}'"):
        assert parse(line) == MagicArguments("kimi-k2.6", VALUES["who"])
    assert parse("demo --name {raw}") == MagicArguments("demo", "--raw")
    assert parse("demo --name '{MODEL} and {n}'").name == "kimi-k2.6 and 7"
    assert parse("--temperature {t} --max-tokens {count} --seed {n} --top-p {f}").options == {
        "temperature": 0.5,
        "max_tokens": 1000,
        "seed": 7,
        "top_p": 0.25,
    }
    assert parse("--think {yes}").options == {"thinking": True}
    assert parse("--think {no}").options == {"thinking": False}
    assert parse("--think={level}").options == {"thinking": "high"}
    assert parse("--system {text}").options == parse("--system $text").options
    assert parse("--system {text}").options == {"system": VALUES["text"]}


@pytest.mark.field("C3")
def test_braces_in_a_system_prompt_are_text_unless_they_name_a_value() -> None:
    text = r'As {"a": {}} or \frac{n}{t}, x^{n}, {{n}}, {n.real}, ${n}, $5, and $n'

    assert parse(f"--system '{text}'").options == {"system": text}
    assert parse("--system 'For {MODEL}, {n} times'").options == {
        "system": "For kimi-k2.6, 7 times"
    }
    assert parse("--system 'For {MODEL} {nobody}' --raw").options == {
        "system": "For {MODEL} {nobody}"
    }
    with pytest.raises(BadSettings, match=r"no variable nobody, .* with --raw"):
        parse("--system 'For {nobody}'")


@pytest.mark.field("C3")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{NOPE}", "there is no variable NOPE, which {NOPE} on the %%chat line names"),
        ("$NOPE", "there is no variable NOPE, which $NOPE on the %%chat line names"),
        ("demo --name {NOPE}", "there is no variable NOPE"),
        ("demo --seed $NOPE", "there is no variable NOPE"),
        *(
            (f"demo --name {{{name}}}", f"{{{name}}} on the %%chat line is of type {kind};")
            for name, kind in (
                ("df", "DataFrame"),
                ("mock", "MagicMock"),
                ("listed", "list"),
                ("none", "NoneType"),
                ("bits", "bytes"),
                ("yes", "bool"),
                ("exact", "Decimal"),
            )
        ),
        ("{empty}", "{empty} on the %%chat line is empty"),
        ("demo --seed {big}", "{big} on the %%chat line is too large a number"),
        ("demo --name {big}", "{big} on the %%chat line is too large a number"),
        ("demo # fast", "there is no comment on a %%chat line"),
        ("{df}", "a text (str) or a number is expected there"),
        ("{listed[0]}", "{listed[0]} on the %%chat line is no plain name"),
        ("{df.shape}", "only names are filled in there"),
        ("$df.shape", "$df.shape on the %%chat line is no plain name"),
        ("{MODEL!r}", "no plain name"),
        ("demo --temperature {t+1}", "no plain name"),
        ("demo --temperature '{t + 1}'", "no plain name"),
        ("{raw}", "{raw} on the %%chat line is '--raw', which is no name of a model"),
        ("{long}", "which is no name of a model"),
        ("{key}", "a key is never an argument"),
        ("demo --name {key}", "a key is never an argument"),
        ("demo --system 'Use {key}'", "a key is never an argument"),
    ],
)
def test_what_cannot_be_put_into_the_line_is_said_in_one_line(line: str, said: str) -> None:
    with pytest.raises(BadSettings) as raised:
        parse(line)

    first, *others = str(raised.value).splitlines()
    assert said in first
    assert len(first) < 200
    assert others == [] or "key" in line
    assert VALUES["key"] not in str(raised.value)


@pytest.mark.field("C3")
def test_only_names_that_stand_on_the_line_are_looked_at() -> None:
    parse_arguments("demo --name {MODEL}", VALUES)

    assert VALUES["mock"].mock_calls == []


@pytest.mark.field("C5")
@pytest.mark.parametrize(
    "line", ["demo \\", "\\", "demo --system 'Brief.' \\  ", 'demo --name "a \\']
)
def test_a_line_that_ends_in_a_backslash_is_named(line: str) -> None:
    with pytest.raises(BadSettings, match=r"the %%chat line ends in a backslash \(\\\)"):
        parse(line)


CELLS = "MODEL, who = 'kimi-k2.6', 'my \"best\" trip'\ncode, df = 'kimi', __import__('pandas')"
KEY = "sk-proj-abcdefghijklmnop1234"


@pytest.mark.field("C3")
@pytest.mark.field("C5")
def test_lines_in_a_kernel_are_filled_in_and_refused(kernel: RunningKernel, kimi: Service) -> None:
    kimi.always(answer(*said("Yes.")))
    kernel.run(CELLS)
    kernel.run("%%chat {MODEL} --name {who}\nIs {code} {this}?")
    kernel.run("%chat use $MODEL")
    kernel.run("for m in ('demo', 'kimi-k2.6'):\n    %chat use {m}\n    %chat ask Is {m} $m {{m}}?")
    switched = kernel.run("%chat switch {who}").text
    quoted = kernel.run('%chat switch "my trip"').text
    exported = kernel.run("%chat switch main\nto = 'a talk.md'\n%chat export {to}").text
    kernel.run("import os; held = 'nothing.like-a.key'; os.environ['GLM_API_KEY'] = held")
    refused = {
        line: kernel.run(line).error
        for line in (
            "%chat use {NOPE}",
            "%chat switch {df}",
            "%chat use {df.x}",
            "%chat use {held}",
            "%%chat {held}\nHi",
            "%chat use demo \\",
            "%chat use “demo”",
            "%%chat\xa0demo\nHi",
        )
    }

    questions = [r.json["messages"][-1]["content"] for r in kimi.requests]
    assert questions == ["Is kimi {this}?", "Is kimi-k2.6 $m {{m}}?"]
    assert '* my "best" trip: 1 turn\n' in switched
    assert "* my trip: 0 turns\n" in quoted
    assert "to 'a talk.md'" in exported or "to a talk.md" in exported
    for line, said_there in zip(
        refused,
        (
            "no variable NOPE, which {NOPE} on the %chat use line names",
            "{df} on the %chat switch line is of type module",
            "{df.x} on the %chat use line is no plain name",
            "a key is never an argument",
            "a key is never an argument",
            "the %chat use line ends in a backslash",
            '“ and ” (typographic quotes) instead of straight quotes (").',
            "a non-breaking space (U+00A0) instead of a space.",
        ),
        strict=True,
    ):
        assert said_there in re.sub(r"\x1b\[[0-9;]*m", "", refused[line]), line
        assert "nothing.like" not in refused[line]
