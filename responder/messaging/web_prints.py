"""Pages for paper: the contact list and blank forms."""

from flask import render_template

from responder.kernel import clock
from responder.messaging import web as room
from responder.messaging.reach import paper, queries
from responder.messaging.web_reach import AT_ONCE, narrowed
from responder.places.queries import places
from responder.platform import web

bp = room.bp


@bp.get("/messages/print/contacts")
@web.needs("message.see")
def print_contacts() -> str:
    """Names, posts and telephones by division; of a large branch one part at a time."""
    scope = narrowed()
    with web.reading() as session:
        now, tree = clock.now(), places(session)
        codes = sorted(one.division for one in queries.outlines(session, scope, now))
        parts = [(one.code, one.name) for one in tree.children(scope.division)] if len(codes) > AT_ONCE else []
        inside = tuple(code for code, _name in parts)
        own = [code for code in codes if not code.startswith(inside)] if inside else codes
        groups = paper.contacts(session, scope, now, own, numbers=scope.can("phone.see"))
        at = now.astimezone(tree.profile.zone())
    return render_template(
        "messaging/print_contacts.html", groups=groups, parts=parts, at=f"{at:%Y-%m-%d %H:%M}"
    )  # fmt: skip


@bp.get("/messages/print/forms")
@web.needs("message.see")
def print_forms() -> str:
    """A report, a zero report, a sheet of calls, slips for goods: to be filled in by hand."""
    with web.reading() as session:
        at = clock.now().astimezone(places(session).profile.zone())
    shown = paper.forms(at.date(), web.language())
    return render_template("messaging/print_forms.html", at=f"{at:%Y-%m-%d %H:%M}", **shown)
