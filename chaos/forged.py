"""``python -m chaos.forged`` (``make forged``): a million forged and malformed requests against the open door.

Starts an installation of its own with two processes of ``recorrido ingest``. Clients send what ``chaos.forging`` makes, and
between them, one in a hundred, a sound event. None may be answered 5xx, none may make the door say in its log that it made a
mistake, every sound one must be answered 200 and be in the ledger once. Exit code 1 where one of that is not so.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import multiprocessing
import secrets
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench.installation import Installation, free_port, installation, wait_for_listeners, wait_for_port

from chaos.forging import Sent, Target, forged, sound

REQUESTS = 1_000_000
CONNECTIONS = 16
ONE_IN = 100
PATIENCE = 30.0
SOUND = "sound, between them"
CLOSED = "closed"  # without an answer
MISTAKE = "could not be handled"


@dataclass(frozen=True)
class Plan:
    """What one client sends."""

    port: int
    basic: bytes
    seed: int
    requests: int

    @property
    def target(self) -> Target:
        return Target(f"127.0.0.1:{self.port}", self.basic)


@dataclass
class Told:
    """What was answered: (what was wrong, status) → requests; and samples of what must not be."""

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)

    def note(self, name: str, status: str, data: bytes) -> None:
        self.answers[name, status] += 1
        if (status.startswith("5") or (name == SOUND and status != "200")) and len(self.bad) < 20:
            self.bad.append(f"{status} to {name}: {data[:400]!r}")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="chaos.forged", description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seed", type=int, default=None, help="send the same again")
    parser.add_argument("--folder", type=Path, help="where the installation is made (and removed again)")
    options = parser.parse_args(arguments)
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    with installation(prefix="recorrido-forged-", root=options.folder) as ours:
        ours.use()
        return _tried(ours, seed, options.requests)


def _tried(ours: Installation, seed: int, requests: int) -> int:
    from recorrido.company.actions import make_api_key

    _, secret = make_api_key(actor=None, name="forged", scopes=["ingest"], source="forged", country="CL")
    port = free_port()
    server = ours.start("ingest", "--port", str(port), "--workers", "2", log="ingest.log")
    wait_for_port(port, server, ours.data / "ingest.log")
    if sys.platform == "linux":
        wait_for_listeners(port, 2)
    basic = base64.b64encode(f"{secret}:".encode())
    plans = [Plan(port, basic, seed + number, requests // 2) for number in range(2)]
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        told = pool.map(send_all, plans)
    seconds = time.monotonic() - began
    answers = sum((one.answers for one in told), Counter[tuple[str, str]]())
    _print(answers, seed, seconds)
    wrong = [line for one in told for line in one.bad]
    wrong += _not_in_the_ledger(plans) + _mistakes(ours.data / "ingest.log")
    print(
        "\n".join(wrong)
        or "No answer was 5xx, no mistake is in the log, every sound event is in the ledger once."
    )
    return 1 if wrong or server.poll() is not None else 0


def _print(answers: Counter[tuple[str, str]], seed: int, seconds: float) -> None:
    statuses = sorted({status for _, status in answers})
    total = sum(answers.values())
    print(f"Seed {seed}: {total:,} requests in {seconds:,.0f} s.\n")
    print(f"| what is wrong | {' | '.join(statuses)} |\n|---|{'---:|' * len(statuses)}")
    for name in sorted({name for name, _ in answers}, key=lambda name: (name == SOUND, name)):
        print(f"| {name} | {' | '.join(f'{answers[name, status]:,}' for status in statuses)} |")
    print()


def _not_in_the_ledger(plans: Sequence[Plan]) -> list[str]:
    from recorrido.events.door import message_hash
    from recorrido.events.models import Event

    wanted = [
        message_hash(message_of(plan, number)) for plan in plans for number in range(0, plan.requests, ONE_IN)
    ]
    found = Event.objects.filter(hash__in=wanted).count()
    return (
        []
        if found == len(wanted)
        else [f"{len(wanted):,} sound events were sent, {found:,} are in the ledger."]
    )


def _mistakes(log: Path) -> list[str]:
    count = log.read_text(encoding="utf-8", errors="replace").count(MISTAKE)
    return [f"The log tells of {count:,} mistakes of the door."] if count else []


# --- one client, a process of its own ---


def message_of(plan: Plan, number: int) -> str:
    return f"sound-{plan.seed}-{number}"


def send_all(plan: Plan) -> Told:
    """Send all of a plan over several connections at once."""
    return asyncio.run(_send_all(plan))


async def _send_all(plan: Plan) -> Told:
    told, numbers = Told(), iter(range(plan.requests))
    await asyncio.gather(*(_Connection(plan, told).serve(numbers) for _ in range(CONNECTIONS)))
    return told


class _Connection:
    """One request after the other; opened anew when the other side has closed it."""

    def __init__(self, plan: Plan, told: Told) -> None:
        self._plan = plan
        self._told = told
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def serve(self, numbers: object) -> None:
        for number in numbers:  # type: ignore[attr-defined]  # shared by all connections of this client
            name, sent = self._request(number)
            status, data = await self._answered(sent)
            self._told.note(name, status, sent[0] + b" => " + data)
        self._close()

    def _request(self, number: int) -> tuple[str, Sent]:
        if number % ONE_IN == 0:
            return SOUND, (sound(self._plan.target, message_of(self._plan, number)), True)
        return forged(Random(self._plan.seed << 32 | number), self._plan.target)

    async def _answered(self, sent: Sent) -> tuple[str, bytes]:
        data, ends = sent
        was_used = self._streams is not None
        try:
            return await asyncio.wait_for(self._exchange(data), PATIENCE)
        except TimeoutError:
            ends = False
            return "no answer", b""
        except (OSError, asyncio.IncompleteReadError):
            self._close()  # as keep-alive goes: the other side may have closed it before it heard this
            return await self._answered(sent) if was_used and ends else (CLOSED, b"")
        finally:
            if not ends:
                self._close()

    async def _exchange(self, data: bytes) -> tuple[str, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._plan.port, limit=1 << 20)
        reader, writer = self._streams
        writer.write(data)
        if not data.startswith((b"POST", b"GET", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE", b"BREW")):
            writer.write_eof()
        head = await reader.readuntil(b"\r\n\r\n")
        while head.startswith(b"HTTP/1.1 100"):
            head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        sizes = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")]
        body = await reader.readexactly(sizes[0]) if sizes else await self._rest(reader, lines)
        if b"connection: close" in lines:
            self._close()
        return head.split(b" ", 2)[1].decode(), body

    async def _rest(self, reader: asyncio.StreamReader, lines: Sequence[bytes]) -> bytes:
        """A body in chunks, or to the end of the connection."""
        if b"transfer-encoding: chunked" not in lines:
            if lines[0].split(b" ", 2)[1] in (b"204", b"304"):
                return b""
            return await reader.read()
        found = b""
        while size := int(await reader.readuntil(b"\r\n"), 16):
            found += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
        return found

    def _close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
