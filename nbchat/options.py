"""What may be asked: the messages and options of every `ask` and `stream`, checked in one place.

A call that is wrong as such (an option that does not exist, no question) is refused where
it is made; what it holds is looked at when the question is about to be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from inspect import Parameter, Signature, cleandoc, signature
from numbers import Integral, Real
from typing import Any, ParamSpec, TypedDict, TypeVar, cast, get_args, get_type_hints

from pydantic.errors import PydanticUserError

from nbchat.errors import BadCall, BadSettings
from nbchat.events import Answer
from nbchat.keys import Secret, wrap_key
from nbchat.messages import Message, Part, Role, Thinking, Tool
from nbchat.wording import did_you_mean, shorten

P = ParamSpec("P")
T = TypeVar("T")

MOST_TOKENS = 10_000_000
ROLES = get_args(Role)
ELSEWHERE = {  # what other libraries call the same
    "max_completion_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "instructions": "system",
    "effort": "thinking",
    "reasoning": "thinking",
    "reasoning_effort": "thinking",
    "functions": "tools",
    "response_format": "schema",
    "endpoint": "base_url",
}
QUESTION = (
    "messages",
    "question",
    "prompt",
    "input",
    "text",
    "content",
    "message",
)  # and what it is called
IN_WORDS = {"model": "a model", "messages": "a question", "question": "a question"}


# --- the options -----------------------------------------------------------------------------------


class RequestOptions(TypedDict, total=False):
    """Options, each by its name; None leaves it to the provider.

    system       a text that goes before the messages
    temperature  from 0 to 2: how varied the answer is
    max_tokens   the longest answer, in tokens
    thinking     True, False, "low", "medium", "high" or "max"
    tools        a list of nbchat.Tool or dicts, whose calls are in the answer; whoever asks runs them
    schema       a JSON schema (a dict) or a pydantic model, which the text of the answer follows
    base_url     another address than the provider's own, such as "http://127.0.0.1:8000/v1"
    wire         the format that is spoken there, such as "openai-chat"
    api_key      the key itself; by default it comes from the provider's environment variable
    timeout      seconds of silence, before the first byte and between two; the whole may take longer
    """

    system: str | None
    temperature: float | None
    max_tokens: int | None
    thinking: Thinking
    tools: Sequence[Tool | Mapping[str, Any]] | None
    schema: Any
    base_url: str | None
    wire: str | None
    api_key: str | None
    timeout: float | None


GIVEN = get_type_hints(RequestOptions)


@dataclass(slots=True, frozen=True)
class Options:
    """The same, checked. None leaves it to the provider.

    >>> Options.of({"max_tokens": 100, "tools": [{"name": "add"}]}).tools[0].name
    'add'
    """

    system: str = ""
    temperature: float | None = None
    max_tokens: int | None = None
    thinking: Thinking = None
    tools: tuple[Tool, ...] = ()
    schema: Mapping[str, Any] | None = None
    base_url: str | None = None
    wire: str | None = None
    api_key: Secret | None = None
    timeout: float | None = None
    cache_key: str = ""  # the same for every request of one conversation

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Options:
        """The options that were given. Raises BadSettings that names the one that cannot be used."""
        return cls(
            system=_text("system", given.get("system")) or "",
            temperature=_number("temperature", given.get("temperature"), 0, 2),
            max_tokens=_whole("max_tokens", given.get("max_tokens"), MOST_TOKENS),
            thinking=given.get("thinking"),
            tools=_tools(given.get("tools")),
            schema=_schema(given.get("schema")),
            base_url=_text("base_url", given.get("base_url")),
            wire=_text("wire", given.get("wire")),
            api_key=Secret.of(given.get("api_key")),
            timeout=_number("timeout", given.get("timeout"), 0.001, 1_000_000, " of seconds"),
            cache_key=given.get("cache_key", ""),
        )


def _text(name: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise BadSettings(f"{name} should be a text (str), not {type(value).__name__}.")


def _number(name: str, value: Any, low: float, high: float, unit: str = "") -> float | None:
    if value is None:
        return None
    numeric = isinstance(value, Real) and not isinstance(
        value, bool
    )  # numpy's too: what a DataFrame gives
    if numeric and low <= value <= high:
        return value if isinstance(value, int) else float(value)
    raise BadSettings(
        f"{name} should be a number{unit} from {low:,} to {high:,}, not {_shown(value)}."
    )


def _whole(name: str, value: Any, high: int) -> int | None:
    if value is None:
        return None
    whole = isinstance(value, Integral) or (isinstance(value, float) and value.is_integer())
    if whole and not isinstance(value, bool) and 1 <= value <= high:
        return int(value)
    raise BadSettings(f"{name} should be a whole number from 1 to {high:,}, not {_shown(value)}.")


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return repr(shorten(value, 40))
    return (
        repr(value)
        if isinstance(value, float | int) and len(repr(value)) <= 40
        else type(value).__name__
    )


def _tools(tools: Any) -> tuple[Tool, ...]:
    if tools is None:
        return ()
    if isinstance(tools, str | Tool | Mapping) or not isinstance(tools, Iterable):
        raise BadSettings(
            f"tools should be a list of nbchat.Tool or of dicts, not {type(tools).__name__}."
        )
    return tuple(map(_tool, tools))


def _tool(tool: Any) -> Tool:
    """A Tool, from `{name, description, parameters}` or OpenAI's `{type, function}` as well."""
    if isinstance(tool, Tool):
        return tool
    inner = tool.get("function", tool) if isinstance(tool, Mapping) else None
    if not isinstance(inner, Mapping) or not isinstance(name := inner.get("name"), str) or not name:
        raise BadSettings(
            "a tool is nbchat.Tool(name, description, parameters), or a dict with those members."
        )
    made = Tool(name, inner.get("description") or "")
    parameters = inner.get("parameters") or inner.get("input_schema") or made.parameters
    if not isinstance(parameters, Mapping):
        raise BadSettings(
            f"the parameters of a tool are a JSON schema (a dict), not {type(parameters).__name__}."
        )
    return replace(made, parameters=parameters)


