"""The rows of the two tables, checked when they are read: models and providers.

A row is data. Everything that makes one provider or model differ from the format
it speaks is a field here, so that a new one needs no code. Unknown fields are
refused: a misspelt one would silently do nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic.alias_generators import to_camel

from nbchat.environment import unquoted
from nbchat.hosts import is_loopback

# How clients end the variable of an address, behind what begins that of the key.
ADDRESS_ENDINGS = ("_BASE_URL", "_API_BASE", "_API_BASE_URL", "_API_URL")

Auth = Literal["bearer", "x-api-key", "api-key", "x-goog-api-key", "none"]


def _matches(pattern: str, description: str) -> AfterValidator:
    """A check of the whole text; `description` follows "should be" in the error."""

    def check(value: str) -> str:
        if re.fullmatch(pattern, value):
            return value
        raise ValueError(f"should be {description}")

    return AfterValidator(check)


def _check_format(value: str, info: ValidationInfo) -> str:
    """A wire format's name, one of `formats` in the context of the check, if it is there."""
    formats = (info.context or {}).get("formats", (value,))
    if value not in formats:
        one_of = f"one of {', '.join(formats)}"
        raise ValueError(f"should be {one_of}")
    return value


Wire = Annotated[str, AfterValidator(_check_format)]
WireOrNone = Annotated[
    str, AfterValidator(lambda value, info: value and _check_format(value, info))
]
Url = Annotated[
    str,
    BeforeValidator(lambda value: unquoted(value) if isinstance(value, str) else value),
    _matches(
        r"((https?://|\{)[^@?#\s]+)?", "an address such as https://host/v1, with no key in it"
    ),
]
ListUrl = Annotated[
    str, _matches(r"(none|(https://[^@#\s/]+)?/[^@#\s]*)?", "a path such as /v1/models, or none")
]
Id = Annotated[str, _matches(r"\S+", "a name without spaces")]
Type = Annotated[str, _matches(r"[A-Za-z][\w.-]*", "a word such as my-provider")]
Variable = Annotated[
    str, _matches("([A-Z][A-Z0-9_]*)?", "the name of an environment variable, such as MY_API_KEY")
]
Day = Annotated[str, _matches(r"\d{4}-\d\d-\d\d", "a day such as 2026-12-31")]
Currency = Annotated[str, _matches("[A-Z]{3}", "three letters, such as USD")]
Tokens = Annotated[int, Field(gt=0)]
Money = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Row(BaseModel):
    """Camel case in the JSON files, snake case in Python; both are accepted."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,  # a user's row may hold a key by mistake
    )

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [(name, value) for name, value in self if name in self.model_fields_set]


class Price(Row):
    """Money per million tokens, in `currency` (ISO 4217).

    Where the price depends on the length, it is that of the shortest questions.
    """

    currency: Currency = "USD"
    input: Money | None = None
    output: Money | None = None
    cached_input: Money | None = None
    written_input: Money | None = None  # put into the cache; unless given, 1.25 times `input`


class ThinkingFields(Row):
    """What to put into a request: placed by the wire format, or merged as it is.

    `effort` (a word) and `budget` (tokens) are placed where the wire format has
    them. `body` is merged into the request body, and only belongs to the format
    the row itself names.
    """

    effort: str | None = None
    budget: int | None = None
    body: dict[str, Any] = Field(default_factory=dict)


class ThinkingTable(Row):
    """How one kind of model is told to think. Where a field is missing, it cannot do that.

    `default` is sent when nothing was asked, for example to see the thinking at all.
    `least` is sent for "off" where there is no `off`; without it, the lowest level.
    `body` is sent with `on` and with every level.
    """

    body: dict[str, Any] = Field(default_factory=dict)
    default: ThinkingFields = ThinkingFields()
    off: ThinkingFields | None = None
    least: ThinkingFields | None = None
    on: ThinkingFields | None = None
    low: ThinkingFields | None = None
    medium: ThinkingFields | None = None
    high: ThinkingFields | None = None
    max: ThinkingFields | None = None


class Quirks(Row):
    """Where a host departs from the wire format it speaks. The defaults are the format itself."""

    max_tokens_field: str = "max_tokens"
    seed_field: str = "seed"
    developer_role: bool = False
    usage_option: bool = True  # stream_options.include_usage is understood
    # There is no system role: what it would say stands before the first question.
    system_in_question: bool = False
    # Which assistant turns must carry their thinking: those with tool calls, or of these only
    # the ones since the last question.
    reasoning_back: Literal["never", "loop", "tools", "always"] = "never"
    reasoning_field: str = "reasoning_content"
    # The smallest value accepted where thinking must be sent back and there is none.
    reasoning_filler: str = ""
    # The content of an assistant message that has only tool calls.
    empty_content: Literal["empty", "null", "omit"] = "empty"
    # How an answer is held to a schema: by its own place in the request, as arguments of a tool
    # that must be called, or, beside an instruction, to some JSON or to none.
    schema_mode: Literal["json_schema", "tool", "json_object", "none"] = "json_schema"
    # The form of a schema: OpenAI's strict one, that of llama.cpp's grammars, or as it was given.
    schema_form: Literal["strict", "grammar", "plain"] = "strict"
    schema_beside_tools: bool = True  # an answer is held to a schema where tools are offered, too
    schema_unseen: bool = False  # the model is not told of the schema that holds its answer
    # Merged into requests with a schema.
    schema_body: dict[str, Any] = Field(default_factory=dict)
    cache: Literal["", "prompt_cache_key", "cache_control"] = ""
    temperature_range: tuple[float, float] | None = None  # clamped to, with a notice
    files: bool = False  # documents as message parts are understood
    files_in_results: bool = False  # a tool's result may hold images and documents
    # Under a tool's result no question may stand; some answer must come between.
    answer_behind_results: bool = False
    tool_id: Literal["any", "alnum9", "most40"] = "any"
    body: dict[str, Any] = Field(default_factory=dict)  # merged into every request
    tools_body: dict[str, Any] = Field(default_factory=dict)  # merged into requests with tools


class Search(Row):
    """How a provider is told to search the web, over one wire format. An empty one says: not.

    `refuses` are the options it cannot be had with. For "thinking" that is switched off, where
    it can be; beside the others the search is left out.
    """

    body: dict[str, Any] = Field(default_factory=dict)  # merged into the request
    tool: dict[str, Any] = Field(default_factory=dict)  # put behind the tools of the request
    tools_in: str = "tools"  # where those stand; "toolConfig.tools" is a list in an object
    tools_body: dict[str, Any] = Field(default_factory=dict)  # merged beside tools of the user's
    suffix: str = ""  # put behind the model's id
    always: bool = False  # it searches anyway, and is told nothing
    # The name of a tool whose arguments go back to it as they came. For openai-chat alone.
    echo: str = ""
    goes_on: str = ""  # why an answer stops that goes on when it is sent back
    refuses: tuple[Literal["tools", "schema", "thinking"], ...] = ()
    least_effort: str = ""  # in place of the effort "minimal", at which nothing is searched

    @property
    def searches(self) -> bool:
        return bool(self.body or self.tool or self.suffix or self.always)


class ModelProfile(Row):
    """How a kind of model is asked, where it differs from the rest of its provider."""

    wire: WireOrNone = ""
    base_url: Url = ""
    thinking: str | ThinkingTable = ""  # the name of a table in providers.json, or a table
    refuses: tuple[str, ...] = ()  # options that make the request fail: temperature, tools, ...
    quirks: Quirks = Quirks()  # a field that is set here replaces the provider's
    # By wire format; without it the family's, or else the provider's.
    search: dict[Wire, Search] | None = None


class Provider(Row):
    """A service: where it is, which key it takes, which format it speaks."""

    type: Type
    name: str
    wire: Wire = "openai-chat"
    base_url: Url = ""
    # By wire format, where its base URL is another.
    base_urls: dict[Wire, Url] = Field(default_factory=dict)
    # Other base URLs of the same service, by the region's name; "*" for any other.
    regions: dict[str, Url] = Field(default_factory=dict)
    # By the key's variable, where its host is another.
    host_by_key: dict[Variable, str] = Field(default_factory=dict)
    # All hosts the key may be sent to; `*` is one name between dots, or part of it.
    hosts: tuple[str, ...] = ()
    env_keys: tuple[Variable, ...] = ()  # variables that hold the key, first set wins
    # Variables that move the base URL, besides <TYPE>_BASE_URL.
    env_base_url: tuple[Variable, ...] = ()
    base_path: str = ""  # the rest of the base URL, where the SDK's variable stops at the host
    key_needed: bool = True
    auth: Auth = "bearer"
    # By the variable the key came from, where it is sent in another way.
    auth_by_key: dict[str, Auth] = Field(default_factory=dict)
    # By wire format, where the key is sent in another way.
    auth_by_wire: dict[Wire, Auth] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    path: str = ""  # replaces the format's own path; may use {model} and {api_version}
    # The list of models, where it is not the format's own: a path, an address, or "none".
    models_url: ListUrl = ""
    # What {name} in base_url or path stands for: "VARIABLE|OTHER=default".
    env_params: dict[str, str] = Field(default_factory=dict)
    region_by: str = ""  # the name in env_params whose value chooses among `regions`
    local: bool = False  # on this machine; looked for when no model is named
    quirks: Quirks = Quirks()
    thinking: str = ""  # the thinking table of models that are not in the table of models
    search: dict[Wire, Search] = Field(default_factory=dict)  # by wire format
    # How such models are asked, by a pattern of their id.
    families: dict[str, ModelProfile] = Field(default_factory=dict)
    default_model: str = ""  # asked when only the provider's key is known
    retired: str = ""  # why it no longer works, for a service that has ended
    note: str = ""
    source: str = ""

    def auth_for(self, wire: str, variable: str = "") -> Auth:
        """How a key is sent: by its variable, else by the wire format, else the provider's way."""
        return self.auth_by_key.get(variable) or self.auth_by_wire.get(wire) or self.auth

    @property
    def header_variables(self) -> frozenset[str]:
        """The variables that go into headers, and into no address: they hold secrets."""
        places = "".join((self.base_url, self.path, self.models_url, *self.base_urls.values()))
        headers = "".join(self.headers.values())
        names = [n for n in self.env_params if f"{{{n}}}" in headers and f"{{{n}}}" not in places]
        found = [self.env_params[name].partition("=")[0].split("|") for name in names]
        return frozenset(variable for variables in found for variable in variables)

    @property
    def address_variables(self) -> tuple[str, ...]:
        """The variables that move the base URL: nbchat's own, the row's, and those of clients.

        The names of clients follow from that of the key. Where the address is put together from
        parts, such a name may mean one of these, and only the row's own names count.

        >>> Provider(type="openai", name="OpenAI", env_keys=("OPENAI_API_KEY",)).address_variables
        ('OPENAI_BASE_URL', 'OPENAI_API_BASE', 'OPENAI_API_BASE_URL', 'OPENAI_API_URL')
        """
        names = [own_variable(self.type), *self.env_base_url]
        parts = {v for row in self.env_params.values() for v in row.partition("=")[0].split("|")}
        for key in () if "{" in self.base_url else self.env_keys:
            start = key.removesuffix("_API_KEY")
            if start != key:
                names += [f"{start}{ending}" for ending in ADDRESS_ENDINGS]
        return tuple(name for name in dict.fromkeys(names) if name not in parts)

    def home_of(self, host: str) -> str:
        """The URL whose scheme and port an address without them gets."""
        return "https://" if self.trusts(host) and not is_loopback(host) else self.base_url

    def at_home_of(self, variable: str, url: str) -> str:
        """The address, moved to the host that the key of that variable belongs to.

        >>> zai = Provider(type="glm", name="GLM", host_by_key={"ZAI_API_KEY": "api.z.ai"})
        >>> zai.at_home_of("ZAI_API_KEY", "https://open.bigmodel.cn/api/paas/v4")
        'https://api.z.ai/api/paas/v4'
        """
        host = self.host_by_key.get(variable)
        return re.sub(r"(?<=://)[^/]+", host, url, count=1) if host else url

    def moved_to(self, url: str) -> str:
        """The base URL for the address in one of `env_base_url`.

        >>> groq = Provider(type="groq", name="Groq", base_path="/openai/v1")
        >>> groq.moved_to("https://api.groq.com"), groq.moved_to("http://localhost:9/v1")
        ('https://api.groq.com/openai/v1', 'http://localhost:9/v1')
        """
        has_path = re.search(r"/v\d", url)
        if not self.base_path or has_path:
            return url
        return url.rstrip("/") + self.base_path

    def trusts(self, host: str) -> bool:
        """Whether this provider's key may be sent to `host`.

        >>> Provider(type="x", name="X", hosts=("*.azure.com",)).trusts("mine.azure.com")
        True
        """
        patterns = [re.escape(name).replace(r"\*", "[a-z0-9-]+") for name in self.hosts]
        return any(re.fullmatch(pattern, host.lower()) for pattern in patterns)


def own_variable(kind: str) -> str:
    """The environment variable of nbchat's own that moves a provider's base URL.

    >>> own_variable("kimi")
    'KIMI_BASE_URL'
    """
    return f"{kind.upper().replace('-', '_')}_BASE_URL"


class Model(ModelProfile):
    """A model: one row of the model-mapping table, in its documented JSON shape."""

    id: Id
    name: str
    type: str
    env_key: Variable = ""  # the variable its key is in
    features: tuple[str, ...] = ()
    supports_thinking_mode: bool = False
    upstream: str = ""  # the provider's own id, where it is not `id`
    context_window: Tokens | None = None
    max_input: Tokens | None = None
    max_output: Tokens | None = None
    price: Price | None = None
    price_tiered: bool = False
    status: Literal["current", "preview", "deprecated", "retired", "unlisted"] = "current"
    retired_on: Day | None = None
    replacement: str | None = None
    note: str = ""
    source: tuple[str, ...] = ()

    @property
    def sent_id(self) -> str:
        """What the provider calls it."""
        return self.upstream or self.id
