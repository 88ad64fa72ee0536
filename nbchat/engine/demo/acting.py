"""What the demo does with the tools that are offered: it looks, asks to run a line, reads.

It decides anew at every request, by the question and by the results that are in the messages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nbchat.engine.demo.acts import Act, Call, Offer, Situation
from nbchat.engine.demo.arguments import arguments_for
from nbchat.engine.demo.code_lines import line_for, lines_for
from nbchat.engine.demo.planning import follow, is_agreed_plan, plan_offer, propose, tools_told
from nbchat.engine.demo.repairs import repair
from nbchat.engine.demo.results import has_failed, has_not_run, is_refused, told
from nbchat.engine.demo.seen_values import Seen, read_seen
from nbchat.engine.demo.sent import read_sent
from nbchat.wire.shapes import items, mapping, string

LOOK, RUN = "look", "run"
NAME_FIELDS = ("name", "variable", "what", "of")  # where `look` may take a name
CODE_FIELDS = ("code", "source", "python")
MOST_LOOKS = 3  # at one name, at all there is, and at another
NO_TOOLS = "To let me act in this notebook, give me tools: `%%chat demo --tools look,run`."
LOOKED = "I looked, and saw nothing that your question names."

_ASKED_TO_ACT = re.compile(
    r"what (?:can you|you can) do (?:with|to)\b"
    r"|(?:^|please |can you |could you |then )(?:run|execute|compute|calculate|plot|draw)\b"
    r"|\buse (?:a |the |your |my )?(?:tool|function)s?\b",
    re.I | re.M,
)
_NAMED = re.compile(
    r"\b(?:with|of|at|in|on|about|explore|describe|plot|draw|use)\s+(?:the |my )?(\w+)", re.I
)
_TICKED = re.compile(r"`([^`\n]+)`")
_FENCED = re.compile(r"^(`{3,})(?:python)?\n(.*?)\n\1$", re.M | re.S)
_RUNS = re.compile(r"\b(?:run|execute)\b", re.I)
_NO_NAMES = {
    "a",
    "an",
    "it",
    "this",
    "that",
    "the",
    "me",
    "you",
    "my",
    "your",
    "all",
    "here",
    "data",
}


@dataclass(slots=True, frozen=True)
class Move:
    """What the demo says, and what it asks for; without calls it is the end of its answer."""

    text: str
    calls: Sequence[Call] = ()


def wants_tools(question: str) -> bool:
    """Whether a question asks for something that only tools can do."""
    return bool(_ASKED_TO_ACT.search(read_sent(question).typed))


def next_move(now: Situation) -> Move | None:
    """What to do at this request; None where the question is none for tools."""
    if not now.offers:
        return None
    now = replace(now, offers=[*now.offers, *tools_told(now.offers)])
    return _go_on(now) if now.acts else _begin(now)


# --- the first move ------------------------------------------------------------------------------


def _begin(now: Situation) -> Move | None:
    asked = _asked_code(now.question)
    if asked and now.offer(RUN):
        said, code = asked
        call = _run(now, code)
        return _planned(now, [call]) or Move(said, [call])
    if calls := _named_calls(now):
        return _planned(now, calls) or Move("", calls)
    look = now.offer(LOOK)
    name = _guessed_name(now.question)
    if look and (name or wants_tools(now.question)):
        return Move(f"I look at {f'`{name}`' if name else 'what is here'}.", [_look(look, name)])
    if now.offer(RUN) and name:
        return Move(f"I cannot look, so I ask to run `{name}`.", [_run(now, name)])
    return _must_call(now)


def _asked_code(question: str) -> tuple[str, str] | None:
    """Words, and code that the question has: a repaired cell, or what it says should be run."""
    if mended := _repaired(question):
        said, block = mended
        fenced = _FENCED.match(block)
        return (said, fenced[2]) if fenced else None
    typed = read_sent(question).typed
    if not _RUNS.search(typed):
        return None
    if fenced := _FENCED.search(question):
        return "", fenced[2]
    ticked = _TICKED.search(typed)
    return ("", ticked[1]) if ticked else None


def _repaired(question: str) -> tuple[str, str] | None:
    """What to say of a fault, and the cell without it, in its fence."""
    mended = repair(question)
    fenced = _FENCED.search(mended)
    return (mended[: fenced.start()].strip(), fenced[0]) if fenced else None


def _named_calls(now: Situation) -> list[Call]:
    """A call of each tool that the question is about, but for those that act on the notebook."""
    typed = read_sent(now.question).typed
    own = [
        one for one in now.offers if one.name not in (LOOK, RUN) and one != plan_offer(now.offers)
    ]
    return [
        Call(one.name, arguments_for(one.parameters, typed, one.name))
        for one in own
        if _is_about(one.name, typed)
    ]


def _is_about(tool: str, typed: str) -> bool:
    """Whether the question has a tool's name, or each longer word of it."""
    if re.search(rf"(?<!\w){re.escape(tool)}(?!\w)", typed):
        return True
    words = [word for word in re.findall(r"[a-z]+|[A-Z][a-z]*", tool) if len(word) > 3]
    said = {word.lower() for word in re.findall(r"[A-Za-z]+", typed)}
    return bool(words) and {word.lower() for word in words} <= said


