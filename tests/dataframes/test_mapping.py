"""A map as people call it, over a real connection: what is asked, and what comes of each row."""

from __future__ import annotations

import asyncio
import inspect
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas
import polars
import pytest
from pydantic import AfterValidator, BaseModel

import nbchat
from nbchat.dataframes.mapped import Mapped
from nbchat.dataframes.running import MOST_ALIKE
from nbchat.errors import (
    BadCall,
    BadOption,
    BadSettings,
    BudgetReached,
    ConnectionBroken,
    InvalidAnswer,
    KeyRefused,
    MissingKey,
    NbchatError,
    RequestRefused,
    ServiceError,
    UnknownModel,
)
from nbchat.folders import data_folder
from nbchat.middleware.budget import MAY_GO_OVER
from nbchat.middleware.most_made import NOT_GIVEN
from nbchat.options import OPTIONS
from nbchat.runtime import Runtime, current
from nbchat.streams import AnswerSource, Stream

from ..fakes.provider import Play, Request, answer, said
from ..store.disk import contents
from ..trusted import write_trusted
from .rows_service import (
    MODEL,
    RowsService,
    answers,
    broken_off,
    cut_off,
    hang,
    refused,
    stopped,
    watched,
)

TEXTS = pandas.DataFrame(
    {"text": ["good", "bad", "good", None, "so so"], "stars": [5, 1, 5, 2, 3]},
    index=[10, 20, 30, 40, 50],
)
ROWS = 300
FAST = 5_000  # requests a second: no test waits for a limit to be found


class Label(BaseModel):
    label: Literal["good", "bad"]
    score: int


class Odd(BaseModel):
    """Has a validator that fails in a way that pydantic does not expect."""

    label: str

    def model_post_init(self, context: object) -> None:
        raise KeyError("odd")


class Panic(BaseException):
    """As pydantic's own core raises it."""


# --- what is asked -------------------------------------------------------------------------------


def test_each_row_has_the_answer_to_its_own_prompt_in_the_order_of_the_data(
    provider: RowsService,
) -> None:
    out = nbchat.map([f"row {n}" for n in range(ROWS)], "About {value}?", MODEL, rate=FAST)

    assert answers(out) == [f"[About row {n}?]" for n in range(ROWS)]
    assert [row.index for row in out] == [*range(ROWS)]


def test_equal_rows_are_asked_once_and_paid_once(provider: RowsService) -> None:
    out = nbchat.map(TEXTS, "Rate: {text}", MODEL)

    assert sorted(provider.prompts) == ["Rate: bad", "Rate: good", "Rate: so so"]
    assert out.rows[0].answer == out.rows[2].answer == "[Rate: good]"
    assert (out.usage.input, out.usage.output) == (27, 36)


def test_rows_that_are_equal_in_the_named_columns_alone_are_asked_once(
    provider: RowsService,
) -> None:
    nbchat.map([{"a": 1, "b": 1}, {"a": 1, "b": 2}], "Rate: {a}", MODEL)

    assert provider.prompts == ["Rate: 1"]


@pytest.mark.parametrize(
    ("model", "temperature", "is_said"),
    [
        ("moonshot-v1-8k", None, True),
        ("moonshot-v1-8k", 0, False),
        ("moonshot-v1-8k", 1.0, True),
        (MODEL, 0, True),  # which has a temperature of its own
    ],
)
def test_it_is_said_that_equal_rows_are_asked_once_unless_they_would_be_answered_alike(
    provider: RowsService, model: str, temperature: float | None, is_said: bool
) -> None:
    _, watcher = watched(TEXTS, "Rate: {text}", model, options={"temperature": temperature})

    assert any("asked once" in line for line in watcher.lines) == is_said


def test_rows_without_a_value_are_skipped_and_it_is_said(provider: RowsService) -> None:
    out, watcher = watched(TEXTS, "Rate: {text}")

    skipped = out.rows[3]
    assert (skipped.answer, skipped.error) == (None, None)
    assert out.failed == []
    assert "1 row skipped: nothing stands in 'text' there." in watcher.lines
    assert watcher.last.skipped == 1


def test_options_go_along(provider: RowsService) -> None:
    nbchat.map(["a"], "{value}", MODEL, system="Be brief.", max_tokens=7)

    (request,) = provider.requests
    assert request["messages"][0] == {"role": "system", "content": "Be brief."}
    assert request["max_completion_tokens"] == 7


