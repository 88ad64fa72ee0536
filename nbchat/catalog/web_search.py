"""How a model searches the web: which row says so, and the word that lists show for it.

What the vendors document, read 2026-11-29: developers.openai.com (tools-web-search),
platform.claude.com (web search tool), ai.google.dev (google-search, tool-combination),
platform.kimi.ai (use-web-search: thinking must be off), docs.bigmodel.cn (tools/web-search),
help.aliyun.com/zh/model-studio (web-search; nothing is searched beside tools: nocobase#9012),
cloud.baidu.com/doc/qianfan-docs (Wm8r4sw29), volcengine.com/docs/82379 (Responses alone),
docs.x.ai (Responses alone: `search_parameters` is answered by 410), openrouter.ai/docs
(model-variants/online), console.groq.com/docs/browser-search, xfyun.cn/doc/spark, AWS Nova
(nova_grounding).
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from nbchat.catalog.rows import Model, Provider, Search

FEATURE = "search"


def way_of(model: Model, provider: Provider, wire: str) -> Search | None:
    """How it is told to search over a wire format; None where nobody has said how.

    >>> from nbchat.catalog.catalog import shipped
    >>> kimi = shipped().find("kimi-k2.6")
    >>> way_of(kimi.model, kimi.provider, "openai-chat").echo
    '$web_search'
    """
    way = _ways(model, provider).get(wire)
    return way if way and way.searches else None


def _ways(model: Model, provider: Provider) -> dict[str, Search]:
    if model.search is not None:
        return model.search
    for pattern, family in provider.families.items():
        if family.search is not None and fnmatchcase(model.sent_id, pattern):
            return family.search
    return provider.search


def other_wires(model: Model, provider: Provider, wire: str) -> list[str]:
    """The other formats over which it searches."""
    ways = _ways(model, provider)
    return [other for other, way in ways.items() if other != wire and way.searches]


def with_feature(model: Model, provider: Provider) -> Model:
    """The row with the word for a search among its features, where it has features at all."""
    has_one = way_of(model, provider, model.wire or provider.wire) is not None
    if not model.features or has_one == (FEATURE in model.features):
        return model
    others = tuple(feature for feature in model.features if feature != FEATURE)
    return model.model_copy(update={"features": (*others, FEATURE) if has_one else others})
