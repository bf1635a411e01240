"""Loading profiles: whole, fast, repeatable, and kind to what the branch has set itself."""

import time
from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select

from responder.kernel.actors import Actor
from responder.places import queries, service, sources
from responder.places.commands import LoadProfile, MovePoint, RenameDivision, SetAliases
from responder.places.models import Division, ProfileRow
from responder.platform import eventlog
from responder.platform.scope import everything
from responder.platform.work import Work

VILLAGE, TOWN = "310116112218", "310116112"


def load(work: Work, system: Actor, command: LoadProfile) -> service.Loaded:
    with work.begin(system) as uow:
        return service.load_profile(uow, command)


def division(work: Work, code: str) -> Division:
    with work.read() as session:
        return session.get_one(Division, code)


def test_jinshan_and_jilin_load_in_seconds_and_a_second_time_nothing_changes(work: Work, system: Actor) -> None:
    for slug, total in (("jinshan", 265), ("jilin", 13_027)):
        command = sources.gather(slug)
        began = time.monotonic()
        assert load(work, system, command).total == total
        assert time.monotonic() - began < 20
        again = load(work, system, command)
        assert (again.added, again.changed, again.retired) == (0, 0, 0)
        with work.read() as session:
            tree = queries.places(session)
            assert tree.profile.slug == slug
            assert session.scalar(select(func.count()).where(Division.valid)) == total


def test_jilin_s_tree_is_right(work: Work, system: Actor) -> None:
    load(work, system, sources.gather("jilin"))
    with work.read() as session:
        tree = queries.places(session)
        assert len(tree.children("22")) == 9
        assert tree.label("220221101") == "吉林市永吉县" + tree.name("220221101")
        assert tree.named("前郭县")[0].code == "220721"
        assert tree.tier("220221") == 3
        # Jinshan's divisions of the cast have left the profile: kept for old reports, offered no more.
        assert tree.name(VILLAGE) == "海涯村"
        assert not tree.division(VILLAGE).valid
        assert tree.search("海涯村") == []


def test_loading_is_recorded_once_per_load(work: Work, system: Actor) -> None:
    load(work, system, sources.gather("jinshan"))
    with work.read() as session:
        last = eventlog.newest(session, everything(), None, 1, "places.loaded")[0]
    assert (last.division, last.subject, last.data["total"]) == ("310116", "jinshan", 265)
    assert last.summary("zh") == "已载入上海市金山区的行政区划，共265个"
    assert last.summary("en")


def test_what_the_branch_has_set_survives_the_next_load(work: Work, system: Actor) -> None:
    command = sources.gather("jinshan")
    load(work, system, command)
    with work.begin(system) as uow:
        service.move_point(uow, MovePoint(VILLAGE, 30.79, 121.41))
        service.rename_division(uow, RenameDivision(TOWN, "漕泾"))
        service.set_aliases(uow, SetAliases("310116105", ("老吕巷",)))
    fresh = tuple(
        replace(d, official_name=d.official_name + "（新）", lat=30.0, lng=121.0, precision="own", crs="wgs84")
        for d in command.divisions
    )
    done = load(work, system, LoadProfile(command.profile, fresh, command.boundary))
    assert done.changed == 265
    village, town, other = (division(work, code) for code in (VILLAGE, TOWN, "310116105"))
    assert (village.lat, village.lng, village.point_source) == (30.79, 121.41, "branch")
    assert village.official_name.endswith("（新）")
    assert (town.name, town.aliases) == ("漕泾", ["漕泾镇"])
    assert (town.lat, town.lng) == (30.0, 121.0)
    assert (other.name, other.aliases) == ("吕巷镇", ["老吕巷"])


def test_a_division_that_left_the_files_comes_back_with_them(work: Work, system: Actor) -> None:
    command = sources.gather("jinshan")
    load(work, system, command)
    fewer = LoadProfile(command.profile, command.divisions[:-1], command.boundary)
    assert load(work, system, fewer).retired == 1
    assert load(work, system, fewer).retired == 0
    gone = command.divisions[-1].code
    assert not division(work, gone).valid
    assert load(work, system, command).changed == 1
    assert division(work, gone).valid


def test_without_a_profile_the_tree_says_so(work: Work, system: Actor) -> None:
    with work.begin(system) as uow:
        uow.session.execute(delete(ProfileRow))
    with work.read() as session:
        assert not queries.is_loaded(session)
        with pytest.raises(queries.NoProfile):
            queries.places(session)


def test_a_profile_stored_by_an_older_release_is_still_read(work: Work, system: Actor) -> None:
    with work.begin(system) as uow:
        row = uow.session.get_one(ProfileRow, 1)
        row.body = {**row.body, "gone": 1, "map": {**row.body["map"], "gone": 2}}
        row.version = "older"
    with work.read() as session:
        assert queries.places(session).profile.slug == "jinshan"
