"""`%chat` and its commands in a real kernel."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nbchat.frontends.notebook.arguments import OPTIONS

from ....fakes.provider import Service, answer, said
from ....running_kernel import RunningKernel
from ..conftest import KEY, plain

WIDEST = 110  # characters of an output that is 860 pixels wide


def test_chat_alone_tells_the_state_and_the_commands(kernel: RunningKernel) -> None:
    text = kernel.run("%chat").text

    assert text.startswith("Conversation 'main': no turns yet. Model: demo (no key is set).")
    for command in (
        "models",
        "use",
        "history",
        "undo",
        "reset",
        "switch",
        "export",
        "usage",
        "settings",
        "ask",
    ):
        assert f"%chat {command}" in text


def test_a_line_of_the_help_fits_into_a_cell_on_a_laptop(kernel: RunningKernel) -> None:
    lines = re.findall(r"^  %chat .*", kernel.run("%chat help").text, re.MULTILINE)

    assert len(lines) > 25
    assert max(map(len, lines)) <= WIDEST


def test_help_is_there_by_every_name_people_try(kernel: RunningKernel) -> None:
    alone = kernel.run("%chat").text

    assert kernel.run("%chat help").text == kernel.run("%chat --help").text == alone
    for asked in ("%%chat?", "%chat?"):
        shown = str(kernel.run(asked).reply["content"]["payload"])
        assert all(option in shown for option in OPTIONS)
    assert "--temperature F" in kernel.run("%%chat --help").text


def test_a_model_that_cannot_answer_yet_says_so_when_it_is_chosen(kernel: RunningKernel) -> None:
    said = kernel.run("%chat use kimi-k2-thinking").text

    assert (
        "It was retired on 2026-05-25 and will most likely be refused. Its replacement: kimi-k2.6."
        in said
    )
    assert "Still served as openrouter:moonshotai/kimi-k2-thinking" in said
    assert "Moonshot AI (Kimi) needs KIMI_API_KEY" in said
    assert (
        kernel.run("%chat use demo").text
        == "demo answers from now on. Provider: nbchat demonstration.\n"
    )


def test_without_a_key_the_demo_answers_and_says_how_to_set_one(kernel: RunningKernel) -> None:
    ran = kernel.run("%%chat\nHello")

    assert "No key is set, so the embedded demo answers." in plain(ran.html)
    assert "KIMI_API_KEY" in plain(ran.html)


def test_settings_show_origins_and_never_a_key(
    kernel: RunningKernel, kimi: Service, tmp_path: Path
) -> None:
    (tmp_path / "nbchat.toml").write_text('display = "static"\n[timeouts]\ngap = 30\n')

    text = kernel.run("%chat settings").text

    assert re.search(r"kimi key +set +KIMI_API_KEY", text)
    assert re.search(rf"display +static +{tmp_path}/nbchat.toml", text)
    assert re.search(r"timeouts.gap +30 s", text)
    assert KEY not in text


def test_history_undo_and_reset(kernel: RunningKernel) -> None:
    for question in ("One", "Two"):
        kernel.run(f"%%chat demo\n{question}")

    assert kernel.run("%chat history").text.startswith("> One\n\nHello!")
    assert kernel.run("%chat undo").text.startswith("Took back 1 of 2 turns.")
    assert kernel.run("%chat reset").text.startswith(
        "The conversation starts over; 1 turn left behind"
    )
    assert kernel.run("%chat history").text.strip() == (
        "The conversation starts over; 2 turns are on other branches:\n%chat branches"
    )


@pytest.mark.field("L6")
def test_a_number_of_a_turn_that_is_none_is_answered_with_what_there_is(
    kernel: RunningKernel,
) -> None:
    empty = kernel.run("%chat history 99").error
    for question in ("One", "Two"):
        kernel.run(f"%%chat demo\n{question}")

    assert "nothing has been asked yet." in empty
    assert "numbered" not in empty
    for last in ("last", "-1"):
        assert "The last one here:\n%chat history 2" in kernel.run(f"%chat history {last}").error
    for typed in ("all", "1-3", "#x"):
        error = kernel.run(f"%chat history {typed}").error
        assert "BadCommand" in error
        assert f"by its number, one at a time, not by '{typed}'" in error
    assert "numbered from #1 to #2:" in kernel.run("%chat history 99").error


NO_WORDS = ("redo", "reset", "branches", "list", "settings", "panel")


@pytest.mark.field("C9")
def test_a_command_that_takes_no_words_refuses_them_and_does_nothing(
    kernel: RunningKernel,
) -> None:
    kernel.run("%%chat demo\nOne")
    for name in NO_WORDS:
        for words in ("x", "this one please", "{nothing}"):
            error = kernel.run(f"%chat {name} {words}").error
            assert "BadCommand" in error
            assert f"%chat {name} takes no words behind it, and '{words}' is." in error
            assert f"Write %chat {name} (" in error

    assert "or %chat models [PATTERN] (" in kernel.run("%chat list models").error
    assert kernel.run("%chat history").text.startswith("> One")


@pytest.mark.field("C9")
def test_help_of_one_command_is_its_line(kernel: RunningKernel) -> None:
    alone = kernel.run("%chat").text
    line = kernel.run("%chat help switch").text

    assert line.split("  ")[1:3] == [
        "%chat switch [NAME]",
        "go on in another conversation; %chat is about that one then\n",
    ]
    for asked in ("switch --help", "help %chat switch"):
        assert kernel.run(f"%chat {asked}").text == line
    assert kernel.run("%chat help help").text == alone
    assert "Did you mean 'models'?" in kernel.run("%chat help modles").error
    assert "the name of one command" in kernel.run("%chat help me with this").error


@pytest.mark.field("C9")
def test_a_deleted_conversation_is_gone_unless_it_is_the_current_one(
    kernel: RunningKernel,
) -> None:
    kernel.run("import nbchat; held = nbchat.chat('tmp')")
    for question in ("One", "Two"):
        kernel.run(f"%%chat demo --name tmp\n{question}")
    kernel.run("held.undo()")
    deleted = kernel.run("%chat delete tmp").text
    left = kernel.run("%chat switch").text
    same = kernel.run("held.ask('Three', 'demo'); print(nbchat.chat('tmp') is held)").text
    back = kernel.run("%chat switch").text
    kernel.run("%chat switch tmp")
    current = kernel.run("%chat delete tmp").text

    assert deleted.startswith("Deleted 'tmp', 2 turns;")
    assert "goes on" not in deleted
    assert "tmp" not in left
    assert same.strip() == "True"
    assert "tmp: 1 turn" in back
    assert current.endswith("%chat goes on in 'tmp', which is empty now.\n")
    assert "* tmp: 0 turns" in kernel.run("%chat switch").text


@pytest.mark.field("L6")
def test_history_and_usage_know_what_stands_aside(kernel: RunningKernel) -> None:
    kernel.run("%%chat demo --fresh\nAside")
    alone = kernel.run("%chat history").text
    kernel.run("%%chat demo\nOne")

    assert alone.startswith("What has been asked stands aside. %chat branches lists it")
    assert kernel.run("%chat history").text.startswith("(question 2 of 2 here)\n> One")
    assert len(kernel.run("%chat usage").text.splitlines()) == 4
    assert kernel.run("%chat branches").text.splitlines()[1].split() == ["1", "1", "Aside", "Aside"]


def test_use_switch_ask_usage_and_export(
    kernel: RunningKernel, kimi: Service, tmp_path: Path
) -> None:
    kimi.always(answer(*said("Yes.", usage=(1_000_000, 10))))

    assert kernel.run("%chat use kimi-k2.6").text.startswith(
        "kimi-k2.6 answers from now on. Provider: Moonshot AI"
    )
    assert kernel.run("%chat ask Really?").text == "Yes."
    assert "1,000,000 → 10 tokens" in kernel.run("%chat usage").text
    assert "$0.95" in kernel.run("%chat usage").text
    assert kernel.run("%chat export talk.md").text.startswith("Wrote 1 turn to talk.md")
    assert "Really?" in (tmp_path / "talk.md").read_text()
    assert "* side: 0 turns" in kernel.run("%chat switch side").text


def test_providers_are_listed_with_their_variables_and_never_a_key(
    kernel: RunningKernel, kimi: Service
) -> None:
    ran = kernel.run("%chat providers")
    lines = ran.text.split("\n")

    assert re.match(
        r"kimi +Moonshot AI \(Kimi\) +KIMI_API_KEY or MOONSHOT_API_KEY +set +kimi-k2.6", lines[1]
    )
    assert len(lines) > 38
    assert not any(line.startswith("github ") for line in lines)  # it has shut down
    assert KEY not in str(ran.messages)
    assert kernel.run("%chat providers zhipu").text.split("\n")[1].startswith("glm ")
    assert "no provider matches" in kernel.run("%chat providers zzz").error


def test_models_are_listed_usable_ones_first(kernel: RunningKernel, kimi: Service) -> None:
    lines = kernel.run("%chat models").text.split("\n")

    every = kernel.run("%chat models all").text.split("\n")

    assert len(lines) < 20
    assert len(every) > 150
    current = [line.rstrip() for line in every[1:] if "retired" not in line]
    usable = [re.search(r"  (set|none needed)  ", line) is not None for line in current]
    assert usable == sorted(usable, reverse=True)
    assert set(usable) == {True, False}
    assert "kimi-k2.6" in "".join(lines[1:8])
    assert "no model or provider matches" in kernel.run("%chat models zzz").error


def test_a_column_that_would_say_nothing_is_left_out(kernel: RunningKernel, kimi: Service) -> None:
    usable = kernel.run("%chat models").text.split("\n")[0]
    named = kernel.run("%chat models claude").text.split("\n")[0]

    assert usable.split("  ")[0] == "model"
    assert "key" not in usable
    assert re.match(r"model +provider +key +context / answer", named)


def test_models_are_found_by_what_they_can_do(kernel: RunningKernel) -> None:
    head, *lines = kernel.run("%chat models image").text.split("\n")

    assert "besides text" in head
    assert any(line.startswith("kimi-k2.6 ") for line in lines)
    assert not any(line.startswith("kimi-k2-thinking ") for line in lines)
    assert all("image" in line for line in lines if line)
