"""`%%chat --each df --into out` in a real kernel: asked, shown, bound, stopped, gone on with."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ...conftest import is_personal
from ...fakes.provider import Play, Request, Service, answer, said
from ...fakes.steps import once
from ...running_kernel import Ran, RunningKernel
from ...waiting import until
from .conftest import plain

FRAME = """
import pandas as pd, pydantic
from typing import Literal
class Taste(pydantic.BaseModel):
    verdict: Literal["good", "bad"]
    flavour: str
df = pd.DataFrame(
    {"text": ["lemon: good", "mint: bad", None, "lemon: good", "nougat: bad"], "n": range(5)},
    index=list("abcde"),
)
"""
EACH = "%%chat kimi-k2.6 --each df --into out\nWhat of this? {text}"


def question(request: Request) -> str:
    return str(request.json["messages"][-1]["content"])


def by_question(answers: dict[str, Play]) -> Play:
    """Plays what is written for a word of the question."""

    async def play(request: Request, writer: Any) -> bool | None:
        for word, answering in answers.items():
            if word in question(request):
                return await answering(request, writer)
        raise AssertionError(question(request))

    return play


def verdict(verdict: str, flavour: str) -> Play:
    return answer(*said(json.dumps({"verdict": verdict, "flavour": flavour})))


TASTES = {
    "lemon": verdict("good", "lemon"),
    "mint": verdict("bad", "mint"),
    "nougat": verdict("bad", "nougat"),
}


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKernel]:
    """One for all of them; each test has a history of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in filter(is_personal, list(os.environ)):
            patch.delenv(name)
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        with RunningKernel(cwd=tmp_path_factory.mktemp("kernel")) as kernel:
            kernel.run("%load_ext nbchat")
            yield kernel


@pytest.fixture
def rows(kernel: RunningKernel, kimi: Service, tmp_path: Path) -> Service:
    """The kernel has a frame, and Kimi tastes."""
    history = str(tmp_path / "history.sqlite")
    assert kernel.run(f"os.environ['NBCHAT_HISTORY'] = {history!r}\n{FRAME}").status == "ok"
    kimi.always(by_question(TASTES))
    return kimi


def records(kernel: RunningKernel) -> list[dict[str, Any]]:
    """What `out` is as a frame."""
    made = kernel.run(
        "print(out.frame().drop(columns=['error']).reset_index().to_json(orient='records'))"
    )
    assert made.status == "ok", made.error
    found: list[dict[str, Any]] = json.loads(made.text)
    return found


def test_each_row_is_asked_and_the_answers_are_in_the_variable(
    kernel: RunningKernel, rows: Service
) -> None:
    ran = kernel.run(EACH)

    assert (ran.status, ran.stderr) == ("ok", "")
    assert sorted(map(question, rows.requests)) == [
        *("What of this? lemon: good", "What of this? mint: bad", "What of this? nougat: bad"),
    ]
    answers = [row["answer"] for row in records(kernel)]
    assert [json.loads(text)["flavour"] if text else None for text in answers] == [
        *("lemon", "mint", None, "lemon", "nougat"),
    ]
    assert (
        kernel.run("len(nbchat.chat().turns) if (nbchat := __import__('nbchat')) else 0").text
        == "0"
    )


def test_with_a_type_its_fields_are_the_columns(kernel: RunningKernel, rows: Service) -> None:
    ran = kernel.run(EACH.replace("--each", "--as Taste --each"))

    assert (ran.status, ran.error) == ("ok", "")
    assert [(row["index"], row["verdict"], row["flavour"]) for row in records(kernel)] == [
        ("a", "good", "lemon"),
        ("b", "bad", "mint"),
        ("c", None, None),
        ("d", "good", "lemon"),
        ("e", "bad", "nougat"),
    ]
    assert kernel.run("type(out.rows[0].value).__name__").text == "'Taste'"


