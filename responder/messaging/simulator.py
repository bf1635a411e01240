"""Pretend phones: a page and four calls, only in a demonstration (DESIGN §8, Phones)."""

import uuid
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from pydantic import ValidationError

from responder.kernel import phones as numbers
from responder.kernel.refusals import Invalid
from responder.messaging import hooks, pretending, queries
from responder.messaging.commands import Incoming
from responder.messaging.gateways.simulator import NONE_SET
from responder.messaging.rules import keepable
from responder.places.queries import places
from responder.platform import web

bp = Blueprint("simulator", __name__)

SAMPLE = (
    "区红会：受台风“贝碧嘉”影响，今晨5时许漕泾镇海涯村海堤内进水，三十余户房屋进水，紧急转移87人到村文化活动室，"
    "倒塌简易房4间，损坏房屋11间，农作物受淹350亩，急需棉被60床、彩条布20卷、矿泉水100箱。"
)
"""A text to try with one press."""

SHOWN_FIRST = ("village", "leader", "coordinator")
"""Whose phones lie open at first: of each trade the one nearest to the sample's place."""

ORDER = ("village", "town", "leader", "coordinator", "keeper", "director")

IN_AGAIN = {"start", "unstop", "开始", "恢复", "恢复接收"}
"""What a phone that had opted out writes to the provider, small letters, to get texts again."""

PROBLEMS = {"greater_than_equal": "negative", "less_than_equal": "too_large", "int_type": "whole"}
"""What is wrong with a switch, in the words that refusals have; anything else isn't known."""

ROLES = ("coordinator", "leader", "keeper", "director")


def _listed() -> list[dict[str, Any]]:
    with web.work().read() as session:
        tree = places(session)
        found: list[dict[str, Any]] = []
        for one in queries.pretend_phones(session):
            role = _role(one.roles, tree.profile.tier(one.division))
            if role is not None:
                division = {"code": one.division, "name": tree.name(one.division)}
                found.append({"number": one.number, "name": one.name, "role": role, "division": division})
    return found


def _role(roles: tuple[str, ...], tier: int | None) -> str | None:
    named = next((role for role in ROLES if role in roles), None)
    if named is None and "liaison" in roles:
        return "village" if tier == 3 else "town"
    return named


@bp.get("/simulator")
def simulator() -> str:
    """The page of pretend phones."""
    listed = _listed()
    with web.work().read() as session:
        set_now = pretending.all_switches(session)
    return render_template(
        "simulator/simulator.html",
        switches={one["number"]: set_now.get(one["number"], NONE_SET).model_dump() for one in listed},
        groups=[(role, [one for one in listed if one["role"] == role]) for role in ORDER],
        sample=SAMPLE,
        first=",".join(_first(listed)),
    )


def _first(listed: list[dict[str, Any]]) -> list[str]:
    found = []
    for role in SHOWN_FIRST:
        trade = [one for one in listed if one["role"] == role]
        near = [one for one in trade if one["division"]["name"] in SAMPLE] or trade
        found += [str(one["number"]) for one in near[:1]]
    return found


@bp.get("/simulator/phones")
def phones() -> Response:
    """All pretend phones."""
    return jsonify(phones=_listed())


@bp.post("/simulator/sms")
def sms() -> tuple[Response, int]:
    """A text from a pretend phone, carried the same way as a real one. ``id`` repeats a delivery."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("from"), str) or not isinstance(body.get("body"), str):
        raise Invalid(field="from, body", problem="required")
    number, text = _number(body["from"]), body["body"]
    provider_id = keepable(str(body.get("id") or uuid.uuid4().hex))
    with web.work().read() as session:
        phone = pretending.switches(session, number)
    if phone.opted_out and text.strip().casefold() in IN_AGAIN:
        with web.work().begin(pretending.NETWORK) as uow:
            pretending.turn(uow, number, {"opted_out": False})
    for _time in range(2 if phone.duplicates else 1):
        hooks.hear(Incoming("simulator", provider_id[:80], number, text))
    return jsonify(id=provider_id), 202


@bp.post("/simulator/phones/<number>/switches")
def switches(number: str) -> Response:
    """Turns the switches that are named: {delay_seconds, loss_percent, off, opted_out, blocked, duplicates}. Answers
    with all of them as they stand."""
    changes = request.get_json(silent=True)
    if not isinstance(changes, dict):
        raise Invalid(field="switches", problem="required")
    try:
        with web.work().begin(pretending.NETWORK) as uow:
            stand = pretending.turn(uow, _number(number), changes)
    except ValidationError as problem:
        first = problem.errors()[0]
        named = ".".join(map(str, first["loc"]))
        raise Invalid(field=named[:40], problem=PROBLEMS.get(first["type"], "unknown")) from None
    return jsonify(stand.model_dump())


@bp.get("/simulator/phones/<number>/messages")
def messages(number: str) -> Response:
    """What one pretend phone shows, oldest first."""
    e164 = numbers.parse(number.replace(" ", "+"))
    with web.work().read() as session:
        return jsonify(messages=queries.conversation(session, e164 or ""))


def _number(text: str) -> str:
    number = numbers.parse(text.replace(" ", "+") if text.startswith(" ") else text)
    if number is None:
        raise Invalid(field="from", problem="phone")
    return number
