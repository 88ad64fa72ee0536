"""Which row says how the web is searched, and the word for it in lists of models."""

from __future__ import annotations

import pytest

from nbchat.catalog.catalog import shipped
from nbchat.catalog.model_list import abilities
from nbchat.catalog.rows import Model, ModelProfile, Provider, Search
from nbchat.catalog.web_search import way_of, with_feature
from nbchat.wire.formats import FORMATS

CATALOG = shipped()
OF_PROVIDER, OF_FAMILY, OF_MODEL = (Search(suffix=suffix) for suffix in ("-p", "-f", "-m"))
PROVIDER = Provider(
    type="x",
    name="X",
    search={"openai-chat": OF_PROVIDER},
    families={
        "a*": ModelProfile(thinking=""),  # which says nothing of a search
        "a-*": ModelProfile(search={"openai-chat": OF_FAMILY}),
        "quiet*": ModelProfile(search={}),
        "empty*": ModelProfile(search={"openai-chat": Search()}),
    },
)


def row(name: str, search: dict[str, Search] | None = None) -> Model:
    return Model(id=name, name=name, type="x", search=search, features=("text",))


@pytest.mark.parametrize(
    ("model", "way"),
    [
        (row("b"), OF_PROVIDER),
        (row("a"), OF_PROVIDER),
        (row("a-1"), OF_FAMILY),
        (row("a-1", {"openai-chat": OF_MODEL}), OF_MODEL),
        (row("a-1", {}), None),
        (row("quiet"), None),
        (row("empty"), None),
    ],
)
def test_the_models_row_goes_over_its_familys_and_that_over_the_providers(
    model: Model, way: Search | None
) -> None:
    assert way_of(model, PROVIDER, "openai-chat") == way
    assert way_of(model, PROVIDER, "gemini") is None
    assert ("search" in with_feature(model, PROVIDER).features) == (way is not None)


def test_lists_show_which_models_search() -> None:
    able = {name for name, model in CATALOG.models.items() if "search" in model.features}

    assert {"kimi-k2.6", "claude-sonnet-5-5", "gemini-3.7-flash", "sonar-pro"} <= able
    assert not {"gpt-4.1", "deepseek-flash", "demo", "qwen3"} & able
    assert abilities(CATALOG.models["glm-5.3"]) == ["thinking", "search"]


@pytest.mark.parametrize("provider", CATALOG.providers.values(), ids=CATALOG.providers)
def test_a_way_can_be_used(provider: Provider) -> None:
    profiles = [provider, *provider.families.values()]
    models = [model for model in CATALOG.models.values() if model.type == provider.type]

    for profile in [*profiles, *models]:
        for wire, way in (profile.search or {}).items():
            assert wire in FORMATS
            assert way.searches
            assert not way.echo or (wire == "openai-chat" and way.tool)
            assert not way.always or way == Search(always=True)
