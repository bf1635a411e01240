"""``responder doctor``: what is right and wrong with an installation. A composition root: it looks into many rooms."""

from collections.abc import Iterator
from dataclasses import dataclass

from responder.accounts.queries import anybody
from responder.app import House
from responder.messaging import templates
from responder.messaging.gateways import aliyun, http_book, kannel, kannel_book
from responder.messaging.gateways.chosen import UnknownGateway, gateways
from responder.places.queries import is_loaded
from responder.platform import eventlog, house
from responder.platform.config import ConfigError
from responder.settings import Settings
from responder.stock import proof


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    ok: bool
    what: str


def examine(built: House) -> list[Finding]:
    """Looks at everything that can be looked at without sending a text."""
    return [*_store(built), *_settings(built), *_files()]


def _store(built: House) -> Iterator[Finding]:
    with built.work.read() as session:
        broken = eventlog.broken_at(session)
        said = "every row follows from the one before" if broken is None else f"the chain breaks at {broken}"
        yield Finding(broken is None, f"event log: {said}")
        differences = proof.differences(session)
        said = "balances equal the ledger's sums" if not differences else f"balances differ: {differences[:5]}"
        yield Finding(not differences, f"stock: {said}")
        loaded = is_loaded(session)
        said = "loaded" if loaded else "none (responder profile load, or the first page)"
        yield Finding(loaded, f"profile: {said}")
        somebody = anybody(session)
        yield Finding(somebody, "people: an account exists" if somebody else "people: nobody can sign in yet")


def _settings(built: House) -> Iterator[Finding]:
    settings = built.settings
    try:
        names = [gateway.name for gateway in gateways(settings)]
    except (UnknownGateway, ConfigError) as problem:
        yield Finding(False, f"gateways: {problem}")
        names = []
    else:
        yield Finding(bool(names), f"gateways: {', '.join(names)}" if names else "gateways: none, no text can be sent")
    if "simulator" in names and not settings.demo:
        yield Finding(False, "gateways: simulator outside a demonstration, its texts reach nobody")
    if "twilio" in names:
        wanted = {
            "TWILIO_ACCOUNT_SID": settings.twilio_account_sid, "TWILIO_AUTH_TOKEN": settings.twilio_auth_token,
            "RESPONDER_TWILIO_FROM": settings.twilio_from,
        }  # fmt: skip
        missing = [name for name, value in wanted.items() if not value]
        said = f"Twilio: missing {', '.join(missing)}" if missing else "Twilio: account, token and sender set"
        yield Finding(not missing, said)
        public = settings.public_url or "unset, no receipts"
        yield Finding(bool(settings.public_url), f"RESPONDER_PUBLIC_URL: {public}")
    for name in names:
        if name == aliyun.NAME or name.startswith(http_book.PREFIX):
            # Whoever knows these may bring texts: they are for the provider's console alone.
            address = f"/hooks/{name.replace(':', '/')}/{settings.hook_key(name)}/"
            yield Finding(True, f"{name} calls us at {settings.public_url.rstrip('/')}{address}")
    if aliyun.NAME in names:
        yield from _aliyun(settings)
    if kannel.Kannel.name in names:
        yield from _kannel(settings)
    secure = settings.public_url.startswith("https://")
    add = "over plain http browsers refuse camera, location and offline filing; every job has another way"
    yield Finding(True, "HTTPS: in use" if secure else f"HTTPS: not in use ({add})")


def _aliyun(settings: Settings) -> Iterator[Finding]:
    register = templates.approval(aliyun.NAME, settings.data)
    yield Finding(bool(settings.aliyun_key and settings.aliyun_secret), "Aliyun: key and secret")
    yield Finding(bool(register.signature), f"Aliyun: signature {register.signature or 'missing'}")
    yield Finding(bool(register.templates), f"Aliyun: {len(register.templates)} templates approved")


def _kannel(settings: Settings) -> Iterator[Finding]:
    wanted = {
        "RESPONDER_KANNEL_URL": settings.kannel_url, "RESPONDER_KANNEL_USERNAME": settings.kannel_username,
        "RESPONDER_KANNEL_PASSWORD": settings.kannel_password,
    }  # fmt: skip
    missing = [name for name, value in wanted.items() if not value]
    said = f"missing {', '.join(missing)}" if missing else "address, user and password set"
    yield Finding(not missing, f"Kannel: {said}")
    book = kannel_book.book()
    sims = ", ".join(sim.line for sim in book.sims) or "none listed, one line with the gateway's budget"
    yield Finding(True, f"Kannel: SIMs {sims}")
    watched = bool(settings.kannel_status_url)
    yield Finding(watched, "Kannel: lines are watched" if watched else "Kannel: not watched, no status address")
    at = kannel.hooks_at(settings, book.kannel.callback)
    # Whoever knows it may bring texts: it is for Kannel's own file alone.
    said = f"calls us at {at}/sms and {at}/status" if at else "can't call us, RESPONDER_PUBLIC_URL is unset"
    yield Finding(bool(at), f"Kannel: {said}")


def _files() -> Iterator[Finding]:
    built = (house.root() / "static" / "dist" / "manifest.json").is_file()
    yield Finding(built, "browser files: built" if built else "browser files: not built (make setup)")