def test_a_key_in_a_cell_is_not_sent_and_it_is_said(provider: RowsService) -> None:
    _, watcher = watched(["my key: sk-test-0123456789"], "Rate: {value}")

    assert provider.prompts == ["Rate: my key: [KIMI_API_KEY]"]
    assert "A key stood in 1 row, and is not sent." in watcher.lines


def test_no_rows_ask_nothing(provider: RowsService) -> None:
    out = nbchat.map(TEXTS[:0], "Rate: {text}", MODEL)

    assert len(out) == 0
    assert [*out.frame().columns] == ["text", "stars", "answer", "error", "tokens", "cost"]
    assert provider.prompts == []


def test_the_first_row_goes_alone_where_the_others_read_its_beginning_from_a_cache(
    provider: RowsService,
) -> None:
    under_way: list[int] = []
    provider.say = lambda prompt: under_way.append(len(provider.prompts)) or "yes"  # type: ignore[func-returns-value]
    rules = "Keep to all of these rules. " * 300

    nbchat.map([str(n) for n in range(5)], rules + "{value}", MODEL)

    assert under_way[0] == 1


def test_its_own_options_come_first_in_the_order_that_people_rely_on() -> None:
    given = [*inspect.signature(nbchat.map).parameters]

    own = ["data", "prompt", "model", "schema", "name", "budget", "where", "rate", "at_once"]
    assert given[: len(own)] == own
    assert sorted(given[len(own) :]) == sorted({*OPTIONS} - {"schema"})


# --- what comes of it ----------------------------------------------------------------------------


def test_the_frame_has_the_index_and_the_columns_of_the_data(provider: RowsService) -> None:
    frame = nbchat.map(TEXTS, "Rate: {text}", MODEL).frame()

    assert frame.index.tolist() == [10, 20, 30, 40, 50]
    assert [*frame.columns] == ["text", "stars", "answer", "error", "tokens", "cost"]
    assert frame.loc[20, "answer"] == "[Rate: bad]"
    assert pandas.isna(frame.loc[40, "answer"])
    assert frame["tokens"].tolist()[:3] == [21, 21, 0]
    assert frame["stars"].tolist() == TEXTS["stars"].tolist()


def test_the_fields_of_a_schema_are_columns(provider: RowsService) -> None:
    provider.say = lambda prompt: f'{{"label": "{prompt[6:]}", "score": {len(prompt)}}}'
    data = polars.DataFrame({"text": ["good", "bad", None], "score": [1, 2, 3]})

    out = nbchat.map(data, "Rate: {text}", MODEL, schema=Label)

    assert [row.value for row in out] == [
        Label(label="good", score=10),
        Label(label="bad", score=9),
        None,
    ]
    frame = out.frame()
    assert isinstance(frame, polars.DataFrame)
    assert frame["label"].to_list() == ["good", "bad", None]
    assert frame["score"].to_list() == [1, 2, 3]
    assert frame["score_answer"].to_list() == [10, 9, None]


def test_a_list_for_each_row_is_one_column(provider: RowsService) -> None:
    provider.say = lambda prompt: '{"items": ["a", "b"]}'

    out = nbchat.map(TEXTS, "Rate: {text}", MODEL, schema=list[str])

    assert out.frame()["answer"].tolist() == [["a", "b"]] * 3 + [None] + [["a", "b"]]


def test_a_notebook_shows_it_safely(provider: RowsService) -> None:
    provider.say = lambda prompt: "<script>alert(1)</script>\u202e"

    shown = nbchat.map(["<b>x</b>"], "{value}", MODEL)._repr_mimebundle_()

    assert "<script>alert" not in shown["text/html"]
    assert "<b>x" not in shown["text/html"]
    assert "\u202e" not in shown["text/html"] + shown["text/plain"]
    assert "1 row, 1 answered" in shown["text/plain"]


# --- rows that fail ------------------------------------------------------------------------------


def test_a_row_that_fails_has_its_error_and_the_others_go_on(provider: RowsService) -> None:
    provider.say = lambda prompt: refused() if prompt == "13" else "yes"

    out = nbchat.map([str(n) for n in range(ROWS)], "{value}", MODEL, rate=FAST)

    (failed,) = out.failed
    assert (failed.index, type(failed.error)) == (13, RequestRefused)
    assert sum(row.answer == "yes" for row in out) == ROWS - 1
    assert out.frame()["error"][13].startswith("RequestRefused: ")


