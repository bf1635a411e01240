"""The report form without a network, in a real Chromium: what is filed arrives once, under its writer's name."""

import gzip
import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, Request, Route, expect

from tests.browser.conftest import CHROMIUM, FLAGS, PHONE, Server, SignIn, until

VILLAGE = "310116112218"
ARRIVED = 70_000
"""Milliseconds: a phone asks a busy server again after half a minute."""


def _photo(colour: str) -> FilePayload:
    packed = io.BytesIO()
    Image.effect_noise((2400, 1800), 60).convert("RGB").point(lambda v: v // 2 + len(colour) * 9).save(packed, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": packed.getvalue()}


def _opened(page: Page, server: Server, path: str = "/reports/new") -> None:
    """The form, once the phone has kept what it needs to open it again."""
    page.goto(server.base + path)
    page.wait_for_function("caches.match('/kept-for').then((found) => found !== undefined)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def _fill(page: Page, relocated: str, *photos: str) -> None:
    if page.locator("[data-place]").count() and page.input_value("[name=division]") == "":
        page.locator("[data-place] select").first.select_option(VILLAGE)
    page.locator("label.tile:has([name=hazard][value=flood])").click()
    page.fill("[name=relocated]", relocated)
    if photos:
        page.locator("input[type=file]").set_input_files([_photo(name) for name in photos])
        expect(page.locator(".photofield .photo")).to_have_count(len(photos), timeout=30_000)


def _send(page: Page) -> None:
    page.locator("form.report-form .acts.sticky button").click()


def _filed(server: Server) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.api("coordinator", "reports?limit=100")["items"]
    return found


def _new(server: Server, before: set[str]) -> list[dict[str, Any]]:
    return [one for one in _filed(server) if one["number"] not in before]


@pytest.fixture
def before(server: Server) -> Iterator[set[str]]:
    """Numbers of the reports that were there already."""
    return {one["number"] for one in _filed(server)}  # type: ignore[return-value]


def test_two_reports_with_photos_written_without_a_network(server: Server, sign_in: SignIn, before: set[str]) -> None:
    page = sign_in("village", size=PHONE)
    _opened(page, server)
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("[data-offline-said]")).to_be_visible()
    _fill(page, "31", "red", "green")
    _send(page)
    expect(page.locator("[data-queue] [data-state=waiting]")).to_have_count(1)
    # Closed and opened again, still without a network: the first is there, a second one is written.
    page.reload()
    expect(page.locator("[data-queue] [data-state=waiting]")).to_have_count(1)
    _fill(page, "42", "blue")
    _send(page)
    expect(page.locator("[data-queue] [data-state=waiting]")).to_have_count(2)
    assert _new(server, before) == []
    page.context.set_offline(False)
    expect(page.locator("[data-queue] [data-state=sent]")).to_have_count(2, timeout=ARRIVED)
    found = _new(server, before)
    assert sorted(one["figures"]["relocated"] for one in found) == [31, 42]
    for one in found:
        page.goto(f"{server.base}/reports/{one['number']}")
        expect(page.locator("main img")).to_have_count(2 if one["figures"]["relocated"] == 31 else 1)
    page.goto(server.base + "/reports/new")
    page.wait_for_timeout(1500)
    assert len(_new(server, before)) == 2


@pytest.mark.parametrize("lost", ["/reports/new", "/reports/kept"])
def test_the_answer_is_lost_after_the_server_stored_it(
    server: Server, sign_in: SignIn, before: set[str], lost: str
) -> None:
    page = sign_in("village", size=PHONE)
    _opened(page, server)
    swallowed: list[str] = []

    def swallow(route: Route) -> None:
        if route.request.method != "POST" or swallowed:
            route.continue_()
            return
        route.fetch(max_redirects=0)
        swallowed.append(route.request.url)
        route.abort("connectionreset")

    page.context.route(f"**{lost}", swallow)
    if lost == "/reports/kept":
        page.context.set_offline(True)
    _fill(page, "53", "red")
    _send(page)
    if lost == "/reports/kept":
        expect(page.locator("[data-queue] [data-state=waiting]")).to_have_count(1)
        page.context.set_offline(False)
    expect(page.locator("[data-queue] [data-state=sent]")).to_have_count(1, timeout=ARRIVED)
    assert swallowed
    assert [one["figures"]["relocated"] for one in _new(server, before)] == [53]


def test_two_tabs_send_it_once(server: Server, sign_in: SignIn, before: set[str]) -> None:
    page = sign_in("village", size=PHONE)
    _opened(page, server)
    other = page.context.new_page()
    _opened(other, server)
    posts: list[str] = []
    page.context.on("request", lambda r: posts.append(r.url) if r.url.endswith("/reports/kept") else None)
    page.context.set_offline(True)
    _fill(page, "64", "red")
    _send(page)
    expect(other.locator("[data-queue] [data-state=waiting]")).to_have_count(1)
    page.context.set_offline(False)
    for one in (page, other):
        expect(one.locator("[data-queue] [data-state=sent]")).to_have_count(1, timeout=ARRIVED)
    assert len(posts) == 1
    assert len(_new(server, before)) == 1


def test_a_sign_in_that_ran_out_and_another_person_at_the_phone(
    server: Server, sign_in: SignIn, before: set[str]
) -> None:
    page = sign_in("village", size=PHONE)
    _opened(page, server)
    page.context.set_offline(True)
    _fill(page, "75", "red")
    _send(page)
    expect(page.locator("[data-queue] [data-state=waiting]")).to_have_count(1)
    page.context.clear_cookies(name="responder")
    page.context.set_offline(False)
    expect(page.locator("[data-queue] [data-state=signin]")).to_have_count(1, timeout=ARRIVED)
    _enter(page, server, "town")
    page.goto(server.base + "/reports/new")
    expect(page.locator("[data-queue] [data-state=others]")).to_have_count(1)
    assert "75" not in page.locator("form.report-form").inner_text()
    page.wait_for_timeout(1000)
    assert _new(server, before) == []
    page.context.clear_cookies(name="responder")
    _enter(page, server, "village")
    until(lambda: len(_new(server, before)) == 1, 70)
    (one,) = _new(server, before)
    assert one["figures"]["relocated"] == 75
    assert one["reporter"]["name"] == "王秀兰"


def _enter(page: Page, server: Server, username: str) -> None:
    page.goto(server.base + "/sign-in")
    page.fill("[name=username]", username)
    page.fill("[name=password]", "demo")
    page.click("main button:not([type=button])")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_a_report_that_comes_back_is_mended_and_sent(server: Server, sign_in: SignIn, before: set[str]) -> None:
    page = sign_in("village", size=PHONE)
    _opened(page, server)
    page.context.set_offline(True)
    _fill(page, "86", "red")
    page.evaluate("document.querySelector('[name=relocated]').value = 'x86'")
    page.evaluate("document.querySelector('form.report-form').noValidate = true")
    _send(page)
    expect(page.locator("[data-queue] [data-state=waiting]")).to_have_count(1)
    page.context.set_offline(False)
    refused = page.locator("[data-queue] [data-state=refused]")
    expect(refused).to_have_count(1, timeout=ARRIVED)
    refused.locator("button").first.click()
    expect(page.locator(".photofield .photo")).to_have_count(1)
    page.fill("[name=relocated]", "86")
    _send(page)
    page.wait_for_url("**/reports/R*")
    assert [one["figures"]["relocated"] for one in _new(server, before)] == [86]


def test_what_was_begun_comes_back_after_a_reload_to_its_writer_alone(server: Server, sign_in: SignIn) -> None:
    page = sign_in("village", size=PHONE)
    page.goto(server.base + "/reports/new")
    _fill(page, "97", "red")
    page.fill("[name=text]", "写到一半")
    page.wait_for_timeout(800)
    page.reload()
    expect(page.locator("[data-restored]")).to_be_visible()
    assert page.input_value("[name=relocated]") == "97"
    assert page.input_value("[name=text]") == "写到一半"
    expect(page.locator(".photofield .photo")).to_have_count(1)
    page.context.clear_cookies(name="responder")
    _enter(page, server, "town")
    page.goto(server.base + "/reports/new")
    page.wait_for_timeout(800)
    assert page.input_value("[name=relocated]") == ""
    assert page.input_value("[name=text]") == ""


def test_other_pages_are_not_kept(server: Server, sign_in: SignIn) -> None:
    page = sign_in("town", size=PHONE)
    _opened(page, server)
    page.goto(server.base + "/reports")
    kept = page.evaluate(
        """async () => { const urls = [];
        for (const name of await caches.keys())
          for (const request of await (await caches.open(name)).keys()) urls.push(new URL(request.url).pathname);
        return urls; }"""
    )
    others = {path for path in kept if not path.startswith("/static/")}
    assert others == {"/reports/new", "/offline", "/places/tree", "/kept-for"}
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("link", name="报灾")).to_be_visible()
    page.get_by_role("link", name="报灾").click()
    # The place is chosen from the kept tree.
    page.locator("[data-place] select, [data-place] summary").first.wait_for()
    if page.locator("[data-place] details[open]").count() == 0:
        page.locator("[data-place] summary").click()
    page.locator("[data-place] select").first.select_option(VILLAGE)
    assert page.input_value("[name=division]") == VILLAGE


