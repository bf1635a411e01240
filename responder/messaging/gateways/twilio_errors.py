"""Twilio's error codes: what each asks us to do (DOMAIN §8; titles from Twilio's error dictionary). Pure."""

from responder.messaging.gateways import Category

_TEMPORARY = (
    10004,  # call concurrency limit exceeded
    20429,  # too many requests
    20500, 20503,  # internal error, service unavailable
    21611,  # the sender's queue holds ten hours of texts
    21730,  # under maintenance
    30001,  # queue overflow
    30003,  # handset unreachable: off, no signal
    30008,  # unknown error of the carrier
    30017,  # carrier network congestion
    30020, 30021,  # internal failure of scheduling, of the orchestrator
    30022, 30023, 30027,  # rate limit, daily limits of US carriers
    30036,  # not handed over within the validity period that we gave
    30410, 30500,  # provider timed out, platform error
    63017, 63038,  # rate limit, the account's texts of a day
)  # fmt: skip

_NUMBER = (
    13223, 13224, 13226,  # call: number malformed, not served, unknown country code
    21211,  # invalid To
    21214,  # To cannot be reached
    21217,  # does not appear to be valid
    21614,  # not a mobile number
    21635,  # landline
    30005, 30006,  # unknown handset, landline or unreachable carrier
    30014,  # attributes of To invalid
)  # fmt: skip

_OPTED_OUT = (
    21610,  # unsubscribed
)  # fmt: skip

_CONTENT = (
    21602, 21605, 21617, 21618, 21619, 21658,  # no body, too long, cannot be sent
    30004,  # blocked
    30007,  # filtered
    30019,  # larger than the carrier takes
)  # fmt: skip

_CONFIG = (
    10001, 10002, 20003, 20005, 20006, 20008, 20010,  # account inactive, trial, credentials, test credentials
    13225, 13227, 21203, 21215, 21216,  # calls to this country not enabled, blocked by Twilio
    20001, 20404, 20422,  # unknown parameters, no such account or resource, invalid parameter
    21205, 21402, 21609, 21626,  # our public address is not one that Twilio can call
    21210, 21212, 21213, 21219,  # From or To not verified, From invalid
    21408,  # region not enabled
    21401, 21407, 21601, 21603, 21606, 21607, 21608, 21612, 21616, 21657, 21659, 21660,  # sender can't text there
    21701, 21702, 21703, 21704, 21705, 21709, 21711, 21712,  # Messaging Service wrong or empty
    30002,  # account suspended
    30010,  # price above the limit set
    30018, 30024, 30032, 30033, 30034, 30035, 30042,  # sender not registered with the carriers
    30450, 30453,  # held back by Twilio's own fraud protection
    60220,  # China: use not vetted
)  # fmt: skip

_CATEGORIES: dict[int, Category] = {
    **dict.fromkeys(_TEMPORARY, "temporary"),
    **dict.fromkeys(_NUMBER, "permanent_number"),
    **dict.fromkeys(_OPTED_OUT, "opted_out"),
    **dict.fromkeys(_CONTENT, "content"),
    **dict.fromkeys(_CONFIG, "config"),
}


def category(code: object, http_status: int = 0) -> Category:
    """What to do about an error. A code that isn't listed goes by the HTTP status: 408, 429 and 5xx pass, 401, 403 and
    404 are a wrong setting; anything else is unknown."""
    try:
        known = _CATEGORIES.get(int(str(code)))
    except ValueError:
        known = None
    if known is not None:
        return known
    if http_status in (408, 429) or http_status >= 500:
        return "temporary"
    return "config" if http_status in (401, 403, 404) else "unknown"
