"""The placeholders of an ``http`` gateway's file: read at start, filled for each text, nothing evaluated."""

import hashlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from responder.messaging.gateways.http_words import Values, parse

AT = datetime(2024, 9, 16, 5, 30, 9, 250000, UTC).astimezone(ZoneInfo("Asia/Shanghai"))


def values(encoding: str = "utf-8") -> Values:
    plain = {
        "number": "+8613800138000", "number_plain": "13800138000", "body": "漕泾镇<内涝>", "ref": "7",
        "template_id": "1007", "lang": "zh", "nonce": "n",
    }  # fmt: skip
    return Values(plain, {"now": AT, "since": AT}, {"place": "海涯村"}, encoding)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("", ""),
        ("plain", "plain"),
        ("{number}/{number_plain}", "+8613800138000/13800138000"),
        ("a{body}b{ref}c", "a漕泾镇<内涝>b7c"),
        ("{template_id}{lang}{nonce}", "1007zhn"),
        ("{var:place}|{var:hazard}", "海涯村|"),
        ("{now:%Y%m%d%H%M%S}", "20240916133009"),
        ("{now:%H:%M:%S}", "13:30:09"),
        ("{now:unix}", "1726464609"),
        ("{now:unix_ms}", "1726464609250"),
        ("{since:%Y-%m-%d}", "2024-09-16"),
        ("{md5:abc}x", "900150983cd24fb0d6963f7d28e17f72x"),
        ("{upper:{md5:abc}}", "900150983CD24FB0D6963F7D28E17F72"),
        ("{base64:灾}", "54G+"),
        ("{sha256:abc}", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        # RFC 4231, test case 2.
        (
            "{hmac_sha256:Jefe|what do ya want for nothing?}",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        ("{md5:{number_plain}{now:%Y}}", hashlib.md5(b"138001380002024").hexdigest()),
    ],
)
def test_what_a_placeholder_stands_for(text: str, filled: str) -> None:
    assert parse(text).fill(values()) == filled


def test_a_signature_is_made_in_the_provider_s_letters() -> None:
    signed = parse("{md5:{body}}")
    assert signed.fill(values("gbk")) == hashlib.md5("漕泾镇<内涝>".encode("gbk")).hexdigest()
    assert signed.fill(values("gbk")) != signed.fill(values())


def test_a_body_s_own_braces_are_letters() -> None:
    strange = Values({**values().plain, "body": "{env:HOME}{ref}{md5:a}%s"}, values().times)
    assert parse("<{body}>").fill(strange) == "<{env:HOME}{ref}{md5:a}%s>"


def test_each_value_is_escaped_and_the_words_around_it_are_not() -> None:
    assert parse("<{body}>").fill(values(), lambda value: value.replace("<", "&lt;")) == "<漕泾镇&lt;内涝>>"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{phone}", "no such placeholder: {phone}"),
        ("{}", "no such placeholder"),
        ("{0}", "no such placeholder"),
        ("{body.__class__}", "no such placeholder"),
        ("{body!r}", "no such placeholder"),
        ("{body:x}", "nothing after a colon"),
        ("{now}", "needs something"),
        ("{now:today}", "unix, unix_ms or a pattern"),
        ("{md5:}", "needs something"),
        ("{md5:{secret}}", "no such placeholder: {secret}"),
        ("{hmac_sha256:key}", "needs a |"),
        ("{hmac_sha256:{body|x}}", "needs a |"),
        ("{body", "without its }"),
        ("body}", "without its {"),
        ("{md5:{body}", "without its }"),
        (7, "must be text"),
    ],
)
def test_anything_else_is_refused_when_it_is_read(text: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem.replace("{", r"\{").replace("|", r"\|")):
        parse(text)


def test_a_secret_comes_from_the_environment_and_shows_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_TEST_SECRET", "s3cret")
    words = parse("{md5:{env:SMS_TEST_SECRET}}-{env:SMS_TEST_SECRET}")
    assert words.fill(values()) == hashlib.md5(b"s3cret").hexdigest() + "-s3cret"
    assert "s3cret" not in repr(words) + repr(words.parts)


def test_a_secret_that_isn_t_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMS_TEST_SECRET", raising=False)
    with pytest.raises(ValueError, match=r"SMS_TEST_SECRET is set neither in the environment nor in \.env"):
        parse("{env:SMS_TEST_SECRET}")
    monkeypatch.setenv("SMS_TEST_SECRET", "")
    with pytest.raises(ValueError, match="SMS_TEST_SECRET"):
        parse("{env:SMS_TEST_SECRET}")
