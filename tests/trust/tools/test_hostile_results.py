"""Tools that misbehave: the cell ends, the answer is whole, and the kernel goes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ...fakes.provider import Service, said
from ...frontends.notebook.calling import calls
from ...running_kernel import RunningKernel

LONGEST_TOLD = 60_000  # characters of a request
MOST_BYTES = 400_000  # on iopub, for one cell
MISBEHAVING = {
    "prints": "for _ in range(100): print('x' * 1_000_000)",
    "generator": "return iter(int, 1)",
    "long items": "return ('x' * 100_000 for _ in iter(int, 1))",
    "huge text": "return 'x' * 50_000_000",
    "repr": "return type('Big', (), {'__repr__': lambda self: 'x' * 50_000_000})()",
    "bad repr": "return type('Bad', (), {'__repr__': lambda self: 1 / 0})()",
    "recursion": "def f(): return f()\n    f()",
    "itself": "l = []; l.append(l); return l",
    "displays": "from IPython.display import display\n    for n in range(10_000): display(n)",
    "exit": "raise SystemExit('bye')",
    "generator exit": "raise GeneratorExit",
    "cancelled": "import asyncio; raise asyncio.CancelledError",
    "stop": "raise StopIteration",
    "interrupt": "raise KeyboardInterrupt",
    "group": "raise BaseExceptionGroup('many', [KeyboardInterrupt()])",
    "bad error": "class E(Exception):\n        def __str__(self): raise E\n    raise E",
    "stdout": "import sys; sys.stdout = sys.stderr = None",
    "closed": "import sys; sys.stdout.close()",
    "trace": "import sys; sys.settrace(lambda *a: None)",
    "folder": "import os; os.chdir('/')",
    "signal": "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)",
    "thread": "import threading, time\n"
    "    threading.Thread(target=lambda: [print('late') or time.sleep(.01) for _ in range(50)])"
    ".start()",
    "loop": "import asyncio; asyncio.run(asyncio.sleep(0))",
    "coroutine": "async def f(): pass\n    return f()",
    "namespace": "get_ipython().user_ns.pop('print', None)",
    "limit": "import sys; sys.setrecursionlimit(200)",
    "fork": "import os\n    if not (child := os.fork()): os._exit(0)\n    os.waitpid(child, 0)",
}
SECRETS = ("Ada-canary", "4711.25", "canary.csv")
SHOWING = {
    "value": "return rows",
    "text": "return rows[0]",
    "print": "print(rows); return None",
    "error": "raise KeyError(rows[0])",
    "group": "raise ExceptionGroup(rows[0], [ValueError(rows[1])])",
    "note": "e = ValueError(); e.add_note(rows[0]); raise e",
    "cause": "raise ValueError from KeyError(rows[0])",
    "exit": "raise SystemExit(rows[0])",
    "look": "return nbchat.tools.look('value', rows[0])",
    "run": "return nbchat.tools.run(f'{rows[0]}')",
    "checked": "return again.checked({'a': rows[0]})",
    "key": "return {rows[0]: 1}",
    "generator": "yield rows[0]",
    "display": "from IPython.display import display, HTML; display(HTML(rows[0]))",
    "warning": "import warnings; warnings.warn(rows[0])",
    "log": "import logging; logging.error(rows[0])",
    "stderr": "import sys; print(rows[0], file=sys.stderr)",
}


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKernel]:
    """One kernel, which all of them misbehave in."""
    with RunningKernel(cwd=tmp_path_factory.mktemp("misbehaving")) as kernel:
        kernel.run("%load_ext nbchat")
        kernel.run(
            "import os, nbchat; home = os.getcwd()\ndef again(a: int): ...\n"
            f"again = nbchat.tool(again)\nrows = {list(SECRETS)!r}"
        )
        yield kernel


@pytest.fixture
def kimi(kernel: RunningKernel, service: Service) -> Service:
    kernel.run(
        "os.environ.update(KIMI_API_KEY='sk-4dG7hQ2xW9pLr5Tz', "
        f"KIMI_BASE_URL='{service.url}/v1')\nos.chdir(home)\n%chat reset"
    )
    return service


def told(service: Service) -> str:
    return str(service.requests[-1].json["messages"][-1]["content"])


def does(service: Service) -> None:
    service.answers(calls(("misbehave", {})))
    service.answers(*said("Done."))


@pytest.mark.parametrize("body", MISBEHAVING.values(), ids=MISBEHAVING)
def test_whatever_a_tool_does_the_kernel_goes_on(
    kernel: RunningKernel, kimi: Service, body: str
) -> None:
    kernel.run(f"def misbehave():\n    'Misbehaves.'\n    {body}")
    does(kimi)

    ran = kernel.run("%%chat kimi-k2.6 --tools misbehave\nGo.")

    assert sum(len(str(message["content"])) for message in ran.messages) < MOST_BYTES
    assert all(len(request.body) < LONGEST_TOLD for request in kimi.requests)
    after = kernel.run("1 + 1")
    assert after.status == "ok"
    assert "2" in after.text


@pytest.mark.parametrize("kind", ["def", "async def"])
@pytest.mark.parametrize("body", SHOWING.values(), ids=SHOWING)
def test_where_no_value_may_leave_none_does(
    kernel: RunningKernel, kimi: Service, body: str, kind: str
) -> None:
    kernel.run("open('nbchat.toml', 'w').write('data = \"schema\"')\n%chat trust")
    kernel.run(f"{kind} misbehave():\n    'Misbehaves.'\n    {body}")
    does(kimi)

    kernel.run("%%chat kimi-k2.6 --tools misbehave,look --yes\nGo.")

    wire = "".join(str(request.json) for request in kimi.requests)
    assert len(kimi.requests) == 2
    assert not [secret for secret in SECRETS if secret in wire], told(kimi)
