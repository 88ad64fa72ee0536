"""An answer reads like its text, and stays one value where a text would be spread."""

from __future__ import annotations

import copy
import dataclasses
import json
import operator as op
import pickle
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel, ConfigDict

import nbchat
from nbchat import Answer, Stop, Text, Thought
from nbchat.questions import as_messages
from nbchat.text_like import TextLike

from .running_kernel import RunningKernel

pytestmark = pytest.mark.field("C10")

WORDS = "Hello, wörld:\n\ta tab, {n} and 42"
PUBLIC = [name for name in dir(str) if not name.startswith("_")]
TAKES: dict[str, tuple[Any, ...]] = {  # what a method is called with, where it needs something
    "center": (40, "*"),
    "count": ("l",),
    "encode": ("utf-8",),
    "endswith": (("42", "no"),),
    "expandtabs": (4,),
    "find": ("a", 3),
    "format_map": ({"n": "zero"},),
    "index": ("a",),
    "join": (["a", "b"],),
    "ljust": (40,),
    "maketrans": ({"a": "b"},),
    "partition": (":",),
    "removeprefix": ("Hello, ",),
    "removesuffix": (" 42",),
    "replace": ("a", "b", 1),
    "rfind": ("a",),
    "rindex": ("a",),
    "rjust": (40,),
    "rpartition": (":",),
    "rsplit": (None, 2),
    "split": (", ",),
    "splitlines": (True,),
    "startswith": ("Hello",),
    "strip": ("24",),
    "translate": ({ord("a"): "b"},),
    "zfill": (60,),
}


def answered(words: str = WORDS) -> Answer:
    answer = Answer(model="demo", provider="demo")
    for event in (Thought("hm"), Text(words), Stop("end")):
        answer.add(event)
    return answer


# --- as a text ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", PUBLIC)
def test_every_method_of_a_text_works_as_on_the_text(method: str) -> None:
    given = TAKES.get(method, ())
    named = {"n": 0} if method == "format" else {}

    assert getattr(answered(), method)(*given, **named) == getattr(WORDS, method)(*given, **named)


@pytest.mark.parametrize("method", PUBLIC)
def test_what_a_method_refuses_it_refuses_as_on_the_text(method: str) -> None:
    wrong = [object()] * 9
    if method == "format":  # takes whatever there is
        return

    with pytest.raises(TypeError) as theirs:
        getattr(WORDS, method)(*wrong)
    with pytest.raises(TypeError) as ours:
        getattr(answered(), method)(*wrong)
    assert str(ours.value) == str(theirs.value)


@pytest.mark.parametrize(
    "use",
    [
        len,
        lambda text: text + "!",
        lambda text: "> " + text,
        lambda text: text + text,
        lambda text: text[:5] + text[-2] + text[::2],
        lambda text: ("wörld" in text, "x" in text, text in text),
        lambda text: (f"{text}", f"{text:>50}", f"{text:.3}", f"{text!s:.3}"),
        lambda text: ("%s" % text, "%10s|" % (text,), "{}".format(text)),  # noqa: UP031, UP032
        lambda text: (text * 2, 2 * text, text * 0),
        lambda text: (text in ("x", WORDS), text in {"x", WORDS}),
        lambda text: ({WORDS: 1}[text], {text: 1}[WORDS], sorted([text, "A"])[0]),
        lambda text: (min(text, "I"), max("A", text)),
        lambda text: text.startswith(text) and text.count(text),
        lambda text: " ".join([str(text), "and"]),
        lambda text: re.search(r"\d+$", str(text)).group(),  # type: ignore[union-attr]
        lambda text: json.dumps({"answer": str(text)}),
        lambda text: (pd.Series(["a", "b"]) + text).tolist(),
    ],
)
def test_operators_work_as_on_the_text(use: Callable[[Any], Any]) -> None:
    assert use(answered()) == use(WORDS)


@pytest.mark.parametrize("compare", [op.eq, op.ne, op.lt, op.le, op.gt, op.ge])
@pytest.mark.parametrize("other", [WORDS, "", "A", "Z", WORDS + "!"])
def test_it_is_compared_as_the_text(compare: Callable[[Any, Any], bool], other: str) -> None:
    assert compare(answered(), other) is compare(WORDS, other)
    assert compare(other, answered()) is compare(other, WORDS)
    assert compare(answered(), answered(other)) is compare(WORDS, other)


