"""Every public read takes a Scope, or is listed here with the reason why it can't leak."""

import ast

from tests.house import sources

WIRING = "for wiring: called with what the caller already may see, gives nothing but a name, a state or a world"
WRITE = "part of the write path: the service checks the actor"
OWN = "about one person, asked by themselves or about the sender of a text"
SIMULATOR = "pretend phones, mounted in a demonstration only"
PUBLIC = "for the public: only what is published, without personal data"
TREE = "divisions are public knowledge"

EXEMPT: dict[str, str] = {
    "accounts.owner_of": OWN,
    "accounts.reach": WIRING,
    "accounts.reach_all": WIRING,
    "accounts.phone_of": WIRING,
    "accounts.people_with": "whom a text goes to: the caller names the divisions",
    "accounts.permissions_of": OWN,
    "accounts.permissions_at": OWN,
    "accounts.own": OWN,
    "accounts.names": WIRING,
    "accounts.stand_in": WIRING,
    "accounts.posted": "whom to call: the caller names the divisions",
    "accounts.may_approve_own": OWN,
    "accounts.joined_until": OWN,
    "accounts.anybody": "whether the store is empty",
    "broadcasts.next_number": "a number that nothing has yet",
    "deadlines.open_prompt": OWN,
    "deadlines.is_wanted": "asked by the relay before it sends",
    "dispatch.of_person": OWN,
    "dispatch.open_missions": OWN,
    "dispatch.open_everywhere": OWN,
    "dispatch.world_of": WIRING,
    "dispatch.is_wanted": "asked by the relay before it sends",
    "dispatch.busy": WRITE,
    "dispatch.serving": WRITE,
    "dispatch.under_way": WRITE,
    "dispatch.owes_goods": WRITE,
    "drills.world_of": WIRING,
    "drills.drill_of": WIRING,
    "drills.running_for": "asked with the sender's own division",
    "drills.feed_owner": "the secret address is the key",
    "enrolment.view": "shapes a row that was read already",
    "enrolment.open_of": WRITE,
    "enrolment.is_wanted": "asked by the relay before it sends",
    "incidents.published": PUBLIC,
    "incidents.joinable": WRITE,
    "incidents.first_open": WRITE,
    "incidents.open_by": WRITE,
    "incidents.open_one": WRITE,
    "handcalls.is_wanted": WIRING,
    "handcalls.needed": WIRING,
    "reach.due": "for the job that asks: people of all divisions",
    "reach.open_since": "for phones, which are tested in the real world alone: the sender's own test",
    "reach.proofs": "for the job that asks: people of all divisions",
    "messaging.pretend_phones": SIMULATOR,
    "messaging.conversation": SIMULATOR,
    "messaging.last_note_to": WRITE,
    "messaging.lag": "figures of the outbox, for the health pages",
    "messaging.last_heard": "a time, for the job that asks a gateway for texts",
    "messaging.refs_of": "for receipts: called by hooks whose key was checked, gives nothing but ids",
    "openness.published": PUBLIC,
    "openness.incident": PUBLIC,
    "openness.year": PUBLIC,
    "places.places": TREE,
    "places.changed": TREE,
    "places.is_loaded": TREE,
    "reports.by_id": WRITE,
    "reports.may_tell": WRITE,
    "reports.by_form_key": WRITE,
    "reports.is_over": WRITE,
    "reports.world_of": WIRING,
    "ringing.reading": "for a signed request about one text: the number rung must be the text's",
    "ringing.was_answered": "whether a call bore a key, for its receipt",
    "stock.today": "a date",
    "voice.tasks_of": OWN,
}


def reads() -> dict[str, ast.FunctionDef]:
    """Public functions of the rooms' queries that take a session."""
    found = {}
    for path, tree in sources.modules().items():
        if not path.endswith("/queries.py"):
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                arguments = [a.arg for a in node.args.args]
                if arguments[:1] == ["session"]:
                    found[f"{path.split('/')[-2]}.{node.name}"] = node
    return found


def takes_scope(function: ast.FunctionDef) -> bool:
    every = [*function.args.args, *function.args.kwonlyargs]
    return any(a.annotation is not None and "Scope" in ast.unparse(a.annotation) for a in every)


def test_every_read_is_scoped_or_says_why_not() -> None:
    assert len(reads()) > 20
    assert [name for name, node in reads().items() if not takes_scope(node) and name not in EXEMPT] == []


def test_no_exemption_outlives_its_function() -> None:
    assert [name for name in EXEMPT if name not in reads() or takes_scope(reads()[name])] == []