@pytest.mark.parametrize(
    ("play", "kind"),
    [
        (cut_off("half an ans"), ServiceError),
        (broken_off("half an ans"), ConnectionBroken),
        (answer(b"".join(said("no", finish="content_filter"))), ServiceError),
    ],
    ids=["cut at its limit", "broken off", "filtered"],
)
def test_an_answer_that_is_not_whole_is_a_failure_and_no_value(
    provider: RowsService, play: Play, kind: type[Exception]
) -> None:
    provider.say = lambda prompt: play if prompt == "b" else "yes"

    out = nbchat.map(["a", "b"], "{value}", MODEL)

    assert answers(out) == ["yes", None]
    assert isinstance(out.rows[1].error, kind)
    assert pandas.isna(out.frame()["answer"][1])


def test_what_a_failed_row_has_cost_is_counted(provider: RowsService) -> None:
    provider.say = lambda prompt: cut_off("half an ans")

    out = nbchat.map(["a"], "{value}", MODEL)

    assert (out.usage.input, out.usage.output) == (9, 12)
    assert out.cost.amounts


def test_a_value_that_does_not_fit_is_a_failure(provider: RowsService) -> None:
    provider.say = lambda prompt: '{"label": "great", "score": 1}'

    out = nbchat.map(["a"], "{value}", MODEL, schema=Label)

    assert isinstance(out.rows[0].error, InvalidAnswer)
    assert out.rows[0].value is None


def test_retry_asks_only_what_failed(provider: RowsService) -> None:
    provider.say = lambda prompt: refused() if prompt in ("3", "5") else "yes"
    out = nbchat.map([str(n) for n in range(9)], "{value}", MODEL)
    provider.forget()
    provider.say = lambda prompt: "now"

    again = out.retry()

    assert again is out
    assert sorted(provider.prompts) == ["3", "5"]
    assert [row.index for row in out if row.answer == "now"] == [3, 5]
    assert out.failed == []


def test_what_no_row_could_be_answered_with_ends_it_with_what_is_done(
    provider: RowsService,
) -> None:
    def say(prompt: str) -> str | Play:
        if int(prompt) > 43:  # which could come before the refusal has been heard
            return hang
        return refused("bad key", 401) if prompt == "40" else "yes"

    provider.say = say

    with pytest.raises(KeyRefused) as caught:
        nbchat.map([str(n) for n in range(ROWS)], "{value}", MODEL, at_once=4, rate=FAST)

    out = stopped(caught.value)
    assert 30 <= out.answered < 50
    assert len(provider.prompts) < 50
    assert len(out.failed) == ROWS - out.answered


