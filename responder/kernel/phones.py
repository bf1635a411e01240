"""Phone numbers: kept as E.164, accepted as people write them (DOMAIN §7.4)."""

from functools import lru_cache

import phonenumbers

DEFAULT_REGION = "CN"


def parse(text: str, region: str = DEFAULT_REGION) -> str | None:
    """E.164 for a number as written (``138 0013 8000``, ``0086…``, ``+86…``), or None where it is no number."""
    try:
        parsed = phonenumbers.parse(text.strip(), region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def mask(e164: str) -> str:
    """What those see who have no need of the number: ``139****0119``."""
    local = e164.removeprefix("+86")
    if len(local) <= 4:
        return "****"
    return f"{local[:3]}****{local[-4:]}" if len(local) >= 8 else f"****{local[-2:]}"


def shown(e164: str) -> str:
    """The number as a person reads it: Chinese numbers without the country code."""
    return e164.removeprefix("+86")


@lru_cache(64)
def dialled(number: str) -> str:
    """A number as it is dialled on the mainland: a mobile without +86, a landline with its 0. Others as they stand."""
    try:
        parsed = phonenumbers.parse(number, DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return number
    if parsed.country_code != 86 or not phonenumbers.is_possible_number(parsed):
        return number
    return "".join(filter(str.isdigit, phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)))
