"""A JSON schema that somebody wrote: right and wrong are the same by the package `jsonschema`."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from nbchat.errors import BadOption
from nbchat.values.json_check import JsonCheck
from nbchat.values.json_formats import MOST_PATTERNS
from nbchat.values.json_schema import usable
from nbchat.values.problems import MOST_KEPT, InvalidValue, message_text, path_text
from nbchat.values.value_type import ValueType

from ..nightly import examples

NAMES = st.sampled_from(["a", "b", "ab", "c d"])
NUMBERS = st.integers(-3, 5) | st.sampled_from([0.5, 1.0, 2.0, -0.0, 1e300])
SCALARS = (
    st.none()
    | st.booleans()
    | NUMBERS
    | st.sampled_from(["", "a", "ab", "b1", "1", "Ω", "2026-08-01"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
TYPES = st.sampled_from(["object", "array", "string", "number", "integer", "boolean", "null"])
SIZES = st.integers(0, 3)
PATTERNS = st.sampled_from(["^a", "b$", "[0-9]", "^.{2}$", "^[a-c ]*$"])
ALONE = {
    "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
    "enum": st.lists(VALUES, min_size=1, max_size=3),
    "const": VALUES,
    "minimum": NUMBERS,
    "maximum": NUMBERS,
    "exclusiveMinimum": NUMBERS,
    "exclusiveMaximum": NUMBERS,
    # Of 3, that package would look at the bits of 1e300, and not at the number.
    "multipleOf": st.sampled_from([1, 2, 4, 0.5]),
    "minLength": SIZES,
    "maxLength": SIZES,
    "minItems": SIZES,
    "maxItems": SIZES,
    "minProperties": SIZES,
    "maxProperties": SIZES,
    "uniqueItems": st.booleans(),
    "pattern": PATTERNS,
    "required": st.lists(NAMES, max_size=2, unique=True),
    "dependentRequired": st.dictionaries(
        NAMES, st.lists(NAMES, max_size=2, unique=True), max_size=2
    ),
    "format": st.sampled_from(["date", "uuid", "unheard-of"]),
}


def _with_parts(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    by_name = st.dictionaries(NAMES, inner, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional=ALONE
        | {
            "allOf": several,
            "anyOf": several,
            "oneOf": several,
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "properties": by_name,
            "patternProperties": st.dictionaries(PATTERNS, inner, max_size=2),
            "additionalProperties": inner,
            "propertyNames": inner,
            "dependentSchemas": by_name,
            "prefixItems": several,
            "items": inner,
            "contains": inner,
            "minContains": SIZES,
            "maxContains": SIZES,
        },
    )


SCHEMAS = st.recursive(
    st.booleans() | st.fixed_dictionaries({}, optional=ALONE), _with_parts, max_leaves=6
)


def problems(schema: Any, value: Any) -> list[str]:
    root, targets = usable(schema)
    return [str(problem) for problem in JsonCheck(root, targets).problems(value)]


def judge(schema: Any) -> Any:
    dialect = Draft7Validator if "draft-07" in str(schema.get("$schema")) else Draft202012Validator
    dialect.check_schema(schema)
    return dialect(schema, format_checker=FormatChecker(["date", "uuid"]))


@settings(max_examples=examples(2_000))
@given(SCHEMAS, st.lists(VALUES, min_size=1, max_size=6))
def test_the_same_values_fit(schema: Any, values: list[Any]) -> None:
    whole = {"type": "object", "properties": {"value": schema}}
    for value in values:
        assert (not problems(whole, {"value": value})) == judge(whole).is_valid({"value": value})


@pytest.mark.parametrize(
    ("text", "of", "fits"),
    [
        ("0.3", 0.1, True),
        ("0.35", 0.1, False),
        ("19.99", 0.01, True),
        ("3e300", 3, True),
        ("1e300", 3, False),
        ("1e300", 1e-5, True),
        ("6", 3, True),
        ("7.0", 3, False),
        ("-9", 3, True),
    ],
)
def test_a_multiple_is_one_of_the_numbers_as_they_are_written(
    text: str, of: float, *, fits: bool
) -> None:
    assert (not problems({"type": "number", "multipleOf": of}, json.loads(text))) is fits


@settings(max_examples=examples(1_000))
@given(
    st.recursive(
        st.fixed_dictionaries(
            {}, optional={n: ALONE[n] for n in ALONE if n != "dependentRequired"}
        ),
        lambda inner: st.fixed_dictionaries(
            {},
            optional={
                "required": ALONE["required"],
                "properties": st.dictionaries(NAMES, inner, max_size=3),
                "items": inner,
            },
        ),
        max_leaves=6,
    ),
    VALUES,
)
def test_the_same_places_are_wrong(schema: Any, value: Any) -> None:
    whole = {"type": "object", "properties": {"value": schema}}
    root, targets = usable(whole)
    found = {problem.path for problem in JsonCheck(root, targets).problems({"value": value})}
    wanted = set()
    for error in judge(whole).iter_errors({"value": value}):
        missing = error.validator == "required"
        names = [n for n in error.validator_value if n not in error.instance] if missing else []
        wanted |= {path_text([*error.absolute_path, name]) for name in names}
        wanted |= set() if missing else {path_text(error.absolute_path)}

    assert found == wanted


# --- what chance does not find -------------------------------------------------------------------

REFERENCES = {
    "$defs": {
        "a/b": {"type": "integer"},
        "tree": {"properties": {"left": {"$ref": "#/$defs/tree"}, "n": {"$ref": "#/$defs/a~1b"}}},
        "named": {"$anchor": "word", "type": "string"},
    },
    "properties": {
        "tree": {"$ref": "#/$defs/tree"},
        "word": {"$ref": "#word", "maxLength": 3},
        "self": {"$ref": "#"},
        "odd": {"$ref": "#/somewhere/else"},
    },
    "somewhere": {"else": {"items": {"$ref": "#/$defs/a~1b"}}},
    "required": ["tree"],
}
OLD = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "definitions": {"n": {"type": "integer"}},
    "properties": {
        "pair": {
            "items": [{"type": "string"}, {"$ref": "#/definitions/n"}],
            "additionalItems": False,
        },
        "n": {"$ref": "#/definitions/n", "maximum": 3},  # which counts for nothing there
    },
    "dependencies": {"a": ["b"], "c": {"required": ["d"]}},
}


@pytest.mark.parametrize(
    ("schema", "value", "wrong"),
    [
        (REFERENCES, {"tree": {"left": {"n": 1}}, "word": "abc", "self": {"tree": {}}}, []),
        (REFERENCES, {"tree": {"left": {"n": "1"}}}, ["tree.left.n"]),
        (REFERENCES, {"tree": {}, "word": "abcd"}, ["word"]),
        (REFERENCES, {"tree": {}, "self": {"self": {}}}, ["self.tree", "self.self.tree"]),
        (REFERENCES, {"tree": {}, "odd": [1, "2"]}, ["odd[1]"]),
        (OLD, {"pair": ["a", 1], "n": 5, "a": 1, "b": 2, "c": 1, "d": 2}, []),
        (OLD, {"pair": ["a", 1, 2], "n": "5"}, ["pair[2]", "n"]),
        (OLD, {"a": 1, "c": 1}, ["b", "d"]),
        ({"properties": {"t": {"format": "time"}}}, {"t": "10:20:30.1234567Z"}, []),
        ({"properties": {"t": {"format": "time"}}}, {"t": "10:20"}, ["t"]),
        ({"properties": {"t": {"format": "date-time"}}}, {"t": "2026-08-01T10:20:30+02:00"}, []),
        ({"properties": {"t": {"format": "date-time"}}}, {"t": "2026-08-01"}, ["t"]),
        ({"properties": {"t": {"format": "date-time"}}}, {"t": "2026-02-30T10:20:30Z"}, ["t"]),
        ({"properties": {"t": {"format": "date-time"}}}, {"t": "2026-02-03T25:20:30Z"}, ["t"]),
        ({"required": ["x"], "multipleOf": 0.1}, {"x": 0.3}, []),
        ({"properties": {"x": {"multipleOf": 0.1}}}, {"x": 0.3}, []),
    ],
)
def test_references_old_dialects_and_formats(schema: Any, value: Any, wrong: list[str]) -> None:
    root, targets = usable(schema)
    found = JsonCheck(root, targets).problems(value)

    assert sorted(problem.path for problem in found) == sorted(wrong)
    if "format" not in json.dumps(schema) and "multipleOf" not in json.dumps(schema):
        assert judge(schema).is_valid(value) == (not wrong)


def test_of_several_schemas_the_nearest_is_told() -> None:
    cat = {"properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}}
    dog = {"type": "object", "required": ["kind", "breed", "age"]}
    schema = {"type": "object", "properties": {"pet": {"anyOf": [{"type": "null"}, dog, cat]}}}

    assert problems(schema, {"pet": {"kind": "cat", "lives": "9"}}) == [
        "pet.lives: Input should be an integer"
    ]
    assert problems(schema, {"pet": None}) == []


def test_what_is_wrong_is_said_in_words() -> None:
    schema = {
        "properties": {
            "a": {"type": ["string", "null"], "minLength": 2},
            "b": {"enum": ["x", 1]},
            "c": {"minItems": 1, "uniqueItems": True},
            "d": {"pattern": "^x", "exclusiveMinimum": 3},
        },
        "required": ["e"],
        "additionalProperties": False,
    }
    value = {"a": 1, "b": True, "c": [], "d": "y", "f": 1}

    assert problems(schema, value) == [
        "e: Field required",
        "a: Input should be a string or null",
        'b: Input should be "x" or 1',
        "c: Input should have at least 1 item, not 0",
        "d: Input should match the pattern '^x'",
        "f: Extra inputs are not permitted",
    ]
    assert "more than 3" in problems(schema, {"e": 1, "d": 3})[0]


def test_names_of_members_hide_nothing() -> None:
    schema = {"additionalProperties": {"type": "string"}, "type": "object"}

    assert problems(schema, {"a\u202eb\n": 1, "x" * 100: 2}) == [
        '["a\\u202eb\\n"]: Input should be a string',
        f'["{"x" * 39}…"]: Input should be a string',
    ]


def test_a_schema_that_doubles_at_each_level_ends() -> None:
    """2 ** 60 looks, were each place looked at again."""
    definitions: dict[str, Any] = {"0": {"type": "string"}}
    for level in range(1, 60):
        below = {"$ref": f"#/$defs/{level - 1}"}
        definitions[str(level)] = {"anyOf": [below, {"allOf": [below, below]}]}
    schema = {"$defs": definitions, "properties": {"a": {"$ref": "#/$defs/59"}}}

    assert problems(schema, {"a": 1}) == ["a: Input should be a string"]


def deep(levels: int) -> str:
    return '{"a":' * levels + "{}" + "}" * levels


@pytest.mark.parametrize("levels", [50, 150, 200, 240, 400, 900, 10_000])
def test_however_deep_an_answer_is_it_is_a_value_or_none(levels: int) -> None:
    wanted = ValueType.of({"type": "object", "properties": {"a": {"$ref": "#"}}})

    for feed in (wanted.read, wanted.growing().feed):
        with suppress(InvalidValue):
            feed(deep(levels))


def test_the_same_problem_is_found_once_however_often_a_schema_asks() -> None:
    """Without that there are 2 ** 40 of them."""
    parts = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}
    schema = {"$defs": parts | {"d40": {"type": "integer"}}, "allOf": [{"$ref": "#/$defs/d0"}]}

    assert problems(schema, "a") == ["Input should be an integer"]


def test_so_many_problems_are_enough() -> None:
    schema = {"type": "array", "items": {"type": "string"}}

    assert len(problems(schema, [1] * 3 * MOST_KEPT)) == MOST_KEPT


def test_a_large_enum_is_read_once_and_named_in_part() -> None:
    class Counted(list[int]):
        reads = 0

        def __iter__(self) -> Any:
            type(self).reads += 1
            return super().__iter__()

    root, targets = usable({"items": {"enum": [*range(5000)]}})
    root["items"]["enum"] = Counted(root["items"]["enum"])
    found = JsonCheck(root, targets).problems([1] * 50 + [-1])

    assert Counted.reads == 1
    assert str(found[0]).endswith("or 19 or 4,980 more")


def test_a_schema_has_not_any_number_of_patterns() -> None:
    with pytest.raises(BadOption, match="501 different patterns"):
        usable({"patternProperties": {f"^a{n}": True for n in range(MOST_PATTERNS + 1)}})


def test_a_message_of_a_large_value_is_made_from_its_beginning() -> None:
    class Counted(str):
        def split(self, *how: Any) -> list[str]:
            raise AssertionError("the whole was read")

        def __getitem__(self, key: Any) -> str:
            return str(self)[key]

    assert message_text(Counted("a " * 10**6)).startswith("a a a")