def _schema(schema: Any) -> Mapping[str, Any] | None:
    if schema is None or isinstance(schema, Mapping):
        return schema
    if hasattr(schema, "model_json_schema"):
        try:
            made: Mapping[str, Any] = schema.model_json_schema()
        except PydanticUserError as error:
            raise BadSettings(
                f"{schema.__name__} has no JSON schema: {str(error).splitlines()[0]}."
            ) from None
        return made
    raise BadSettings(
        f"schema is a JSON schema (a dict) or a pydantic model, not {type(schema).__name__}."
    )


# --- the messages ----------------------------------------------------------------------------------


def as_messages(given: str | Iterable[Message]) -> list[Message]:
    """The messages of a question, or a text as one. Raises BadSettings where there is none, or one is no message.

    >>> as_messages("Hello")
    [Message(role='user', content='Hello', thought='', tool_calls=(), tool_call_id='', name='')]
    """
    if isinstance(given, str):
        given = [Message("user", given)]
    elif isinstance(given, bytes | Mapping | Message) or not isinstance(given, Iterable):
        ways = {
            Mapping: "[nbchat.Message(**messages)]",
            Message: "[messages]",
            Answer: "[messages.message]",
        }
        raise _no_messages(f"not {type(given).__name__}", given, ways)
    messages = list(given)
    for message in messages:
        if not isinstance(message, Message):
            ways = {
                Mapping: "[nbchat.Message(**m) for m in messages]",
                str: "[nbchat.Message('user', 'Hello')]",
            }
            raise _no_messages(f"not of {type(message).__name__}", message, ways)
        if message.role not in ROLES:
            raise BadSettings(
                f"a message's role is {', '.join(ROLES[:-1])} or {ROLES[-1]}, not {_shown(message.role)}."
            )
        for part in (
            message.content if isinstance(message.content, list | tuple) else [message.content]
        ):
            _check(part)
    if not any(_says(message) for message in messages if message.role != "system"):
        raise BadSettings(
            "there is no question. Write one into the cell, below the %%chat line; in Python pass a text, or a message."
        )
    return messages


def _no_messages(instead: str, given: object, ways: Mapping[type, str]) -> BadSettings:
    way = next((f"\nWrite {way}." for kind, way in ways.items() if isinstance(given, kind)), "")
    return BadSettings(
        f"messages is a str or a list of nbchat.Message(role, content), {instead}.{way}"
    )


