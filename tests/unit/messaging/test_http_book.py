"""The file of an ``http`` gateway: a mistake names file and key before any text is sent."""

from pathlib import Path

import pytest

from responder.messaging.gateways import Letter, SendFailed, http
from responder.messaging.gateways.http import plain, weigh
from responder.messaging.gateways.http_book import Book, books, load
from responder.platform.config import ConfigError
from responder.settings import Settings

GOOD = """
[can]
serves = ["+86"]
[request]
url = "http://127.0.0.1/send"
[request.json]
to = "{number}"
[accepted]
as = "json"
"""


def written(folder: Path, text: str, name: str = "town") -> Settings:
    (folder / "gateways").mkdir(exist_ok=True)
    (folder / "gateways" / f"{name}.toml").write_text(text, encoding="utf-8")
    return Settings(data=folder, gateways=f"http:{name}")


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for dialect, names in {
        "JSON": "URL ACCOUNT SECRET",
        "GBK": "URL ACCOUNT PASSWORD",
        "SOAP": "URL USER PASSWORD",
    }.items():
        for name in names.split():
            monkeypatch.setenv(f"SMS_{dialect}_{name}", "x")


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("name", ["json", "gbk", "soap"])
def test_the_examples_that_come_with_the_house_are_whole(name: str, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, gateways=f"http:{name}, twilio")
    assert list(books(settings)) == [name]


@pytest.mark.parametrize("name", ["json", "gbk", "soap"])
def test_an_example_without_its_secrets_names_them_all(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=rf"^{name}\.toml: request\.url.*SMS_{name.upper()}_URL is set neither"):
        load(Settings(data=tmp_path), f"http:{name}")


@pytest.mark.usefixtures("secrets")
def test_the_branch_s_own_file_goes_before_the_example(tmp_path: Path) -> None:
    settings = written(tmp_path, GOOD, "json")
    assert load(settings, "http:json").receipts is None
    assert load(Settings(data=tmp_path / "other"), "http:json").receipts is not None


def test_a_file_that_isn_t_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"pigeon\.toml: no such file"):
        load(Settings(data=tmp_path), "http:pigeon")


@pytest.mark.parametrize("name", ["http:", "http:../../etc/passwd", "http:a.b", "http:" + "a" * 20, "http:A"])
def test_a_name_is_no_path(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="RESPONDER_GATEWAYS"):
        load(Settings(data=tmp_path), name)


INBOUND = '[inbound]\nas = "json"\nnumber = "n"\nbody = "b"\n'
RECEIPTS = '[receipts]\nas = "json"\nstatus = "s"\nstatuses = { ok = "delivered" }\n'


