"""An answer that has ended is a text, a `str`, wherever one is wanted; and still an Answer."""

from __future__ import annotations

import ast
import asyncio
import base64
import copy
import csv
import difflib
import html
import io
import json
import os
import pickle
import re
import shlex
import sqlite3
import string
import subprocess
import textwrap
import urllib.parse
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from IPython.display import HTML, Code, Markdown
from markdown_it import MarkdownIt
from pydantic import TypeAdapter

import nbchat
from nbchat import Answer, Stop, Text, Thought
from nbchat.conversation.export import read_export
from nbchat.errors import BadCall
from nbchat.provider_state import ProviderState
from nbchat.text_like import OneText

from .fakes import provider
from .fakes.provider import Service

pytestmark = pytest.mark.field("C10")

Use = Callable[[Any], Any]
SHORT = "What did I just ask?"  # has a short answer


def answered(words: str = "Hi") -> Answer:
    answer = Answer(model="demo", provider="demo")
    for event in (Thought("hm"), Text(words), Stop("end")):
        answer.add(event)
    return answer.ended()


def read_back(write: Use) -> Use:
    """What stands in a file when the text has been written to it."""

    def use(text: Any, path: Path = Path("written.txt")) -> str:
        with path.open("w") as file:
            write(file)(text)
        return path.read_text()

    return use


def in_environment(text: Any) -> str | None:
    os.environ["SAID"] = text
    return os.environ.pop("SAID")


def from_database(text: Any) -> Any:
    base = sqlite3.connect(":memory:")
    found = base.execute("SELECT ?, ?", (text, text)).fetchone()
    base.close()
    return found


def printed(text: Any) -> str:
    out = io.StringIO()
    print(text, "and", sep=text, end=text, file=out)
    return out.getvalue()


def row_of_csv(text: Any) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([text, 1])
    return out.getvalue()


PYTHON: list[Use] = [
    lambda t: (f"{t:>10}|{t!s:<4}|{t:.1}", "%s %5s" % (t, t), "{:>4}{}".format(t, t)),  # noqa: UP031, UP032
    lambda t: (
        t in "Hi there",
        "H" in t,
        t in ("Hi",),
        t in {"Hi": 1},
        "Hi there".startswith((t,)),
    ),
    lambda t: ("Hi!".replace(t, "-"), "aHib".split(t), "HiHi".count(t), "a Hi".find(t)),
    lambda t: (" ".join([t, "you"]), t.join(["a", "b"]), t.join(x for x in [t, t]), t.encode()),
    lambda t: (str.lower(t), list(map(str.strip, [t])), bytes(t, "utf-8"), sorted([t, "A"])),
    lambda t: ({"Hi": 1}[t], {t: 1}["Hi"], {**{t: 1}}, dict(**{t: 1}), hash(t) == hash("Hi")),
    lambda t: (json.dumps({t: [t]}), json.dumps(t, indent=1), json.loads(f'"{t}"')),
    lambda t: (re.sub("i", t, t), re.search(t, "aHi").group(), re.findall(".", t), re.escape(t)),  # type: ignore[union-attr]
    lambda t: (Path(t), Path("a") / t, os.path.join("a", t), os.path.exists(t), Path("a", t).stem),
    lambda t: (io.StringIO(t).read(), io.StringIO().write(t)),
    lambda t: (shlex.quote(t), shlex.split(t), shlex.join([t]), urllib.parse.quote(t)),
    lambda t: (urllib.parse.urlencode({t: t}), urllib.parse.urlsplit(t).path, html.escape(t)),
    lambda t: (
        textwrap.fill(t),
        textwrap.dedent(t),
        textwrap.indent(t, "> "),
        textwrap.shorten(t, 5),
    ),
    lambda t: list(difflib.unified_diff(t.splitlines(), ["Ho"])),
    lambda t: (string.Template(t).substitute(), string.Template("$a").substitute(a=t)),
    lambda t: (
        base64.b64encode(t.encode()),
        Counter([t, "Hi"]),
        TypeAdapter(str).validate_python(t),
    ),
    lambda t: (ast.dump(ast.parse(t)), eval(t, {"Hi": 3}), getattr(string, t, None)),
    lambda t: (str(ValueError(t)), isinstance(t, str), max(t, "A"), "> " + t, t + "!", t * 2),
    lambda t: (MarkdownIt().render(t), Markdown(t)._repr_markdown_(), HTML(t)._repr_html_()),
    lambda t: (Code(t)._repr_html_(), str(nbchat.Message("user", t))),
    in_environment,
    from_database,
    printed,
    row_of_csv,
    read_back(lambda file: file.write),
    read_back(lambda file: lambda text: file.writelines([text])),
    read_back(lambda file: lambda text: json.dump({"said": text}, file)),
    lambda t: (Path("note.md").write_text(t), Path("note.md").read_text()),
]


