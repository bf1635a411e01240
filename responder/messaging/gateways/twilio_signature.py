"""Whether a request really comes from Twilio: over its URL, its parameters and its body (DOMAIN §8). Pure."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator, get_signature_algorithm
from werkzeug.datastructures import MultiDict

SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
BODY_HASH = "bodySHA256"


@dataclass(frozen=True)
class Keys:
    """What Twilio signs with: the account's auth token, and the secret of a shared key where one is set up."""

    token: str
    shared: str = ""

    def of(self, settings: str) -> tuple[str, str]:
        """Secret and algorithm for a request whose settings header says this; no secret where it can't be believed.

        Once a shared key is set, nothing else counts: whoever has only the older, weaker one gets no further by
        leaving the header out. An algorithm for which there is no key is refused, never tried with another.
        """
        if self.shared:
            return (self.shared if get_signature_algorithm(settings).upper() == HMAC_SHA256 else ""), HMAC_SHA256
        return ("" if settings.strip() else self.token), HMAC_SHA1


@dataclass(frozen=True)
class Asked:
    """A request as it was signed: the whole public URL, the form's parameters (none of a JSON body), the raw body."""

    url: str
    form: Mapping[str, list[str]]
    body: bytes
    is_form: bool = True


def signed(keys: Keys, asked: Asked, signature: str, settings: str = "") -> bool:
    """Whether the signature fits. Never raises, whatever was sent.

    A body that is no form isn't signed itself: the URL must name its hash. The SDK's validator raises TypeError
    there, and on a form never looks at that hash; here it must fit wherever it is named.
    """
    secret, algorithm = keys.of(settings)
    if not secret or not signature:
        return False
    try:
        named = parse_qs(urlsplit(asked.url).query).get(BODY_HASH, [])
        if (not asked.is_form and not named) or not all(_is_of(asked.body, one) for one in named):
            return False
        # A plain dict with lists in it makes the validator raise: it wants the shape that a request has.
        values = MultiDict((name, value) for name, found in asked.form.items() for value in found)
        return bool(RequestValidator(secret).validate(asked.url, values, signature, algorithm))
    except ValueError:
        # An address that no URL can have.
        return False


def _is_of(body: bytes, named: str) -> bool:
    return hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), named.lower().encode())
