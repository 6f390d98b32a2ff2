"""Where messages may go, and what comes of a POST that goes wrong."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from recorrido.connectors.webhooks import posting
from recorrido.connectors.webhooks.addresses import may_connect, networks, resolve
from recorrido.connectors.webhooks.errors import RefusedAddress
from recorrido.connectors.webhooks.posting import post

HERE = ("127.0.0.0/8", "::1/128")
OURS = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1",
    "fe80::1%eth0", "fd00:ec2::254", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", OURS)
def test_nothing_is_sent_to_an_address_that_is_not_public(address):
    assert not may_connect(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101"])
def test_public_addresses_are_fine(address):
    assert may_connect(address)


def test_an_installation_may_allow_networks_of_its_own():
    allowed = networks(["10.0.0.0/8", "::1"])
    assert may_connect("10.1.2.3", allowed) and may_connect("::ffff:10.1.2.3", allowed)
    assert may_connect("::1", allowed) and not may_connect("192.168.1.1", allowed)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "::1"]
)
def test_a_name_or_a_number_that_leads_home_is_refused(host):
    with pytest.raises((RefusedAddress, OSError)):
        resolve(host, 80)


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server of one connection; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: answer(server.accept()[0]), daemon=True)
        thread.start()
        yield server.getsockname()[1]


def saying(text: bytes) -> Callable[[socket.socket], None]:
    def answer(client: socket.socket) -> None:
        while not client.recv(65_536).endswith(b"{}"):
            pass
        with suppress(OSError):
            client.sendall(text)
        client.close()

    return answer


def test_a_redirection_is_an_answer_and_is_not_followed():
    moved = saying(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n")
    with serving(moved) as port:
        outcome = post(f"http://127.0.0.1:{port}/", {}, b"{}", allow=HERE)
    assert (outcome.status, outcome.delivered) == (302, False)


def test_plain_http_goes_only_where_the_installation_says_so():
    assert post("http://1.1.1.1/", {}, b"{}").code == "not_encrypted"
    assert post("http://127.0.0.1:1/", {}, b"{}").code == "refused_address"


def test_an_answer_that_is_none_and_one_that_never_ends_are_outcomes():
    with serving(saying(b"SSH-2.0-OpenSSH\r\n")) as port:
        assert post(f"http://127.0.0.1:{port}/", {}, b"{}", allow=HERE).code == "connection"
    with serving(saying(b"HTTP/1.1 200 OK\r\n\r\n" + b"\x00\xff" * 100_000)) as port:
        outcome = post(f"http://127.0.0.1:{port}/", {}, b"{}", allow=HERE)
    assert outcome.delivered and len(outcome.excerpt) == 1_000 and "\x00" not in outcome.excerpt


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_receiver_that_sends_a_byte_at_a_time_meets_the_deadline(begun):
    def drip(client: socket.socket) -> None:
        with suppress(OSError):
            client.sendall(begun)
            while True:
                client.sendall(b"x")
                time.sleep(0.05)

    with serving(drip) as port:
        started = time.monotonic()
        outcome = post(f"http://127.0.0.1:{port}/", {}, b"{}", allow=HERE, timeout=0.5)
    assert time.monotonic() - started < 3
    assert outcome.code == "timeout" or outcome.status == 200


def test_nobody_there_and_no_such_name_are_outcomes():
    assert post("http://127.0.0.1:1/", {}, b"{}", allow=HERE).code == "connection"
    assert post("https://no-such-name.invalid/", {}, b"{}").code == "no_address"


@pytest.mark.parametrize(
    ("text", "seconds"), [("120", 120.0), ("soon", None), ("", None), ("-5", None), ("9" * 30, 999_999_999.0)]
)
def test_a_pause_is_read_in_seconds(text, seconds):
    assert posting._seconds(text) == seconds


def test_a_pause_is_read_as_a_moment():
    assert posting._seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


@pytest.fixture
def certificate(tmp_path):
    """A certificate for localhost that nobody trusts yet, with its key in the same file."""
    file = tmp_path / "both.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run(
        [*command.split(), "-keyout", tmp_path / "key", "-out", tmp_path / "cert"],
        check=True,
        capture_output=True,
    )
    file.write_bytes((tmp_path / "key").read_bytes() + (tmp_path / "cert").read_bytes())
    return file


@contextmanager
def encrypted(certificate) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def answer(client: socket.socket) -> None:
        try:
            saying(b"HTTP/1.1 204 No Content\r\n\r\n")(context.wrap_socket(client, server_side=True))
        except (ssl.SSLError, OSError):
            client.close()

    with serving(answer) as port:
        yield port


def test_a_certificate_nobody_vouches_for_is_refused(certificate):
    with encrypted(certificate) as port:
        assert post(f"https://localhost:{port}/", {}, b"{}", allow=HERE).code == "certificate"


def test_a_trusted_certificate_must_be_made_for_the_name(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    posting._tls.cache_clear()
    try:
        with encrypted(certificate) as port:
            assert post(f"https://localhost:{port}/", {}, b"{}", allow=HERE).status == 204
        with encrypted(certificate) as port:
            assert post(f"https://127.0.0.1:{port}/", {}, b"{}", allow=HERE).code == "certificate"
    finally:
        posting._tls.cache_clear()
