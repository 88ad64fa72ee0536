"""A real IPython shell in this process, of which nothing is left afterwards."""

from __future__ import annotations

import atexit
import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell


@contextmanager
def shell_in(folder: Path) -> Iterator[InteractiveShell]:
    """A shell whose profile and history are in that folder.

    IPython closes a shell when Python exits, and collects all garbage for each; whoever makes
    one shell a test waits for that behind the summary.
    """
    before = dict(vars(builtins))
    shell = InteractiveShell(ipython_dir=str(folder))
    try:
        yield shell
    finally:
        atexit.unregister(shell.atexit_operations)
        shell.atexit_operations()
        shell.cleanup()
        for name in vars(builtins).keys() - before.keys():
            delattr(builtins, name)
