"""A real SMTP server on this machine, for tests of what we send."""

from __future__ import annotations

import asyncio
import email
import socket
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller


class Post:
    """What the server took, and what it answers: ``rcpt`` and ``data`` may give another answer than 250.

    ``on_data`` is called when the whole mail has come, before it is answered. ``slow_rcpt`` and ``slow_data`` are seconds
    that the next answers take.
    """

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.rcpt: dict[str, str] = {}
        self.data: list[str] = []
        self.slow_rcpt: list[float] = []
        self.slow_data: list[float] = []
        self.on_rcpt: Callable[[], None] = lambda: None
        self.on_data: Callable[[], None] = lambda: None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        self.on_rcpt()
        await asyncio.sleep(self.slow_rcpt.pop(0) if self.slow_rcpt else 0)
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = self.data.pop(0) if self.data else "250 OK"
        if answer.startswith("250"):
            self.taken.append(email.message_from_bytes(envelope.content, policy=default))
        self.on_data()
        await asyncio.sleep(self.slow_data.pop(0) if self.slow_data else 0)
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(post: Post, **more) -> Controller:
    controller = Controller(post, hostname="127.0.0.1", port=free_port(), **more)
    controller.start()
    return controller
