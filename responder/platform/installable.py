"""What makes the pages an application on a phone: its manifest, its service worker, the page shown without a network.

Browsers take these over HTTPS only (and on localhost). On plain http everything works while the page is open.
"""

from flask import Response, abort, current_app, json, render_template, url_for
from flask_babel import gettext as _

from responder.platform import house, web
from responder.platform.pages import asset
from responder.platform.status import bp

_ICONS = {
    "icon-192.png": ("192x192", "any"), "icon-512.png": ("512x512", "any"), "icon-full.png": ("512x512", "maskable"),
}  # fmt: skip
_GROUND, _ACCENT = "#f5f3ef", "#0f5b62"


@bp.get("/manifest.webmanifest")
def manifest() -> Response:
    """The web app manifest, in the reader's language and with the branch's name."""
    short = current_app.extensions["branch"]().short
    icons = [
        {"src": asset(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for name, (sizes, purpose) in _ICONS.items()
    ]
    report = {"name": _("报灾"), "url": "/reports/new", "icons": icons[:1]}
    body = {
        "id": "/", "name": short, "short_name": short[:12], "lang": "en" if web.language() == "en" else "zh-Hans",
        "start_url": "/", "scope": "/", "display": "standalone", "background_color": _GROUND, "theme_color": _ACCENT,
        "icons": [{"src": asset("icon.svg"), "sizes": "any", "type": "image/svg+xml"}, *icons], "shortcuts": [report],
    }  # fmt: skip
    return Response(json.dumps(body, ensure_ascii=False), content_type="application/manifest+json")


@bp.get("/sw.js")
def service_worker() -> Response:
    """The service worker. Its bytes name the built files, so that a browser takes a new one after each release."""
    path = house.root() / "static" / "dist" / "sw.js"
    if not path.is_file():
        abort(404)
    answer = Response(path.read_bytes(), content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/offline")
def offline() -> str:
    """What stands in for a page that can't be read without a network."""
    return render_template("platform/offline.html", form=url_for("reports.new"))
