"""A room imports only from the rooms before it; this file is the drawing of the house."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import nbchat

PACKAGE = Path(nbchat.__file__).parent

LAYERS = (  # each line imports from the lines above it, and from itself without a circle
    (
        "languages",
        *("environment", "key_shapes", "known_keys", "errors", "keys", "host_lists", "hosts"),
        *(
            "media_types",
            "private_hosts",
            "folders",
            "terminal_codes",
            "invisible",
            "library_logs",
            "wording",
            "wrong_calls",
        ),
    ),
    ("values",),
    (
        *("provider_state", "attachments", "picture_words", "messages"),
        *("part_lists", "text_like", "events"),
        *("masked_parts", "turns"),
    ),
    ("option_values", "options", "option_fields", "signatures", "questions"),
    ("render",),
    ("catalog",),
    ("wire",),
    (
        *("settings_values", "settings_file", "key_owners", "addresses", "key_policy"),
        *("header_values", "plain_http", "trust"),
        *("settings_rows", "settings"),
    ),
    ("network",),
    ("streams", "engine"),
    ("middleware",),
    ("context",),
    ("tools",),
    ("store",),
    ("conversation",),
    ("interrupts", "loop", "errands", "bridge"),
    ("runtime", "api", "costs"),
    ("chat_service", "dataframes"),
    ("display",),
    ("frontends",),
    ("__init__", "__main__"),
)
RANK = {part: rank for rank, parts in enumerate(LAYERS) for part in parts}

# Written down: how an object shows itself in a notebook, how the ready tools find the notebook that
# they work in, where a map shows how far it is, and that %chat panel opens one.
UPWARD = {
    "nbchat.events": "nbchat.display",
    "nbchat.turns": "nbchat.display",
    "nbchat.catalog.model_list": "nbchat.display",
    "nbchat.store.spent_table": "nbchat.display",
    "nbchat.conversation.conversation": "nbchat.display",
    "nbchat.tools.place": "nbchat.frontends.host",
    "nbchat.dataframes.place": "nbchat.frontends.rows.here",
    "nbchat.frontends.notebook.panel_beside": "nbchat",
}
APART = (  # these know nothing of each other
    ("nbchat.frontends.notebook", "nbchat.frontends.panel", "nbchat.frontends.server"),
    ("nbchat.frontends.jupyterlab", "nbchat.frontends.panel", "nbchat.frontends.server"),
    ("nbchat.render.maths", "nbchat.render.terminal"),
)
BELOW = (  # inside a room: the first imports nothing of the second
    ("nbchat.network", "nbchat.wire"),
    ("nbchat.network", "nbchat.catalog"),
    ("nbchat.render.maths", "nbchat.render.markdown"),
    ("nbchat.render.markdown", "nbchat.render.streaming"),
    ("nbchat.store", "nbchat.conversation"),
    ("nbchat.frontends.cells", "nbchat.frontends.notebook"),
    ("nbchat.frontends.cells", "nbchat.frontends.panel"),
)

ONLY_IN = {  # these libraries appear in these parts alone
    "IPython": ("frontends", "__init__"),
    "ipywidgets": ("frontends",),
    "anywidget": ("frontends",),
    "fastapi": ("frontends",),
    "httpx2": ("network",),
    "httpx": (),
}


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        dotted = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        found[dotted.removesuffix(".__init__")] = path
    return found


MODULES = modules()


def room_of(module: str) -> str:
    """The first word after nbchat; the package itself is `__init__`."""
    return module.split(".")[1] if "." in module else "__init__"


def imports(source: str, known: Iterable[str] = ()) -> set[str]:
    """Every module that a source imports, for types alone as well.

    Of `known` ones it is the most exact name.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                exact = f"{node.module}.{alias.name}"
                is_module = exact in known or node.module == "nbchat"
                found.add(exact if is_module else node.module)
    return found - {"nbchat.__version__"}


