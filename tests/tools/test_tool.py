"""A Python function as a tool."""

from __future__ import annotations

import copy
import functools
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import nbchat
from nbchat.errors import BadCall, BadOption, SetupError
from nbchat.messages import Tool
from nbchat.tools.tool import FunctionTool, with_functions


@nbchat.tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@nbchat.tool(approve=True, longest=500, name="remove-all")
def drop(table: str) -> str:
    """Drop a table.

    Args:
        table: its name
    """
    return f"dropped {table}"


def subtract(a: int, b: int) -> int:
    """Subtract."""
    return a - b


class Account:
    """What somebody has."""

    def __init__(self, sum_: int) -> None:
        self.sum = sum_

    def balance(self, currency: str = "EUR") -> str:
        """How much there is."""
        return f"{self.sum} {currency}"

    @nbchat.tool(approve=True)
    def pay(self, amount: int) -> int:
        """Pay somebody."""
        self.sum -= amount
        return self.sum

    @classmethod
    @nbchat.tool(approve=True)
    def opened(cls, amount: int) -> Account:
        """Open one."""
        return cls(amount)

    @staticmethod
    @nbchat.tool
    def rate(currency: str) -> float:
        """What it is worth."""
        return 1.0

    def __call__(self, amount: int) -> int:
        """Add to it."""
        return self.sum + amount


# --- it is still the function -----------------------------------------------------------------


def test_a_tool_is_called_as_the_function_it_is_made_of() -> None:
    assert add(1, b=2) == 3
    assert drop("t") == "dropped t"
    assert (drop.name, drop.description, drop.approve, drop.longest) == (
        "remove-all",
        "Drop a table.",
        True,
        500,
    )


def test_it_reads_as_the_function_it_is_made_of() -> None:
    assert add.__name__ == "add"  # type: ignore[attr-defined]
    assert add.__doc__ == "Add two numbers."
    assert add.__module__ == __name__
    assert str(inspect.signature(add)) == "(a: 'int', b: 'int') -> 'int'"
    assert inspect.unwrap(add) is add.function
    assert (repr(add), repr(drop)) == ("<tool add>", "<tool remove-all, approve=True>")
    assert (FunctionTool.__doc__ or "").startswith("A function that nbchat runs")


def test_a_tool_can_be_compared_copied_and_kept_in_a_set() -> None:
    again = nbchat.tool(add.function)

    assert again == add
    assert again != drop
    assert len({add, again, drop}) == 2
    assert copy.copy(add) is add
    assert copy.deepcopy([add]) == [add]


def test_a_tool_is_pickled_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(add)) is add
    assert pickle.loads(pickle.dumps(nbchat.tool(subtract))) == nbchat.tool(subtract)
    method = pickle.loads(pickle.dumps(nbchat.tool(functools.partial(subtract, 1))))
    assert (method.name, method(3)) == ("subtract", -2)


def test_a_tool_that_stands_nowhere_is_not_pickled() -> None:
    @nbchat.tool
    def local() -> None: ...

    with pytest.raises((pickle.PicklingError, AttributeError), match="local"):
        pickle.dumps(local)


# --- of what ----------------------------------------------------------------------------------


def test_a_method_is_the_tool_of_its_object() -> None:
    account = Account(10)

    made = nbchat.tool(account.balance)

    assert (made.name, made.description) == ("balance", "How much there is.")
    assert made.parameters["properties"] == {"currency": {"type": "string", "default": "EUR"}}
    assert made.called_with(made.checked({})) == "10 EUR"


def test_a_tool_in_a_class_is_one_of_each_object() -> None:
    account = Account(10)

    assert account.pay(4) == 6
    assert account.pay.parameters["properties"].keys() == {"amount"}
    assert account.pay.approve
    assert account.pay.called_with({"amount": 1}) == 5
    assert Account.rate.parameters["properties"].keys() == {"currency"}


def test_a_tool_of_a_class_itself_still_asks() -> None:
    [made] = with_functions([Account.opened])

    assert made.approve
    assert made.parameters["properties"].keys() == {"amount"}
    assert made.called_with({"amount": 3}).sum == 3


def test_an_object_that_can_be_called_is_a_tool() -> None:
    made = nbchat.tool(Account(5))

    assert (made.name, made.description) == ("Account", "Add to it.")
    assert made.called_with(made.checked({"amount": "2"})) == 7


@pytest.mark.parametrize(
    "wrap",
    [
        lambda: functools.partial(drop, table="t"),
        lambda: functools.wraps(drop)(lambda table: drop(table)),
        lambda: Account(1).pay,
        lambda: functools.partial(Account(1).pay, amount=3),
        lambda: nbchat.tool(drop),
        lambda: nbchat.tool(drop, approve=False),
        lambda: nbchat.tool(name="other")(drop),
        lambda: functools.cache(drop),
    ],
    ids=["partial", "wraps", "method", "of a method", "twice", "not", "named", "cache"],
)
def test_consent_is_asked_for_whatever_a_tool_is_wrapped_in(wrap: Callable[[], Any]) -> None:
    [made] = with_functions([wrap()])

    assert isinstance(made, FunctionTool)
    assert made.approve


