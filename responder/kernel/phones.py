"""Phone numbers: kept as E.164, accepted as people write them (DOMAIN §7.4)."""

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
