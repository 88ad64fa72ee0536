"""A user's own tables go over those that are shipped; what is wrong is said with file and row."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.catalog.catalog import Catalog, shipped
from nbchat.catalog.rows import Model, Provider
from nbchat.catalog.user_tables import read_tables
from nbchat.errors import BadSettings
from nbchat.wire.formats import FORMATS

from ..nightly import examples

CATALOG = shipped()

CORP = {"type": "corp", "base_url": "https://llm.corp.example/v1", "envKeys": ["CORP_API_KEY"]}
MINE = {"id": "corp-1", "type": "corp"}


def over(**tables: Any) -> Catalog:
    return read_tables(tables, "nbchat.toml", FORMATS).over(CATALOG)


def test_a_provider_and_a_model_of_ones_own_need_no_code():
    route = over(providers=[CORP], models=[MINE]).find("corp-1")

    assert (route.wire, route.base_url) == ("openai-chat", "https://llm.corp.example/v1")
    assert (route.provider.name, route.provider.env_keys) == ("corp", ("CORP_API_KEY",))
    assert (route.model.name, route.model.env_key, route.model.status) == (
        "corp-1",
        "CORP_API_KEY",
        "current",
    )


def test_the_documented_shape_is_a_table():
    row = {
        "id": "new",
        "name": "New",
        "type": "kimi",
        "envKey": "KIMI_API_KEY",
        "features": ["text"],
    }
    model = over(models=[{**row, "supportsThinkingMode": True}]).find("new").model

    assert (model.name, model.type, model.supports_thinking_mode) == ("New", "kimi", True)


def test_a_row_that_names_a_model_changes_only_what_it_gives():
    old = CATALOG.models["kimi-k2.6"]
    new = over(
        models=[
            {"id": "kimi-k2.6", "maxOutput": 100, "price": {"input": 9}, "quirks": {"cache": ""}}
        ]
    ).models["kimi-k2.6"]

    assert (new.max_output, new.price and new.price.input, new.quirks.cache) == (100, 9, "")
    assert new.price
    assert old.price
    assert (new.name, new.price.output, new.quirks.reasoning_back) == (
        old.name,
        old.price.output,
        "always",
    )
    assert CATALOG.models["kimi-k2.6"] is old


def test_a_row_that_names_a_provider_changes_only_what_it_gives():
    new = over(
        providers=[
            {"type": "kimi", "baseUrl": "https://api.moonshot.cn/v1", "quirks": {"files": True}}
        ]
    )
    kimi, old = new.providers["kimi"], CATALOG.providers["kimi"]

    assert (kimi.base_url, kimi.quirks.files) == ("https://api.moonshot.cn/v1", True)
    assert (kimi.name, kimi.env_keys, kimi.quirks.cache) == (
        old.name,
        old.env_keys,
        "prompt_cache_key",
    )
    assert new.find("kimi-k2.6").base_url == "https://api.moonshot.cn/v1"


def test_a_new_model_is_asked_like_its_kin():
    model = over(models=[{"id": "kimi-k2.6-0901", "type": "kimi"}]).find("kimi-k2.6-0901").model

    assert (model.thinking, model.refuses, model.supports_thinking_mode) == (
        "kimi-keep",
        ("temperature", "top_p"),
        True,
    )


def test_a_new_name_for_a_model_of_the_table_is_that_model():
    model = (
        over(models=[{"id": "big", "type": "openrouter", "upstream": "moonshotai/kimi-k3.1-pro"}])
        .find("big")
        .model
    )

    assert (model.sent_id, model.context_window, model.name) == (
        "moonshotai/kimi-k3.1-pro",
        1048576,
        "big",
    )


def test_a_model_may_say_that_it_does_not_think():
    model = over(models=[{"id": "kimi-k2.6", "supports_thinking_mode": False}]).models["kimi-k2.6"]

    assert model.thinking == ""


def test_a_model_of_another_provider_with_the_same_id_keeps_both():
    catalog = over(models=[{"id": "gemini-3.8-flash", "type": "vertex", "maxOutput": 10}])

    assert catalog.models["vertex:gemini-3.8-flash"].max_output == 10
    assert catalog.models["gemini-3.8-flash"].type == "gemini"


def test_a_thinking_table_can_be_written_into_the_row():
    model = (
        over(models=[{"id": "m", "type": "openai", "thinking": {"on": {"body": {"think": 1}}}}])
        .find("m")
        .model
    )

    assert over().thinking_fields(model, True)[0].body == {"think": 1}
    assert model.supports_thinking_mode


def test_aliases_are_names_for_anything_that_has_a_route():
    catalog = over(
        aliases={
            "fast": "glm-5.3-flash",
            "local": "ollama:qwen3:8b",
            "kimi-k2-thinking": "kimi-k2.6",
        }
    )

    assert catalog.find("fast").model.id == "glm-5.3-flash"
    assert catalog.find("local").model.id == "qwen3:8b"
    assert catalog.find("kimi-k2-thinking").model.id == "kimi-k2.6"


# what is written -> what is said, after "<what> of nbchat.toml: "
MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"models": [MINE, {"id": "my-model", "contextWindow": "big"}]},
     "models row 2 ('my-model') of nbchat.toml: 'contextWindow' should be an integer, got 'big'."),
    ({"models": [{"id": "m", "context_window": 1.5}]},
     "'context_window' should be an integer, got 1.5."),
    ({"models": [{"id": "m", "maxOutput": 0}]}, "'maxOutput' should be above 0, got 0."),
    ({"models": [{"id": "m", "contxtWindow": 1}]},
     "'contxtWindow' is not a field here. Did you mean 'contextWindow' or 'context_window'?"),
    ({"models": [{"id": "m", "apiKey": "sk-123456"}]},
     "'apiKey' is not a field. Keys stay out of files"),
    ({"models": [{"id": "m", "envKey": "sk-live-0123456789"}]},
     "'envKey' should be the name of an environment variable, such as MY_API_KEY, "
     "got text that is not shown."),
    ({"models": [{"id": "m", "price": {"input": -1}}]},
     "'price.input' should be 0 or more, got -1."),
    ({"models": [{"id": "m", "price": {"input": float("nan")}}]},
     "'price.input' should be a finite number, got nan."),
    ({"models": [{"id": "m", "price": {"currency": "dollars"}}]},
     "'price.currency' should be three letters"),
    ({"models": [{"id": "m", "price": {"outptu": 1}}]},
     "'price.outptu' is not a field here. Did you mean 'output'?"),
    ({"models": [{"id": "m", "price": 3}]}, "'price' should be a table, got 3."),
    ({"models": [{"id": "m", "features": "text"}]}, "'features' should be a list, got 'text'."),
    ({"models": [{"id": "m", "supportsThinkingMode": "perhaps"}]},
     "'supportsThinkingMode' should be true or false, got 'perhaps'."),
    ({"models": [{"id": "m", "status": "dead"}]},
     "'status' should be 'current', 'preview', 'deprecated'"),
    ({"models": [{"id": "m", "wire": "opnai-chat"}]},
     "'wire' should be one of anthropic-messages, bedrock-converse"),
    ({"models": [{"id": "m", "quirks": {"maxTokenField": "x"}}]},
     "'quirks.maxTokenField' is not a field here. Did you mean 'maxTokensField'?"),
    ({"models": [{"id": "m", "type": "openai", "thinking": "togle"}]},
     "'thinking': no thinking table is called 'togle'. Did you mean 'toggle'"),
    ({"models": [{"id": "m", "type": "openai", "thinking": {"lwo": {}}}]},
     "'thinking.lwo' is not a field here. Did you mean 'low'?"),
    ({"models": [{"id": "m", "retiredOn": "soon"}]},
     "'retiredOn' should be a day such as 2026-12-31, got 'soon'."),
    ({"models": [{"id": "two words"}]}, "'id' should be a name without spaces, got 'two words'."),
    ({"models": [{"id": 5}]}, "models row 1 of nbchat.toml: 'id' should be text, got 5."),
    ({"models": [{"name": "Nameless"}]}, "models row 1 of nbchat.toml: needs 'id'."),
    ({"models": [{"id": "kimi-k2.7"}]},
     "needs 'type', the provider that serves it. Did you mean 'kimi-k2.6'"),
    ({"models": [{"id": "m", "type": "opnai"}]},
     "no provider is of type 'opnai'. Did you mean 'openai'?"),
    ({"models": [{"id": "m", "contextWindow": 1, "context_window": 2}]},
     "'context_window' and 'contextWindow' are the same field. Keep one."),
    ({"models": [MINE, MINE]},
     "models row 2 ('corp-1') of nbchat.toml: row 1 has the same 'id'. Keep one."),
    ({"models": ["kimi-k2.6"]},
     "models row 1 of nbchat.toml: should be a table of fields, got 'kimi-k2.6'."),
    ({"models": {"id": "m"}},
     "nbchat.toml: 'models' should be a list of rows ([[models]] in TOML), got a table."),
    ({"modles": []},
     "nbchat.toml: 'modles' is not one of models, providers, aliases. Did you mean 'models'?"),
    ({"providers": [{"type": "corp"}]}, "providers row 1 ('corp') of nbchat.toml: needs 'baseUrl'"),
    ({"providers": [{"type": "my corp", "baseUrl": "https://a/v1"}]},
     "'type' should be a word such as my-provider"),
    ({"providers": [{"type": "corp", "baseUrl": "llm.corp/v1"}]},
     "'baseUrl' should be an address such as https://"),
    ({"providers": [{"type": "corp", "baseUrl": "https://me:pw1234@llm.corp/v1"}]},
     "with no key in it"),
    ({"providers": [{"type": "corp", "baseUrl": "https://a/v1?key=abc"}]},
     "with no key in it, got text that is not"),
    ({"providers": [{**CORP, "headers": {"Authorization": "Bearer abc"}}]},
     "header 'Authorization' would hold a key"),
    ({"providers": [{**CORP, "headers": {"Content-Length": "5"}}]},
     "header 'Content-Length' is the request's own. Leave it out."),
    ({"providers": [{**CORP, "auth": "basic"}]},
     "'auth' should be 'bearer', 'x-api-key', 'api-key'"),
    ({"providers": [{**CORP, "baseUrls": {"gemni": "https://a"}}]},
     "should be one of anthropic-messages"),
    ({"providers": [{**CORP, "modelsUrl": "models"}]},
     "'modelsUrl' should be a path such as /v1/models, or none"),
    ({"providers": [{**CORP, "thinking": "none"}]}, "no thinking table is called 'none'."),
    ({"providers": [CORP, CORP]},
     "providers row 2 ('corp') of nbchat.toml: row 1 has the same 'type'. Keep one."),
    ({"aliases": {"fast": "kimi-k2.66"}},
     "alias 'fast' of nbchat.toml: no model is called 'kimi-k2.66'. Did you mean"),
    ({"aliases": {"fast": 3}}, "alias 'fast' should be the name of a model, got 3."),
    ({"aliases": {"two words": "kimi-k2.6"}}, "alias 'two words' should be a name without spaces."),
    ({"aliases": ["fast"]}, "'aliases' should be a table of names, got a list."),
]  # fmt: skip


@pytest.mark.parametrize(("tables", "said"), MALFORMED)
def test_a_malformed_row_is_named_with_its_file(tables: dict[str, Any], said: str):
    tables = {"providers": [CORP], **tables} if "models" in tables else tables

    with pytest.raises(BadSettings) as caught:
        over(**tables)

    message = str(caught.value)
    assert said in message
    assert "nbchat.toml" in message
    assert len(message.splitlines()) <= 2
    assert not any(
        secret in message for secret in ("sk-", "Bearer", "pw1234", "key=abc", "pydantic")
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from([*Model.model_fields, *Provider.model_fields])


@settings(max_examples=examples(300))
@given(
    st.sampled_from(["models", "providers", "aliases"]),
    st.lists(st.dictionaries(FIELDS, JSON, max_size=4)) | JSON,
)
def test_whatever_a_file_holds_it_is_used_or_refused_in_words(table: str, rows: Any):
    with suppress(BadSettings):
        assert isinstance(over(**{table: rows}), Catalog)
