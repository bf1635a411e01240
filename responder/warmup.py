"""Reads every file of rules at start: a mistake in one shows when the service starts, not at the first text."""

from responder.accounts import roles
from responder.dispatch import runcards
from responder.drills import days
from responder.hotline import manners
from responder.hotline.understanding import understand
from responder.hotline.voice import menu
from responder.incidents import authority, handoffs, levels, similarity
from responder.messaging import letters, replies
from responder.messaging import manners as messaging_manners
from responder.messaging.ringing import rules as ringing
from responder.platform import terms
from responder.reports import checks, indicators, red
from responder.reports.deadlines import rulebook
from responder.stock import catalogue
from responder.teams import standard


def read_rules() -> None:
    """Raises ConfigError, which names file and key."""
    for read in (
        roles.every, runcards.patience, days.days, levels.levels, authority.authority, handoffs.lines,
        similarity.joining, checks.checks, indicators.indicators, catalogue.goods, catalogue.norms,
        standard.standard, menu.menu, letters.treatments, messaging_manners.manners, replies.replies, ringing.manner,
    ):  # fmt: skip
        read()
    rulebook.patience()
    red.red_words("")
    manners.manners()
    terms.refusal("not_found", {}, "zh")
    terms.sentence("report.received", {}, "zh")
    terms.vocabulary("hazard")
    understand("海涯村内涝，受灾3户8人，需棉被2床")
