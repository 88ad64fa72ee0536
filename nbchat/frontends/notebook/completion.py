"""Tab on a `%%chat` line completes model names and options, on a `%chat` line the commands."""

from __future__ import annotations

from typing import Any

from IPython.core.completer import CompletionContext, SimpleCompletion, context_matcher

from nbchat.frontends.notebook.arguments import OPTIONS


@context_matcher()  # type: ignore[untyped-decorator]
def complete(context: CompletionContext) -> Any:
    """Completions for the word under the cursor, where the line is ours."""
    line = context.full_text.split("\n", 1)[0]
    words = context.line_with_cursor[: context.cursor_position].split(" ")
    found: list[SimpleCompletion] = []
    if context.cursor_line == 0 and len(words) > 1:
        if line.startswith("%%chat"):
            found = _starting(
                words[-1], [("option", o) for o in OPTIONS] + [("model", m) for m in _models()]
            )
        elif line.startswith("%chat "):
            found = _command(words)
    return {"completions": found, "suppress": bool(found)}


def _command(words: list[str]) -> list[SimpleCompletion]:
    from nbchat.frontends.notebook.commands.table import commands

    if len(words) == 2:
        return _starting(words[-1], [("command", c) for c in commands()])
    return (
        _starting(words[-1], [("model", m) for m in _models()])
        if words[1] in ("use", "models")
        else []
    )


def _models() -> list[str]:
    from nbchat import runtime

    catalog = runtime.current().usable_settings().catalog
    return [*catalog.aliases, *catalog.models]


def _starting(word: str, known: list[tuple[str, str]]) -> list[SimpleCompletion]:
    return [SimpleCompletion(text=name, type=kind) for kind, name in known if name.startswith(word)]