def test_options_and_a_model_of_the_line_go_with_every_row(
    kernel: RunningKernel, rows: Service
) -> None:
    kernel.run(EACH.replace("--each", "--system Brief. --max-tokens 50 --each"))

    for request in rows.requests:
        assert request.json["messages"][0] == {"role": "system", "content": "Brief."}
        assert request.json["max_completion_tokens"] == 50


def test_what_stays_is_one_safe_output_the_same_whoever_watched(
    kernel: RunningKernel, rows: Service
) -> None:
    kernel.run("df.loc['a', 'text'] = 'lemon <img src=x onerror=alert(1)> \\u202e'")

    runs = [kernel.run(EACH), kernel.run(EACH), kernel.run(EACH, watched=False)]

    assert runs[2].repaints == 1
    assert [outputs(ran) for ran in runs] == [outputs(runs[0])] * 3
    (shown,) = outputs(runs[0])
    assert "1 row skipped" in plain(shown["text/html"])
    assert "5 rows, 4 answered, 1 skipped" in shown["text/plain"]
    assert "<img" not in shown["text/html"]
    assert "\u202e" not in shown["text/html"] + shown["text/plain"]


def outputs(ran: Ran) -> list[dict[str, Any]]:
    return [output["data"] for output in ran.outputs]


def test_a_failed_row_is_a_value_and_the_others_go_on(kernel: RunningKernel, rows: Service) -> None:
    refused = answer(b'{"error":{"message":"no mint here"}}', status=400)
    rows.always(by_question({**TASTES, "mint": refused}))

    ran = kernel.run(EACH)

    assert ran.status == "ok"
    assert "1 failed" in ran.text
    assert "no mint here" in kernel.run("str(out.failed[0].error)").text


def test_what_cannot_heal_is_raised_and_what_is_done_is_in_the_variable(
    kernel: RunningKernel, rows: Service
) -> None:
    kernel.run("df = df.loc[['a', 'b']]")
    may_refuse = threading.Event()
    refusal = answer(b'{"error":{"message":"Invalid Authentication"}}', status=401)
    refused = once(may_refuse.is_set, refusal)
    rows.always(by_question({**TASTES, "mint": refused}))

    started = kernel.start(EACH)
    seen = kernel.wait_until(started, lambda seen: "1 of 2 rows" in str(seen[-1:]), "row")
    may_refuse.set()
    ran = kernel.finish(started, seen)

    assert ran.status == "error"
    assert "KeyRefused" in ran.error
    assert "What is done is in out." in ran.text
    assert [bool(row["answer"]) for row in records(kernel)] == [True, False]


def test_the_stop_button_binds_what_is_done_and_running_again_goes_on(
    kernel: RunningKernel, rows: Service
) -> None:
    hanging = answer(*said("no")[:1], hold=60)
    rows.always(by_question({**TASTES, "mint": hanging, "nougat": hanging}))
    started = kernel.start(EACH)
    until(lambda: len(rows.requests) == 3)
    seen = kernel.wait_until(started, lambda seen: "3 of 5 rows" in str(seen[-1:]), "rows")

    kernel.interrupt()
    ran = kernel.finish(started, seen)

    assert ran.status == "error"
    assert "Interrupted" in ran.error
    assert "stopped after 2 of 5 rows" in ran.error
    assert rows.left(2, within=60)
    assert [bool(row["answer"]) for row in records(kernel)] == [True, False, False, True, False]

    rows.requests.clear()
    rows.always(by_question(TASTES))
    assert kernel.run(EACH).status == "ok"
    assert sorted(map(question, rows.requests)) == [
        *("What of this? mint: bad", "What of this? nougat: bad"),
    ]
    assert [bool(row["answer"]) for row in records(kernel)] == [True, True, False, True, True]


