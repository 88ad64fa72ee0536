"""What OpenAI's two formats share: numbers, efforts, data URLs, and members of one value."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field

from nbchat.frontends.server.http_errors import Invalid
from nbchat.media_types import media_type_of
from nbchat.messages import Role
from nbchat.options import LEVELS, Thinking

# Members that are not known are looked at one by one, in `vendor_members`.
OPEN = ConfigDict(extra="allow", strict=True, hide_input_in_errors=True)
# Answers are sent back as they came, with more members than a question has.
TOLERANT = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True)

AS_TEXT, AS_LIST, AS_OBJECT = "as text", "as list", "as object"  # which errors do not name
TEXT_OR_LIST = Discriminator(lambda value: AS_LIST if isinstance(value, list) else AS_TEXT)
TEXT_OR_OBJECT = Discriminator(lambda value: AS_OBJECT if isinstance(value, dict) else AS_TEXT)
STOPS_AT_FIRST: Any = Field(fail_fast=True)  # a list of a million mistakes is told by its first


def by_type(tags: Mapping[str, str], wanted: str) -> Discriminator:
    """Tells apart the members of a union by their `type`; `wanted` says what there is.

    Tags begin with "as ", so that errors name the field alone, and never the type that was sent.
    """

    def tag(value: Any) -> str | None:
        kind = value.get("type") if isinstance(value, dict) else None
        return tags.get(kind) if isinstance(kind, str) else None

    return Discriminator(
        tag, custom_error_type="type", custom_error_message=f"Input should be {wanted}"
    )


def _as_whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _nothing_if_empty(value: Any) -> Any:
    return None if value in ([], {}) else value


def _as_seed(value: Any) -> Any:
    """A seed of OpenAI's has 64 bits and a sign; one from 0 to MOST_SEED goes to all providers."""
    whole = _as_whole(value)
    is_one = isinstance(whole, int) and not isinstance(whole, bool) and abs(whole) <= 2**63
    return whole % (MOST_SEED + 1) if is_one else whole


def only(accepts: Callable[[Any], bool], rule: str) -> BeforeValidator:
    """For a member of which one value alone can be had: that is None, and all else is refused."""

    def check(value: Any) -> None:
        if value is not None and not accepts(value):
            raise ValueError(rule)

    return BeforeValidator(check)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


MOST_SEED = 2**31 - 1
Whole = Annotated[int, BeforeValidator(_as_whole)]  # 100.0 is one: JavaScript knows no difference
Seed = Annotated[int, BeforeValidator(_as_seed)]
NO_LOGPROBS = "should be left out: no logprobs can be had here"
NoLogprobs = only(lambda value: is_number(value) and value == 0, NO_LOGPROBS)
NothingIfEmpty = BeforeValidator(_nothing_if_empty)

ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
EFFORTS: dict[str, Thinking] = {
    "none": False,
    "minimal": "low",
    **{level: level for level in LEVELS},
    "xhigh": "max",
}
if TYPE_CHECKING:
    Effort = str
else:
    Effort = Literal[tuple(EFFORTS)]


# --- pictures and files ---------------------------------------------------------------------------


def read_data_url(url: str | None, place: str) -> tuple[bytes, str]:
    """The bytes and the media type. Raises Invalid, naming `place`, for what is no data URL."""
    head, comma, data = (url or "").partition(",")
    scheme, _, kind = head.partition(":")
    if scheme.lower() != "data" or not comma or not kind.lower().endswith(";base64"):
        rule = "images and files are sent as data:…;base64,… URLs; this server fetches nothing."
        raise Invalid(f"{place}: {rule}", field=place)
    try:
        content = b64decode("".join(data.split()), validate=True)
    except ValueError:
        content = b""
    if not content:
        raise Invalid(f"{place}: the base64 of a data URL cannot be read.", field=place)
    media_type = kind.partition(";")[0] or media_type_of(content)
    if not media_type:
        raise Invalid(f"{place}: a data URL has no media type.", field=place)
    return content, media_type
