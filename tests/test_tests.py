"""No test asserts a time: a machine that is busy, or slow, is no mistake of ours.

What is found here is an assertion that compares a clock, or a name that was given what a
clock said. A wait may look at the clock to give up, against a name that begins with `deadline`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
CLOCKS = {
    *("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "default_timer"),
    *("process_time", "process_time_ns", "thread_time", "thread_time_ns", "getrusage"),
    *("time.time", "time_ns"),
}
OWN_TIME = ("benchmarks",)  # which measure, and assert nothing


def names_in(tree: ast.AST) -> Iterator[str]:
    """Each name and attribute that is read in a piece of code; `time.time` is one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield "time.time" if ast.unparse(node) == "time.time" else node.attr


def is_timed(tree: ast.AST, timed: set[str]) -> bool:
    return not (CLOCKS | timed).isdisjoint(names_in(tree))


def given(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """What is given to which name: by an assignment, or by putting it into a list."""
    match node:
        case ast.Assign():
            yield from ((target, node.value) for target in node.targets)
        case ast.AnnAssign(value=ast.AST() as value) | ast.AugAssign(value=value):
            yield node.target, value
        case ast.NamedExpr():
            yield node.target, node.value
        case ast.For() | ast.comprehension():
            yield node.target, node.iter
        case ast.Call(func=ast.Attribute(attr="append" | "add" | "extend") as method):
            yield from ((method.value, argument) for argument in node.args)


def timed_names(function: ast.AST) -> set[str]:
    """The names of a function that hold what a clock said, or what came of that."""
    pairs = [
        ({n.id for n in ast.walk(target) if isinstance(n, ast.Name)}, set(names_in(value)))
        for node in ast.walk(function)
        for target, value in given(node)
    ]
    timed: set[str] = set()
    while more := [names for names, read in pairs if read & (CLOCKS | timed) and names - timed]:
        timed = timed.union(*more)
    return timed


def is_deadline(test: ast.Compare) -> bool:
    """Whether it only guards against a hang: `clock() < deadline`."""
    right = test.comparators[-1]
    is_named = isinstance(right, ast.Name) and right.id.startswith("deadline")
    return is_named and isinstance(test.left, ast.Call) and isinstance(test.ops[0], ast.Lt)


def times_asserted(source: str) -> list[int]:
    """The lines of the assertions that compare a time, each within its own function."""
    if not any(clock in source for clock in CLOCKS):
        return []
    found = set()
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        timed = timed_names(function)
        for assertion in ast.walk(function):
            if isinstance(assertion, ast.Assert):
                compared = [n for n in ast.walk(assertion.test) if isinstance(n, ast.Compare)]
                if any(is_timed(one, timed) and not is_deadline(one) for one in compared):
                    found.add(assertion.lineno)
    return sorted(found)


def test_no_test_asserts_a_time() -> None:
    found = [
        f"{path.relative_to(TESTS)}:{line}"
        for path in TESTS.rglob("*.py")
        if path.relative_to(TESTS).parts[0] not in OWN_TIME
        for line in times_asserted(path.read_text("utf-8"))
    ]

    assert found == []


def test_no_example_that_is_made_by_chance_has_a_deadline() -> None:
    assert settings.default.deadline is None
    assert HealthCheck.too_slow in settings.default.suppress_health_check


@pytest.mark.parametrize(
    "body",
    [
        "start = time.monotonic()\n    work()\n    assert time.monotonic() - start < 2",
        "start = perf_counter()\n    took = perf_counter() - start\n    assert 0.1 < took",
        "took = []\n    took.append(time.process_time())\n    assert max(took) < 4",
        "a = time.time()\n    b = time.time()\n    both = b - a\n    assert both < 1 and work()",
        "first, last = time.time_ns(), time.time_ns()\n    assert last - first < 9",
        "took = resource.getrusage(0).ru_utime\n    assert took < 9",
        "assert work() and time.time() < 9",
        "deadline = 3\n    took = time.monotonic()\n    assert took < deadline",
    ],
)
def test_an_assertion_of_a_time_is_found(body: str) -> None:
    assert times_asserted(f"def test_made_up():\n    {body}\n")


@pytest.mark.parametrize(
    "body",
    [
        "deadline = time.monotonic() + 9\n    assert time.monotonic() < deadline, 'never'",
        "print(time.monotonic())\n    assert work() == 3",
        "assert turn.seconds == 3.5",
        "clock = Clock()\n    assert clock.now < 9",
    ],
)
def test_a_deadline_is_no_assertion_of_a_time(body: str) -> None:
    assert times_asserted(f"def test_made_up():\n    {body}\n") == []
