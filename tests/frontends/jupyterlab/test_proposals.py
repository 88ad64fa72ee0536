"""The next cell as a model proposes it: what is asked of whom, and what of an answer is shown."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nbchat.frontends.jupyterlab.comm import COMM
from nbchat.frontends.jupyterlab.proposals import NO_CODE, TOO_LONG, proposed_code

from ...fakes.provider import Service, answer, said
from ...running_kernel import RunningKernel

KEY = "sk-proj-" + "Zx9Qw3Er7Ty1Ui5Op8As2Df6Gh4Jk0Lz"
CODE = "total = sum(numbers)"


@pytest.fixture
def kernel(service: Service, tmp_path: Path) -> Iterator[RunningKernel]:
    """A kernel whose model is the service; nobody but a person's own file sets anything."""
    env = {
        "OPENAI_BASE_URL": f"{service.url}/v1",
        "OPENAI_API_KEY": KEY,
        "NBCHAT_MODEL": "openai:slow",
        "NBCHAT_CONFIG": str(tmp_path / "own.toml"),
    }
    (tmp_path / "own.toml").write_text("")
    service.always(answer(*said(f"```python\n{CODE}\n```")))
    with RunningKernel(tmp_path, env) as kernel:
        kernel.run("%load_ext nbchat")
        yield kernel


def send(kernel: RunningKernel, **content: Any) -> None:
    message = kernel.client.session.msg("comm_msg", {"comm_id": COMM, "data": content})
    kernel.client.shell_channel.send(message)


def hear(kernel: RunningKernel, kind: str) -> dict[str, Any]:
    """What the kernel says of that kind, whenever it comes."""
    while True:
        try:
            heard = kernel.client.get_iopub_msg(timeout=30)
        except queue.Empty:
            raise AssertionError(f"the kernel said no {kind}") from None
        if heard["header"]["msg_type"] == "comm_msg" and heard["content"]["data"]["kind"] == kind:
            found: dict[str, Any] = heard["content"]["data"]
            return found


def propose(kernel: RunningKernel, *, by_itself: bool = False) -> dict[str, Any]:
    send(kernel, kind="proposal", request="1", by_itself=by_itself)
    return hear(kernel, "proposal")


def test_code_comes_back_and_nothing_is_remembered(kernel: RunningKernel, service: Service) -> None:
    kernel.run(f"numbers = [4711, 2]\nkey = '{KEY}'\nprint('shown', key)")
    proposal = propose(kernel)
    sent = json.dumps(service.requests[0].json)
    turns = kernel.run("import nbchat; (len(nbchat.chat().turns), sum(numbers))")
    spent = kernel.run("nbchat.usage(by='conversation').rows")

    assert proposal == {"kind": "proposal", "request": "1", "code": CODE, "said": "keys"}
    assert "`numbers`: list, 2 items (int)" in sent
    assert "shown" in sent
    assert KEY not in sent
    assert turns.text == "(0, 4713)"
    assert "next cell" in spent.text


def test_values_and_hidden_cells_stay_here(kernel: RunningKernel, service: Service) -> None:
    (Path(kernel._cwd) / "own.toml").write_text('data = "schema"\n')
    kernel.run("numbers = [4711, 2]\nprint('sho' + 'wn')")
    kernel.run("'hid' + 'den words'")
    kernel.run("%chat hide 3")
    propose(kernel)
    sent = json.dumps(service.requests[0].json)

    assert "print('sho' + 'wn')" in sent
    assert "`numbers`" in sent
    assert "shown" not in sent
    assert "'hid' + 'den words'" not in sent


def test_a_person_who_leaves_it_ends_the_request(kernel: RunningKernel, service: Service) -> None:
    service.always(answer(*said("```python\nx")[:2], hold=600))
    send(kernel, kind="proposal", request="1", by_itself=False)
    while not service.requests:
        kernel.run("1")
    assert service.hung_up == 0
    send(kernel, kind="leave", request="2")

    assert service.left(1)


def test_another_one_takes_the_place_of_the_first(kernel: RunningKernel, service: Service) -> None:
    service.plays(answer(*said("```python\nx")[:2], hold=600))
    send(kernel, kind="proposal", request="1", by_itself=False)
    while not service.requests:
        kernel.run("1")
    send(kernel, kind="proposal", request="2", by_itself=False)

    assert hear(kernel, "proposal")["request"] == "2"
    assert service.left(1)


def test_a_budget_holds_for_it(kernel: RunningKernel, service: Service) -> None:
    (Path(kernel._cwd) / "own.toml").write_text('[budget]\nday = "1 USD"\n')
    proposal = propose(kernel)

    assert proposal["code"] == ""
    assert "budget" in proposal["said"].lower() or "price" in proposal["said"].lower()
    assert service.requests == []


@pytest.mark.parametrize("where", ["nbchat.toml", "own.toml"])
def test_by_itself_it_is_asked_only_where_the_person_says_so(
    kernel: RunningKernel, service: Service, where: str
) -> None:
    """A file beside the notebook, which may be anybody's, cannot have anything asked."""
    before = propose(kernel, by_itself=True)
    text = '[jupyterlab]\nnext_cell = "always"\n'
    (Path(kernel._cwd) / where).write_text(text)
    after = propose(kernel, by_itself=True)

    assert before["code"] == ""
    assert after["code"] == (CODE if where == "own.toml" else "")
    assert len(service.requests) == (where == "own.toml")


@pytest.mark.parametrize(
    ("text", "code", "what_is_said"),
    [
        ("```python\nx = 1\n```", "x = 1", "keys"),
        ("```\nx = 1\r\ny = 2\r\n```\n```python\nz\n```", "x = 1\ny = 2", "keys"),
        ("```python\n!ls\n```", "!ls", "keysShell"),
        ("```python\nx = 1\n  %cd /\n```", "x = 1\n  %cd /", "keysShell"),
        ("```sql\nselect 1\n```", "", NO_CODE),
        ("```python\nx = 1", "", NO_CODE),
        ("Plot it.", "", NO_CODE),
        ("", "", NO_CODE),
        ("```python\n" + "x\n" * 41 + "```", "", TOO_LONG),
        ("```python\n" + "x" * 4001 + "\n```", "", TOO_LONG),
    ],
)
def test_one_whole_block_of_python_is_a_proposal(text: str, code: str, what_is_said: str) -> None:
    assert proposed_code(text) == (code, what_is_said)


@pytest.mark.parametrize("letter", ["\u202e", "\u200b", "\u2028"])
def test_what_nobody_would_see_is_not_proposed(letter: str) -> None:
    code, why = proposed_code(f"```python\nx = 1  # {letter}\n```")

    assert code == ""
    assert letter not in why
    assert "nobody sees all of it" in why


@pytest.mark.parametrize("letter", ["\x00", "\x0c", "\x1b", "\x85", "\r"])
def test_no_control_character_is_in_a_proposal(letter: str) -> None:
    code, _ = proposed_code(f"```python\nx = 1  # {letter}y\n```")

    assert code
    assert letter not in code
