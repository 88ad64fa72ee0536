"""Sixty things that `schema=` takes, each with an answer that fits and one that does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Optional

from pydantic import Field

from tests.values import asked_types as t


@dataclass(frozen=True, slots=True)
class Sample:
    """One `schema=`, and JSON texts as a model that is asked for it answers.

    The root is an object, as it is in what a model is sent: what is none is its one member.
    """

    schema: Any
    valid: str
    invalid: str
    path: str  # where the invalid one is wrong, as an InvalidAnswer names it


PERSON = {
    "title": "Person",
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
PARTS = {
    "$defs": {
        "Part": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 1},
                "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}},
            },
            "required": ["name", "parts"],
        }
    },
    "$ref": "#/$defs/Part",
}
ORDER = {
    "type": "object",
    "properties": {
        "status": {"enum": ["open", "paid", "sent"]},
        "currency": {"const": "EUR"},
        "rows": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "sku": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$"},
                    "count": {"type": "integer", "exclusiveMinimum": 0},
                },
                "required": ["sku"],
            },
        },
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["status", "currency", "rows"],
}
VEHICLE = {
    "type": "object",
    "properties": {
        "vehicle": {
            "oneOf": [
                {
                    "type": "object",
                    "properties": {"wheels": {"type": "integer"}},
                    "required": ["wheels"],
                },
                {
                    "type": "object",
                    "properties": {"wings": {"type": "integer"}},
                    "required": ["wings"],
                },
            ]
        }
    },
    "required": ["vehicle"],
}
DATED = {
    "type": "object",
    "properties": {"day": {"type": "string", "format": "date"}, "by": {"type": ["string", "null"]}},
    "required": ["day", "by"],
}

MODELS = {
    "model": Sample(
        t.Person, '{"name": "Ada", "age": 36}', '{"name": "Ada", "age": "many"}', "age"
    ),
    "labels": Sample(
        t.Review,
        '{"mood": "positive", "score": 0.9, "is_spam": false}',
        '{"mood": "angry", "score": 0.9, "is_spam": false}',
        "mood",
    ),
    "pattern": Sample(
        t.Address,
        '{"street": "Main St 1", "city": "Bonn", "postcode": "53111"}',
        '{"street": "Main St 1", "city": "Bonn", "postcode": "D-53"}',
        "postcode",
    ),
    "nested": Sample(
        t.Company,
        '{"name": "Acme", "address": {"street": "A 1", "city": "B", "postcode": "12345"},'
        ' "people": [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 41}]}',
        '{"name": "Acme", "address": {"street": "A 1", "city": "B", "postcode": "12345"},'
        ' "people": [{"name": "Ada", "age": 36}, {"name": "Bob"}]}',
        "people[1].age",
    ),
    "deep": Sample(
        t.City,
        '{"streets": [{"houses": [{"floors": {"ground": {"rooms": [{"number": 7}]}}}]}]}',
        '{"streets": [{"houses": [{"floors": {"ground": {"rooms": [{"number": "x"}]}}}]}]}',
        "streets[0].houses[0].floors.ground.rooms[0].number",
    ),
    "dates": Sample(
        t.Appointment,
        '{"day": "2026-08-01", "at": "09:30:00", "noted": "2026-07-01T12:00:00Z", "lasts": "PT1H"}',
        '{"day": "2026-13-01", "at": "09:30:00", "noted": "2026-07-01T12:00:00Z", "lasts": "PT1H"}',
        "day",
    ),
    "defaults": Sample(
        t.Task,
        '{"title": "Write", "due": null, "tags": ["a", "b"], "priority": 2}',
        '{"title": "Write", "due": null, "tags": ["a", 2], "priority": 2}',
        "tags[1]",
    ),
    "recursive": Sample(
        t.Tree,
        '{"name": "root", "children": [{"name": "leaf", "children": []}]}',
        '{"name": "root", "children": [{"name": "leaf", "children": [{"name": 3}]}]}',
        "children[0].children[0].name",
    ),
    "chain": Sample(
        t.Chain,
        '{"value": 1, "next": {"value": 2, "next": null}}',
        '{"value": 1, "next": {"value": "two", "next": null}}',
        "next.value",
    ),
    "mutually_recursive": Sample(
        t.Add,
        '{"kind": "add", "left": {"kind": "number", "value": 1},'
        ' "right": {"kind": "number", "value": 2.5}}',
        '{"kind": "add", "left": {"kind": "number", "value": 1}}',
        "right",
    ),
    "discriminated": Sample(
        t.Household,
        '{"pet": {"kind": "cat", "lives": 9}}',
        '{"pet": {"kind": "dog", "lives": 9}}',
        "pet.breed",
    ),
    "list_of_union": Sample(
        t.Owner,
        '{"pets": [{"kind": "cat", "lives": 9}, {"kind": "dog", "breed": "pug"}]}',
        '{"pets": [{"kind": "cat", "lives": 9}, {"kind": "cow"}]}',
        "pets[1].kind",
    ),
    "uuid_decimal_url": Sample(
        t.Invoice,
        '{"id": "12345678-1234-5678-1234-567812345678", "total": "19.90",'
        ' "link": "https://example.org/1"}',
        '{"id": "12345678", "total": "19.90", "link": "https://example.org/1"}',
        "id",
    ),
    "described": Sample(
        t.Described, '{"sender": "Ada L.", "wish": "a refund"}', '{"sender": "Ada L."}', "wish"
    ),
    "aliased": Sample(
        t.Aliased, '{"firstName": "Ada", "born-in": 1815}', '{"firstName": "Ada"}', "born-in"
    ),
    "validator": Sample(t.Span, '{"begin": 1, "end": 2}', '{"begin": 2, "end": 1}', ""),
    "field_validator": Sample(t.Shouted, '{"word": "HEY"}', '{"word": "hey"}', "word"),
    "closed": Sample(t.Closed, '{"answer": "a"}', '{"answer": "a", "more": 1}', "more"),
    "open": Sample(t.Open, '{"answer": "a", "more": 1}', '{"more": 1}', "answer"),
    "literals": Sample(
        t.Chosen, '{"size": "M", "wheels": 4}', '{"size": "M", "wheels": 3}', "wheels"
    ),
    "tuple_member": Sample(
        t.Place, '{"name": "Bonn", "at": [50.7, 7.1]}', '{"name": "Bonn", "at": [50.7]}', "at[1]"
    ),
    "sets_and_counts": Sample(
        t.Words,
        '{"different": ["a", "b"], "counted": {"a": 2, "b": 1}}',
        '{"different": ["a", "b"], "counted": {"a": 2, "b": "x"}}',
        "counted.b",
    ),
    "bounded": Sample(
        t.Bounded,
        '{"title": "Good", "stars": 5, "points": [1, 2], "step": 10}',
        '{"title": "Good", "stars": 6, "points": [1, 2], "step": 10}',
        "stars",
    ),
    "root_dict": Sample(t.Scores, '{"ada": 1.5, "bob": 2}', '{"ada": 1.5, "bob": "x"}', "bob"),
    "root_list": Sample(t.Names, '{"items": ["Ada", "Bob"]}', '{"items": ["Ada", 1]}', "[1]"),
    "generic": Sample(
        t.Page[t.Person],
        '{"number": 1, "rows": [{"name": "Ada", "age": 36}]}',
        '{"number": 1, "rows": [{"name": "Ada", "age": null}]}',
        "rows[0].age",
    ),
    "anything_inside": Sample(
        t.Loose, '{"found": [1, "a"], "extra": {"b": null}}', '{"found": 1, "extra": []}', "extra"
    ),
    "empty": Sample(t.Empty, "{}", '"nothing"', ""),
}
OTHER_TYPES = {
    "dataclass": Sample(t.Point, '{"x": 1.5, "y": 2}', '{"y": 2}', "x"),
    "nested_dataclass": Sample(
        t.Path,
        '{"name": "way", "points": [{"x": 1, "y": 2}]}',
        '{"name": "way", "points": [{"x": 1, "y": "up"}]}',
        "points[0].y",
    ),
    "pydantic_dataclass": Sample(t.Mark, '{"grade": 2}', '{"grade": 9}', "grade"),
    "typed_dict": Sample(
        t.Film, '{"title": "M", "year": 1931}', '{"title": "M", "year": "early"}', "year"
    ),
    "not_required": Sample(t.Book, '{"title": "Ulysses"}', '{"author": "Joyce"}', "title"),
    "named_tuple": Sample(t.Colour, '{"value": [255, 0, 16]}', '{"value": [255, 0, "red"]}', "[2]"),
    "str_enum": Sample(t.Mood, '{"value": "neutral"}', '{"value": "angry"}', ""),
    "int_enum": Sample(t.Priority, '{"value": 2}', '{"value": 3}', ""),
    "mixed_enum": Sample(t.Mixed, '{"value": 7}', '{"value": 8}', ""),
    "literal": Sample(Literal["yes", "no"], '{"value": "yes"}', '{"value": "maybe"}', ""),
    "int": Sample(int, '{"value": 42}', '{"value": 4.5}', ""),
    "str": Sample(str, '{"value": "words"}', '{"value": 3}', ""),
    "date": Sample(date, '{"value": "2026-08-01"}', '{"value": "soon"}', ""),
    "list_of_models": Sample(
        list[t.Person],
        '{"items": [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 41}]}',
        '{"items": [{"name": "Ada", "age": 36}, {"name": "Bob", "age": "x"}]}',
        "[1].age",
    ),
    "list_of_str": Sample(list[str], '{"items": ["a", "b"]}', '{"items": ["a", null]}', "[1]"),
    "list_of_lists": Sample(
        list[list[int]], '{"items": [[1, 2], [3]]}', '{"items": [[1, 2], [3, "x"]]}', "[1][1]"
    ),
    "bounded_list": Sample(
        Annotated[list[int], Field(min_length=2, max_length=3)],
        '{"items": [1, 2, 3]}',
        '{"items": [1]}',
        "",
    ),
    "tuple": Sample(tuple[int, str], '{"value": [1, "a"]}', '{"value": ["x", "a"]}', "[0]"),
    "dict_of_models": Sample(
        dict[str, t.Person],
        '{"first": {"name": "Ada", "age": 36}}',
        '{"first": {"name": "Ada", "age": "x"}}',
        "first.age",
    ),
    "plain_dict": Sample(dict, '{"any": ["thing", 1]}', "[1]", ""),
    "optional_model": Sample(
        Optional[t.Person],  # noqa: UP045 - it is written so, too
        '{"value": {"name": "Ada", "age": 36}}',
        '{"value": {"name": "Ada"}}',
        "age",
    ),
    "union_of_models": Sample(
        t.Circle | t.Square, '{"value": {"side": 2}}', '{"value": {"edge": 2}}', "radius"
    ),
    "any_json": Sample(t.Json, '{"value": {"a": [1, null, "x"]}}', "no JSON", ""),
}
JSON_SCHEMAS = {
    "json_schema": Sample(
        PERSON, '{"name": "Ada", "age": 36}', '{"name": "Ada", "age": -1}', "age"
    ),
    "json_schema_list": Sample(
        {"type": "array", "items": PERSON},
        '{"items": [{"name": "Ada", "age": 36}]}',
        '{"items": [{"name": "Ada", "age": 36}, {"name": "Bob"}]}',
        "[1].age",
    ),
    "json_schema_recursive": Sample(
        PARTS,
        '{"name": "car", "parts": [{"name": "wheel", "parts": []}]}',
        '{"name": "car", "parts": [{"name": "", "parts": []}]}',
        "parts[0].name",
    ),
    "json_schema_enums": Sample(
        ORDER,
        '{"status": "paid", "currency": "EUR", "rows": [{"sku": "AB12"}], "note": null}',
        '{"status": "paid", "currency": "EUR", "rows": [{"sku": "ab", "count": 2}], "note": null}',
        "rows[0].sku",
    ),
    "json_schema_one_of": Sample(
        VEHICLE, '{"vehicle": {"wheels": 4}}', '{"vehicle": {"wheels": 4, "wings": 2}}', "vehicle"
    ),
    "json_schema_dates": Sample(
        DATED, '{"day": "2026-08-01", "by": null}', '{"day": "2026-08-01", "by": 5}', "by"
    ),
}
TEXTS = {
    "text": Sample(
        "name, age int, tags list",
        '{"name": "Ada", "age": 36, "tags": ["a", "b"]}',
        '{"name": "Ada", "age": "x", "tags": ["a", "b"]}',
        "age",
    ),
    "text_described": Sample(
        "name, bio: two sentences, year int: of birth",
        '{"name": "Ada", "bio": "She wrote. She counted.", "year": 1815}',
        '{"name": "Ada", "bio": "She wrote. She counted."}',
        "year",
    ),
    "text_list": Sample(
        "list[name, mood happy|sad]",
        '{"items": [{"name": "Ada", "mood": "happy"}]}',
        '{"items": [{"name": "Ada", "mood": "odd"}]}',
        "[0].mood",
    ),
}
SCHEMAS = MODELS | OTHER_TYPES | JSON_SCHEMAS | TEXTS
