"""What there is to say of a model: whether it was retired, and whether its provider lists it."""

from __future__ import annotations

import re

from nbchat.catalog.catalog import Catalog, Route
from nbchat.catalog.rows import Model
from nbchat.engine.answer_checks import Answered
from nbchat.engine.findings import Finding, fits, unseen, wrong
from nbchat.settings import Settings
from nbchat.wording import did_you_mean, plural

LISTED = "in its list"
MOST_NAMES = 3  # of models that are named
# Whose lists are not of what can be asked: deployments, inference profiles and the like have
# other names there (their own API references, 2026-11).
OTHER_NAMES = ("azure", "azure-deployments", "bedrock", "vertex", "doubao")
ANY_NAME = ("llamacpp",)  # a server with one model, which answers to any name
WITH_A_WAY = ("openrouter", "huggingface")  # a word behind a colon says how it is served
TO_GET_ONE = {
    "ollama": "Get one in a terminal, such as: ollama pull qwen3",
    "lmstudio": "Load one in LM Studio, or in a terminal: lms load",
}
_REGION = re.compile(r"(global|us|eu|apac|us-gov)\.")


def look_at_model(
    settings: Settings, name: str, why: str, route: Route, answered: Answered
) -> Finding:
    """Which model it is and why, and whether it is served any more."""
    model = route.model
    seen = f"{name} ({why}), at {route.provider.name}"
    if model.status == "deprecated" and model.retired_on:
        return fits("model", f"{seen}; it ends on {model.retired_on}")
    if model.status != "retired":
        return fits("model", seen)
    gone, day = f"{name} was retired by {route.provider.name}", model.retired_on
    if answered.models is not None and is_listed(model.sent_id, answered.models):
        since = f"as retired on {day}" if day else "as retired"
        return fits("model", f"{seen}; the table has it {since}, and it is still listed")
    gone = f"{gone} on {day}, as the table has it." if day else f"{gone}, as the table has it."
    return wrong("model", gone, _replacement(settings.catalog, model))


def _replacement(catalog: Catalog, model: Model) -> str:
    others = ", ".join(catalog.elsewhere(model)[:MOST_NAMES])
    still = f"Still served as {others}." + " " if others else ""
    name = catalog.name_of(model.type, model.replacement) if model.replacement else None
    if name:
        return still + f"Its replacement:\n%chat use {name}"
    return still + "Choose another model:\n%chat models"


def look_at_list(route: Route, answered: Answered, *, any_model: bool) -> Finding:
    """Whether the model is among those that are listed."""
    models, provider, model = answered.models, route.provider, route.model
    if models is None:
        return unseen(LISTED)
    if not models:
        seen = f"{provider.name} lists no models."
        if provider.local:
            seen = f"{provider.name} runs, and has no models."
        to_do = TO_GET_ONE.get(
            provider.type, "Check there which models your account or server has."
        )
        return wrong(LISTED, seen, to_do)
    if any_model:
        return fits(LISTED, f"{', '.join(models[:MOST_NAMES])}{_and_more(models)}")
    asked = model.sent_id
    if provider.type in WITH_A_WAY:
        asked = asked.partition(":")[0]
    if is_listed(model.sent_id, models) or is_listed(asked, models):
        return fits(LISTED, f"{model.sent_id} is there")
    seen = f"{model.sent_id} is not among the {plural(len(models), 'model')} that it lists"
    if len(models) == 1:
        seen = f"{model.sent_id} is not the one model that it lists"
    if model.status == "retired":
        return Finding(LISTED, "unknown", f"{seen}, as one that is retired")
    if not answered.is_whole:
        return Finding(LISTED, "unknown", f"{seen} first; there are more")
    if provider.type in OTHER_NAMES:
        return Finding(LISTED, "unknown", f"{seen}, and {provider.name} has other names there")
    if provider.type in ANY_NAME:
        return Finding(LISTED, "unknown", f"{seen}; it answers with {models[0]}, whatever is asked")
    near = did_you_mean(model.sent_id, models).strip()
    its_own = f"Its models:\n%chat models --live {provider.type}"
    return wrong(LISTED, f"{seen}.", f"{near} {its_own}" if near else its_own)


def _and_more(models: list[str]) -> str:
    return f" and {len(models) - MOST_NAMES:,} more" if len(models) > MOST_NAMES else ""


def is_listed(sent_id: str, models: list[str]) -> bool:
    """Whether a list has a model: by its name, or by one that stands for the same.

    >>> is_listed("qwen3", ["qwen3:latest"]), is_listed("gpt-4o", ["gpt-4o-mini"])
    (True, False)
    >>> is_listed("claude-x", ["claude-x-20261101"])
    True
    """
    wanted = _plain(sent_id)
    return any(_is_same(wanted, _plain(model)) for model in models)


def _plain(name: str) -> str:
    name = _REGION.sub("", name.lower(), count=1)
    return name.removesuffix(":latest")


def _is_same(wanted: str, listed: str) -> bool:
    if wanted == listed:
        return True
    dated = re.fullmatch(r"(.+?)(?:-latest|[-@]\d{4,8}|-\d{4}-\d\d-\d\d|-\d{3})", listed)
    asked = re.fullmatch(r"(.+?)-latest", wanted)
    if dated is None:
        return False
    return dated[1] == wanted or (asked is not None and dated[1] == asked[1])
