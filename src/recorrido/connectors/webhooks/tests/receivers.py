"""A receiver as somebody outside would write it, in a process of its own: verifies with the standard's own library.

It writes a line for each request into a file (id, whether the signature is right, body) and answers as its plan says:
lines of ``status [header: value]``, the last one for ever.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = """
import json, os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from standardwebhooks import Webhook

folder = Path(sys.argv[1])

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        told = {"id": self.headers["webhook-id"], "verified": [], "path": self.path, "host": self.headers["host"],
                "signatures": self.headers["webhook-signature"].split(" "), "body": json.loads(body), "size": len(body)}
        for number, secret in enumerate((folder / "secrets").read_text().split()):
            try:
                Webhook(secret).verify(body, dict(self.headers))
                told["verified"].append(number)
            except Exception:
                pass
        with open(folder / "received", "a") as file:
            file.write(json.dumps(told) + "\\n")
        self.answer()

    def answer(self):
        plan = (folder / "plan").read_text().splitlines()
        line, rest = plan[0], plan[1:]
        if rest:
            (folder / "plan").write_text("\\n".join(rest))
        status, _, header = line.partition(" ")
        if status == "slow":
            time.sleep(float(header))
            status, header = "200", ""
        self.send_response(int(status))
        if header:
            name, _, value = header.partition(": ")
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"thank you\\x00 \\xff")

    def log_message(self, *args):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
(folder / "port.new").write_text(str(server.server_port))
os.rename(folder / "port.new", folder / "port")
server.serve_forever()
"""


@dataclass
class Receiver:
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{(self.folder / 'port').read_text()}/hooks?a=1"

    def knows(self, *secrets: str) -> None:
        (self.folder / "secrets").write_text(" ".join(secrets))

    def answers(self, *plan: str) -> None:
        (self.folder / "plan").write_text("\n".join(plan))

    @property
    def received(self) -> list[dict[str, Any]]:
        file = self.folder / "received"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def wait_until(met, seconds: float = 20.0) -> None:
    """Look again and again until ``met()``; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


@contextmanager
def running() -> Iterator[Receiver]:
    with tempfile.TemporaryDirectory() as folder:
        receiver = Receiver(Path(folder))
        receiver.knows()
        receiver.answers("200")
        process = subprocess.Popen([sys.executable, "-c", PROGRAM, folder])
        try:
            wait_until((receiver.folder / "port").exists)
            yield receiver
        finally:
            process.kill()
            process.wait()
