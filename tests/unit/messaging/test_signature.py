"""Twilio's signature: known vectors, repeated parameters, bodies, two kinds of key, nothing that can crash it."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from responder.messaging.gateways.twilio_signature import Asked, Keys
from responder.messaging.gateways.twilio_signature import signed as fits

FORM = {
    "CallSid": ["CA1234567890ABCDE"],
    "Caller": ["+12349013030"],
    "Digits": ["1234"],
    "From": ["+12349013030"],
    "To": ["+18005551212"],
}
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"


def signed(token: str, url: str, form: dict[str, list[str]], signature: str) -> bool:
    return fits(Keys(token), Asked(url, form, b""), signature)


def test_the_published_vector() -> None:
    assert signed("12345", URL, FORM, "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")


def test_chinese_is_signed_as_utf_8() -> None:
    form = {"Body": ["枫泾镇洪涝"], "From": ["+8613800000000"]}
    assert signed("12345", "https://ex.cn/sms", form, "+ATMvpWGRVW0GUPMLeTy+q7BWug=")


@pytest.mark.parametrize(
    ("token", "url", "signature"),
    [
        ("12346", URL, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
        ("12345", URL + "3", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
        ("12345", URL, "0/KCTR6DLpKmkAf8muzZqo1nDgQ"),
        ("12345", URL, "枫泾"),
        ("12345", URL, ""),
        ("", URL, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
    ],
)
def test_anything_else_is_not_signed(token: str, url: str, signature: str) -> None:
    assert not signed(token, url, FORM, signature)


def test_a_changed_parameter_is_not_signed() -> None:
    assert not signed("12345", URL, {**FORM, "Digits": ["1235"]}, "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")
    assert not signed("12345", URL, {**FORM, "More": ["1"]}, "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")


def test_repeated_parameters_count_once_each_in_order() -> None:
    form = {"MediaUrl": ["b", "a", "b"], "From": ["+1"]}
    expected = RequestValidator("12345").compute_signature(URL, {"From": "+1", "MediaUrl": "aMediaUrlb"})
    assert expected == RequestValidator("12345").compute_signature(
        URL, MultiDict([("From", "+1"), ("MediaUrl", "b"), ("MediaUrl", "a")])
    )
    assert signed("12345", URL, form, expected)


@given(
    st.dictionaries(st.text(max_size=8), st.lists(st.text(max_size=8), min_size=1, max_size=3), max_size=4),
    st.text(max_size=40),
)
def test_a_forged_request_never_raises(form: dict[str, list[str]], signature: str) -> None:
    assert not signed("12345", URL, form, signature)


class TestSharedKey:
    """The newer signature, with a key that the branch manages itself."""

    SHARED = "key=webhooks_sharedkey_01,algorithm=HMAC_SHA256"
    VECTOR = "Rmm4Vzj+Ky7JGoWXMCsZDZuHDszLr9xvdbvitrDr4/M="
    OLD = "0/KCTR6DLpKmkAf8muzZqo1nDgQ="

    def test_the_vector(self) -> None:
        assert fits(Keys("other", "12345"), Asked(URL, FORM, b""), self.VECTOR, self.SHARED)

    @pytest.mark.parametrize(
        "settings",
        [
            SHARED, "algorithm=HMAC_SHA256", "algorithm=HMAC_SHA1", "algorithm=HMAC_SHA512",
            "key=webhooks_sharedkey_01", "algorithm", "x", ",", "algorithm=HMAC_SHA512,algorithm=HMAC_SHA1",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("signature", [VECTOR, OLD])
    def test_without_a_shared_key_its_header_is_never_believed(self, settings: str, signature: str) -> None:
        assert not fits(Keys("12345"), Asked(URL, FORM, b""), signature, settings)

    @pytest.mark.parametrize("settings", ["", "key=webhooks_sharedkey_01", "algorithm=HMAC_SHA1", "algorithm=none"])
    def test_with_one_the_older_kind_is_no_way_round_it(self, settings: str) -> None:
        keys = Keys("12345", "12345")
        assert not fits(keys, Asked(URL, FORM, b""), self.OLD, settings)
        assert not fits(keys, Asked(URL, FORM, b""), self.VECTOR, settings)

    def test_another_secret_doesn_t_fit(self) -> None:
        assert not fits(Keys("12345", "12346"), Asked(URL, FORM, b""), self.VECTOR, self.SHARED)


class TestBody:
    """A hash in the address speaks for the body."""

    BODY = '{"Body":"枫泾镇洪涝"}'.encode()
    HASH = hashlib.sha256(BODY).hexdigest()

    def _fits(self, url: str, body: bytes, form: dict[str, list[str]], *, is_form: bool) -> bool:
        values = MultiDict((name, value) for name, found in form.items() for value in found)
        return fits(
            Keys("12345"), Asked(url, form, body, is_form), RequestValidator("12345").compute_signature(url, values)
        )

    def test_json_is_believed_by_its_hash(self) -> None:
        assert self._fits(f"{URL}&bodySHA256={self.HASH}", self.BODY, {}, is_form=False)
        assert self._fits(f"{URL}&bodySHA256={self.HASH.upper()}", self.BODY, {}, is_form=False)

    @pytest.mark.parametrize("named", ["", "=", "=abc", "=" + "0" * 64, "=枫"])
    def test_json_without_its_hash_is_not(self, named: str) -> None:
        assert not self._fits(f"{URL}&bodySHA256{named}" if named else URL, self.BODY, {}, is_form=False)

    def test_two_hashes_must_both_fit(self) -> None:
        assert not self._fits(f"{URL}&bodySHA256={self.HASH}&bodySHA256={'0' * 64}", self.BODY, {}, is_form=False)

    def test_a_form_s_hash_is_looked_at_too(self) -> None:
        body = b"From=%2B1"
        good = hashlib.sha256(body).hexdigest()
        assert self._fits(f"{URL}&bodySHA256={good}", body, {"From": ["+1"]}, is_form=True)
        assert not self._fits(f"{URL}&bodySHA256={self.HASH}", body, {"From": ["+1"]}, is_form=True)


@pytest.mark.parametrize(
    ("signed_as", "asked_as"),
    [
        ("https://ex.cn/sms?a=1", "https://ex.cn:443/sms?a=1"), ("https://ex.cn:443/sms?a=1", "https://ex.cn/sms?a=1"),
        ("http://ex.cn/sms", "http://ex.cn:80/sms"), ("https://ex.cn/sms", "https://ex.cn:8443/sms"),
        ("https://ex.cn:8443/sms", "https://ex.cn:8443/sms"),
    ],
)  # fmt: skip
def test_a_port_may_be_named_or_not(signed_as: str, asked_as: str) -> None:
    values = MultiDict((name, value) for name, found in FORM.items() for value in found)
    assert signed("12345", asked_as, FORM, RequestValidator("12345").compute_signature(signed_as, values))


@pytest.mark.parametrize("url", ["https://ex.cn:port/sms", "https://[::1/sms", "", "://", "https://ex.cn:99999/"])
def test_an_address_that_no_url_can_have_is_not_signed(url: str) -> None:
    assert not signed("12345", url, FORM, "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")