def forbidden(room: str, source: str, module: str = "") -> list[str]:
    """What a source in `room` must not import, but does."""
    wrong = []
    for name in imports(source, MODULES):
        if name == UPWARD.get(module):
            continue
        top = name.split(".")[0]
        if top == "nbchat" and RANK.get(room_of(name), len(LAYERS)) > RANK[room]:
            wrong.append(f"{room} imports {name}, which comes after it")
        elif top in ONLY_IN and room not in ONLY_IN[top]:
            wrong.append(f"{room} imports {name}, which belongs in {ONLY_IN[top] or 'no room'}")
    return wrong


def circle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """The modules of a circle, if there is one."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


@cache
def graph() -> dict[str, set[str]]:
    """What imports what, without what is written down as looking up."""
    found = {}
    for module, path in MODULES.items():
        names = imports(path.read_text(), MODULES) & MODULES.keys()
        found[module] = names - {UPWARD.get(module, ""), "nbchat", module}
    return found


@pytest.mark.parametrize("module", [name for name in MODULES if name != "nbchat"])
def test_a_room_imports_only_from_rooms_before_it(module: str) -> None:
    assert forbidden(room_of(module), MODULES[module].read_text(), module) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Types included: whoever reads one of them has to read all of them."""
    assert circle(graph()) == []


def test_what_is_written_down_as_looking_up_does() -> None:
    for module, above in UPWARD.items():
        assert above in imports(MODULES[module].read_text(), MODULES)


@pytest.mark.parametrize(
    ("room", "other"), [(a, b) for rooms in APART for a in rooms for b in rooms if a != b]
)
def test_rooms_that_are_apart_do_not_know_each_other(room: str, other: str) -> None:
    assert [(m, name) for m, name in edges(room) if name.startswith(other)] == []


@pytest.mark.parametrize(("below", "above"), BELOW)
def test_a_room_inside_a_line_keeps_its_place(below: str, above: str) -> None:
    assert [(m, name) for m, name in edges(below) if name.startswith(above)] == []


def edges(room: str) -> list[tuple[str, str]]:
    """All imports of the modules in a room."""
    return [
        (module, name)
        for module, names in graph().items()
        if module.startswith(room)
        for name in names
    ]


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("wire", "from nbchat.engine.engine import Engine"),
        ("wire", "import httpx2"),
        ("engine", "from nbchat import runtime"),
        ("conversation", "from IPython.display import display"),
        ("context", "import IPython"),
        ("render", "def f():\n    import nbchat.catalog.rows"),
        ("render", "if TYPE_CHECKING:\n    from nbchat.settings import Settings"),
        ("frontends", "import httpx"),
    ],
)
def test_a_forbidden_import_is_noticed(room: str, line: str) -> None:
    assert forbidden(room, line)


def test_a_circle_is_noticed() -> None:
    assert circle({"a": ["b"], "b": ["c"], "c": ["a"]})


def test_only_one_file_imports_the_http_library() -> None:
    users = [path.name for path in PACKAGE.rglob("*.py") if "httpx2" in imports(path.read_text())]

    assert users == ["client.py"]


def test_wire_formats_are_pure() -> None:
    """No network, clock, environment or randomness: the same question gives the same bytes."""
    impure = {
        "socket",
        "asyncio",
        "time",
        "datetime",
        "os",
        "random",
        "uuid",
        "secrets",
        "threading",
    }

    for path in (PACKAGE / "wire").rglob("*.py"):
        assert not imports(path.read_text()) & impure, path.name


def test_no_room_has_the_name_of_a_public_function() -> None:
    """Importing `nbchat.stream.x` would put a module in the place of `nbchat.stream`."""
    rooms = {room_of(module) for module in MODULES}

    assert not rooms & set(nbchat.__all__)


def test_every_room_holds_something() -> None:
    for path in PACKAGE.rglob("__init__.py"):
        assert len([p for p in path.parent.iterdir() if p.suffix in (".py", ".js")]) > 1 or any(
            p.is_dir() and (p / "__init__.py").exists() for p in path.parent.iterdir()
        ), path


def test_no_file_is_longer_than_contributing_says() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}

    assert max(lengths.values()) <= 400
    assert sum(length < 300 for length in lengths.values()) > len(lengths) / 2
