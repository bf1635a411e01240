"""What would happen, before anything is sent: who gets it and by which road, who can't, the exact words, the cost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from responder.kernel import clock
from responder.kernel.actors import REAL
from responder.kernel.notices import ALERT, ROUTINE
from responder.messaging.broadcasts import queries, rules
from responder.messaging.broadcasts.audience import Reachable
from responder.messaging.broadcasts.measures import measures
from responder.messaging.caps import Tally
from responder.messaging.commands import Option
from responder.messaging.gateways import Capabilities
from responder.messaging.gateways.chosen import capabilities
from responder.messaging.letters import treatment
from responder.messaging.manners import manners
from responder.messaging.roads import Text, Way, choose
from responder.messaging.rules import segments
from responder.messaging.wording import known, worded
from responder.places.queries import places
from responder.platform.scope import PREFIXES, Scope
from responder.settings import Settings


@dataclass(frozen=True)
class Sample:
    """One wording as it arrives by one road, with the provider's signature: to how many, in how many segments each."""

    lang: str
    road: str
    body: str
    people: int
    segments: int


@dataclass(frozen=True)
class Preview:
    """``parts`` are (name, people), ``roads`` (gateway, people), the gateway "" where none carries it. ``cost`` is in
    thousandths of a yuan by each one's first road. ``held_until`` is when the quiet hours let it go, None for now;
    ``same`` is the number of a broadcast that said the same words a moment ago."""

    people: tuple[Reachable, ...]
    unreachable: tuple[Reachable, ...]
    parts: tuple[tuple[str, int], ...]
    roads: tuple[tuple[str, int], ...]
    samples: tuple[Sample, ...]
    segments: int
    cost: int
    held_until: datetime | None
    same: str | None


def preview(
    session: Session,
    scope: Scope,
    settings: Settings,
    people: Sequence[Reachable],
    template: str,
    body: str,
    options: Sequence[Option],
) -> Preview:
    """How a text would go to these people now."""
    now, tree = clock.now(), places(session)
    told = [one for one in people if one.number]
    below = next((n for n in PREFIXES if n > len(scope.division)), PREFIXES[-1])
    treated, names = treatment(template), tuple(settings.gateway_names())
    words = {lang: _worded(session, settings, template, body, options, lang, scope) for lang in _languages(told)}
    first = Counter((known(one.lang), _road(template, words[known(one.lang)], one, names, now)) for one in told)
    samples = []
    for (lang, road), n in sorted(first.items(), key=lambda found: -found[1]):
        can = capabilities(road) if road else Capabilities()
        arrives = f"【{can.signature.strip('【】')}】{words[lang]}" if can.signature else words[lang]
        samples.append(Sample(lang, road, arrives, n, segments(arrives)))
    at = manners().quiet.over(now, tree.profile.zone()) if treated.waits_for_morning else now
    return Preview(
        tuple(people), tuple(one for one in people if not one.number),
        tuple(sorted(Counter(tree.name(one.division[:below]) for one in told).items(), key=lambda part: -part[1])),
        tuple(_by_road(first).most_common()), tuple(samples),
        sum(one.people * one.segments for one in samples),
        sum(one.people * one.segments * capabilities(one.road).price for one in samples if one.road),
        at if at > now else None, queries.said_before(session, scope, body, now - measures().same),
    )  # fmt: skip


def _by_road(first: Counter[tuple[str, str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (_lang, road), n in first.items():
        found[road] += n
    return found


def _languages(people: Sequence[Reachable]) -> set[str]:
    return {known(one.lang) for one in people}


def _worded(
    session: Session, settings: Settings, template: str, body: str, options: Sequence[Option], lang: str, scope: Scope
) -> str:
    params = {
        "body": body, "code": queries.next_number(session), "options": rules.options_line(options, lang),
    }  # fmt: skip
    return worded(template, lang, params, drill=scope.world != REAL, answer=settings.answer_number).body


def _road(template: str, body: str, one: Reachable, names: tuple[str, ...], now: datetime) -> str:
    """The first gateway in order that carries such a text to this number, "" where none does: what budgets, caps and
    broken roads make of it later shows on the tally."""
    treated = treatment(template)
    ways = [Way(name, name, capabilities(name)) for name in manners().order(treated.kind, one.number, names)]
    if not ways:
        return ""
    priority = ALERT if treated.kind == "alert" else ROUTINE
    text = Text(
        one.number, treated.kind, body, "", template, one.lang, treated.form is not None, priority, now
    )  # fmt: skip
    return choose(text, ways, Tally(), (), lambda *_asked: True, now, manners().course(treated.kind)).road