def test_a_missing_key_ends_it_before_anything_is_sent(
    provider: RowsService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KIMI_API_KEY")

    with pytest.raises(MissingKey):
        nbchat.map(["a", "b"], "{value}", MODEL)

    assert provider.prompts == []


def test_so_many_failures_of_one_kind_in_a_row_end_it(provider: RowsService) -> None:
    provider.say = lambda prompt: refused() if int(prompt) >= 20 else "yes"

    with pytest.raises(RequestRefused) as caught:
        nbchat.map([str(n) for n in range(ROWS)], "{value}", MODEL, at_once=1, rate=FAST)

    assert stopped(caught.value).answered == 20
    assert len(provider.prompts) <= 20 + MOST_ALIKE + 1  # one was on its way


def test_a_validator_that_fails_for_every_row_ends_it(provider: RowsService) -> None:
    provider.say = lambda prompt: '{"label": "a"}'

    with pytest.raises(NbchatError, match="KeyError: 'odd'") as caught:
        nbchat.map([str(n) for n in range(ROWS)], "{value}", MODEL, schema=Odd, rate=FAST)

    assert len(stopped(caught.value).failed) == ROWS


ENDINGS = (SystemExit, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError, Panic)


@pytest.mark.parametrize("kind", ENDINGS)
def test_a_validator_that_would_end_everything_fails_its_row(
    provider: RowsService, kind: type[BaseException]
) -> None:
    def check(label: str) -> str:
        if label == "5":
            raise kind("enough")
        return label

    class Checked(BaseModel):
        label: Annotated[str, AfterValidator(check)]

    provider.say = lambda prompt: f'{{"label": "{prompt}"}}'

    out = nbchat.map([str(n) for n in range(9)], "{value}", MODEL, schema=Checked)

    [failed] = out.failed
    assert (failed.index, len(out)) == (5, 9)
    assert kind.__name__ in str(failed.error)


@pytest.mark.parametrize("kind", ENDINGS)
def test_a_wrapper_that_would_end_everything_ends_the_map_alone(
    provider: RowsService, kind: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ending:
        def __init__(self, source: AnswerSource) -> None:
            self._source = source

        def stream(self, model: str, messages: Any, **options: Any) -> Stream:
            if messages == "5":
                raise kind("enough")
            return self._source.stream(model, messages, **options)

    current().close()
    monkeypatch.setattr(Runtime, "wrappers", (Ending,))
    provider.say = lambda prompt: f"about {prompt}"

    with pytest.raises(NbchatError, match=kind.__name__) as caught:
        nbchat.map([str(n) for n in range(9)], "{value}", MODEL, at_once=1)

    assert answers(stopped(caught.value))[:5] == [f"about {n}" for n in range(5)]
    assert answers(nbchat.map(["7"], "{value}", MODEL)) == ["about 7"]  # the engine runs
    current().close()


def test_failures_between_answers_do_not_end_it(provider: RowsService) -> None:
    provider.say = lambda prompt: refused() if int(prompt) % 2 else "yes"

    out = nbchat.map(
        [str(n) for n in range(3 * MOST_ALIKE)], "{value}", MODEL, at_once=1, rate=FAST
    )

    assert len(out.failed) == 3 * MOST_ALIKE // 2


def test_a_validator_that_fails_oddly_fails_its_row(provider: RowsService) -> None:
    provider.say = lambda prompt: '{"label": "a"}'

    out = nbchat.map(["a"], "{value}", MODEL, schema=Odd)

    assert len(out.failed) == 1


# --- what cannot be asked ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        ({"data": "a text"}, BadCall, "data is a frame"),
        ({"data": {"text": ["a"]}}, BadCall, "a dict is one row"),
        ({"data": 3}, BadCall, "data is a frame"),
        ({"data": polars.LazyFrame({"a": [1]})}, BadCall, "data.collect()"),
        ({"prompt": "Rate it"}, BadCall, "There are: {text}, {stars}"),
        ({"prompt": ""}, BadCall, "there is no prompt"),
        ({"prompt": "Rate {txt}"}, BadCall, "Did you mean {text}?"),
        (
            {"prompt": MODEL, "model": "Rate {text}"},
            UnknownModel,
            f'Write nbchat.map(…, "Rate {{text}}", "{MODEL}").',
        ),
        ({"where": "there"}, BadOption, "where is"),
        ({"rate": 0}, BadOption, "rate should be"),
        ({"at_once": 0}, BadOption, "at_once should be"),
        ({"temperature": 7}, BadOption, "temperature should be"),
        ({"temprature": 0}, BadCall, "Did you mean 'temperature'?"),
        ({"schema": 3}, BadOption, "schema"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else None,
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_sent(
    provider: RowsService, given: dict[str, object], kind: type[Exception], words: str
) -> None:
    call: dict[str, object] = {"data": TEXTS, "prompt": "Rate {text}", "model": MODEL, **given}

    with pytest.raises(kind) as caught:
        nbchat.map(**call)  # type: ignore[arg-type]

    assert words in str(caught.value)
    assert provider.prompts == []


def test_no_row_is_asked_about_where_no_value_may_leave(
    provider: RowsService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_trusted(tmp_path, 'data = "schema"\n')

    with pytest.raises(BadSettings, match="no value of the notebook leaves"):
        nbchat.map(TEXTS, "Rate {text}", MODEL)

    assert provider.prompts == []


# --- what a person is told -----------------------------------------------------------------------


def test_rows_and_tokens_are_told_before_and_cost_and_time_after_the_first_rows(
    provider: RowsService,
) -> None:
    out, watcher = watched([f"row {n % 40}" for n in range(100)], "Rate {value}")

    counted = "100 rows, 40 different, about 120 tokens in, "
    assert watcher.plans[0] == f"{counted}at least $0.00027."
    measured = "100 rows, 40 different, about 360 tokens in, "
    assert watcher.plans[-1].startswith(f"{measured}about $0.0023 ± 10 % and ")
    assert watcher.plans[-1].endswith(" (from the first 8 rows).")
    assert isinstance(out, Mapped)


def test_before_a_few_rows_one_line_says_what_is_known(provider: RowsService) -> None:
    """What is skipped, asked once or left out is said below, when it is over."""
    _, watcher = watched(TEXTS, "Rate: {text}", options={"max_tokens": 100})

    assert watcher.plans == ["4 rows, 3 different, about 9 tokens in, <$0.0001 to $0.0012."]


class Verdict(BaseModel):
    """A verdict with its reasons, in a schema that is longer than a row's question."""

    verdict: Literal["very good", "good", "mixed", "bad", "very bad"]
    reasons: list[str]
    is_about_the_food: bool
    is_about_the_service: bool


def test_with_a_schema_the_cost_that_is_foretold_is_the_one_that_is_paid(
    provider: RowsService,
) -> None:
    """The schema is sent with every row, and the first rows have it, too."""
    value = Verdict(
        verdict="good", reasons=["warm"], is_about_the_food=True, is_about_the_service=False
    )
    chunks = said(value.model_dump_json(), usage=(150, 40))
    provider.say = lambda prompt: answer(b"".join(chunks))

    out, watcher = watched([f"row {n}" for n in range(200)], "{value}", schema=Verdict, rate=FAST)

    foretold = re.search(r"about \$([\d.]+) ±", watcher.plans[-1])
    assert foretold is not None
    assert float(foretold[1]) == pytest.approx(out.cost.amounts["USD"], rel=0.1)


def test_the_shortest_answer_of_a_schema_counts_before_anything_is_answered(
    provider: RowsService,
) -> None:
    provider.say = lambda prompt: '{"answer": "yes"}'

    _, plain = watched(["a"] * 5, "{value}")
    _, valued = watched(["a"] * 5, "{value}", schema=Verdict)

    assert plain.plans != valued.plans
    assert "at least $" in valued.plans[0]


def test_the_display_is_told_how_far_it_is_and_that_it_has_ended(provider: RowsService) -> None:
    provider.say = lambda prompt: refused() if prompt == "a" else "yes"

    out, watcher = watched(["a", "b", "b"], "{value}")

    last = watcher.last
    assert (last.rows, last.to_ask, last.asked, last.done, last.failed) == (3, 2, 2, 2, 1)
    assert watcher.ended == 1
    assert last.usage == out.usage


# --- money ---------------------------------------------------------------------------------------


def test_a_budget_ends_it_before_it_is_overspent(provider: RowsService) -> None:
    provider.say = lambda prompt: answer(b"".join(said("yes", usage=(9, 1_000))))

    with pytest.raises(BudgetReached) as caught:
        watched(
            [f"row {n}" for n in range(100)],
            "{value}",
            budget="0.10 USD",
            rate=FAST,
            options={"max_tokens": 1_000},
        )

    out = stopped(caught.value)
    assert 0 < out.answered < 100
    assert out.cost.amounts["USD"] <= 0.10
    assert "budget=" in str(caught.value)


def test_without_max_tokens_the_first_rows_go_out_carefully(provider: RowsService) -> None:
    """The first alone; by its length the others are paid for."""
    made = [6_000, 2_500, 4_000, 5_500, 3_000]
    on_their_way: list[int] = []

    def say(prompt: str) -> Play:
        number = int(prompt.removeprefix("row "))
        play = answer(b"".join(said("yes", usage=(9, made[number % len(made)]))))

        async def slowly(request: Request, writer: asyncio.StreamWriter) -> bool | None:
            on_their_way.append(provider.asked)
            await asyncio.sleep(0.05)
            return await play(request, writer)

        return slowly

    provider.say = say
    one = (9 * 0.95 + 4_200 * 4) / 1e6

    with pytest.raises(BudgetReached) as caught:
        watched([f"row {n}" for n in range(100)], "{value}", budget=f"{10 * one} USD", rate=FAST)

    out = stopped(caught.value)
    assert provider.asked >= 5
    assert out.cost.amounts["USD"] <= 10 * one
    assert on_their_way[0] == 1


def test_that_a_budget_may_be_overspent_is_still_said_at_the_end(provider: RowsService) -> None:
    for given, is_said in (({}, 1), ({"max_tokens": 100}, 0)):
        _, watcher = watched(["a", "b"], "{value}", budget="5 USD", rate=FAST, options=given)
        told = f"{NOT_GIVEN}: {MAY_GO_OVER}"
        assert watcher.lines.count(told) == watcher.last.lasting.count(told) == is_said


def test_no_key_in_a_name_is_kept(provider: RowsService, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-canary-0123456789abcdef"
    monkeypatch.setenv("KIMI_API_KEY", key)

    out = nbchat.map(["a"], "{value}", MODEL, name=f"with {key}")
    nbchat.usage("today")  # by then the ledger is on disk

    files = contents(data_folder())
    assert out.answered == 1
    assert any(b"with [KIMI_API_KEY]" in data for data in files.values())
    assert [name for name in files if key.encode() in files[name]] == []


def test_a_budget_is_an_amount_with_its_currency(provider: RowsService) -> None:
    with pytest.raises(BadOption, match='such as "2 USD"'):
        nbchat.map(["a"], "{value}", MODEL, budget="much")

    assert provider.prompts == []
