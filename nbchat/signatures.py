"""What a call of `ask` or `stream` may take, made from the list of options.

A call that is wrong as such (an option that does not exist, no question) is refused where
it is made; what it holds is looked at when the question is about to be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, Signature, cleandoc, signature
from typing import Any, ParamSpec, TypeVar, cast, get_args, get_type_hints

from nbchat.errors import BadCall, NbchatError
from nbchat.keys import wrap_key
from nbchat.messages import Tool, ToolCall
from nbchat.options import OPTIONS, RequestOptions
from nbchat.text_like import as_text
from nbchat.wording import did_you_mean

NAMES = {"Tool": Tool, "ToolCall": ToolCall}  # in the types of options; `options` does without them

P = ParamSpec("P")
T = TypeVar("T")

ELSEWHERE = {  # what other libraries call the same
    "max_completion_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "instructions": "system",
    "effort": "thinking",
    "reasoning": "thinking",
    "reasoning_effort": "thinking",
    "functions": "tools",
    "function_call": "tool_choice",
    "stop_sequences": "stop",
    "random_seed": "seed",
    "extra_body": "extra",
    "response_format": "schema",
    "web_search": "search",
    "web_search_options": "search",
    "enable_search": "search",
    "endpoint": "base_url",
}
QUESTION = ("messages", "question", "prompt", "input", "text", "content", "message")
IN_WORDS = {
    **{"model": "a model", "messages": "a question", "question": "a question"},
    **{"data": "data", "prompt": "a prompt"},
}


def takes_options(example: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """For a function with `**options: Unpack[...]`: wrap a key, and say what is wrong with a call.

    An Answer is taken as its text.

    The RequestOptions stand in its signature and below its docstring, where Tab and Shift-Tab
    find them; what else its own options hold is taken, and not shown.

    >>> import nbchat
    >>> nbchat.ask("demo", "Hi", max_token=5)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nbchat.errors.BadCall: ask() has no option 'max_token'. Did you mean 'max_tokens'?
    It takes: system, temperature, top_p, seed, stop, max_tokens, ...
    """

    def decorate(call: Callable[P, T]) -> Callable[P, T]:
        shape = CallShape.of(call, example)

        @wraps(call)
        def checked(*given: Any, **named: Any) -> T:
            wrap_key(named)
            wrong = shape.what_is_wrong(len(given), named.keys())
            if wrong:
                del given, named  # a key may be among them, in the wrong place
                raise BadCall(wrong)
            try:
                texts: Any = {name: as_text(value) for name, value in named.items()}
                return call(*map(as_text, given), **texts)
            except NbchatError as error:
                del given, named, texts
                raise error.with_traceback(None) from None  # frames hold what was given

        checked.__signature__ = shape.signature  # type: ignore[attr-defined]
        checked.__doc__ = f"{cleandoc(call.__doc__ or '')}\n\n{options_help()}\n"
        return cast(Callable[P, T], checked)

    return decorate


def options_help() -> str:
    """The options, a line each.

    >>> print(options_help().splitlines()[3])
    temperature  from 0 to 2: how varied the answer is
    """
    width = max(map(len, OPTIONS)) + 2
    lines = [f"{name:<{width}}{row.text}" for name, row in OPTIONS.items()]
    return "\n".join([cleandoc(RequestOptions.__doc__ or ""), "", *lines])


@dataclass(slots=True, frozen=True)
class CallShape:
    """What one function may be called with."""

    name: str
    example: str
    in_order: tuple[Parameter, ...]  # may be given without a name
    by_name: tuple[Parameter, ...]
    unseen: frozenset[str]  # options that it takes and does not show
    returns: Any

    @classmethod
    def of(cls, call: Callable[..., Any], example: str) -> CallShape:
        hints = get_type_hints(call)
        own = [
            parameter.replace(annotation=hints.get(name, parameter.annotation))
            for name, parameter in signature(call).parameters.items()
            if parameter.kind is not Parameter.VAR_KEYWORD
        ]
        types = get_type_hints(RequestOptions, localns=NAMES)
        options = [
            Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=types[name])
            for name in OPTIONS
            if all(name != parameter.name for parameter in own)
        ]
        (taken,) = get_args(hints["options"])
        return cls(
            name=call.__name__,
            example=example,
            in_order=tuple(p for p in own if p.kind is not Parameter.KEYWORD_ONLY),
            by_name=(*(p for p in own if p.kind is Parameter.KEYWORD_ONLY), *options),
            unseen=frozenset(get_type_hints(taken, localns=NAMES)) - OPTIONS.keys(),
            returns=hints["return"],
        )

    @property
    def signature(self) -> Signature:
        return Signature([*self.in_order, *self.by_name], return_annotation=self.returns)

    def what_is_wrong(self, given: int, named: Collection[str]) -> str:
        """What is wrong with a call of so many arguments without a name, and these with one.

        Empty where nothing is.
        """
        options = [parameter.name for parameter in self.by_name]
        if given > len(self.in_order):
            words = [IN_WORDS[p.name] for p in self.in_order if p.name in IN_WORDS]
            return (
                f"{self.name}() takes {' and '.join(words)}; "
                f"what else there is goes by name: {'=, '.join(options)}=."
            )
        known = [*(parameter.name for parameter in self.in_order), *options]
        for name in named:
            if name not in known and name not in self.unseen:
                unknown = f"{self.name}() has no option {name!r}."
                return f"{unknown}{meant_by(name, known)}\nIt takes: {', '.join(options)}."
        missing = [
            IN_WORDS[parameter.name]
            for parameter in self.in_order[given:]
            if parameter.default is Parameter.empty and parameter.name not in named
        ]
        if missing:
            return (
                f"{self.name}() was called without {' and '.join(missing)}. Write {self.example}."
            )
        return ""


def meant_by(unknown: str, known: Sequence[str]) -> str:
    """The name that was meant, as a question to go after "no such name".

    A word may be cut short (temp), or be the one of another library.

    >>> meant_by("max_output_tokens", ["temperature", "max_tokens"])
    " Did you mean 'max_tokens'?"
    """
    if unknown == "stream":
        return " For the answer as it arrives there is stream()."
    meant = [ELSEWHERE[unknown]] if unknown in ELSEWHERE else []
    if unknown in QUESTION:
        meant = [name for name in QUESTION if name in known]
    if len(unknown) > 2:
        meant += [name for name in known if unknown in name or name in unknown]
    return f" Did you mean {meant[0]!r}?" if meant else did_you_mean(unknown, known, least=0.7)
