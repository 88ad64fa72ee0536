"""What the README and CONTRIBUTING say is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import nbchat
from nbchat.frontends.line import parsed
from nbchat.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
SHELL_LINES = [line for block in re.findall(r"```sh\n(.*?)```", README, re.S) for line in block.splitlines()]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

pytestmark = pytest.mark.skipif(not (ROOT / "README.md").exists(), reason="not a checkout")


def test_there_are_two_lines_one_to_run_and_one_to_test() -> None:
    run, tests = SHELL_LINES

    assert run.endswith("notebooks/01_first_chat.ipynb")
    assert tests.endswith("/pytest")


@pytest.mark.parametrize("line", SHELL_LINES)
def test_a_line_names_only_files_and_extras_that_exist(line: str) -> None:
    for extra in re.findall(r"\[(\w+)\]", line):
        assert extra in PROJECT["optional-dependencies"]
    for notebook in re.findall(r"notebooks/\S+", line):
        assert (ROOT / notebook).is_file()


def test_ci_runs_the_test_line_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text()

    assert "grep -m1 'pytest$' README.md" in script
    assert SHELL_LINES[1].startswith("python3 -m venv .venv")


def test_the_settings_file_of_the_readme_is_accepted(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", README, re.S)
    assert example
    (tmp_path / "nbchat.toml").write_text(example[1])

    settings = Settings.load(tmp_path)

    assert settings.model == "kimi-k2.6"
    assert settings.timeouts.gap == 60
    assert settings.catalog.find("fast").model.id == "glm-5.3-flash"
    assert settings.catalog.find("my-model").provider.env_keys == ("MY_KEY",)


@pytest.mark.parametrize("line", re.findall(r"%%chat ([a-z][\w./:-]+)", README))
def test_a_cell_line_of_the_readme_names_a_model(line: str) -> None:
    model = parsed(line).model
    assert model is not None
    assert Settings.load().catalog.find(model)


def test_names_of_the_readme_are_public() -> None:
    for name in set(re.findall(r"nbchat\.(\w+)\(", README)):
        assert hasattr(nbchat, name), name


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:nbchat|tests)/[\w/.]*)`", CONTRIBUTING))))
def test_a_path_of_contributing_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text()
