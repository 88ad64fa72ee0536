"""Write anew what the READMEs and CONTRIBUTING take from the code: `python -m tests.refresh_pages`.

Each such part stands between `<!-- NAME -->` and `<!-- /NAME -->`.
"""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path

from nbchat.catalog.catalog import shipped
from nbchat.catalog.rows import Provider

from .benchmarks.peers.page import peers
from .readme_in_chinese import in_chinese
from .test_layers import LAYERS, UPWARD

ROOT = Path(__file__).parents[1]
NIGHTLY_SIZE = re.compile(r"^([A-Z_]+) = .*\bsize\(([\d_]+), nightly=([\d_]+)\)", re.MULTILINE)
FIRST = (
    "kimi",
    "glm",
    "openai",
    "anthropic",
    "gemini",
    "deepseek",
    "qwen",
    "ernie",
    "hunyuan",
    "openrouter",
    "ollama",
)


def alive() -> dict[str, Provider]:
    """The providers that can be asked: not the demo, and none that has shut down."""
    return {
        kind: provider
        for kind, provider in shipped().providers.items()
        if kind != "demo" and not provider.retired
    }


def counts() -> dict[str, int]:
    """How many there are of what the pages count."""
    models = [model for model in shipped().models.values() if model.type in alive()]
    return {
        "providers": len(alive()),
        "models": len(models),
        "retired": sum(model.status == "retired" for model in models),
    }


def providers() -> str:
    """Who is spoken to, where each key is read from, and how a model of theirs is asked."""
    first = [_provider(alive()[kind]) for kind in FIRST]
    more = [_provider(provider) for kind, provider in alive().items() if kind not in FIRST]
    count = counts()
    total = (
        f"{count['providers']} providers and {count['models']} models are in the table, "
        f"{count['retired']} of these retired by their vendors:"
    )
    head = ["| provider | key in | for example |", "|---|---|---|"]
    unfolded = [
        f"<details><summary>and {len(more)} more</summary>",
        "",
        *head,
        *more,
        "",
        "</details>",
    ]
    return "\n".join([total, "", *head, *first, "", *unfolded])


def _provider(provider: Provider) -> str:
    model = provider.default_model
    known = shipped().models.get(model)
    name = model if known and known.type == provider.type else f"{provider.type}:{model or 'MODEL'}"
    keys = " or ".join(f"`{variable}`" for variable in provider.env_keys[:2])
    return (
        f"| {provider.name} | {keys if provider.key_needed else 'none needed'} | `%%chat {name}` |"
    )


def retired() -> str:
    """What happens with the model of the first examples now that its vendor has retired it."""
    model = shipped().models["kimi-k2-thinking"]
    hosts = ",\n".join(f"`{name}`" for name in shipped().elsewhere(model))
    return f"""\
`{model.id}` was retired by its vendor on {model.retired_on}. nbchat never swaps a model silently: \
it asks the
one you name, and when the provider refuses, the error names the replacement, \
`{model.replacement}`, and who
still serves it: {hosts}."""


def nightly() -> str:
    """What tries more often with NBCHAT_NIGHTLY=1."""
    rows = ["| file | what | usual | nightly |", "|---|---|---|---|"]
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, usual, often in NIGHTLY_SIZE.findall(path.read_text("utf-8")):
            what = name.lower().replace("_", " ")
            file = path.relative_to(ROOT).as_posix()
            rows.append(f"| `{file}` | {what} | {int(usual):,} | {int(often):,} |")
    return "\n".join(rows)


def tree() -> str:
    """The package, each part with the first line of its docstring."""
    package = ROOT / "nbchat"
    files = sorted(path for path in package.glob("*.py"))
    folders = sorted(path.parent for path in package.glob("*/__init__.py"))
    rows = [(path.name, _about(path), []) for path in files]
    rows += [(f"{path.name}/", _about(path / "__init__.py"), _inside(path)) for path in folders]
    width = max(len(name) for name, _, _ in rows)
    lines = ["```", "nbchat/"]
    for name, about, inside in rows:
        lines.append(f"  {name:{width}}  {about}")
        lines += [f"  {'':{width}}    {names}" for names in inside]
    return "\n".join([*lines, "```"])


def _inside(folder: Path) -> list[str]:
    """The files of a room, and those of the folders in it, each folder on lines of its own."""
    names = [path.stem for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]
    lines = textwrap.wrap(" ".join(names), 80)
    for inner in sorted(path.parent for path in folder.glob("*/__init__.py")):
        first, *more = _inside(inner)
        lines.append(f"{inner.name}/  {first}")
        lines += [f"{'':{len(inner.name) + 3}}{line}" for line in more]
    return lines


def layers() -> str:
    """What may import what: each line from the lines above it, and who else looks up."""
    upward = [f"{module} -> {above}" for module, above in UPWARD.items()]
    drawn = ["  ".join(parts) for parts in LAYERS]
    return "\n".join(["```", *drawn, "", "upward:", *upward, "```"])


def _about(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    first = text.split("\n\n")[0].replace("\n", " ")
    return re.split(r"(?<=\.)\s", first)[0].removesuffix(".")


PARTS = {
    "README.md": (providers, retired, peers),
    "README.zh.md": (providers, retired, peers),
    "CONTRIBUTING.md": (tree, layers, nightly),
}


def refreshed(page: str) -> str:
    """The page with its parts as they are now."""
    text = (ROOT / page).read_text("utf-8")
    for part in PARTS[page]:
        name = part.__name__
        words = in_chinese(part()) if page.endswith(".zh.md") else part()
        made = f"<!-- {name} -->\n{words}\n<!-- /{name} -->"
        text, count = re.subn(
            f"<!-- {name} -->\n.*?<!-- /{name} -->", lambda _, made=made: made, text, flags=re.S
        )
        assert count == 1, f"{page} has no place for {name}"
    return text


if __name__ == "__main__":
    for page in PARTS:
        (ROOT / page).write_text(refreshed(page), "utf-8")
        print(page)
