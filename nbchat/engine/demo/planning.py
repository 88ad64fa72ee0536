"""A plan before anything is done: the demo proposes steps, and then does exactly these."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbchat.engine.demo.acts import Act, Call, Offer
from nbchat.engine.demo.results import has_failed, has_not_run
from nbchat.wire.shapes import items, mapping, string

TOOL, ARGUMENTS = "tool", "arguments"

_AGREED = re.compile(r"\b(?:agreed|approved)\b", re.I)


@dataclass(slots=True, frozen=True)
class Followed:
    """The next step of a plan; no calls where all are done, or one has gone wrong."""

    text: str = ""
    calls: Sequence[Call] = ()


def plan_offer(offers: Sequence[Offer]) -> Offer | None:
    """The tool that takes a plan: a list of steps, each of which names a tool."""
    return next((offer for offer in offers if _steps_field(offer)), None)


def propose(offer: Offer, steps: Sequence[tuple[str, Call]]) -> Call:
    """The call that proposes these: each a purpose and what would run."""
    field = _steps_field(offer)
    form = _step_form(offer, field)
    return Call(offer.name, {field: [_step(form, purpose, call) for purpose, call in steps]})


def tools_told(offers: Sequence[Offer]) -> list[Offer]:
    """The tools that steps may name, as the tool for plans describes them: a name, a schema."""
    plan = plan_offer(offers)
    if plan is None:
        return []
    form = _step_form(plan, _steps_field(plan))
    names = [string(name) for name in items(mapping(form.get(TOOL)).get("enum"))]
    declared = {offer.name for offer in offers}
    return [
        Offer(name, _schema_told(plan.description, name)) for name in names if name not in declared
    ]


def _schema_told(description: str, name: str) -> Mapping[str, Any]:
    """The schema behind a tool's name in a description, on a line of its own."""
    _, _, behind = description.partition(f"\n{name}: ")
    lines = behind.split("\n\n")[0].split("\n")
    for line in lines:
        if line.startswith("{"):
            try:
                return mapping(json.loads(line))
            except ValueError:
                break
    return {}


def follow(acts: Sequence[Act]) -> Followed | None:
    """What comes next by the plan that was proposed; None where none has been yet."""
    plans = [(at, steps) for at, act in enumerate(acts) if (steps := _steps(act))]
    if not plans:
        return None
    at, steps = plans[-1]
    done = acts[at + 1 :]
    has_ended = any(has_not_run(act) or has_failed(act) for act in done)
    if has_ended or not is_agreed_plan(acts[at]) or len(done) >= len(steps):
        return Followed()
    purpose, call = steps[len(done)]
    number = len(done) + 1
    return Followed(f"Step {number} of {len(steps)}: {purpose}." if purpose else "", [call])


def is_agreed_plan(act: Act) -> bool:
    """Whether it has proposed a plan, and a person has agreed."""
    return bool(_steps(act)) and not has_not_run(act) and bool(_AGREED.search(act.result))


def _steps_field(offer: Offer) -> str:
    for name, schema in mapping(offer.parameters.get("properties")).items():
        if TOOL in mapping(_item(offer, schema).get("properties")):
            return name
    return ""


def _step_form(offer: Offer, field: str) -> Mapping[str, Any]:
    schema = mapping(offer.parameters.get("properties")).get(field)
    return mapping(_item(offer, schema).get("properties"))


def _item(offer: Offer, schema: Any) -> Mapping[str, Any]:
    """What a list holds; a schema may say it in its definitions."""
    held = mapping(mapping(schema).get("items"))
    name = string(held.get("$ref")).rpartition("/")[2]
    return mapping(mapping(offer.parameters.get("$defs")).get(name)) if name else held


def _step(form: Mapping[str, Any], purpose: str, call: Call) -> dict[str, Any]:
    step: dict[str, Any] = {}
    for name, schema in form.items():
        if name == TOOL:
            step[name] = call.name
        elif name == ARGUMENTS:
            is_text = mapping(schema).get("type") == "string"
            step[name] = json.dumps(call.arguments) if is_text else dict(call.arguments)
        elif mapping(schema).get("type", "string") == "string":
            step[name] = purpose
    return step


def _steps(act: Act) -> list[tuple[str, Call]]:
    """The steps that a call has proposed, as they were proposed; none of any other call."""
    lists = [value for value in act.call.arguments.values() if isinstance(value, list)]
    proposed = [mapping(one) for value in lists for one in value if TOOL in mapping(one)]
    return [(_purpose(step), Call(string(step[TOOL]), _arguments(step))) for step in proposed]


def _purpose(step: Mapping[str, Any]) -> str:
    said = [value for name, value in step.items() if name not in (TOOL, ARGUMENTS)]
    return string(said[0]) if said else ""


def _arguments(step: Mapping[str, Any]) -> Mapping[str, Any]:
    given = step.get(ARGUMENTS)
    return mapping(json.loads(given)) if isinstance(given, str) else mapping(given)