def _must_call(now: Situation) -> Move | None:
    """A call of the tool that the request insists on."""
    if not now.must_call:
        return None
    offer = now.offer(now.must_call) or now.offers[0]
    return Move("", [Call(offer.name, arguments_for(offer.parameters, now.question, offer.name))])


def _guessed_name(question: str) -> str:
    """The variable that the question seems to be about."""
    sent = read_sent(question)
    ticked = [one for one in _TICKED.findall(sent.typed) if one.isidentifier()]
    named = [one for one in _NAMED.findall(sent.typed) if one.lower() not in _NO_NAMES]
    sure = [value.name for value in sent.values] + sent.unchanged + ticked
    return next(iter([*sure, *(one for one in reversed(named) if one.isidentifier())]), "")


# --- behind a result -----------------------------------------------------------------------------


def _go_on(now: Situation) -> Move:
    followed = follow(now.acts)
    if followed is not None:
        return Move(followed.text, followed.calls) if followed.calls else _end(now)
    last = now.acts[-1]
    if last.call.name == LOOK:
        seen = read_seen(last.result, _name_of(last))
        return _use(now, seen) if seen else _look_again(now, last)
    if len(now.acts) == 1 and not now.offer(LOOK) and _is_view(last):
        seen = _run_in_place_of_look(last)
        return _use(now, seen) if seen else _end(now)
    return _end(now)


def _use(now: Situation, seen: Seen) -> Move:
    """Ask to run a line that fits what was seen, or plan some."""
    about = f"`{seen.name}` is {_kind_told(seen)}."
    run = now.offer(RUN)
    if run is None:
        return Move(f"{about} With `run` among my tools I would ask to run a line with it.")
    lines = lines_for(seen, now.question)
    steps = [(line.purpose, _run(now, line.code)) for line in lines]
    if plan := plan_offer(now.offers):
        return Move(f"{about} This is my plan.", [propose(plan, steps)])
    line = line_for(seen, now.question)
    return Move(f"{about} I ask to run a line to {line.purpose}.", [_run(now, line.code)])


