"""`%chat hide` and `%chat pin`: which cells are marked, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ....running_kernel import RunningKernel


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKernel]:
    """A kernel in which In[2] to In[5] are cells of a person."""
    with RunningKernel(cwd=tmp_path_factory.mktemp("marks")) as kernel:
        kernel.run("%load_ext nbchat")
        for name in "abcd":
            kernel.run(f"'{name}'", cell=name)
        yield kernel


@pytest.fixture
def kernel(loaded: RunningKernel) -> RunningKernel:
    """That kernel, in which nothing is marked."""
    loaded.run("%chat hide --forget 2-5")
    loaded.run("%chat pin --forget 2-5")
    return loaded


def said(kernel: RunningKernel, line: str) -> str:
    return kernel.run(line).text.strip()


def test_a_cell_is_hidden_by_its_number_and_what_takes_it_back_is_said(
    kernel: RunningKernel,
) -> None:
    assert said(kernel, "%chat hide 3") == (
        "In[3]: never sent along. To take that back: %chat hide --forget 3"
    )
    assert said(kernel, "%chat hide") == "Never sent: In[3]."
    assert said(kernel, "%chat hide --forget 3") == "In[3]: no longer hidden."
    assert said(kernel, "%chat hide").startswith("No cell is hidden or pinned.")


def test_hiding_twice_changes_nothing(kernel: RunningKernel) -> None:
    first = said(kernel, "%chat hide 3")

    assert said(kernel, "%chat hide 3") == first
    assert said(kernel, "%chat hide") == "Never sent: In[3]."


def test_several_and_ranges_are_taken(kernel: RunningKernel) -> None:
    said(kernel, "%chat pin 2, 4-5")

    assert said(kernel, "%chat pin") == "Pinned: In[2], In[4], In[5]."


def test_of_hide_and_pin_the_newer_word_counts(kernel: RunningKernel) -> None:
    said(kernel, "%chat hide 3")
    said(kernel, "%chat pin 3")

    assert said(kernel, "%chat hide") == "Pinned: In[3]."


def test_a_number_that_is_not_there_is_refused_with_those_that_are(kernel: RunningKernel) -> None:
    error = kernel.run("%chat hide 3 999").error

    assert "no cell In[999] has run here. The newest cells: " in error
    assert said(kernel, "%chat hide").startswith("No cell is hidden")


@pytest.mark.parametrize("words", ["x", "0-", "5-3", "-3", "3.5", "1-999999"])
def test_what_is_no_number_is_refused(kernel: RunningKernel, words: str) -> None:
    assert "takes the numbers of cells" in kernel.run(f"%chat pin {words}").error


def test_forget_needs_a_number(kernel: RunningKernel) -> None:
    assert "%chat hide --forget 3" in kernel.run("%chat hide --forget").error


def test_a_cell_that_runs_again_stays_hidden(kernel: RunningKernel) -> None:
    said(kernel, "%chat hide 5")
    number = kernel.run("'changed'", cell="d").reply["content"]["execution_count"]

    assert f"In[{number}]" in said(kernel, "%chat hide")
    said(kernel, f"%chat hide --forget {number}")