def test_a_tool_made_twice_is_the_same_with_what_was_said_last() -> None:
    assert nbchat.tool(add) == add
    assert nbchat.tool(add, name="plus", longest=900).name == "plus"
    assert nbchat.tool(approve=True)(add).approve
    assert not add.approve


def test_an_async_function_runs_on_the_loop_of_the_engine() -> None:
    async def wait() -> None: ...

    async def count() -> Any:
        yield 1

    class Waiting:
        async def __call__(self) -> None: ...

    asynchronous = [wait, count, Waiting(), functools.partial(wait)]
    assert all(nbchat.tool(one).is_async for one in asynchronous)
    assert not add.is_async


# --- what is wrong ----------------------------------------------------------------------------

WRONG: dict[str, tuple[Callable[[], Any], type[SetupError], str]] = {
    "a text": (lambda: nbchat.tool("add"), BadCall, "makes a tool of a function, not 'add'"),  # type: ignore[call-overload]
    "a class": (lambda: nbchat.tool(Account), BadCall, "and Account is a class."),
    "a class of the question": (lambda: with_functions([Account]), BadCall, "is a class."),
    "a class method": (
        lambda: nbchat.tool(classmethod(subtract)),  # type: ignore[arg-type]
        BadCall,
        "below @classmethod",
    ),
    "a declared tool": (lambda: nbchat.tool(Tool("add")), BadCall, "add is a tool already"),  # type: ignore[arg-type]
    "an unknown argument": (
        lambda: nbchat.tool(subtract, aprove=True),  # type: ignore[call-overload]
        BadCall,
        "tool() has no argument 'aprove'. Did you mean 'approve'?",
    ),
    "too many": (lambda: nbchat.tool(subtract, True), BadCall, "which is too many"),  # type: ignore[call-overload]
    "approve": (lambda: nbchat.tool(subtract, approve="yes"), BadOption, "approve should be"),  # type: ignore[call-overload]
    "longest": (lambda: nbchat.tool(subtract, longest=3), BadOption, "longest should be"),
    "a name that is none": (lambda: nbchat.tool(subtract, name=3), BadOption, "is a text"),  # type: ignore[call-overload]
    "an empty name": (lambda: nbchat.tool(subtract, name=""), BadOption, "'' is no name of a tool"),
    "a name of others": (lambda: nbchat.tool(subtract, name="größer"), BadOption, "is no name"),
    "a long name": (lambda: nbchat.tool(subtract, name="n" * 65), BadOption, "up to 64"),
    "a hidden sign": (lambda: nbchat.tool(subtract, name="a\u200bb"), BadOption, "'a\\u200bb'"),
    "a lambda": (
        lambda: with_functions([lambda x: x]),
        BadOption,
        "nbchat.tool(lambda x: x, name=",
    ),
    "no list": (lambda: with_functions(add), BadOption, "tools should be a list: tools=[f]."),
    "no list of a function": (lambda: with_functions(subtract), BadOption, "a list: tools=[f]."),
    "no object": (
        lambda: with_functions([Account.pay]),
        BadOption,
        "Account.pay is a method without",
    ),
    "no object yet": (lambda: with_functions([Account.balance]), BadOption, "without its object"),
    "two of one name": (
        lambda: with_functions([add, nbchat.tool(subtract, name="add")]),
        BadOption,
        "two tools are called 'add'.",
    ),
    "one name with a declared one": (
        lambda: with_functions([add, {"name": "add"}]),
        BadOption,
        "two tools are called 'add'.",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_told_before_anything_is_sent(kind: str) -> None:
    call, error, words = WRONG[kind]

    with pytest.raises(error) as told:
        call()

    assert words in str(told.value)


def test_a_question_with_a_wrong_tool_is_not_asked() -> None:
    with pytest.raises(BadOption, match="a lambda has no name"):
        nbchat.ask("demo", "Hello", tools=[lambda x: x])


# --- the tools of a question ------------------------------------------------------------------


def test_functions_become_tools_and_declared_ones_stay() -> None:
    declared = {"name": "search", "parameters": {"type": "object"}}

    made = with_functions([subtract, add, Tool("other"), declared])

    assert [type(one) for one in made] == [FunctionTool, FunctionTool, Tool, dict]
    assert made[1] is add


def test_a_function_that_stands_there_twice_is_one() -> None:
    assert with_functions([add, add, subtract, subtract]) == [add, nbchat.tool(subtract)]


@pytest.mark.parametrize("tools", ["add", Tool("add"), {"name": "add"}, 3], ids=repr)
def test_what_is_no_list_is_told(tools: Any) -> None:
    with pytest.raises(BadOption, match="tools should be a list"):
        with_functions(tools)


def test_no_tools_are_none() -> None:
    assert with_functions(None) is None
    assert with_functions(()) == []
