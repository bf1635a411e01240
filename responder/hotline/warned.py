"""Which divisions a warning names: 枫泾镇、漕泾镇海涯村."""

from sqlalchemy.orm import Session

from responder.hotline.gazetteers import gazetteer
from responder.hotline.understanding import resolve
from responder.hotline.understanding.names import Cutter
from responder.hotline.understanding.normalise import normalise
from responder.platform.scope import Scope

_TOWN = 9


def named(session: Session, scope: Scope, text: str) -> list[str]:
    """Codes of the towns and villages inside the scope that a text names, in its order, each once. A village without
    its town is looked for in the town named before it; larger divisions, whose office signs the warning, are none."""
    names, found, home = gazetteer(session), dict[str, None](), scope.division
    plain = normalise(text).plain
    for start, end in Cutter(plain, names, scope.division).chains():
        one = resolve(plain[start:end], names, home)
        inside = [code for code in ((one.code,) if one.code else one.candidates) if scope.holds(code)]
        code = next((code for code in inside if code.startswith(home)), inside[0] if inside else "")
        if len(code) >= _TOWN:
            found.setdefault(code)
            home = code[:_TOWN]
    return list(found)