def test_an_earlier_value_stays_where_the_rows_cannot_be_asked(
    kernel: RunningKernel, rows: Service
) -> None:
    kernel.run("out = 'as before'")

    for line, said_ in (
        ("%%chat kimi-k2.6 --each dg --into out\n{text}", "there is no variable dg"),
        ("%%chat kimi-k2.6 --each df --into out\n{texts}", "Did you mean {text}?"),
        ("%%chat kimi-k2.6 --each df --into out\nno column", "the prompt names no column"),
        ("%%chat kimi-k2-6 --each df --into out\n{text}", "kimi-k2.6"),
    ):
        ran = kernel.run(line)
        assert ran.status == "error", line
        assert said_ in ran.error
    assert kernel.run("out").text == "'as before'"
    assert rows.requests == []


def test_where_no_value_may_leave_no_row_is_asked(kernel: RunningKernel, rows: Service) -> None:
    kernel.run("from pathlib import Path; Path('nbchat.toml').write_text('data = \"schema\"')")

    ran = kernel.run(EACH)
    kernel.run("Path('nbchat.toml').unlink()")

    assert ran.status == "error"
    assert 'data = "schema"' in ran.error
    assert rows.requests == []


ANEW = "Since this cell ran last, its {} changed: all rows are asked anew."
MAP = "out = nbchat.map(df, 'What of this? {{text}}{more}', 'kimi-k2.6'{options})"


def test_a_cell_whose_prompt_has_changed_asks_anew_and_says_so(
    kernel: RunningKernel, rows: Service
) -> None:
    kernel.run(EACH, cell="c1")
    rows.requests.clear()

    ran = kernel.run(f"{EACH} Really?", cell="c1")

    assert len(rows.requests) == 3
    assert ANEW.format("prompt") in ran.text
    assert ANEW.format("prompt") not in kernel.run(EACH, cell="c2").text  # of another cell


def test_a_map_in_a_cell_says_what_has_changed_each_map_of_it_for_itself(
    kernel: RunningKernel, rows: Service
) -> None:
    kernel.run("import nbchat")
    first, second = MAP.format(more="", options=""), MAP.format(more=" 2", options="")
    both = kernel.run(f"{first}\n{second}", cell="c1")
    assert "changed" not in both.text

    changed = MAP.format(more=" 2", options=", max_tokens=50, schema='verdict, flavour'")
    ran = kernel.run(f"{first}\n{changed}", cell="c1")

    assert ran.text.count("changed") == 1
    assert ANEW.format("schema and options") in ran.text


def test_a_result_at_the_end_of_a_cell_is_a_table_with_what_to_do_next(
    kernel: RunningKernel, rows: Service
) -> None:
    refused = answer(b'{"error":{"message":"no mint\\nhere"}}', status=400)
    rows.always(by_question({**TASTES, "mint": refused}))
    kernel.run("import nbchat; out = nbchat.map(df, 'What of this? {text}', 'kimi-k2.6')")

    ran = kernel.run("out")

    head, *lines = ran.text.splitlines()
    assert head.split() == ["text", "answer", "error", "tokens", "cost"]
    (mint,) = [line for line in lines if line.startswith("b ")]
    assert "no mint here" in mint
    assert lines[-2].startswith("5 rows, 3 answered, 1 failed, 1 skipped, ")
    assert lines[-1] == "RequestRefused: 1 row. out.retry() asks those again that have no answer."


def test_a_row_that_was_not_asked_says_so_and_is_no_failure(
    kernel: RunningKernel, rows: Service
) -> None:
    kernel.run("import nbchat")
    ran = kernel.run(
        "try:\n"
        "    nbchat.map(df, 'What of this? {text}', 'kimi-k2.6', budget='0.000001 USD',"
        " max_tokens=50)\n"
        "except nbchat.BudgetReached as error:\n"
        "    out = error.result\n"
        "out"
    )

    assert ran.status == "ok", ran.error
    assert ran.text.count("not asked") == 5  # four rows, and how many they are
    assert "5 rows, 0 answered, 4 not asked, 1 skipped" in ran.text
    assert "failed" not in ran.text.partition("0 answered")[2]
    assert rows.requests == []
