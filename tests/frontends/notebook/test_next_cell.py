"""Code for the next cell: where a front-end is told of it, and where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ...running_kernel import Ran, RunningKernel

USE = "from nbchat.frontends.notebook.next_cell import insert_below; shell = get_ipython()"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKernel]:
    with RunningKernel(tmp_path_factory.mktemp("kernel")) as kernel:
        kernel.run(USE)
        yield kernel


def inserted(ran: Ran) -> list[Any]:
    payload = ran.reply["content"]["payload"]
    assert all(one["source"] == "set_next_input" and not one["replace"] for one in payload)
    return [one["text"] for one in payload]


@pytest.mark.field("N2")
def test_code_goes_below_the_cell_as_it_is(kernel: RunningKernel) -> None:
    code = "if a:\n\tb = '\u00e9\u200b'  \n\n"

    ran = kernel.run(f"print(insert_below(shell, {code!r}))")

    assert (ran.text, inserted(ran)) == ("True\n", [code])


def test_two_of_one_run_share_a_cell(kernel: RunningKernel) -> None:
    both = kernel.run("insert_below(shell, 'a = 1'); insert_below(shell, 'b = 2')")
    alone = kernel.run("insert_below(shell, 'c = 3')")

    assert inserted(both) == ["a = 1\n\nb = 2"]
    assert inserted(alone) == ["c = 3"]


def test_what_must_begin_its_cell_is_not_put_below_other_code(kernel: RunningKernel) -> None:
    ran = kernel.run(r"print(insert_below(shell, 'a'), insert_below(shell, '%%bash\nls'))")

    assert (ran.text, inserted(ran)) == ("True False\n", ["a"])


def test_nothing_is_inserted_where_nobody_watches(kernel: RunningKernel) -> None:
    ran = kernel.run("print(insert_below(shell, 'a = 1'))", watched=False)

    assert (ran.text, inserted(ran)) == ("False\n", [])


def test_a_shell_without_a_prompt_takes_none(shell: Any) -> None:
    from nbchat.frontends.notebook.next_cell import insert_below

    assert not insert_below(shell, "a = 1")
