"""The rows of both tables are whole, and say nothing that is not understood."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from nbchat.catalog.catalog import shipped
from nbchat.catalog.rows import Model, Provider, Quirks, ThinkingFields, ThinkingTable
from nbchat.hosts import host_of
from nbchat.wire.contract import load_dialect
from nbchat.wire.formats import FORMATS

FOLDER = Path(__file__).parents[2] / "nbchat" / "catalog"
CATALOG = shipped()
MODELS = list(CATALOG.models.values())
PROVIDERS = list(CATALOG.providers.values())


def test_no_id_type_or_table_is_there_twice():
    """A JSON object would silently keep the last one."""
    models = json.loads((FOLDER / "models.json").read_text("utf-8"))["models"]
    providers = json.loads((FOLDER / "providers.json").read_text("utf-8"))["providers"]

    assert len(models) == len(MODELS) == len({m["id"] for m in models})
    assert len(providers) == len(PROVIDERS) == len({p["type"] for p in providers})
    assert len(MODELS) >= 170


def test_a_model_is_one_line_in_the_documented_shape():
    for line in (FOLDER / "models.json").read_text("utf-8").splitlines()[1:-1]:
        row = json.loads(line.rstrip(","))

        assert list(row)[:6] == ["id", "name", "type", "envKey", "features", "supportsThinkingMode"]


@pytest.mark.parametrize("kind", [Model, Provider, Quirks, ThinkingTable, ThinkingFields])
def test_an_unknown_field_is_refused(kind: type):
    given = {"id": "x", "name": "X", "type": "x"} if kind is Model else {"name": "X", "type": "x"}

    with pytest.raises(ValidationError, match="not permitted"):
        kind(**(given if kind in (Model, Provider) else {}), supportsThinkingMod=True)


@pytest.mark.parametrize("wire", FORMATS)
def test_every_file_among_the_formats_speaks_one(wire: str):
    spoken = load_dialect(wire)

    assert spoken.FRAMING in ("sse", "ndjson", "eventstream")
    assert callable(spoken.render)
    assert spoken.Reader().ended is False


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_a_model_row_is_whole(model: Model):
    provider = CATALOG.providers[model.type]
    route = CATALOG.find(model.id)

    assert route.model is model
    assert route.wire in FORMATS
    assert CATALOG.find(f"{model.type}:{model.sent_id}").model is model
    assert model.env_key == next(iter(provider.env_keys), "")
    assert model.features[0] == "text"
    assert ("thinking" in model.features) == model.supports_thinking_mode == bool(model.thinking)
    assert not model.thinking or model.thinking in CATALOG.thinking
    assert set(model.refuses) <= {"temperature", "top_p", "tools"}
    assert model.source
    if model.max_output and model.context_window:
        assert model.max_output <= model.context_window
    if model.price:
        assert model.price.currency in ("USD", "CNY")
        assert model.price.input is not None
        assert model.price.output is not None
    if model.status == "retired":
        assert model.replacement or model.note
    if model.replacement:
        assert CATALOG.models[model.replacement].status in ("current", "preview")
        assert CATALOG.models[model.replacement].type == model.type


@pytest.mark.parametrize("provider", PROVIDERS, ids=[provider.type for provider in PROVIDERS])
def test_a_provider_row_is_whole(provider: Provider):
    urls = [provider.base_url, *provider.base_urls.values(), *provider.regions.values()]

    assert provider.source
    assert not provider.thinking or provider.thinking in CATALOG.thinking
    assert all(f.thinking in ("", *CATALOG.thinking) for f in provider.families.values())
    assert not any(url.endswith("/") for url in urls)
    assert {*provider.auth_by_key, *provider.host_by_key} <= set(provider.env_keys)
    assert set(provider.host_by_key.values()) <= set(provider.hosts)
    if provider.type != "demo":
        parts = {
            "location": "us-east1",
            "project": "p",
            "region": "us-east-1",
            "endpoint": "https://r.openai.azure.com",
        }
        hosts = [host_of(url.format(**parts)) for url in urls]
        assert all(provider.trusts(host) for host in hosts)
    if provider.default_model:
        model = CATALOG.find(f"{provider.type}:{provider.default_model}").model
        assert model.status != "retired"
        assert model.type == provider.type