def test_on_plain_http_it_waits_in_the_open_page(server: Server, browser: Browser, before: set[str]) -> None:
    """Many offices have no HTTPS: no service worker there, but nothing that was written is lost."""
    port = server.base.rpartition(":")[2]
    told = [*FLAGS, "--host-resolver-rules=MAP office.test 127.0.0.1"]
    opened = browser.browser_type.launch(executable_path=CHROMIUM, args=told)
    page = opened.new_page(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
    page.set_default_timeout(15_000)
    office = Server(f"http://office.test:{port}", server.process, server.data, server.environment)
    _enter(page, office, "village")
    page.goto(office.base + "/reports/new")
    assert not page.evaluate("window.isSecureContext")
    _fill(page, "19", "red")
    page.wait_for_timeout(800)
    page.reload()
    expect(page.locator(".photofield .photo")).to_have_count(1)
    assert page.input_value("[name=relocated]") == "19"
    page.context.set_offline(True)
    expect(page.locator("[data-offline-said]")).to_contain_text("别关这一页")
    _send(page)
    expect(page.locator("[data-queue] [data-state=waiting]")).to_have_count(1)
    page.context.set_offline(False)
    expect(page.locator("[data-queue] [data-state=sent]")).to_have_count(1, timeout=ARRIVED)
    opened.close()
    assert [one["figures"]["relocated"] for one in _new(server, before)] == [19]


def test_what_is_open_already_is_shown_before_a_second_is_opened(server: Server, sign_in: SignIn) -> None:
    page = sign_in("village", size=PHONE)
    for relocated in ("12", "15"):
        page.goto(server.base + "/reports/new")
        page.locator("label.tile:has([name=hazard][value=flood])").click()
        same = page.locator("[data-same]").first
        if relocated == "15":
            same.click()
            expect(page.locator("[data-kind-said]")).to_have_text("续报")
            expect(page.locator("[data-likely] li")).to_have_count(0)
        page.fill("[name=relocated]", relocated)
        _send(page)
        page.wait_for_url("**/reports/R*")


def test_a_liaison_s_first_page_is_light(server: Server, sign_in: SignIn) -> None:
    """Under 150 kB compressed, all that comes over a village's network for the first form."""
    page = sign_in("", size=PHONE)
    _enter(page, server, "village")
    page.evaluate("caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))))")
    sizes: dict[str, int] = {}

    def weigh(request: Request) -> None:
        answer = request.response()
        # What the worker fetches for later comes after the page, and most of it from the browser's own store.
        if answer is not None and request.service_worker is None:
            sizes[request.url] = len(gzip.compress(answer.body()))

    page.on("requestfinished", weigh)
    page.goto(server.base + "/reports/new")
    page.wait_for_load_state("networkidle")
    assert len(sizes) >= 4
    assert sum(sizes.values()) < 150_000, sizes
