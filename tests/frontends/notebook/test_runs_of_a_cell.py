"""A cell that asks several questions, and that is run again: what each question is sent with."""

from __future__ import annotations

import pytest

from ...fakes.provider import Service, answer, said
from ...running_kernel import RunningKernel
from .unhurried import Unhurried, shown

LOOP = "for word in {words}:\n    get_ipython().run_line_magic('chat', 'ask Tell me of ' + word)"


@pytest.fixture(autouse=True)
def model(kernel: RunningKernel, kimi: Service) -> None:
    kimi.always(answer(*said("Yes.")))
    kernel.run("%chat use kimi-k2.6")


def loop(*words: str) -> str:
    return LOOP.format(words=list(words))


def asked(service: Service, number: int = -1) -> list[str]:
    """The questions that were sent with a request, its own last."""
    messages = service.requests[number].json["messages"]
    return [m["content"] for m in messages if m["role"] == "user"]


@pytest.mark.field("L2")
@pytest.mark.parametrize(
    "cell",
    [
        "for word in ['a', 'b', 'c']:\n    %chat ask Tell me of {word}",
        "%chat ask Tell me of a\n%chat ask Tell me of b\n%chat ask Tell me of c",
        loop("a", "b", "c"),
        "for word in 'abc':\n"
        "    get_ipython().run_cell_magic('chat', 'kimi-k2.6', f'Tell me of {word}')",
        "ip = get_ipython()\nfor word in 'abc':\n    ip.run_cell(f'%chat ask Tell me of {word}')",
    ],
    ids=["line magic in a loop", "three lines", "run_line_magic", "run_cell_magic", "run_cell"],
)
def test_questions_of_one_execution_follow_one_another(
    kernel: RunningKernel, kimi: Service, cell: str
) -> None:
    ran = kernel.run(cell, cell="loop")

    assert ran.status == "ok"
    assert asked(kimi) == ["Tell me of a", "Tell me of b", "Tell me of c"]
    assert kernel.run("len(__import__('nbchat').chat().turns)").text == "3"


@pytest.mark.field("L2")
@pytest.mark.parametrize("again", [("x", "y"), ("a", "b", "c"), ("x",), ("v", "w", "x", "y", "z")])
def test_a_cell_run_again_replaces_its_questions_as_a_group(
    kernel: RunningKernel, kimi: Service, again: tuple[str, ...]
) -> None:
    """From where it stood, whatever was asked since."""
    kernel.run("%chat ask Before", cell="before")
    kernel.run(loop("a", "b", "c"), cell="loop")
    kernel.run("%chat ask After", cell="after")
    assert len(asked(kimi)) == 5

    kernel.run(loop(*again), cell="loop")

    assert asked(kimi) == ["Before", *(f"Tell me of {word}" for word in again)]
    kernel.run("%chat ask After", cell="after")
    assert asked(kimi) == ["Before", *(f"Tell me of {word}" for word in again), "After"]
    everything = "len(__import__('nbchat').chat().all_turns)"
    assert kernel.run(everything).text == str(5 + len(again) + 1)
    assert "question 2 of 2 here" in kernel.run("%chat history").text


@pytest.mark.field("L2")
def test_two_conversations_in_one_cell_are_each_replaced(
    kernel: RunningKernel, kimi: Service
) -> None:
    cell = (
        "ask = get_ipython().run_cell_magic\nfor word in {words}:\n"
        "    ask('chat', '--name left', 'L' + word)\n    ask('chat', '--name right', 'R' + word)"
    )

    kernel.run(cell.format(words=["a", "b"]), cell="both")
    assert [asked(kimi, -2), asked(kimi)] == [["La", "Lb"], ["Ra", "Rb"]]
    kernel.run(cell.format(words=["c", "d"]), cell="both")

    assert [asked(kimi, -2), asked(kimi)] == [["Lc", "Ld"], ["Rc", "Rd"]]


@pytest.mark.field("L2")
def test_a_run_whose_first_question_is_refused_still_replaces(
    kernel: RunningKernel, kimi: Service
) -> None:
    cell = (
        "for word in {words}:\n    try:\n"
        "        get_ipython().run_line_magic('chat', 'ask ' + word)\n"
        "    except Exception as error:\n        print(type(error).__name__)"
    )
    kernel.run(cell.format(words=["a", "b"]), cell="loop")
    kimi.answers(b'{"error":{"message":"no"}}', status=400)

    ran = kernel.run(cell.format(words=["c", "d", "e"]), cell="loop")

    assert "RequestRefused" in str(ran.of("stream"))
    assert asked(kimi) == ["d", "e"]


@pytest.mark.field("L2")
def test_a_run_that_was_stopped_in_its_second_question_is_replaced_whole(
    kernel: RunningKernel, kimi: Service
) -> None:
    kimi.plays(answer(*said("One.")), Unhurried())
    started = kernel.start(loop("a", "b", "c"), cell="loop")
    kernel.wait_until(started, lambda seen: shown(seen, "word word"), "words of the second")
    kernel.interrupt()
    ran = kernel.finish(started)

    assert "stopped after" in ran.error
    assert asked(kimi) == ["Tell me of a", "Tell me of b"]
    kernel.run("%chat ask Go on", cell="next")
    assert asked(kimi) == ["Tell me of a", "Tell me of b", "Go on"]
    kernel.run(loop("x", "y"), cell="loop")
    assert asked(kimi) == ["Tell me of x", "Tell me of y"]


@pytest.mark.field("L2")
def test_where_a_front_end_does_not_name_its_cells_every_question_follows(
    kernel: RunningKernel, kimi: Service
) -> None:
    """A terminal or a plain notebook: nobody can tell that a cell is run again."""
    for _ in range(2):
        kernel.run(loop("a", "b"))

    assert len(asked(kimi)) == 4
