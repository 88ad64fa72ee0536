"""`%chat list` and `%chat delete` reach the rows of maps."""

from __future__ import annotations

import pytest

from ....running_kernel import RunningKernel

MAP = "import nbchat\nout = nbchat.map(['lemon', 'mint'], 'What is {value}?', 'demo'%s)"


@pytest.fixture
def kernel(kernel: RunningKernel) -> RunningKernel:
    """A kernel in which two maps were run, one of them with a name."""
    assert kernel.run(MAP % ", name='fruit'").status == "ok"
    assert kernel.run(MAP % "").status == "ok"
    return kernel


def test_maps_are_listed_and_deleted_by_name(kernel: RunningKernel) -> None:
    assert "fruit" in kernel.run("%chat list").text
    assert kernel.run("%chat list").text.count("a map: 2 rows") == 2

    deleted = kernel.run("%chat delete fruit")

    assert deleted.text.strip() == "Deleted what was kept of 1 map 'fruit': 2 rows."
    listed = kernel.run("%chat list").text
    assert "fruit" not in listed
    assert "a map: 2 rows" in listed


def test_a_map_without_a_name_goes_with_the_main_conversation(kernel: RunningKernel) -> None:
    assert kernel.run("%chat delete main").status == "ok"

    assert kernel.run("%chat list").text.count("a map: 2 rows") == 1


def test_a_map_is_deleted_by_the_id_that_is_listed(kernel: RunningKernel) -> None:
    (line,) = [one for one in kernel.run("%chat list").text.splitlines() if "fruit" in one]
    kernel.run(f"%chat delete {line.split()[0]}")

    assert "fruit" not in kernel.run("%chat list").text