def test_what_is_no_text_is_not_equal_to_it() -> None:
    for other in (None, 3, WORDS.encode(), [WORDS], object()):
        assert answered() != other
        assert other != answered()


def test_in_place_addition_gives_a_text() -> None:
    said: Any = answered("Hi")
    said += "!"

    assert said == "Hi!"
    assert type(said) is str


@pytest.mark.parametrize(
    "use",
    [
        *(lambda a: a + 3, lambda a: 3 + a, lambda a: 3 in a, lambda a: a - "H"),
        *(lambda a: a < 3, lambda a: a >= None, lambda a: a * "x", lambda a: a[0.5]),
    ],
)
def test_what_a_text_cannot_do_it_cannot_do_either(use: Callable[[Any], Any]) -> None:
    for text in (answered(), WORDS):
        with pytest.raises(TypeError):
            use(text)


def test_an_answer_that_grows_reads_as_far_as_it_has_come() -> None:
    answer = answered("Hel")
    answer.add(Text("lo"))

    assert answer.upper() == "HELLO"
    assert len(answer) == 5


def test_an_answer_without_words_is_true_where_something_else_came() -> None:
    """Only `len` speaks of the words; whether there is an answer is another question."""
    answer = Answer()
    answer.add(nbchat.ToolCall("1", "now", {}))

    assert len(answer) == 0
    assert answer


# --- its own names -----------------------------------------------------------------------------


def test_no_name_of_its_own_is_one_of_a_text() -> None:
    """Else `answer.count(...)` would be somebody's count. Whoever adds such a name decides."""
    own = {name for base in Answer.__mro__ if base is not TextLike for name in vars(base)}

    assert own & set(PUBLIC) == set()


def test_all_its_names_are_offered() -> None:
    answer = answered()

    assert {*PUBLIC, "text", "parts", "stop", "usage", "rounds"} <= set(dir(answer))
    assert answer.upper.__doc__ == str.upper.__doc__
    assert answer.upper.__name__ == "upper"


def test_answers_of_the_same_words_are_equal() -> None:
    yes, also, no = answered("yes"), answered("yes"), answered("no")

    assert yes == also
    assert yes != no
    assert len({yes, also, no, "yes"}) == 2
    assert [no, "x"].index("no") == 0


def test_a_column_of_answers_is_compared_and_counted_by_their_words() -> None:
    frame = pd.DataFrame({"said": [answered("yes"), answered("no"), answered("yes")]})

    assert frame[frame["said"] == "yes"].index.tolist() == [0, 2]
    assert frame["said"].isin(["no"]).tolist() == [False, True, False]
    assert frame.groupby("said").size().tolist() == [1, 2]


@pytest.mark.parametrize(
    "make",
    [
        pd.Series,
        pd.Index,
        np.array,
        lambda words: pd.Series(words, dtype=object),
        lambda words: pd.Series(words, dtype="category"),
        lambda words: np.array(words, dtype=object),
        lambda words: pd.DataFrame({"said": words}),
    ],
)
def test_each_value_of_a_column_is_compared_with_its_text(make: Callable[[Any], Any]) -> None:
    words = ["Hi", "Ho", "Hi"]
    for compare in (op.eq, op.ne):
        expected = np.array(compare(make(words), "Hi")).tolist()
        assert np.array(compare(make(words), answered("Hi"))).tolist() == expected
        assert np.array(compare(answered("Hi"), make(words))).tolist() == expected


def test_columns_are_filtered_and_ordered_by_its_text() -> None:
    said = pd.Series(["Hi", "Ho", "Ha"])
    frame = pd.DataFrame({"said": said})

    assert frame[frame.said == answered("Hi")].index.tolist() == [0]
    assert said.eq(answered("Hi")).tolist() == [True, False, False]
    assert said.ne(answered("Hi")).tolist() == [False, True, True]
    for compare in (op.lt, op.le, op.gt, op.ge):
        for values in (said, np.array(said, dtype=str)):
            assert compare(values, answered("Hi")).tolist() == compare(values, "Hi").tolist()
            assert compare(answered("Hi"), values).tolist() == compare("Hi", values).tolist()


def test_numpy_takes_it_as_one_value() -> None:
    assert np.array([answered("Hi"), answered("Ho")]).tolist() == ["Hi", "Ho"]
    assert np.where([True, False], answered("Hi"), "Ho").tolist() == ["Hi", "Ho"]
    assert np.isin(["Hi", "Ho"], [answered("Hi")]).tolist() == [True, False]
    assert np.str_("Hi") == answered("Hi")


