"""An interrupt of the main thread, from any thread."""

from __future__ import annotations

import _thread
import signal
import threading


def interrupt_main() -> None:
    """Send the main thread a SIGINT that ends its system call, where there is such a thing.

    `_thread.interrupt_main` alone is heard when that call returns: a wait for input never does.
    """
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGINT)
    else:
        _thread.interrupt_main()
