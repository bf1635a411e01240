"""Twilio's error codes: every one that the field knows leads to what must be done about it."""

import pytest

from responder.messaging.gateways import Category
from responder.messaging.gateways import twilio_errors as errors
from responder.messaging.gateways.twilio_errors import category

FIELD: dict[Category, tuple[int, ...]] = {
    "temporary": (20429, 30001, 30003, 30008, 30017, 30022),
    "permanent_number": (21211, 21214, 21614, 30005, 30006),
    "opted_out": (21610,),
    "content": (30004, 30007),
    "config": (20003, 21408, 21606, 21608, 21612, 30002),
}
"""DOMAIN §8."""


@pytest.mark.parametrize(("code", "kind"), [(code, kind) for kind, codes in FIELD.items() for code in codes])
@pytest.mark.parametrize("status", [0, 400, 500])
def test_the_field_s_table(code: int, kind: Category, status: int) -> None:
    assert category(code, status) == kind
    assert category(str(code), status) == kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (10004, "temporary"), (21611, "temporary"), (30036, "temporary"), (30410, "temporary"), (63038, "temporary"),
        (13224, "permanent_number"), (21635, "permanent_number"), (21617, "content"), (21215, "config"),
        (21703, "config"), (30034, "config"), (60220, "config"),
    ],
)  # fmt: skip
def test_more_of_twilio_s_dictionary(code: int, kind: Category) -> None:
    assert category(code, 400) == kind


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        (None, 429, "temporary"), ("", 503, "temporary"), ("null", 408, "temporary"), (99999, 500, "temporary"),
        (None, 401, "config"), (None, 403, "config"), (404, 404, "config"), (99999, 400, "unknown"),
        (None, 0, "unknown"), ("x" * 40, 400, "unknown"), ([], 400, "unknown"), (10**30, 302, "unknown"),
    ],
)  # fmt: skip
def test_what_isn_t_listed_goes_by_the_http_status(code: object, status: int, kind: Category) -> None:
    assert category(code, status) == kind


def test_no_code_asks_for_two_things() -> None:
    lists = (errors._TEMPORARY, errors._NUMBER, errors._OPTED_OUT, errors._CONTENT, errors._CONFIG)
    every = [code for codes in lists for code in codes]
    assert len(every) == len(set(every)) == len(errors._CATEGORIES)
