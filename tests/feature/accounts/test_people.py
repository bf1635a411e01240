"""Who keeps whom: administrators, towns with their own villages, roles kept apart."""

from collections.abc import Callable

import pytest

from responder.accounts import credentials, queries, rules, service
from responder.accounts.commands import (
    AddPerson,
    AddPhone,
    ChangePassword,
    ChangePerson,
    CreateToken,
    DisablePerson,
    EnablePerson,
    GrantRoles,
    MakePrimary,
    MarkPhone,
    RemovePhone,
    RevokeToken,
    SetPassword,
    SignOutEverywhere,
)
from responder.app import House
from responder.kernel.actors import Actor
from responder.kernel.refusals import Invalid, NotAllowed, NotFound, Refusal
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from tests import cast
from tests.cast import SYSTEM, person_id
from tests.feature.accounts.conftest import Browser

As = Callable[[str], Actor]
LIAISON = frozenset({"liaison"})
FENGJING, XINYUAN = "310116102", "310116102201"


def scope_of(house: House, username: str) -> Scope:
    with house.work.read() as session:
        owner = queries.owner_of(session, cast.phone(username))
    assert owner is not None
    return Scope(owner.division, 0, owner.permissions, owner.person_id)


def add(house: House, actor: Actor, **more: object) -> int:
    values: dict[str, object] = {"name": "新人", "division": "310116112218", "roles": LIAISON, **more}
    with house.work.begin(actor) as uow:
        return service.add_person(uow, AddPerson(**values))  # type: ignore[arg-type]


def refused(house: House, actor: Actor, act: Callable[..., object], command: object) -> type[Refusal] | None:
    try:
        with house.work.begin(actor) as uow:
            act(uow, command)
    except Refusal as refusal:
        return type(refusal)
    return None


def test_the_administrator_sees_everybody_below(house: House) -> None:
    with house.work.read() as session:
        found, total = queries.people(session, scope_of(house, "admin"))
    assert total == 9
    assert "stranger" not in {p.username for p in found}


@pytest.mark.parametrize(
    ("username", "sees"),
    [
        ("coordinator", {"town", "village"}),
        ("town", {"village"}),
        ("village", set()),
        ("keeper", set()),
        ("auditor", set()),
        ("stranger", set()),
    ],
)
def test_others_see_only_the_liaisons_that_they_keep(house: House, username: str, sees: set[str]) -> None:
    with house.work.read() as session:
        found, _total = queries.people(session, scope_of(house, username))
        shown = {p.username for p in found}
        assert shown == sees
        for other in cast.PEOPLE:
            seen = queries.person(session, scope_of(house, username), person_id(house, other))
            assert (seen is not None) == (other in sees)


def test_a_liaison_with_another_role_is_no_longer_the_towns(house: House, as_: As) -> None:
    village = person_id(house, "village")
    with house.work.begin(as_("admin")) as uow:
        service.grant_roles(uow, GrantRoles(village, frozenset({"liaison", "keeper"})))
    with house.work.read() as session:
        assert queries.person(session, scope_of(house, "town"), village) is None
    assert refused(house, as_("town"), service.disable_person, DisablePerson(village)) is NotFound


def test_searching_by_name_number_and_place(house: House) -> None:
    scope = scope_of(house, "admin")
    with house.work.read() as session:
        for wanted, asked in {
            "village": {"search": "秀兰"}, "keeper": {"search": "0000005"}, "director": {"search": "DIRECT"},
            "leader": {"division": "310116112", "role": "leader"},
        }.items():  # fmt: skip
            found, total = queries.people(session, scope, **asked)  # type: ignore[arg-type]
            assert [p.username for p in found] == [wanted]
            assert total == 1
        assert queries.people(session, scope, search="%")[1] == 0
        assert queries.people(session, scope, disabled=True) == ([], 0)


