"""The programs that send, each in a process of its own. They behave as Segment's libraries do: a request without an
answer, or with 429 or 5xx, is sent again with the same message ids. No product code in here.

Each writes a journal: one line per request (when it was sent, when it ended, status, whether it says when to come back,
first event, number of events). Status 0: no answer.
"""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import multiprocessing
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from random import Random
from typing import IO, NamedTuple

from chaos.story import Item, Story, Told

TIMEOUT = 15.0
IMPATIENCE = 1.0
LONGEST_PAUSE = 1.0
LARGEST_BATCH = 100
THREADS = 8

STYLES = ("batches", "doubles", "singles", "impatient")
SHARES = {"batches": 0.6, "doubles": 0.28, "singles": 0.1, "impatient": 0.02}
"""Of the events: sent in batches; in batches of which some are sent again after their 200; one by one from several
threads; by a client that sends each once and never asks what became of it."""


@dataclass(frozen=True)
class Sender:
    """What one client process needs to know."""

    number: int
    style: str
    events: int
    story: Story
    port: int
    secret: str
    journal: Path
    until: float
    pace: float  # seconds that it takes for an event at least


def senders(
    story: Story, port: int, secrets: Sequence[str], folder: Path, *, within: float, at_least: float
) -> list[Sender]:
    """The client processes of a trial: each style once, the largest share twice.

    ``within``: seconds after which they give up; ``at_least``: seconds they take for the whole.
    """
    shares = [(style, SHARES[style] / (2 if style == "batches" else 1)) for style in ("batches", *STYLES)]
    counts = [round(story.events * share) for _, share in shares]
    counts[0] += story.events - sum(counts)
    until = time.time() + within
    return [
        Sender(
            number=number,
            style=style,
            events=count,
            story=story,
            port=port,
            secret=secrets[number % len(secrets)],
            journal=folder / f"client-{number}",
            until=until,
            pace=at_least / max(1, count),
        )
        for number, ((style, _), count) in enumerate(zip(shares, counts, strict=True))
    ]


def start(
    all_senders: Sequence[Sender], settled: Synchronized[int]
) -> list[multiprocessing.context.SpawnProcess]:
    """Start them; ``settled`` counts the events that have been answered 200, or given up."""
    spawn = multiprocessing.get_context("spawn")
    processes = [
        spawn.Process(target=_run, args=(sender, settled), name=sender.style) for sender in all_senders
    ]
    for process in processes:
        process.start()
    return processes


def _run(sender: Sender, settled: Synchronized[int]) -> None:
    with sender.journal.open("w", buffering=1) as journal:
        client = _Client(sender, settled, journal)
        told = sender.story.part(sender.number, sender.events)
        if sender.style == "singles":
            client.send_from_threads(told)
        else:
            client.send_batches(told)


class Answer(NamedTuple):
    """What a client heard; status 0: nothing. ``says_when``: whether there is a Retry-After."""

    status: int
    says_when: bool


class _Client:
    def __init__(self, sender: Sender, settled: Synchronized[int], journal: IO[str]) -> None:
        self.sender = sender
        self.random = Random(f"{sender.story.seed}-{sender.number}-manners")
        self._settled = settled
        self._journal = journal
        self._lock = threading.Lock()

    def send_batches(self, told: Iterator[Told]) -> None:
        line = _Line(self)
        while batch := list(_some(told, self.random.randint(1, LARGEST_BATCH))):
            body = {"batch": [_dated(event) for event in batch]}
            line.deliver("/v1/batch", body, batch)
            if self.sender.style == "doubles" and self.random.random() < 0.2:
                line.deliver("/v1/batch", body, batch, again=True)
            time.sleep(self.sender.pace * len(batch))

    def send_from_threads(self, told: Iterator[Told]) -> None:
        threads = [threading.Thread(target=self._send_each, args=(told,)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send_each(self, told: Iterator[Told]) -> None:
        line = _Line(self)
        while True:
            with self._lock:
                event = next(told, None)
            if event is None:
                return
            line.deliver(f"/v1/{event.item['type']}", _dated(event), [event])
            time.sleep(self.sender.pace * THREADS)

    def note(self, sent: float, answer: Answer, batch: Sequence[Told], *, settled: bool) -> None:
        about = f"{answer.status} {answer.says_when:d} {batch[0].number} {len(batch)}"
        with self._lock:
            self._journal.write(f"{sent:.3f} {time.time():.3f} {about}\n")
        if settled:
            with self._settled.get_lock():
                self._settled.value += len(batch)


class _Line:
    """One keep-alive connection and its manners."""

    def __init__(self, client: _Client) -> None:
        self._client = client
        self._impatient = client.sender.style == "impatient"
        self._connection: http.client.HTTPConnection | None = None
        basic = base64.b64encode(f"{client.sender.secret}:".encode()).decode()
        self._headers = {"Content-Type": "application/json", "Authorization": f"Basic {basic}"}

    def deliver(self, path: str, body: Item, batch: Sequence[Told], *, again: bool = False) -> None:
        """Until it is answered 200; a refusal of another kind ends it too (the journal tells)."""
        pause = 0.05
        while True:
            sent = time.time()
            answer = self._post(path, *self._packed(body, len(batch)))
            ended = answer.status not in (0, 429) and answer.status < 500
            over = ended or self._impatient or time.time() > self._client.sender.until
            self._client.note(sent, answer, batch, settled=over and not again)
            if over:
                return
            time.sleep(pause * self._client.random.uniform(0.5, 1.5))
            pause = min(pause * 2, LONGEST_PAUSE)

    def _packed(self, body: Item, events: int) -> tuple[bytes, dict[str, str]]:
        """The libraries say anew when they send, each time; one of them packs its bodies."""
        text = json.dumps(body | {"sentAt": _now()}).encode()
        if events % 2:
            return gzip.compress(text, 1), {**self._headers, "Content-Encoding": "gzip"}
        return text, self._headers

    def _post(self, path: str, text: bytes, headers: dict[str, str]) -> Answer:
        try:
            if self._connection is None:
                timeout = IMPATIENCE if self._impatient else TIMEOUT
                port = self._client.sender.port
                self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
            self._connection.request("POST", path, text, headers)
            answer = self._connection.getresponse()
            answer.read()
            return Answer(answer.status, answer.getheader("Retry-After") is not None)
        except (OSError, http.client.HTTPException):
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            return Answer(0, False)


def _dated(told: Told) -> Item:
    return {"timestamp": _now(), **told.item}


def _now() -> str:
    return datetime.now(UTC).isoformat()  # noqa: TID251 – a client has its own clock


def _some(told: Iterator[Told], count: int) -> Iterator[Told]:
    for _ in range(count):
        event = next(told, None)
        if event is None:
            return
        yield event