@pytest.mark.parametrize(
    ("change", "key", "problem"),
    [
        (("{number}", "{phone}"), "request.json", r"no such placeholder: {phone}"),
        (("{number}", "{since:%Y}"), "", r"request.json: {since} means nothing here"),
        (("/send", "/{env:NOT_SET_ANYWHERE}"), "request.url", "NOT_SET_ANYWHERE is set neither"),
        (("url =", "ulr ="), "request.url", "Field required"),
        (("url =", "method = 'DELETE'\nurl ="), "request.method", "Input should be"),
        (("url =", "encoding = 'latin1'\nurl ="), "request.encoding", "Input should be"),
        (("url =", "zone = 'Mars/Base'\nurl ="), "request.zone", "no such time zone"),
        (("url =", "form = {}\nurl ="), "request", "only one of them"),
        (("url =", "user = 'a'\nurl ="), "request", "user and password go together"),
        (('as = "json"', 'as = "yaml"'), "accepted.as", "Input should be"),
        (('as = "json"', 'as = "text"'), "accepted", "a pattern goes with as = 'text'"),
        (('as = "json"', 'as = "text"\npattern = "("'), "accepted.pattern", "not a regular expression"),
        (('as = "json"', 'as = "json"\ncode = "c"'), "accepted", "go together"),
        (("[can]", "[can]\nvoice = true"), "", "texts are all"),
        (("[can]", "[can]\nreceipts = true"), "", r"can.receipts and \[receipts\] go together"),
        (("[can]", "[can]\nflies = true"), "can.flies", "Extra inputs"),
        (("[accepted]", '[[errors]]\ncategory = "temporary"\n[accepted]'), "errors.0", "needs codes"),
        (
            ("[accepted]", '[[errors]]\ncodes = ["1"]\ncategory = "odd"\n[accepted]'),
            "errors.0.category",
            "Input should",
        ),
        (("[accepted]", INBOUND + "[accepted]"), "inbound", "needs id or time"),
        (("[accepted]", INBOUND + 'id = "i"\n[accepted]'), "", r"can.text_in and \[inbound\]"),
        (
            ("[accepted]", INBOUND + 'id = "i"\n[inbound.poll.request]\nurl = "http://x/{body}"\n[accepted]'),
            "inbound.poll",
            "url: {body} means nothing here",
        ),
        (("[accepted]", RECEIPTS + "[accepted]"), "receipts", "needs ref or provider_id"),
        (("[accepted]", '[verify]\nheader = "X"\n[accepted]'), "verify", "go together"),
        (("[accepted]", '[verify]\naddresses = ["everywhere"]\n[accepted]'), "verify.addresses.0", "not a valid IPv4"),
    ],
)
def test_a_mistake_names_file_and_key(change: tuple[str, str], key: str, problem: str, tmp_path: Path) -> None:
    assert change[0] in GOOD
    settings = written(tmp_path, GOOD.replace(*change, 1))
    with pytest.raises(ConfigError, match=problem.replace("{", r"\{")) as raised:
        books(settings)
    assert f"town.toml: {key}" in str(raised.value)


def made(tmp_path: Path, more: str = "") -> Book:
    return load(written(tmp_path, GOOD + more), "http:town")


def test_the_first_error_that_fits_counts(tmp_path: Path) -> None:
    first = '[[errors]]\ncodes = ["1"]\ncategory = "content"\n'
    more = first + '[[errors]]\npattern = "1|忙"\ncategory = "temporary"\nafter = 9\n'
    book = made(tmp_path, more)
    assert weigh(book, 200, "1", "") == ("content", 0)
    assert weigh(book, 200, "21", "") == ("temporary", 9)
    assert weigh(book, 500, "", "系统忙") == ("temporary", 9)
    assert weigh(book, 200, "7", "") == ("unknown", 0)


@pytest.mark.parametrize(
    ("status", "category"),
    [(429, "temporary"), (500, "temporary"), (503, "temporary"), (401, "config"), (403, "config"), (400, "unknown")],
)
def test_without_a_word_of_the_file_http_counts(status: int, category: str, tmp_path: Path) -> None:
    assert weigh(made(tmp_path), status, "", "")[0] == category


def test_numbers_as_domestic_providers_write_them() -> None:
    assert [plain(n) for n in ("+8613800138000", "+85291234567", "+8602157351111")] == [
        "13800138000", "85291234567", "02157351111"
    ]  # fmt: skip


def test_a_text_without_an_approved_template_isn_t_sent_where_one_is_needed(tmp_path: Path) -> None:
    settings = written(tmp_path, GOOD.replace("{number}", "{template_id}"))
    (tmp_path / "templates.http-town.toml").write_text('[templates.mission_alert]\nzh = "7"\n', encoding="utf-8")
    gateway = http.gateway(settings, "http:town")
    for template, lang in (("help", "zh"), ("mission_alert", "en")):
        with pytest.raises(SendFailed) as raised:
            gateway.send(Letter(1, "+8613800138000", "水", template, lang))
        assert raised.value.category == "content"
    assert gateway._template_id(Letter(1, "+8613800138000", "水", "mission_alert")) == "7"


def test_the_gateway_bears_its_name(tmp_path: Path) -> None:
    assert http.gateway(written(tmp_path, GOOD), "http:town").name == "http:town"
