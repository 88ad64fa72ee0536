"""What everybody may call: ask, stream and chat, and what the table of models says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from nbchat.catalog import catalog
from nbchat.catalog.argument_order import check_order
from nbchat.catalog.model_list import Models
from nbchat.conversation.conversation import Conversation
from nbchat.conversation.valid_answers import valued
from nbchat.errors import BadCall
from nbchat.events import Answer
from nbchat.messages import Message
from nbchat.options import RequestOptions
from nbchat.runtime import current
from nbchat.signatures import takes_options
from nbchat.store.account import PERIODS, Period
from nbchat.store.spent_rows import GROUPS, By
from nbchat.store.spent_table import SpentTable, in_words
from nbchat.streams import Stream
from nbchat.wrong_calls import tells_wrong_calls


@takes_options('nbchat.stream("demo", "Why is the sky blue?"), the model first')
def stream(
    model: str, messages: str | Sequence[Message], **options: Unpack[RequestOptions]
) -> Stream:
    """Ask a model; the events of its answer, as they arrive.

    `model` is a name of the table, `"provider:any-model-id"`, or an alias of yours;
    `messages` a text, or a list of nbchat.Message. Nothing is remembered:
    `nbchat.chat()` is what remembers. With `tools=[f]` the model may have a function of yours
    run, here in this process; see `nbchat.tool`.

    >>> import asyncio, nbchat
    >>> async def main():
    ...     async for event in nbchat.stream("demo", "What did I just ask?", max_tokens=100):
    ...         match event:
    ...             case nbchat.Text(text):
    ...                 print(text, end="")
    ...             case nbchat.Stop(reason):
    ...                 print(f" ({reason})")
    >>> asyncio.run(main())
    This is the first question of our conversation. (end)

    Where there is no answer, the first event raises: a SetupError (nothing was sent), a
    ServiceError (the provider refused) or a ConnectionBroken. What goes wrong after it is
    told by the one Stop, whose reason is then "broken". A Ctrl-C that reaches a tool is told by
    it, too, and raised behind it as Interrupted: the code around the loop is to stop as well.
    """
    runtime = current()
    check_order(model, messages, "nbchat.stream({model}, {question})", runtime.settings)
    return runtime.bridge.relay(runtime.source.stream(model, messages, **options))


@takes_options('nbchat.ask("demo", "Why is the sky blue?"), the model first')
def ask(model: str, messages: str | Sequence[Message], **options: Unpack[RequestOptions]) -> Answer:
    """Ask a model and wait for the whole answer; works inside a running loop as well.

    `model` and `messages` are those of `nbchat.stream`, and so is what is raised; Ctrl-C raises
    Interrupted. An answer that broke off is returned as far as it came, with `.stop.reason`
    "broken"; with a `schema` InvalidAnswer is raised for what is no value.

    >>> answer = ask("demo", "What did I just ask?", system="Answer briefly.")
    >>> print(answer)
    This is the first question of our conversation.
    >>> answer.model, answer.stop.reason
    ('demo', 'end')

    A function among its `tools` runs here, in this process:

    >>> def price(flavour: str, scoops: int = 1) -> float:
    ...     "The price of an ice cream in euros."
    ...     return {"lemon": 1.5, "mint": 1.8}[flavour] * scoops
    >>> print(ask("demo", 'What is the price of "mint" with 2 scoops?', tools=[price]))
    `price` gave `3.6`.
    """
    runtime = current()
    check_order(model, messages, "nbchat.ask({model}, {question})", runtime.settings)
    answer = runtime.bridge.wait(runtime.source.stream(model, messages, **options))
    return valued(answer)


@tells_wrong_calls
def chat(name: str = "main") -> Conversation:
    """The conversation of that name in this kernel; `main` is the one of a plain `%%chat`.

    >>> physics = chat("physics")
    >>> print(physics.ask("What did I just ask?", "demo"))
    This is the first question of our conversation.
    >>> len(physics.turns)
    1
    """
    return current().chat(name)


@tells_wrong_calls
def models(live: str | None = None) -> Models:
    """The rows of the model-mapping table, your own included.

    With `live="kimi"`, the models that provider lists now; that raises what asking it would.
    A row has `.id`, `.type` (its provider), `.context_window` (tokens), `.price` (per million
    tokens) and more.

    >>> [model.id for model in models() if model.type == "kimi" and model.status == "current"][:3]
    ['kimi-k3.1-pro', 'kimi-k3.1-pro-highspeed', 'kimi-k3']
    """
    if live is not None:
        if not isinstance(live, str):
            kind = type(live).__name__
            raise BadCall(f'live is the name of a provider, such as "kimi", not {kind}.')
        return Models(current().list_models(live))
    return Models(current().settings().catalog.models.values())


@tells_wrong_calls
def usage(period: Period = "all", by: By = "model") -> SpentTable:
    """What was spent `"today"`, in this `"month"`, or in `"all"` the time of this history.

    In groups by `"model"`, `"day"`, `"notebook"` or `"conversation"`, as a table: `.frame()` is a
    DataFrame of it, `.cost` the sum. What was stopped or broke off is in it, too, also from
    scripts; the demo is not, and money of two currencies is never added.

    >>> set(usage("today").cost.amounts) <= {"USD", "CNY", "EUR"}
    True
    """
    if period not in PERIODS:
        raise BadCall(f"period is {in_words(PERIODS)}, not {period!r}.")
    if by not in GROUPS:
        raise BadCall(f"by is {in_words(GROUPS)}, not {by!r}.")
    return SpentTable(by, current().account.sums(period, by))


@tells_wrong_calls
def get_model_type(name: str) -> str:
    """The provider type that serves a model, by the table, your own rows and aliases included.

    Raises UnknownModel, with near names, for a name that leads nowhere; so does `get_model_id`.

    >>> get_model_type("kimi-k2-thinking"), get_model_type("ollama:qwen3")
    ('kimi', 'ollama')
    """
    return catalog.get_model_type(name, current().settings().catalog)


@tells_wrong_calls
def get_model_id(name: str) -> str:
    """The provider's own id of a model.

    >>> get_model_id("openrouter:moonshotai/kimi-k2-thinking")
    'moonshotai/kimi-k2-thinking'
    """
    return catalog.get_model_id(name, current().settings().catalog)


# Read while this module is imported, which a fork waits for: pydantic has a lock of its own around
# the first row of each kind, and a child that is forked meanwhile would wait for it for ever.
catalog.shipped()
