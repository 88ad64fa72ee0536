"""A plan before anything is done: the demo proposes steps, and then does exactly these."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbchat.engine.demo.acts import Act, Call, Offer
from nbchat.engine.demo.results import has_failed, is_refused
from nbchat.wire.shapes import items, mapping, string

TOOL, ARGUMENTS = "tool", "arguments"


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


def follow(acts: Sequence[Act], offer: Offer) -> Followed | None:
    """What comes next by the plan that was proposed; None where none has been yet."""
    places = [at for at, act in enumerate(acts) if act.call.name == offer.name]
    if not places:
        return None
    at = places[-1]
    steps = _steps(acts[at], _steps_field(offer))
    done = acts[at + 1 :]
    if any(is_refused(act) or has_failed(act) for act in acts[at:]) or len(done) >= len(steps):
        return Followed()
    purpose, call = steps[len(done)]
    number = len(done) + 1
    return Followed(f"Step {number} of {len(steps)}: {purpose}." if purpose else "", [call])


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


def _steps(act: Act, field: str) -> list[tuple[str, Call]]:
    """The steps that a call has proposed, as they were proposed."""
    steps = []
    for step in map(mapping, items(act.call.arguments.get(field))):
        given = step.get(ARGUMENTS)
        arguments = json.loads(given) if isinstance(given, str) else mapping(given)
        others = [value for name, value in step.items() if name not in (TOOL, ARGUMENTS)]
        steps.append((next(iter(map(string, others)), ""), Call(string(step.get(TOOL)), arguments)))
    return steps
