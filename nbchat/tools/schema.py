"""What a function takes, as a JSON schema for a model and as types to check a call by.

Types are pydantic's to know: of a dataclass, an Enum, a TypedDict or a model the schema is its
own. What a model cannot give is told to the person, before anything is sent.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Unpack, get_origin, get_type_hints

from nbchat.errors import BadOption
from nbchat.tools.docstrings import read_docstring
from nbchat.tools.functions import (
    LONGEST_DESCRIPTION,
    docstring_of,
    is_given,
    local_names,
    plain_function,
    signature_of,
)
from nbchat.tools.typed_dicts import accepted
from nbchat.wording import first_line, shorten

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LONGEST_REASON = 150  # characters of why a type cannot be used
LONGEST_DEFAULT = 200  # characters of JSON of a default that the model is told

NOTHING = inspect.Parameter.empty


@dataclass(slots=True, frozen=True)
class Parameter:
    """One that a model may give."""

    name: str
    adapter: TypeAdapter[Any]
    default: Any = NOTHING  # Python's
    by_place: bool = False  # it cannot be given by its name
    has_own_default: bool = False  # `Field(default=…)`, of which Python knows nothing

    @property
    def is_needed(self) -> bool:
        """Whether a call without it is none."""
        return self.default is NOTHING and not self.has_own_default

    @property
    def own_default(self) -> Any:
        """That of its `Field`, made anew each time."""
        held = self.adapter.get_default_value()
        return NOTHING if held is None else held.value


@dataclass(slots=True, frozen=True)
class Parameters:
    """All that a function takes; `others` is the type of its `**kwargs`, None for none."""

    known: Mapping[str, Parameter]
    others: TypeAdapter[Any] | None
    schema: Mapping[str, Any]


def parameters_of(function: Callable[..., Any], name: str) -> Parameters:
    """What a function takes. Raises BadOption for one that a model cannot call."""
    from pydantic import TypeAdapter

    words = read_docstring(docstring_of(function)).parameters
    known: dict[str, Parameter] = {}
    told: dict[str, dict[str, Any]] = {}
    others: TypeAdapter[Any] | None = None
    for one in signature_of(function, name).parameters.values():
        if one.kind is one.VAR_POSITIONAL:
            raise BadOption(
                f"{name} takes *{one.name}, and a model gives each argument by its name. "
                f"Write a function that takes a list instead: {one.name}: list[str], say."
            )
        if is_given(function, one):
            continue
        hint = _hint(function, name, one)
        adapter = _adapter(hint, f"{one.name} of {name}")
        if one.kind is one.VAR_KEYWORD:
            others = adapter or TypeAdapter(Any)
        elif adapter is not None:
            known[one.name] = _parameter(one, adapter)
            told[one.name] = _told(hint, words.get(one.name, ""), known[one.name])
        elif one.default is NOTHING:
            raise BadOption(
                f"a model cannot give {one.name} of {name}: no JSON is a {_type_name(hint)}. "
                f"Give it yourself: functools.partial({name}, {one.name}=…), or as a default."
            )
    return Parameters(known, others, _schema(known, told, others))


# --- one parameter -------------------------------------------------------------------------------


def _hint(function: Any, name: str, parameter: inspect.Parameter) -> Any:
    """Its type, also where it is written as a text; anything where none is written."""
    from pydantic.fields import FieldInfo

    if parameter.annotation is NOTHING:
        hint: Any = Any
    else:
        plain = plain_function(function)

        def holder() -> None: ...

        holder.__annotations__ = {parameter.name: parameter.annotation}
        try:
            found = get_type_hints(
                holder, getattr(plain, "__globals__", {}), local_names(plain), include_extras=True
            )
        except Exception as error:
            raise BadOption(
                f"the type of {parameter.name} of {name} is not known: "
                f"{shorten(first_line(error), LONGEST_REASON)}. "
                f"Define it before {name}, in a cell of its own."
            ) from None
        hint = found[parameter.name]
    is_field = isinstance(parameter.default, FieldInfo)
    return Annotated[hint, parameter.default] if is_field else hint


def _adapter(hint: Any, where: str) -> TypeAdapter[Any] | None:
    """How pydantic checks a type; None where no JSON is such a value."""
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticInvalidForJsonSchema, PydanticSchemaGenerationError

    if get_origin(hint) is Unpack:
        return None
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(accepted(hint))
        json.dumps(adapter.json_schema(), allow_nan=False)
    except (PydanticInvalidForJsonSchema, PydanticSchemaGenerationError):
        return None
    except Exception as error:  # a class may say itself what pydantic is to make of it
        why = shorten(first_line(error).rstrip("."), LONGEST_REASON)
        raise BadOption(f"the type of {where} cannot be told to a model: {why}.") from None
    return adapter


def _type_name(hint: Any) -> str:
    name = hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")
    return shorten(name, LONGEST_REASON)


def _parameter(one: inspect.Parameter, adapter: TypeAdapter[Any]) -> Parameter:
    from pydantic.fields import FieldInfo

    default = NOTHING if isinstance(one.default, FieldInfo) else one.default
    by_place = one.kind is one.POSITIONAL_ONLY
    has_own = default is NOTHING and adapter.get_default_value() is not None
    return Parameter(one.name, adapter, default, by_place, has_own)


def _told(hint: Any, words: str, parameter: Parameter) -> dict[str, Any]:
    """What its schema says besides its type: what it is for, and what holds where none is given."""
    said = _said_in_annotation(hint) or words
    told: dict[str, Any] = {}
    if said:
        told["description"] = shorten(said, LONGEST_DESCRIPTION)
    if parameter.has_own_default:
        told |= _json_default(parameter.own_default)
    elif not parameter.is_needed:
        told |= _json_default(parameter.default)
    return told


def _said_in_annotation(hint: Any) -> str:
    """The words of `Annotated[int, "words"]` and `Annotated[int, Field(description="words")]`."""
    said = ""
    for one in hint.__metadata__ if get_origin(hint) is Annotated else ():
        if isinstance(one, str):
            said = one
        elif isinstance(getattr(one, "description", None), str):
            said = one.description
        elif isinstance(getattr(one, "documentation", None), str):  # typing_extensions.Doc
            said = one.documentation
    return said


def _json_default(value: Any) -> dict[str, Any]:
    """`{"default": 3}`; nothing where the value is none of JSON, or long."""
    from pydantic_core import to_jsonable_python

    try:
        made = to_jsonable_python(value)
        is_short = len(json.dumps(made, allow_nan=False)) <= LONGEST_DEFAULT
    except Exception:
        return {}
    return {"default": made} if is_short else {}


# --- the schema ----------------------------------------------------------------------------------


def _schema(
    known: Mapping[str, Parameter],
    told: Mapping[str, Mapping[str, Any]],
    others: TypeAdapter[Any] | None,
) -> dict[str, Any]:
    from pydantic import TypeAdapter

    inputs: list[Any] = [(name, "validation", one.adapter) for name, one in known.items()]
    if others is not None:
        inputs.append(("", "validation", others))
    schemas, shared = TypeAdapter.json_schemas(inputs, schema_generator=_without_titles())
    properties = {name: {**schemas[name, "validation"], **told[name]} for name in known}
    needed = [name for name, one in known.items() if one.is_needed]
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if needed:
        schema["required"] = needed
    any_other = schemas.get(("", "validation"), {}) or True
    schema["additionalProperties"] = any_other if others is not None else False
    return {**schema, **shared}


@cache
def _without_titles() -> Any:
    """Titles of fields say their names once more."""
    from pydantic.json_schema import GenerateJsonSchema

    class WithoutTitles(GenerateJsonSchema):
        def field_title_should_be_set(self, schema: Any) -> bool:
            return False

    return WithoutTitles
