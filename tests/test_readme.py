"""What the README says is so: its commands and its code are run, its tables come from the code."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat.errors import UnknownModel
from nbchat.frontends.notebook.arguments import OPTIONS, parse_arguments
from nbchat.frontends.notebook.commands.table import commands
from nbchat.settings import Settings
from nbchat.settings_file import FILE, config_folder
from nbchat.settings_values import Budgets

from .engine.providers import answers
from .fakes.provider import Request, Service, answer, said
from .refresh_pages import PARTS, counts, refreshed
from .running_kernel import DEADLINE, RunningKernel
from .trusted import write_trusted

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.M | re.S)
SHELL_LINES = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")


# --- the two lines: the first is run in test_packaging.py, the second is what CI runs ------------


def test_there_are_two_lines_one_to_run_and_one_to_test() -> None:
    run, tests = SHELL_LINES

    assert run.endswith("notebooks/01_first_chat.ipynb")
    assert tests.endswith("/pytest -n 3")


def runs(module: str) -> bool:
    """Whether `python -m` finds it: a file, or a package with a `__main__.py`."""
    path = ROOT / module.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


@pytest.mark.parametrize("line", SHELL_LINES)
def test_a_line_names_only_files_and_extras_that_exist(line: str) -> None:
    for extra in re.findall(r"\[(\w+)\]", line):
        assert extra in PROJECT["optional-dependencies"]
    for notebook in re.findall(r"notebooks/\S+", line):
        assert (ROOT / notebook).is_file()


def test_ci_runs_the_test_line_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text()

    assert "grep -m1 'pytest -n 3$' README.md" in script
    assert SHELL_LINES[1].startswith("python3 -m venv .venv")


# --- the code ------------------------------------------------------------------------------------


def cells() -> list[str]:
    """What the README has for a notebook, in its order."""
    return [
        block for kind, block in BLOCKS if kind in ("", "python") and "c.Interactive" not in block
    ]


def test_the_code_runs_from_top_to_bottom(service: Service, tmp_path: Path) -> None:
    async def play(request: Request, writer: Any) -> bool | None:
        claude = answers.anthropic_messages()
        if request.path == "/v1/messages":
            return await answer(claude.plain, headers=dict(claude.headers))(request, writer)
        return await answer(*said("Rayleigh scattering."))(request, writer)

    service.always(play)
    keys = {
        "KIMI_BASE_URL": f"{service.url}/v1",
        "ANTHROPIC_BASE_URL": service.url,
        "ANTHROPIC_API_KEY": "k",
    }
    with RunningKernel(cwd=tmp_path, env=keys) as kernel:
        kernel.run("import pandas as pd; df = pd.DataFrame({'a': [1, 2], 'b': [2, 4]})")
        for cell in cells():
            started = kernel.start(cell)
            if "getpass()" in cell:
                assert kernel.client.get_stdin_msg(timeout=DEADLINE)["content"]["password"]
                kernel.client.input("sk-canary-0123456789")
            if "--tools" in cell:
                asked = kernel.client.get_stdin_msg(timeout=DEADLINE)["content"]["prompt"]
                assert "[y] once" in asked
                kernel.client.input("y")
            ran = kernel.finish(started)
            assert (ran.status, ran.error) == ("ok", ""), cell

    asked = [request.json for request in service.requests]
    assert {body["model"] for body in asked} == {"kimi-k2.6", "claude-sonnet-5-5"}
    assert service.requests[0].headers["authorization"] == "Bearer sk-canary-0123456789"
    assert [m["role"] for m in asked[1]["messages"]] == ["user", "assistant", "user"]
    assert (
        "`df` (DataFrame, 2 rows × 2 columns):\n```csv\na,b\n1,2\n2,4\n"
        in asked[2]["messages"][-1]["content"]
    )
    assert len(asked) == 6


def test_the_line_for_every_kernel_loads_the_extension(tmp_path: Path) -> None:
    (line,) = (block for _, block in BLOCKS if "c.InteractiveShellApp" in block)
    profile = tmp_path / "profile_default"
    profile.mkdir()
    (profile / "ipython_config.py").write_text(line)
    assert f"{profile.name}/ipython_config.py" in README

    ran = subprocess.run(
        [sys.executable, "-m", "IPython", "-c", "%chat ask What did I just ask?"],
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert "This is the first question of our conversation." in ran.stdout, ran.stderr


@pytest.mark.field("T1")
@pytest.mark.parametrize("place", ["the config folder", "a repository that is trusted"])
def test_the_settings_file_is_accepted(place: str, tmp_path: Path) -> None:
    (example,) = (block for kind, block in BLOCKS if kind == "toml")
    if place == "the config folder":
        config_folder().mkdir(parents=True)
        (config_folder() / FILE).write_text(example)
    else:
        write_trusted(tmp_path, example)

    settings = Settings.load(tmp_path)

    assert settings.file_lines == {}
    assert settings.model == "kimi-k2.6"
    assert settings.timeouts.gap == 60
    assert (settings.tools.rounds, settings.tools.calls) == (8, 20)
    assert settings.budgets == Budgets({"USD": 2.0}, {"USD": 10.0, "CNY": 50.0})
    assert settings.catalog.find("fast").model.id == "glm-5.3-flash"
    assert settings.catalog.find("my-model").provider.env_keys == ("MY_KEY",)


@pytest.mark.field("T1")
def test_the_settings_file_counts_in_a_repository_as_far_as_is_said(tmp_path: Path) -> None:
    (example,) = (block for kind, block in BLOCKS if kind == "toml")
    (tmp_path / FILE).write_text(example)

    settings = Settings.load(tmp_path)

    assert (settings.model, settings.timeouts.gap) == ("kimi-k2.6", 60)
    assert settings.catalog.find("fast").model.id == "glm-5.3-flash"
    assert "providers (mine), models (my-model)" in "".join(settings.file_lines.values())
    with pytest.raises(UnknownModel, match="not trusted"):
        settings.catalog.find("my-model")


def test_every_block_is_of_a_kind_that_is_run() -> None:
    assert {kind for kind, _ in BLOCKS} <= {"sh", "python", "toml", ""}
    assert all(block.startswith("%%chat") for kind, block in BLOCKS if kind == "")


# --- what it names -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", sorted(set(re.findall(r"(?:^|`)%%chat ([a-z][\w./:-]+)", README, re.M)))
)
def test_a_cell_line_names_a_model_that_is_not_retired(line: str) -> None:
    model = parse_arguments(line).model
    assert model is not None
    assert Settings.load().catalog.find(model).model.status in ("current", "preview", "unlisted")


def test_commands_options_and_names_exist() -> None:
    for command in re.findall(r"`%chat (\w+)", README):
        assert command in commands(), command
    for option in re.findall(r"`(--[a-z-]+)`", README):
        assert option in OPTIONS, option
    for name in re.findall(r"nbchat\.(\w+)\(", README):
        assert hasattr(nbchat, name), name
    for module in re.findall(r"python -m (tests\.[\w.]+)", README):
        assert runs(module), module


@pytest.mark.parametrize(
    "target",
    sorted(
        set(
            re.findall(
                r"(?:\]\(|src=\"|srcset=\"|`)((?:notebooks|tests|[A-Z]+\.md)[\w/.-]*)", README
            )
        )
    ),
)
def test_what_it_points_to_is_there(target: str) -> None:
    path = ROOT / target

    assert path.exists()
    assert path.suffix != ".png" or path.stat().st_size < 150_000


@pytest.mark.parametrize("page", PARTS)
def test_the_parts_that_come_from_the_code_are_up_to_date(page: str) -> None:
    """Where this fails, `python -m tests.refresh_pages` writes them anew."""
    assert (ROOT / page).read_text("utf-8") == refreshed(page)


def test_contributing_lists_every_count_that_is_larger_at_night() -> None:
    calls = [
        path.name
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("size", "nightly.size")
    ]
    table = CONTRIBUTING.partition("<!-- nightly -->")[2].partition("<!-- /nightly -->")[0]

    assert sorted(calls) == sorted(re.findall(r"^\| `[\w/]*?(\w+\.py)` ", table, re.M))


@pytest.mark.field("P10")
@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml"])
def test_a_count_of_models_or_providers_is_right(page: str) -> None:
    """Neither the demo nor a provider that has shut down is counted."""
    text = (ROOT / page).read_text("utf-8")
    found = re.findall(r"(\d+) (providers|models)\b", text)

    assert {(name, int(number)) for number, name in found} <= counts().items()


def test_the_readme_counts_every_provider_of_its_tables() -> None:
    rows = re.findall(r"^\| .* \| `%%chat \S+` \|$", README, re.M)

    assert f"\n{len(rows)} providers and " in README


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:nbchat|tests|\.ci)/[\w/.]*)`", CONTRIBUTING)))
)
def test_a_path_of_contributing_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_contributing_names_every_fake() -> None:
    fakes = {path.name for path in (ROOT / "tests" / "fakes").glob("[!_]*.py")}

    assert set(re.findall(r"`tests/fakes/(\w+\.py)`", CONTRIBUTING)) == fakes


@pytest.mark.parametrize(
    ("word", "home"),
    re.findall(r"^\| (\w+) \| [^|]+ \| `(nbchat/[\w/.]+)` \|$", CONTRIBUTING, re.M),
)
def test_a_word_of_contributing_is_spoken_at_home(word: str, home: str) -> None:
    assert re.search(rf"\b{word}", (ROOT / home).read_text("utf-8"), re.I)


def test_contributing_explains_the_words() -> None:
    words = CONTRIBUTING.partition("## Words")[2].partition("\n## ")[0]

    assert len(re.findall(r"^\| \w+ \|", words, re.M)) >= 20


def test_the_commands_of_contributing_are_those_of_ci_and_of_this_checkout() -> None:
    lines = [
        line
        for block in re.findall(r"^```sh\n(.*?)^```$", CONTRIBUTING, re.M | re.S)
        for line in block.splitlines()
    ]
    script = (ROOT / ".ci" / "run").read_text()

    for command in " && ".join(lines[:3]).split(" && "):
        assert command in (script if "pytest" not in command else SHELL_LINES[1])
    for line in lines[3:]:
        if module := re.search(r"-m (tests\.[\w.]+)", line):
            assert runs(module[1])
        else:
            assert os.access(ROOT / line.split()[0], os.X_OK)


def test_no_line_of_prose_is_wider_than_a_page() -> None:
    prose = re.sub(r"^```.*?^```$", "", README, flags=re.M | re.S)

    assert [
        line for line in prose.splitlines() if len(line) > 120 and not line.startswith("|")
    ] == []


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text()
