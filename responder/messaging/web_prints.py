"""Pages for paper: the contact list and blank forms."""

from flask import render_template

from responder.kernel import clock
from responder.messaging import web as room
from responder.messaging.reach import paper
from responder.messaging.web_reach import narrowed
from responder.places.queries import places
from responder.platform import web

bp = room.bp


@bp.get("/messages/print/contacts")
@web.needs("message.see")
def print_contacts() -> str:
    """Names, posts and telephones by division."""
    scope = narrowed()
    with web.reading() as session:
        groups = paper.contacts(session, scope, clock.now(), numbers=scope.can("phone.see"))
        at = clock.now().astimezone(places(session).profile.zone())
    return render_template("messaging/print_contacts.html", groups=groups, at=f"{at:%Y-%m-%d %H:%M}")


@bp.get("/messages/print/forms")
@web.needs("message.see")
def print_forms() -> str:
    """A report, a zero report, a sheet of calls, slips for goods: to be filled in by hand."""
    with web.reading() as session:
        at = clock.now().astimezone(places(session).profile.zone())
    shown = paper.forms(at.date(), web.language())
    return render_template("messaging/print_forms.html", at=f"{at:%Y-%m-%d %H:%M}", **shown)
