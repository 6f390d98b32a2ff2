"""A real S3 server in a process of its own, and a door before it that can be slow, refuse, or be cut."""

import contextlib
import http.client
import subprocess
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3

SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()  # until who started it is gone
"""
KEYS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_MAX_ATTEMPTS": "1",
}
BUCKET = "lake"
REFUSED = {"busy": (503, b"SlowDown"), "gone": (404, b"NoSuchKey")}


@contextlib.contextmanager
def s3_server():
    """The address of a server with one empty bucket."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        port = int(process.stdout.readline())
        client = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
            aws_access_key_id="test", aws_secret_access_key="test",
        )  # fmt: skip
        client.create_bucket(Bucket=BUCKET)
        yield port
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


class Door(ThreadingHTTPServer):
    """Passes requests on. ``faults`` are what befalls the next requests (``methods``) for objects whose name holds ``only``;
    ``always`` all."""

    daemon_threads = True

    def __init__(self, behind):
        super().__init__(("127.0.0.1", 0), _Passing)
        self.behind = behind
        self.faults, self.always, self.only, self.methods = [], None, "journeys.arrow", ("GET",)
        self.asked = Counter()  # readings by the object's name
        self.hanging, self.released = threading.Event(), threading.Event()
        self.lock = threading.Lock()

    def fault(self, method, name):
        with self.lock:
            if method == "GET":
                self.asked[name] += 1
            if method not in self.methods or self.only not in name:
                return None
            return self.faults.pop(0) if self.faults else self.always


@contextlib.contextmanager
def door_to(port):
    """A door that passes everything on, until told otherwise."""
    door = Door(port)
    thread = threading.Thread(target=door.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield door
    finally:
        door.released.set()
        door.shutdown()
        thread.join()
        door.server_close()


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_told):
        """Says nothing."""

    def _pass(self):
        fault = self.server.fault(self.command, self.path)
        if fault == "hang":
            self.server.hanging.set()
            self.server.released.wait()
            self.close_connection = True
            return
        status, headers, body = self._answer()
        if fault in REFUSED:
            code, name = REFUSED[fault]
            status, headers, body = code, [], b"<Error><Code>%s</Code><Message>No</Message></Error>" % name
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server"):
                self.send_header(name, value)
        length = dict(headers).get("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(body)))
        self.end_headers()
        self._send(body, fault)

    def _send(self, body, fault):
        if fault == "cut":
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.close_connection = True
        elif fault == "slow":
            size = -(-len(body) // 10)
            for start in range(0, len(body), size):
                self.wfile.write(body[start : start + size])
                self.wfile.flush()
                time.sleep(0.05)
        else:
            self.wfile.write(body)

    def _answer(self):
        headers = {name: value for name, value in self.headers.items() if name != "Transfer-Encoding"}
        sent = b"".join(self._chunks()) if "Transfer-Encoding" in self.headers else self._body()
        behind = http.client.HTTPConnection("127.0.0.1", self.server.behind)
        behind.request(self.command, self.path, sent, headers | {"Content-Length": str(len(sent))})
        answer = behind.getresponse()
        found = answer.status, answer.getheaders(), answer.read()
        behind.close()
        return found

    def _body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunks(self):
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass  # noqa: N815