# --- one value ----------------------------------------------------------------------------------


@pytest.mark.parametrize("use", [iter, list, set, sorted, reversed, enumerate, "".join, dict])
def test_it_is_not_iterated_over(use: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        use(answered())


def test_it_says_so_itself() -> None:
    assert not isinstance(answered(), Iterable | Sequence | str)
    with pytest.raises(TypeError, match="'Answer' object is not iterable"):
        iter(answered())  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "make",
    [
        lambda a, b: pd.DataFrame({"said": [a, b]}),
        lambda a, b: pd.DataFrame([[a], [b]], columns=["said"]),
        lambda a, b: pd.DataFrame([{"said": a}, {"said": b}]),
        lambda a, b: pd.Series([a, b]).to_frame("said"),
        lambda a, b: pd.Series([0, 1]).map([a, b].__getitem__).to_frame("said"),
        lambda a, b: pd.Series([0, 1]).apply([a, b].__getitem__).to_frame("said"),
        lambda a, b: pd.DataFrame({"n": [0, 1]}).assign(said=[a, b])[["said"]],
        lambda a, b: pd.concat([pd.Series([a]), pd.Series([b])], ignore_index=True).to_frame(
            "said"
        ),
    ],
)
def test_a_table_holds_it_as_one_value(make: Callable[[Any, Any], Any]) -> None:
    first, second = answered("Hi"), answered("Well, hello")

    frame = make(first, second)

    assert frame.shape == (2, 1)
    assert frame["said"].tolist() == [first, second]
    assert frame.to_csv(index=False) == 'said\nHi\n"Well, hello"\n'


def test_a_cell_of_a_table_takes_it_as_one_value() -> None:
    answer = answered("Hi")
    frame = pd.DataFrame({"said": [None, None], "n": [1, 2]}, dtype=object)

    frame.loc[0, "said"] = answer
    frame.at[1, "said"] = answer
    frame["again"] = answer

    assert frame["said"].tolist() == frame["again"].tolist() == [answer, answer]


def test_the_copy_is_an_answer() -> None:
    answer = answered()

    for other in (copy.copy(answer), copy.deepcopy(answer), pickle.loads(pickle.dumps(answer))):
        assert (str(other), other.thought, other.stop) == (WORDS, "hm", Stop("end"))
        assert repr(other) == repr(answer)
    assert dataclasses.replace(answer, model="other").text == WORDS
    assert dataclasses.asdict(answer)["model"] == "demo"


def test_a_field_of_pydantic_holds_it() -> None:
    class Row(BaseModel):
        model_config = ConfigDict(arbitrary_types_allowed=True)

        answer: Answer
        words: str

    answer = answered()

    assert Row(answer=answer, words=str(answer)).answer is answer


def test_our_own_calls_take_it_as_its_text() -> None:
    asked: Any = answered("What did I just ask?")
    chat = nbchat.chat(answered("a name"))  # type: ignore[arg-type]
    first = "This is the first question of our conversation."

    assert as_messages(asked)[0].text == "What did I just ask?"
    assert nbchat.ask("demo", asked, system=answered("Be brief.")) == first  # type: ignore[arg-type]
    assert chat.ask(asked, "demo", system=asked) == first
    chat.ask(["Look: ", answered("Hi")], "demo")  # type: ignore[list-item]
    chat.system = answered("Be brief.")  # type: ignore[assignment]

    assert chat is nbchat.chat("a name")
    assert [turn.question.content for turn in chat.turns] == [str(asked), ["Look: ", "Hi"]]
    assert type(chat.turns[0].question.content) is str
    assert type(chat.system) is str
    assert as_messages([nbchat.Message("user", asked)])[0].content == str(asked)
    assert as_messages([answered().message])[0].text == WORDS


# --- for who types ------------------------------------------------------------------------------


def test_a_kernel_completes_public_names_alone(kernel: RunningKernel) -> None:
    kernel.run("import nbchat; answer = nbchat.ask('demo', 'What did I just ask?')")

    def complete(code: str) -> set[str]:
        kernel.client.complete(code)
        matches = kernel.client.get_shell_msg(timeout=60)["content"]["matches"]
        return {match.rpartition(".")[2] for match in matches}

    assert {"upper", "split", "text", "parts", "stop"} <= complete("answer.")
    offered = complete("nbchat.")
    assert {"ask", "chat", "Answer"} <= offered
    assert not offered & {"Any", "TYPE_CHECKING", "import_module", "os", "sys", "suppress"}
