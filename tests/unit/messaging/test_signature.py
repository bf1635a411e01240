"""Twilio's signature: known vectors, repeated parameters, nothing that can crash it."""

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