def _check(part: object) -> None:
    if not isinstance(part, Part):
        said = (
            "the content of a message is a text, or a list of texts, nbchat.Image and nbchat.File"
        )
        raise BadSettings(f"{said}, not of {type(part).__name__}.")
    if not isinstance(part, str) and not isinstance(part.data, bytes):
        kind = type(part).__name__
        raise BadSettings(
            f"{kind} holds bytes, not {type(part.data).__name__}: {kind}(path.read_bytes(), …)."
        )


def _says(message: Message) -> bool:
    """Whether there is anything to it: a word, an attachment, a tool's call or result."""
    words = any(part.strip() if isinstance(part, str) else part for part in message.parts)
    return words or bool(message.tool_calls) or message.role == "tool"


# --- the call itself -------------------------------------------------------------------------------


def takes_options(example: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """For a function with `**options: Unpack[...]`: seal a key among them, and say in words what is wrong with a call.

    Those that are Given stand in its signature and below its docstring, where Tab and Shift-Tab find them.

    >>> import nbchat
    >>> nbchat.ask("demo", "Hi", max_token=5)
    Traceback (most recent call last):
    nbchat.errors.BadCall: ask() has no option 'max_token'. Did you mean 'max_tokens'?
    It takes: system, temperature, max_tokens, thinking, tools, schema, base_url, wire, api_key, timeout.
    """

    def decorated(call: Callable[P, T]) -> Callable[P, T]:
        hints = get_type_hints(call)
        *own, _ = (
            p.replace(annotation=hints.get(p.name, p.annotation))
            for p in signature(call).parameters.values()
        )
        own += [
            Parameter(n, Parameter.KEYWORD_ONLY, default=None, annotation=h)
            for n, h in GIVEN.items()
        ]
        taken = {*(p.name for p in own), *get_type_hints(get_args(hints["options"])[0])}

        @wraps(call)
        def checked(*given: Any, **named: Any) -> T:
            wrap_key(named)
            unknown = next((name for name in named if name not in taken), "")
            if wrong := _wrong(call.__name__, own, len(given), named.keys(), unknown, example):
                given, named = (), {}  # a key may be among them, in the wrong place
                raise BadCall(wrong)
            return call(*given, **named)

        checked.__signature__ = Signature(own, return_annotation=hints["return"])  # type: ignore[attr-defined]
        checked.__doc__ = (
            f"{cleandoc(call.__doc__ or '')}\n\n{cleandoc(RequestOptions.__doc__ or '')}\n"
        )
        return cast(Callable[P, T], checked)

    return decorated


def _wrong(
    call: str,
    own: Sequence[Parameter],
    given: int,
    named: Collection[str],
    unknown: str,
    example: str,
) -> str:
    """What is wrong with a call that has so many arguments without a name, and these with one; else nothing."""
    ordered = [p for p in own if p.kind is not Parameter.KEYWORD_ONLY]
    options = [p.name for p in own if p.kind is Parameter.KEYWORD_ONLY]
    if given > len(ordered):
        order = " and ".join(IN_WORDS[p.name] for p in ordered if p.name in IN_WORDS)
        return f"{call}() takes {order}; what else there is goes by name: {'=, '.join(options)}=."
    if unknown:
        meant = _meant(unknown, [p.name for p in own])
        return f"{call}() has no option {unknown!r}.{meant}\nIt takes: {', '.join(options)}."
    missing = [
        IN_WORDS[p.name]
        for p in ordered[given:]
        if p.default is Parameter.empty and p.name not in named
    ]
    return (
        f"{call}() was called without {' and '.join(missing)}. Write {example}." if missing else ""
    )


def _meant(unknown: str, known: Sequence[str]) -> str:
    """The name that was meant: a word may be cut short (temp), or be the one of another library."""
    if unknown == "stream":
        return " For the answer as it arrives there is stream()."
    alike = (name for name in known if len(unknown) > 2 and (unknown in name or name in unknown))
    meant = (
        next((name for name in QUESTION if name in known), "")
        if unknown in QUESTION
        else ELSEWHERE.get(unknown)
    )
    meant = meant or next(alike, "")
    return f" Did you mean {meant!r}?" if meant else did_you_mean(unknown, known, least=0.7)