@pytest.mark.parametrize("use", PYTHON)
def test_what_takes_a_text_takes_an_answer(
    use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert use(answered()) == use("Hi")


@pytest.mark.parametrize(
    ("read", "words"),
    [(json.loads, '{"a": [1]}'), (ast.literal_eval, "[1, 'a']"), (int, " 42 "), (float, "4.5")],
)
def test_what_reads_a_text_reads_an_answer(read: Use, words: str) -> None:
    assert read(answered(words)) == read(words)


def test_a_process_takes_it_as_a_word_and_as_its_input() -> None:
    said = subprocess.run(["echo", answered()], capture_output=True, text=True, check=True)
    read = subprocess.run(["cat"], input=answered(), capture_output=True, text=True, check=True)

    assert (said.stdout, read.stdout) == ("Hi\n", "Hi")


# --- tables -------------------------------------------------------------------------------------


def columns(dtype: Any) -> pd.DataFrame:
    return pd.DataFrame({"c": pd.Series(["Hi", "Ho"], dtype=dtype), "n": [1, 2]})


def at(frame: pd.DataFrame, text: Any) -> pd.DataFrame:
    frame.at[1, "c"] = text
    return frame


def loc(frame: pd.DataFrame, text: Any) -> pd.DataFrame:
    frame.loc[frame.n == 2, "c"] = text
    return frame


def iloc(frame: pd.DataFrame, text: Any) -> pd.DataFrame:
    frame.iloc[1, 0] = text
    return frame


def enlarge(frame: pd.DataFrame, text: Any) -> pd.DataFrame:
    frame.loc[2] = [text, 3]
    return frame


def lookup() -> pd.Series[int]:
    return pd.Series([1, 2], index=["Hi", "Ho"])


TABLES: list[Callable[[Any, Any], Any]] = [
    at,
    loc,
    iloc,
    enlarge,
    lambda f, t: f.assign(said=t),
    lambda f, t: f.assign(said=[t, t]),
    lambda f, t: f.c.where(f.n == 1, t),
    lambda f, t: f.c.where(f.n == 1).fillna(t),
    lambda f, t: f.c.replace(t, "-"),
    lambda f, t: f.c.replace("Ho", t),
    lambda f, t: f.c.replace({t: "-"}),
    lambda f, t: f.replace([t], "-"),
    lambda f, t: f.c.map({t: "-"}),
    lambda f, t: f.c.isin([t]),
    lambda f, t: f.c.isin({t}),
    lambda f, t: f.isin([t]),
    lambda f, t: f[f.c == t],
    lambda f, t: f[f.c != t],
    lambda f, t: f[t <= f.c],
    lambda f, t: f.query("c == @t"),
    lambda f, t: f.c + t,
    lambda f, t: t + f.c,
    lambda f, t: f.c.str.contains(t),
    lambda f, t: f.c.str.startswith(t),
    lambda f, t: f.c.str.replace(t, "-"),
    lambda f, t: f.c.str.split(t),
    lambda f, t: f.c.str.cat(sep=t),
    lambda f, t: f.rename(columns={"c": t})["Hi"],
    lambda f, t: f.merge(pd.DataFrame({"c": [t], "m": [3]})),
    lambda f, t: pd.DataFrame({"c": [t], "m": [3]}).merge(f),
    lambda f, t: f.groupby("c").get_group(t),
    lambda f, t: f.set_index("c").loc[t],
    lambda f, t: f.set_index("c").loc[[t]],
    lambda f, t: pd.Index(f.c).get_loc(t),
    lambda f, t: pd.concat([f, pd.DataFrame({"c": [t], "n": [3]})]),
    lambda f, t: pd.DataFrame([t]),
    lambda f, t: pd.DataFrame([t, t], columns=["c"]),
    lambda f, t: pd.DataFrame({"a": [t]}),
    lambda f, t: pd.DataFrame({"a": t, "n": [1, 2]}),
    lambda f, t: pd.DataFrame([{"a": t}, {"a": "Ho"}]),
    lambda f, t: pd.Series(t, index=[0, 1]),
    lambda f, t: pd.Series([t, t]).value_counts(),
    lambda f, t: pd.Series([t, "Hi", "A"]).drop_duplicates().sort_values(),
    lambda f, t: pd.Series([t, t]).astype("category").cat.codes,
    lambda f, t: pd.Series([t, None]).str.len(),
    lambda f, t: lookup()[t],
    lambda f, t: lookup()[[t]],
]


@pytest.mark.parametrize("dtype", ["str", "string", object])
@pytest.mark.parametrize("use", TABLES)
def test_a_table_takes_it_as_a_text(use: Callable[[Any, Any], Any], dtype: Any) -> None:
    ours, theirs = use(columns(dtype), answered()), use(columns(dtype), "Hi")

    if isinstance(theirs, pd.DataFrame):
        pd.testing.assert_frame_equal(ours, theirs)
    elif isinstance(theirs, pd.Series):
        pd.testing.assert_series_equal(ours, theirs)
    else:
        assert ours == theirs


@pytest.mark.parametrize(
    "write",
    [
        lambda f: f.to_json(),
        lambda f: f.to_csv(index=False),
        lambda f: f.to_html(),
        lambda f: f.to_markdown() if hasattr(f, "tabulate") else f.to_string(),
        lambda f: f.to_dict(),
        lambda f: f.dtypes.to_dict(),
    ],
)
def test_a_table_of_answers_is_written_as_one_of_texts(write: Use) -> None:
    assert write(pd.DataFrame({"said": [answered(), "Ho"]})) == write(
        pd.DataFrame({"said": ["Hi", "Ho"]})
    )


def test_a_table_of_answers_goes_into_a_database() -> None:
    base = sqlite3.connect(":memory:")
    pd.DataFrame({"said": [answered()]}).to_sql("talk", base, index=False)

    assert base.execute("SELECT said FROM talk").fetchall() == [("Hi",)]
    base.close()


@pytest.mark.parametrize(
    "use",
    [
        lambda t: np.array([t, "Ho"]),
        lambda t: np.array(t),
        lambda t: np.array([t], dtype=str),
        lambda t: np.array([t], dtype=object),
        lambda t: np.full(2, t),
        lambda t: np.where([True, False], t, "Ho"),
        lambda t: np.append(["a"], t),
        lambda t: np.unique([t, t, "a"]),
        lambda t: np.isin(["Hi", "Ho"], [t]),
        lambda t: np.strings.add(["a"], t),
        lambda t: np.array(["Hi", "Ho"]) == t,
        lambda t: t == np.array(["Hi", "Ho"]),
    ],
)
def test_an_array_takes_it_as_a_text(use: Use) -> None:
    ours, theirs = use(answered()), use("Hi")

    assert ours.dtype == theirs.dtype
    assert ours.tolist() == theirs.tolist()


# --- one value, and still an answer ---------------------------------------------------------------


@pytest.mark.parametrize("use", [iter, list, set, sorted, reversed, enumerate])
def test_a_loop_over_it_is_refused_and_says_what_to_write(use: Use) -> None:
    with pytest.raises(TypeError, match=r"'Answer' object is not iterable.*\n.*splitlines"):
        use(answered())


@pytest.mark.parametrize(
    "use", ["".join, dict, lambda text: [*text], lambda text: dict(a=1, **text)]
)
def test_nothing_else_spreads_it(use: Use) -> None:
    with pytest.raises(TypeError):
        use(answered())


def test_it_is_an_answer_that_equals_its_text() -> None:
    answer = answered()

    assert isinstance(answer, Answer)
    assert isinstance(answer, str)
    assert answer == "Hi" == answer.text
    assert (answer.thought, answer.model, answer.stop) == ("hm", "demo", Stop("end"))
    assert repr(answer) == "<Answer of demo, end: 'Hi'>"
    assert type(str(answer)) is type(answer.upper()) is type(answer + "") is str
    assert answer.ended() is answer
    assert {"text/html", "text/plain"} <= DisplayFormatter().format(answer)[0].keys()


def test_it_and_one_that_grows_are_equal() -> None:
    grows = Answer()
    grows.add(Text("Hi"))

    assert answered() == grows
    assert grows == answered()
    assert {answered(), grows, "Hi"} == {"Hi"}
    assert not isinstance(grows, str)


def test_what_is_known_later_is_folded_in_and_words_are_refused() -> None:
    answer = answered()
    state = ProviderState("p", "w", {"signature": "s"})
    call = nbchat.ToolCall("1", "now", {})
    for event in (
        *(Thought("", state), Text("", state), call),
        *(nbchat.Usage(1, 2), nbchat.Notice("Kept nowhere."), Stop("length")),
    ):
        answer.add(event)

    assert answer.parts == [Thought("hm", state), Text("Hi", state), call]
    assert (answer.usage.output, answer.notices) == (2, ["Kept nowhere."])
    assert answer.stop == Stop("length")
    with pytest.raises(BadCall, match="takes no more words"):
        answer.add(Text("!"))
    assert answer == answer.text == "Hi"


def test_an_answer_without_words_is_true_where_something_else_came() -> None:
    grows = Answer()
    grows.add(nbchat.ToolCall("1", "now", {}))

    assert grows.ended()
    assert len(grows.ended()) == 0
    assert not Answer().ended()


def test_its_own_names_are_none_of_a_text() -> None:
    kinds = [kind for kind in type(answered()).__mro__ if kind not in (str, object)]
    own = {name for kind in kinds for name in vars(kind) if not name.startswith("_")}

    assert own & set(dir(str)) == set()


def test_the_copy_is_the_same_answer() -> None:
    answer = answered()

    for other in (copy.copy(answer), copy.deepcopy(answer), pickle.loads(pickle.dumps(answer))):
        assert type(other) is type(answer)
        assert other == answer
        assert (other.parts, other.stop, repr(other)) == (answer.parts, answer.stop, repr(answer))


# --- whoever asks, gets one -----------------------------------------------------------------------


def test_every_way_to_ask_ends_in_a_text() -> None:
    chat = nbchat.chat("ways to ask")

    async def streamed() -> list[Answer]:
        stream = nbchat.stream("demo", SHORT)
        assert not isinstance(stream.result, str)
        async for _ in stream:
            pass
        return [stream.result, await nbchat.stream("demo", SHORT).answer()]

    asked = [nbchat.ask("demo", SHORT), chat.ask(SHORT, "demo"), *asyncio.run(streamed())]

    for answer in asked:
        assert isinstance(answer, str)
        assert json.loads(json.dumps(answer)) == answer.text
        assert answer.stop.reason == "end"
    assert chat.last_answer is asked[1]


def test_an_answer_that_is_read_from_disk_or_a_file_is_one(tmp_path: Path) -> None:
    chat = nbchat.chat("on disk")
    answer = chat.ask(SHORT, "demo")
    _, (turn,) = read_export(chat.export(tmp_path / "talk.json"))

    assert isinstance(turn.answer, str)
    assert turn.answer == answer


def test_what_is_asked_with_it_holds_a_plain_text(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", "sk-test-0123456789")
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    service.always(provider.answer(*provider.said("Hi")))
    chat = nbchat.chat("asked again")
    chat.ask(answered(), "kimi-k2.6", system=answered())
    chat.ask(["Look: ", answered()], "kimi-k2.6")  # type: ignore[list-item]

    second, third = chat.turns
    assert type(second.question.content) is str
    assert [type(part) for part in third.question.content] == [str, str]


def test_a_text_that_is_one_value_is_a_plain_text_besides() -> None:
    sign = OneText("Mind the gap")

    assert sign == "Mind the gap"
    assert json.dumps(sign) == '"Mind the gap"'