def _look_again(now: Situation, last: Act) -> Move:
    """Where a look at a name showed no value: look at all there is, and choose."""
    look = now.offer(LOOK)
    looks = [act for act in now.acts if act.call.name == LOOK]
    if look is None or is_refused(last) or len(looks) >= MOST_LOOKS:
        return _end(now)
    if _name_of(last):
        return Move("I see no such variable, and look at what is here.", [_look(look, "")])
    typed = read_sent(now.question).typed
    words = re.findall(r"\w+", typed)
    listed = set(re.findall(r"\b[A-Za-z_]\w*", last.result))
    tables = re.findall(r"\b([A-Za-z_]\w*)\b[^\n]*\bDataFrame\b", last.result)
    looked_at = {_name_of(act) for act in looks}
    named = [w for w in words if w in listed and len(w) > 1 and w.lower() not in _NO_NAMES]
    found = [one for one in [*named, *tables[:1]] if one not in looked_at]
    if not found:
        return Move(f"{LOOKED}\n\n{told(last)}")
    return Move(f"I look at `{found[0]}`.", [_look(look, found[0])])


def _planned(now: Situation, calls: Sequence[Call]) -> Move | None:
    plan = plan_offer(now.offers)
    if plan is None:
        return None
    return Move("This is my plan.", [propose(plan, [(f"use {one.name}", one) for one in calls])])


def _end(now: Situation) -> Move:
    """A few words on what came of each act but the looking; of a repair the code, too."""
    *before, last = now.acts
    did = [act for act in before if not _is_view(act) and not is_agreed_plan(act)]
    said = [told(act) for act in [*did, last]]
    if mended := _repaired(now.question):
        said.append(mended[1])
    return Move("\n\n".join(said))


def _is_view(act: Act) -> bool:
    """Whether it only looked: with `look`, or by running a name alone."""
    return act.call.name == LOOK or (act.call.name == RUN and bool(_name_of(act)))


def _kind_told(seen: Seen) -> str:
    kind = (
        f"{'an' if seen.kind[:1] in 'AEIOUaeiou' else 'a'} {seen.kind}" if seen.kind else "a value"
    )
    columns = [f"`{one.name}`" for one in seen.columns[:6]]
    more = len(seen.columns) - len(columns)
    names = ", ".join([*columns, *([f"{more} more"] if more else [])])
    return f"{kind}: {names}" if names else kind


def _run_in_place_of_look(act: Act) -> Seen | None:
    """The value that a line which is only its name gave; None where it gave none."""
    if has_not_run(act) or has_failed(act):
        return None
    name = _name_of(act)
    return read_seen(act.result, name) or Seen(name, "", act.result)


# --- the two tools of the notebook ---------------------------------------------------------------


def _look(look: Offer, name: str) -> Call:
    """A look at a variable, or at all of them."""
    field = _text_field(look, NAME_FIELDS)
    arguments = {field: name} if name and field else {}
    return Call(
        look.name, {**_kind_of_look(look, ("value", "variable")), **arguments} if name else {}
    )


def _kind_of_look(look: Offer, wanted: Sequence[str]) -> dict[str, str]:
    """The argument that says what kind of thing to look at, where the tool has one."""
    for field, schema in mapping(look.parameters.get("properties")).items():
        for choice in items(mapping(schema).get("enum")):
            if choice in wanted:
                return {field: choice}
    return {}


def _name_of(act: Act) -> str:
    """What a look was at, or what was run in its place; empty for a look at all there is."""
    given = act.call.arguments
    fields = CODE_FIELDS if act.call.name == RUN else NAME_FIELDS
    values = [string(given[field]) for field in fields if field in given]
    return values[0] if values and values[0].isidentifier() else ""


def _run(now: Situation, code: str) -> Call:
    run = now.offer(RUN)
    field = _text_field(run, CODE_FIELDS) if run else ""
    return Call(RUN, {field or "code": code})


def _text_field(offer: Offer, usual: Sequence[str]) -> str:
    """The name of the argument that takes such a text, by the tool's schema."""
    fields = {
        name: mapping(schema)
        for name, schema in mapping(offer.parameters.get("properties")).items()
        if "enum" not in mapping(schema)
    }
    for name in usual:
        if name in fields:
            return name
    needed = [string(one) for one in items(offer.parameters.get("required"))]
    return next(iter([one for one in needed if one in fields] or fields), "")
