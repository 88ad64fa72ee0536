"""The options of a question: type, range, unit and help of each, once.

From this list are made: the signatures of `ask` and `stream`, the `%%chat` line with its help
and completion, the fields of a ChatStreamRequest and of the panel, and what is said of a wrong
value. A new option is one row here, and one field in each wire format that has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NamedTuple,
    TypeAlias,
    TypedDict,
    get_args,
    get_type_hints,
)

from nbchat.keys import Secret
from nbchat.option_values import (
    MOST_STOPS,
    as_approve,
    as_extra,
    as_flag,
    as_number,
    as_one_of,
    as_schema,
    as_stop,
    as_text,
    as_tools,
    as_whole,
    check_tool_choice,
    in_words,
)

if TYPE_CHECKING:
    from nbchat.messages import Tool, ToolCall

Level: TypeAlias = Literal["low", "medium", "high", "max"]
LEVELS: tuple[Level, ...] = get_args(Level)
Thinking: TypeAlias = bool | Level | None
THINKING_WORDS: dict[str, Thinking] = {"on": True, "off": False} | {word: word for word in LEVELS}


class Option(NamedTuple):
    """What there is to know of an option, besides the name and type that it stands beside.

    A tuple, because `%load_ext nbchat` waits for this file and a dataclass takes longer to make.
    """

    help: str  # may use {low}, {high} and {values}
    low: float = 0  # of a number: the least and the most
    high: float = 0
    unit: str = ""
    example: str = ""
    words: Mapping[str, Any] | None = None  # the values there are, by what a person types
    check: Callable[[Any], Any] | None = None  # where type and range do not say it all
    default: Any = None  # what holds where nothing is given
    parameter: bool = False  # told to the provider, where the wire format has a field for it
    http: bool = False  # whether a request over HTTP may bring it
    panel: bool = False  # a number that the panel's settings offer
    flag: str = ""  # on the %%chat line, such as "--temperature F"
    line: str = ""  # what the line's help says of it; may use {low}, {high} and {words}
    name: str = ""
    kind: Any = None  # the type without None

    @property
    def text(self) -> str:
        """The help, with range and values in it."""
        values = [f'"{value}"' if isinstance(value, str) else str(value) for value in self.values]
        return self.help.format(low=self.low, high=self.high, values=in_words(values))

    @property
    def values(self) -> tuple[Any, ...]:
        return tuple((self.words or {}).values())

    @property
    def is_switch(self) -> bool:
        """Whether its flag stands alone, without a value."""
        return bool(self.flag) and " " not in self.flag

    def checked(self, value: Any) -> Any:
        """The value as it is used. Raises BadSettings that says what it should be."""
        if value is None:
            return self.default
        if self.check:
            return self.check(value)
        if self.words:
            return as_one_of(self.name, value, self.values)
        if self.kind is bool:
            return as_flag(self.name, value)
        if self.kind is str:
            return as_text(self.name, value)
        if self.kind is int:
            return as_whole(self.name, value, self.low, self.high)
        return as_number(self.name, value, self.low, self.high, self.unit)


# --- the list ------------------------------------------------------------------------------------


class RequestOptions(TypedDict, total=False):
    """Options, each by its name; None leaves it to the provider."""

    system: Annotated[
        str | None,
        Option(
            "a text that goes before the messages",
            default="",
            http=True,
            flag="--system TEXT",
            line='instructions from here on: --system "Be brief."',
        ),
    ]
    temperature: Annotated[
        float | None,
        Option(
            "from {low} to {high}: how varied the answer is",
            low=0,
            high=2,
            parameter=True,
            http=True,
            panel=True,
            flag="--temperature F",
            line="{low} to {high}, where the model takes one",
        ),
    ]
    top_p: Annotated[
        float | None,
        Option(
            "from {low} to {high}: the share of likely words to choose from; or use temperature",
            low=0,
            high=1,
            parameter=True,
            http=True,
            flag="--top-p F",
            line="{low} to {high}, the share of likely words to choose from",
        ),
    ]
    seed: Annotated[
        int | None,
        Option(
            "a whole number: the same question then has the same answer, as far as a provider can",
            low=0,
            high=2**31 - 1,  # Gemini's is the smallest: 32 bits
            example="42",
            parameter=True,
            http=True,
            flag="--seed N",
            line="a whole number; the same again asks for the same answer",
        ),
    ]
    stop: Annotated[
        str | Sequence[str] | None,
        Option(
            f"a text, or a list of up to {MOST_STOPS}; the answer ends before one of them",
            check=as_stop,
            default=(),
            parameter=True,
            http=True,
        ),
    ]
    max_tokens: Annotated[
        int | None,
        Option(
            "the longest answer, in tokens",
            low=1,
            high=10_000_000,
            unit="tokens",
            example="4096",
            parameter=True,
            http=True,
            panel=True,
            flag="--max-tokens N",
            line="the longest answer to pay for",
        ),
    ]
    thinking: Annotated[
        Thinking,
        Option(
            "{values}",
            words=THINKING_WORDS,
            http=True,
            flag="--think LEVEL",
            line="{words}, where the model can",
        ),
    ]
    tools: Annotated[
        Sequence[Callable[..., Any] | Tool | Mapping[str, Any]] | None,
        Option(
            "a list of functions, which run when the model asks for them, "
            "@nbchat.tool(approve=True) with your consent to each call; and of nbchat.Tool or "
            "dicts, whose calls are only in the answer",
            check=as_tools,
            default=(),
            http=True,
        ),
    ]
    tool_choice: Annotated[
        str | None,
        Option('"auto", "none", "required", or the name of the tool to call', http=True),
    ]
    approve: Annotated[
        Callable[[ToolCall], Any] | None,
        Option(
            "a function, async or not, that says of the call of a tool that asks first whether it "
            "may run: True, or the reason to refuse",
            check=as_approve,
        ),
    ]
    rounds: Annotated[
        int | None,
        Option(
            "the most requests for one question, where functions among its tools run",
            low=1,
            high=100,
        ),
    ]
    schema: Annotated[
        Any,
        Option(
            "what the answer is to be: a pydantic model, a type such as list[int], a JSON schema "
            '(a dict), or a text such as "name, age int"; its value is then answer.value',
            check=as_schema,
            http=True,
        ),
    ]
    search: Annotated[
        bool | None,
        Option(
            "True: the provider searches the web for it, where it has a search of its own",
            default=False,
            http=True,
            flag="--search",
            line="let the provider search the web, where it has a search of its own",
        ),
    ]
    extra: Annotated[
        Mapping[str, Any] | None,
        Option(
            "a dict that is merged into the request's body as it is; never a key",
            check=as_extra,
        ),
    ]
    base_url: Annotated[
        str | None,
        Option('another address than the provider\'s own, such as "http://127.0.0.1:8000/v1"'),
    ]
    wire: Annotated[str | None, Option('the format that is spoken there, such as "openai-chat"')]
    api_key: Annotated[
        str | None,
        Option(
            "the key itself; by default it comes from the provider's environment variable",
            check=Secret.of,
        ),
    ]
    timeout: Annotated[
        float | None,
        Option(
            "seconds of silence, before the first byte and between two; the whole may take longer",
            low=0.001,
            high=1_000_000,
            unit="seconds",
        ),
    ]


class Options:
    """The options of one question, checked, each by its name. None leaves it to the provider.

    >>> Options.of({"max_tokens": 100, "tools": [{"name": "add"}]}).tools[0].name
    'add'
    """

    __slots__ = ("_values", "cache_key", "shared_start")

    def __init__(
        self, *, cache_key: str = "", shared_start: str | None = None, **given: Any
    ) -> None:
        self.cache_key = cache_key  # the same for every request of one conversation
        self.shared_start = shared_start  # how the question of every row of a map begins
        self._values = {name: row.checked(given.get(name)) for name, row in OPTIONS.items()}
        check_tool_choice(self.tool_choice, self.tools)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Options:
        """The options that were given. Raises BadSettings for one that cannot be used."""
        return cls(**given)

    def changed(self, changes: Mapping[str, Callable[[Any], Any]]) -> Options:
        """A copy, in which what is given for some of them is changed."""
        copy = Options(cache_key=self.cache_key, shared_start=self.shared_start)
        copy._values = dict(self._values)
        for name, change in changes.items():
            copy._values[name] = change(self._values[name])
        return copy

    def __getattr__(self, name: str) -> Any:
        if name not in OPTIONS:
            raise AttributeError(f"no option is called {name!r}")
        return self._values[name]

    @property
    def parameters(self) -> dict[str, Any]:
        """Those that were given, of those that a wire format has fields for."""
        rows = [row for row in OPTIONS.values() if row.parameter]
        return {r.name: self._values[r.name] for r in rows if self._values[r.name] != r.default}


def _rows() -> dict[str, Option]:
    """The rows of RequestOptions, each with its name and type, in the order they stand there."""
    rows = {}
    # A stand-in, because `%load_ext nbchat` waits for this file, and not for the messages.
    hints = get_type_hints(
        RequestOptions, localns={"Tool": object, "ToolCall": object}, include_extras=True
    )
    for name, hint in hints.items():
        kind, row = get_args(hint)
        plain = [one for one in get_args(kind) if one is not type(None)]
        rows[name] = row._replace(name=name, kind=plain[0] if len(plain) == 1 else kind)
    return rows


OPTIONS = _rows()