def test_paging_shows_everybody_once(house: House) -> None:
    scope = scope_of(house, "admin")
    with house.work.read() as session:
        pages = [queries.people(session, scope, page=n, limit=4)[0] for n in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [4, 4, 1, 0]
    assert len({p.id for page in pages for p in page}) == 9


@pytest.mark.parametrize(
    ("division", "roles", "refusal"),
    [
        ("310116112218", LIAISON, None),
        ("310116112", LIAISON, rules.NoSuchDivision),
        ("310116", LIAISON, rules.NoSuchDivision),
        (FENGJING, LIAISON, rules.NoSuchDivision),
        (XINYUAN, LIAISON, rules.NoSuchDivision),
        ("999999999999", LIAISON, rules.NoSuchDivision),
        ("310116112218", frozenset({"keeper"}), rules.OnlyLiaisons),
        ("310116112218", frozenset({"liaison", "coordinator"}), rules.OnlyLiaisons),
        ("310116112218", frozenset(), rules.OnlyLiaisons),
    ],
)
def test_a_town_adds_liaisons_of_its_own_villages_only(
    house: House, as_: As, division: str, roles: frozenset[str], refusal: type[Refusal] | None
) -> None:
    command = AddPerson("新人", division, roles)
    assert refused(house, as_("town"), service.add_person, command) is refusal


def test_one_town_cant_touch_anothers_people(house: House, as_: As) -> None:
    theirs = add(house, SYSTEM, division=XINYUAN, phones=("199 0000 0777",))
    with house.work.read() as session:
        phone = queries.phones(session, everything(), person_id=theirs)[0]
    acts: list[tuple[Callable[..., object], object]] = [
        (service.change_person, ChangePerson(theirs, "x", "", XINYUAN, "zh")),
        (service.disable_person, DisablePerson(theirs)),
        (service.enable_person, EnablePerson(theirs)),
        (service.set_password, SetPassword(theirs, "h")),
        (service.grant_roles, GrantRoles(theirs, LIAISON)),
        (credentials.add_phone, AddPhone(theirs, "19900000778")),
        (credentials.remove_phone, RemovePhone(theirs, phone.id)),
        (credentials.make_primary, MakePrimary(theirs, phone.id)),
        (credentials.sign_out_everywhere, SignOutEverywhere(theirs)),
        (credentials.create_token, CreateToken(theirs, "x")),
        (credentials.revoke_token, RevokeToken(theirs, 1)),
        (credentials.change_password, ChangePassword(theirs, "h")),
    ]
    for actor in ("town", "stranger", "village", "keeper"):
        assert {refused(house, as_(actor), act, command) for act, command in acts} == {NotFound}


def test_pages_of_others_people_are_not_found(browser: Browser, house: House) -> None:
    keeper, village = person_id(house, "keeper"), person_id(house, "village")
    town = browser("town")
    assert town.get(f"/people/{village}").status_code == 200
    assert town.get(f"/people/{keeper}").status_code == 404
    assert town.get("/people/999999").status_code == 404
    for path in ("", "/disable", "/enable", "/password", "/sign-out", "/phones"):
        data = {"name": "x", "lang": "zh", "division": "310116112218", "number": "19900000779"}
        assert town.post(f"/people/{keeper}{path}", data=data).status_code == 404, path
    assert town.post(f"/people/{village}/roles", data={"roles": "liaison"}).status_code == 403
    assert browser("village").get("/people").status_code == 403
    assert browser("stranger").get(f"/people/{village}").status_code == 404


def test_a_town_cant_move_a_liaison_out_of_its_villages(house: House, as_: As) -> None:
    village = person_id(house, "village")
    for division in ("310116112", FENGJING, "310117"):
        command = ChangePerson(village, "王秀兰", "village", division, "zh")
        assert refused(house, as_("town"), service.change_person, command) is rules.NoSuchDivision


@pytest.mark.parametrize("second", ["coordinator", "liaison", "auditor"])
def test_an_administrator_holds_no_other_role(house: House, as_: As, second: str) -> None:
    command = GrantRoles(person_id(house, "keeper"), frozenset({"admin", second}))
    assert refused(house, as_("admin"), service.grant_roles, command) is rules.RolesExcludeEachOther
    new = AddPerson("甲", "310116", frozenset({"admin", second}))
    assert refused(house, as_("admin"), service.add_person, new) is rules.RolesExcludeEachOther


def test_nobody_changes_their_own_roles_place_or_state(house: House, as_: As) -> None:
    me = person_id(house, "admin")
    for act, command in (
        (service.grant_roles, GrantRoles(me, frozenset({"coordinator"}))),
        (service.disable_person, DisablePerson(me)),
        (service.set_password, SetPassword(me, "h")),
        (service.change_person, ChangePerson(me, "沈志强", "admin", "310116112", "zh")),
    ):
        assert refused(house, as_("admin"), act, command) is rules.OwnRoles


def test_unknown_roles_are_refused(house: House, as_: As) -> None:
    command = GrantRoles(person_id(house, "keeper"), frozenset({"root"}))
    assert refused(house, as_("admin"), service.grant_roles, command) is Invalid


def test_the_last_administrator_stays(house: House, as_: As) -> None:
    second = add(house, SYSTEM, name="乙", division="310116112", roles=frozenset({"admin"}), password_hash="h")
    first = person_id(house, "admin")
    # The second one sits at a town: nobody would be left for the district.
    for act, command in (
        (service.disable_person, DisablePerson(first)),
        (service.grant_roles, GrantRoles(first, frozenset({"coordinator"}))),
        (service.change_person, ChangePerson(first, "沈志强", "admin", FENGJING, "zh")),
    ):
        assert refused(house, SYSTEM, act, command) is rules.LastAdmin
    assert refused(house, as_("admin"), service.disable_person, DisablePerson(second)) is None
    third = add(house, SYSTEM, name="丙", division="310116", roles=frozenset({"admin"}))
    assert refused(house, SYSTEM, service.disable_person, DisablePerson(first)) is rules.LastAdmin
    with house.work.begin(SYSTEM) as uow:
        service.set_password(uow, SetPassword(third, "h"))
    assert refused(house, SYSTEM, service.disable_person, DisablePerson(first)) is None


def test_disabled_actors_do_nothing_more(house: House, as_: As) -> None:
    with house.work.begin(SYSTEM) as uow:
        service.disable_person(uow, DisablePerson(person_id(house, "town")))
    command = AddPerson("新人", "310116112218", LIAISON)
    assert refused(house, as_("town"), service.add_person, command) is NotAllowed


def test_roles_hold_from_the_next_request_on(browser: Browser, house: House) -> None:
    keeper, admin = browser("keeper"), browser("admin")
    assert keeper.get("/people").status_code == 403
    path = f"/people/{person_id(house, 'keeper')}/roles"
    assert admin.post(path, data={"roles": ["coordinator", "keeper"]}).status_code == 302
    assert keeper.get("/people").status_code == 200


def test_a_phone_belongs_to_one_person(house: House, as_: As) -> None:
    village = person_id(house, "village")
    taken = AddPhone(village, "+86 199 0000 0005")
    assert refused(house, as_("town"), credentials.add_phone, taken) is rules.PhoneTaken
    assert refused(house, as_("town"), credentials.add_phone, AddPhone(village, "110x")) is Invalid


def test_phones_one_is_primary(house: House, as_: As) -> None:
    village = person_id(house, "village")
    with house.work.begin(as_("town")) as uow:
        second = credentials.add_phone(uow, AddPhone(village, "199-0000-0222", "家里"))
    with house.work.read() as session:
        assert queries.phone_of(session, village) == cast.phone("village")
        first = queries.phones(session, everything(), person_id=village)[0]
    with house.work.begin(as_("town")) as uow:
        credentials.make_primary(uow, MakePrimary(village, second))
    with house.work.read() as session:
        assert queries.phone_of(session, village) == "+8619900000222"
    with house.work.begin(as_("town")) as uow:
        credentials.remove_phone(uow, RemovePhone(village, second))
    with house.work.read() as session:
        [left] = queries.phones(session, everything(), person_id=village)
        assert (left.id, left.primary) == (first.id, True)
        assert queries.owner_of(session, "+8619900000222") is None


def test_what_the_network_says_of_a_number_decides_where_texts_go(house: House, as_: As) -> None:
    village = person_id(house, "village")
    with house.work.begin(as_("town")) as uow:
        credentials.add_phone(uow, AddPhone(village, "19900000222"))
    for state, expected in (
        ("bad", "+8619900000222"),
        ("ok", cast.phone("village")),
        ("opted_out", "+8619900000222"),
    ):
        with house.work.begin(SYSTEM) as uow:
            credentials.mark_phone(uow, MarkPhone(cast.phone("village"), state))
        with house.work.read() as session:
            assert queries.phone_of(session, village) == expected
    with house.work.begin(SYSTEM) as uow:
        credentials.mark_phone(uow, MarkPhone("+8619900000222", "opted_out"))
        credentials.mark_phone(uow, MarkPhone("+8613800000000", "bad"))
    with house.work.read() as session:
        assert queries.reach(session, village) is None


def test_who_has_a_permission_at_a_place(house: House) -> None:
    with house.work.read() as session:

        def named(permission: str, *divisions: str) -> list[str]:
            return sorted(p.username or "" for p in queries.people_with(session, permission, divisions))

        # A village's liaison has the role, but reviews nothing at that tier.
        assert named("report.review", "310116", "310116112", "310116112218") == ["coordinator", "town"]
        assert named("report.review", "310116112218") == []
        assert named("report.review") == []
        assert named("no.such", "310116") == []
    with house.work.begin(SYSTEM) as uow:
        service.disable_person(uow, DisablePerson(person_id(house, "town")))
    with house.work.read() as session:
        assert [p.username for p in queries.people_with(session, "report.review", ["310116112"])] == []


def test_everything_is_told_privately(house: House, as_: As) -> None:
    added = add(house, as_("admin"), name="新人", username="new.person", phones=("19900000888",))
    with house.work.begin(as_("admin")) as uow:
        service.disable_person(uow, DisablePerson(added))
    with house.work.read() as session:
        auditor, coordinator = scope_of(house, "auditor"), scope_of(house, "coordinator")
        told = eventlog.newest(session, auditor, None, 10, "account")
        assert [e.kind for e in told] == ["account.disabled", "account.added"]
        assert all(e.private and e.data["person_id"] == added for e in told)
        assert told[1].summary("zh") == "添加 新人：漕泾镇海涯村，救灾联络员"
        assert "19900000888" not in str([e.data for e in told])
        assert eventlog.newest(session, coordinator, None, 10, "account") == []
        assert eventlog.since(session, coordinator, 0, 100) == [
            e for e in eventlog.since(session, coordinator, 0, 100) if not e.private
        ]


def test_two_people_one_login_name(house: House, as_: As) -> None:
    assert refused(house, as_("admin"), service.add_person, AddPerson("乙", "310116", LIAISON, "TOWN ")) is (
        rules.UsernameTaken
    )
    assert refused(house, as_("admin"), service.add_person, AddPerson("乙", "310116", LIAISON, "bad name")) is Invalid
    assert refused(house, as_("admin"), service.add_person, AddPerson("  ", "310116", LIAISON)) is Invalid
