"""What is typed for something else leads to a line that can be typed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nbchat.catalog.catalog import shipped
from nbchat.errors import BadSettings
from nbchat.events import Answer, Text
from nbchat.frontends.notebook.arguments import MagicArguments, parse_arguments
from nbchat.frontends.notebook.commands.mistyped import command_on_cell_line
from nbchat.frontends.notebook.commands.table import commands
from nbchat.frontends.notebook.line_words import command_argument
from nbchat.frontends.notebook.stand_ins import EXAMPLES, command_hint, model_hint, several_hint

VALUES: dict[str, Any] = {
    "MODEL": "kimi-k2.6",
    "my_model": "demo",
    "D": {"m": "demo"},
    "nothing": "no-such-model",
    "listed": ["demo"],
    "n": 3,
}


def typed_on(line: str, variables: dict[str, Any]) -> str:
    """What is said of a line, be it that it cannot be read or that it names no model."""
    try:
        word = parse_arguments(line, variables).model or ""
    except BadSettings as error:
        return str(error)
    return model_hint(word, f"%%chat {line}", variables, shipped(), "demo")


@pytest.mark.field("C4")
@pytest.mark.parametrize(
    "word",
    [
        *("MODEL", "model", "{{MODEL}}", "{{ MODEL }}", "${{MODEL}}", "$$MODEL", "%MODEL%"),
        *("%(MODEL)s", "$(MODEL)", "<MODEL>", "<<MODEL>>", "[MODEL]", "{MODEL", "MODEL}", "@MODEL"),
        *("{model}", "$model", "'{{MODEL}}'", "{MODLE}"),
    ],
)
def test_a_variable_in_another_notation_leads_to_the_line_with_its_value(word: str) -> None:
    said = typed_on(f"{word} --think high", VALUES)

    first, line = said.splitlines()
    assert re.sub("'", "", line) == "%%chat {MODEL} --think high"
    assert len(first) < 150
    read = parse_arguments(line.removeprefix("%%chat "), VALUES)
    assert read == MagicArguments("kimi-k2.6", options={"thinking": "high"})


@pytest.mark.field("C4")
@pytest.mark.parametrize(
    "word",
    [
        *("MODEL", "model", "[MODEL]", "<model>", "{{MODEL}}", "%MODEL%", "NAME", "your-model"),
        *("MODEL_NAME", "model-id", "PROVIDER:ITS-ID", "provider:model-id", "...", "the-model"),
        *("{{engine}}", "%engine%", "<engine>", "{MODEL", "$(engine)", "%engine"),
    ],
)
def test_a_word_of_the_documents_leads_to_a_line_with_a_model(word: str) -> None:
    said = typed_on(f"{word} --think high", {"listed": [], "engine": []})

    first, line = said.splitlines()
    assert f"{word!r} is not the name of a model" in first
    assert line == "%%chat demo --think high"


def test_other_names_are_no_stand_ins() -> None:
    for word in ("kimi-k2", "nothing", "listed", "gpt", "@claude", "engine", "glm-9", "moonshot/x"):
        assert typed_on(word, VALUES) == ""


@pytest.mark.field("C3", "C4")
@pytest.mark.parametrize("word", ["{MODEL}", "$MODEL", "${MODEL}", "{ MODEL }"])
def test_a_variable_that_is_not_there_is_told_how_to_be_set(word: str) -> None:
    for said in (typed_on(word, {}), refused("use", word)):
        assert "there is no variable MODEL" in said
        assert 'Set it first, such as MODEL = "kimi-k2.6"; %chat models' in said


def refused(name: str, text: str, variables: dict[str, Any] | None = None) -> str:
    with pytest.raises(BadSettings) as raised:
        command_argument(name, text, variables or {})
    return str(raised.value)


@pytest.mark.field("C3", "C4")
@pytest.mark.parametrize(
    ("typed", "python"),
    [
        ("{D['m']}", "D['m']"),
        ('{D["m"]}', 'D["m"]'),
        ("{D['m'].strip()}", "D['m'].strip()"),
        ("{max(1, n)}", "max(1, n)"),
        ("{ D [ 'm' ] }", "D [ 'm' ]"),
        ("${D['m']}", "D['m']"),
        ("$D.m", "D.m"),
        ("$D['m']", "D['m']"),
        ("{n:.2f}", 'f"{n:.2f}"'),
        ("{MODEL!s}", 'f"{MODEL!s}"'),
    ],
)
def test_an_expression_in_braces_leads_to_two_lines_that_work(typed: str, python: str) -> None:
    for said, line in (
        (typed_on(f"{typed} --seed 1", VALUES), "%%chat {value} --seed 1"),
        (typed_on(f"demo --name {typed}", VALUES), "%%chat demo --name {value}"),
        (typed_on(f"demo --name={typed}", VALUES), "%%chat demo --name={value}"),
        (refused("use", typed, VALUES), "%chat use {value}"),
    ):
        assert said.startswith(f"{typed} on the ")
        assert said.endswith(f"Run value = {python} in a cell above, then: {line}")
        compile(python, "", "eval")


@pytest.mark.field("C3", "C4")
def test_a_value_taken_out_of_another_is_no_system_prompt_and_other_braces_are() -> None:
    for typed in ("{D['m']}", "{D.m}", "{str(n)}", "$D['m']"):
        for between in (" ", "="):
            said = typed_on(f"--system{between}{typed}", VALUES)
            assert said.endswith(f"then: %%chat --system{between}{{value}}")
    for text in ("{}", "{a}{b}", '{"a":{}}', "{n:n}"):
        line = f"--system '{text}' --raw"
        assert parse_arguments(line, VALUES).options == {"system": text}
    assert parse_arguments("--system '{n.real}'", VALUES).options == {"system": "{n.real}"}


@pytest.mark.field("C4")
@pytest.mark.parametrize(
    "line", ["use kimi-k2.6", "models", "ask Why is the sky so blue?", "undo 2"]
)
def test_a_command_on_a_cell_line_leads_to_the_one_with_one_sign(line: str) -> None:
    assert command_on_cell_line(line, commands()).splitlines()[1] == f"%chat {line}"
    for other in ("list all the primes", "demo", "", "history of the Roman empire"):
        assert command_on_cell_line(other, commands()) == ""


def test_an_expression_that_is_no_python_is_only_named() -> None:
    assert typed_on("{a b}", {}).endswith("Give the value a name above.")
    assert typed_on("{a[1]}", {"value": 1, "line_value": 2}).endswith(
        "Give the value a name above."
    )
    assert "then: %%chat {line_value}" in typed_on("{a[1]}", {"value": 1})


@pytest.mark.field("C4")
@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("kimi k2.6", "kimi-k2.6"),
        ("Kimi K2.6", "kimi-k2.6"),
        ("kimi kimi-k2.6", "kimi-k2.6"),
        ("gpt 4.1", "gpt-4.1"),
        ("claude opus 4.5", "claude-opus-4-5"),
    ],
)
def test_a_name_that_came_apart_is_put_together(typed: str, line: str) -> None:
    name = line if line in shipped().models else ""
    assert name, "the table has it"

    used = several_hint(typed.split(), "%chat use", shipped())
    asked = typed_on(f"{typed} --think high", {})
    with_a_question = typed_on(f"{typed} Why is the sky blue?", {})

    assert used.splitlines()[1] == f"%chat use {name}"
    assert asked.splitlines()[1] == f"%%chat {name} --think high"
    assert with_a_question.splitlines()[1] == f"%%chat {name}"
    assert "The question goes below the line" in with_a_question


@pytest.mark.field("C4")
def test_use_takes_one_name_alone() -> None:
    for typed in ("kimi-k2.6 please", "the kimi-k2.6", "model kimi-k2.6", "kimi-k2.6 --think high"):
        said = several_hint(typed.split(), "%chat use", shipped())
        assert said.splitlines()[1] == "%chat use kimi-k2.6"
    assert several_hint(["hello", "world"], "%chat use", shipped()) == ""


@pytest.mark.field("C4")
def test_every_word_in_capitals_of_the_help_has_a_line_to_type_instead() -> None:
    for name, row in commands().items():
        words = set(re.findall(r"[A-Z]+", row.usage)) - {"MODEL"}
        for word in words:
            for typed in (word, f"[{word}]", f"<{word}>"):
                said = command_hint(name, row.usage, typed)
                assert said.endswith(f"\n{EXAMPLES[name]}")
        assert command_hint(name, row.usage, "a trip") == ""
        assert command_hint(name, row.usage, "NAMES") == ""
    for line in EXAMPLES.values():
        assert line.split()[1] in commands()


# --- an answer on a line -------------------------------------------------------------------------


def answered(text: str) -> Answer:
    answer = Answer()
    answer.add(Text(text))
    return answer


@pytest.mark.field("C3", "C10")
def test_an_answer_on_a_line_is_its_text() -> None:
    values = {"ans": answered("kimi-k2.6"), "long": answered('Be "brief".\nAnd kind.')}

    assert parse_arguments("{ans}", values).model == "kimi-k2.6"
    assert parse_arguments("$ans --name {long}", values) == MagicArguments(
        "kimi-k2.6", 'Be "brief".\nAnd kind.'
    )
    for line in ("--system {long}", "--system $long", "--system 'So: {long}'", "--system={long}"):
        assert 'Be "brief".\nAnd kind.' in parse_arguments(line, values).options["system"]
    assert parse_arguments("demo --seed {n}", {"n": answered("7")}).options == {"seed": 7}
    assert parse_arguments("--think {level}", {"level": answered("high")}).options == {
        "thinking": "high"
    }
    for name in ("use", "switch", "models", "export", "delete"):
        assert command_argument(name, "{ans}", values) == "kimi-k2.6"
    assert model_hint("ans", "%%chat ans", values, shipped(), "demo").endswith("\n%%chat {ans}")


@pytest.mark.field("C3", "C10")
def test_an_answer_of_several_words_is_no_model() -> None:
    values = {"ans": answered("The sky is blue."), "nothing": Answer()}

    with pytest.raises(BadSettings, match=r"\{ans\} on the %%chat line is 'The sky is blue\.', wh"):
        parse_arguments("{ans}", values)
    with pytest.raises(BadSettings, match=r"\{nothing\} on the %%chat line is empty"):
        parse_arguments("{nothing}", values)


@pytest.mark.parametrize(
    "text", ["{a}", "$a", "${a}", "a {b} c", "{{a}}", "$$a", "{a b}", "{}", "$5"]
)
def test_doubled_braces_and_dollars_are_text_as_on_other_lines_of_ipython(text: str) -> None:
    from nbchat.frontends.notebook.line_words import doubled

    values = {"a": 1, "b": 2}
    assert parse_arguments(f"demo --name '{doubled(text)}'", values).name == text
    assert command_argument("switch", doubled(text), values) == text
