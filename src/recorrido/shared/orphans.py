from __future__ import annotations

import os
import signal
import threading
import time


def end_with(parent: int) -> None:
    """End this process when the process ``parent`` has gone, even by kill -9; 0 means nobody is watched.

    An orphaned web server would keep the port, an orphaned worker would run old code.
    """
    if parent:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
