from __future__ import annotations

import asyncio

import pytest

from recorrido.web.bodies import FORMS, MARGIN, LimitedBodies

LIMIT = 64 << 20
COOKIE = (b"cookie", b"a=b; recorrido_session=x")


async def swallow(scope, receive, send):
    """Reads the whole body and says how long it was, or that the browser went."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            await send({"status": "gone"})
            return
        size, more = size + len(message["body"]), message.get("more_body", False)
    await send({"status": size})


async def leave(scope, receive, send):
    """Like Django: a browser that went in the middle of its body gets no answer."""
    while (await receive())["type"] != "http.disconnect":
        pass


def ask(size, path="/data/upload/", *, announced=True, cookie=True, inner=swallow, **more):
    """The status that comes back for a body of so many bytes, sent in blocks of a megabyte."""
    app = LimitedBodies(inner, upload_path="/data/upload/", upload=LIMIT, cookie="recorrido_session", **more)
    headers = [COOKIE] if cookie else []
    headers += [(b"content-length", str(size).encode())] if announced else []
    blocks = [b"x" * (1 << 20)] * (size >> 20)
    sent = []

    async def receive():
        body = blocks.pop() if blocks else b""
        return {"type": "http.request", "body": body, "more_body": bool(blocks)}

    async def send(message):
        sent.append(message)

    asyncio.run(app({"type": "http", "path": path, "headers": headers}, receive, send))
    return sent[0]["status"]


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_up_to_the_limit_is_taken_by_the_upload_page(announced):
    assert ask(LIMIT, announced=announced) == LIMIT


def test_a_longer_one_is_refused_before_it_is_read():
    assert ask(LIMIT + MARGIN + (1 << 20)) == 413


def test_one_that_does_not_say_how_long_it_is_is_cut_off():
    assert ask(LIMIT + 4 * MARGIN, announced=False) == "gone"
    assert ask(LIMIT + 4 * MARGIN, announced=False, inner=leave) == 413


@pytest.mark.parametrize("announced", [True, False])
def test_an_address_of_programs_refuses_in_its_own_words(announced):
    async def refuse(scope, send):
        await send({"status": scope["path"]})

    words = {"refusals": {"/api/": refuse}, "inner": leave, "announced": announced}
    assert ask(FORMS + (4 << 20), path="/api/v1/events", **words) == "/api/v1/events"
    assert ask(FORMS + (4 << 20), path="/apix", **words) == 413


@pytest.mark.parametrize("options", [{"path": "/account/sign-in/"}, {"cookie": False}])
def test_other_pages_and_strangers_may_send_a_form_and_no_file(options):
    assert (ask(FORMS, **options), ask(FORMS + (1 << 20), **options)) == (FORMS, 413)
