"""The field's data under config/: complete, and each file agrees with the others."""

from itertools import pairwise
from typing import Any

import pytest

from responder.platform import config, terms

HAZARDS = [
    "flood",
    "typhoon",
    "wind",
    "hail",
    "lightning",
    "snow",
    "freeze",
    "heat",
    "drought",
    "sandstorm",
    "fog",
    "earthquake",
    "landslide",
    "storm_surge",
    "tsunami",
    "wildfire",
    "fire",
    "traffic_accident",
    "chemical",
    "explosion",
    "collapse",
    "drowning",
    "epidemic",
    "pest",
    "other",
]


def data(name: str) -> dict[str, Any]:
    return config.read(config.folder() / f"{name}.toml")


@pytest.mark.parametrize(
    ("vocabulary", "slugs"),
    [
        ("hazard", HAZARDS),
        ("report_kind", ["initial", "followup", "verification", "zero", "correction"]),
        ("channel", ["sms", "voice", "web", "api", "proxy"]),
        (
            "mission_status",
            [
                "created",
                "alerted",
                "acknowledged",
                "declined",
                "no_answer",
                "en_route",
                "arrived",
                "working",
                "done",
                "closed",
                "cancelled",
            ],
        ),
        (
            "role",
            ["admin", "coordinator", "liaison", "supervisor", "keeper", "leader", "director", "auditor"],
        ),
    ],
)
def test_the_contract_s_slugs_have_words(vocabulary: str, slugs: list[str]) -> None:
    assert [slug for slug in terms.vocabulary(vocabulary) if slug in slugs] == slugs


@pytest.mark.parametrize(
    "vocabulary", ["hazard", "indicator", "unit", "report_kind", "channel", "team_type", "role", "item"]
)
def test_words_are_there_in_chinese_and_in_english_letters(vocabulary: str) -> None:
    for slug, words in terms.vocabulary(vocabulary).items():
        assert words["zh"], slug
        assert words["en"].isascii(), slug
        assert words["en"] or slug == "place", slug


def test_indicators_agree_with_their_words() -> None:
    indicators, words = data("indicators"), terms.vocabulary("indicator")
    assert indicators.keys() == words.keys()
    for slug, indicator in indicators.items():
        assert indicator["unit"] == words[slug]["unit"], slug
        assert indicator["group"] == words[slug]["group"], slug
        assert indicator["unit"] in terms.vocabulary("unit"), slug
        assert indicator["group"] in terms.vocabulary("indicator_group"), slug
        assert indicator["integer"] == (indicator["unit"] not in {"ha", "km", "cable_km", "yuan"}), slug
    orders = [indicator["order"] for indicator in indicators.values()]
    assert all(a < b for a, b in pairwise(orders))


def test_the_short_form_asks_what_a_text_can_say() -> None:
    quick = [slug for slug, indicator in data("indicators").items() if indicator.get("quick")]
    assert quick == [
        "affected",
        "households_affected",
        "deaths",
        "missing",
        "injured",
        "relocated",
        "houses_collapsed",
        "houses_damaged",
        "crop_affected",
        "loss_total",
    ]


def test_checks_speak_of_known_figures_and_kinds() -> None:
    checks, known = data("checks"), data("indicators").keys()
    kinds = terms.vocabulary("report_kind").keys()
    for severity in checks["severity"].values():
        assert severity.keys() == kinds
        assert set(severity.values()) <= {"warn", "block"}
    for kind, entries in checks.items():
        if kind in {"severity", "words"}:
            continue
        for rule in entries if isinstance(entries, list) else [entries]:
            name = f"at_most_{rule['than']}" if kind == "at_most_known" else kind
            assert set(checks["words"][name]) == {"zh", "en"}
            assert rule["severity"] in checks["severity"]
            named: list[str] = []
            for key in (
                "less",
                "parts",
                "any",
                "then",
                "figures",
                "than",
                "total",
                "top",
                "bottom",
                "figure",
            ):
                value = rule.get(key, [])
                named += value if isinstance(value, list) else [value]
            # These two speak of any figure that is stated.
            assert named or kind in {"children", "another"}, rule
            assert set(named) <= known | {"population", "farmland"}, rule


def test_no_two_checks_contradict_each_other() -> None:
    above: dict[str, set[str]] = {}
    for rule in data("checks")["at_most"]:
        for less in rule["less"]:
            above.setdefault(less, set()).add(rule["than"])

    def reach(slug: str) -> set[str]:
        return {a for direct in above.get(slug, ()) for a in {direct} | reach(direct)}

    assert not [slug for slug in above if slug in reach(slug)]


def test_goods_agree_with_their_words_and_no_name_means_two_items() -> None:
    goods, words = data("goods"), terms.vocabulary("item")
    assert goods.keys() == words.keys()
    seen: dict[str, str] = {}
    for slug, item in goods.items():
        assert words[slug]["unit"] in terms.vocabulary("unit"), slug
        assert words[slug]["zh"] in item["aliases"], slug
        assert item["shelf_months"] * 30 > item["warn_days"], slug
        for alias in item["aliases"]:
            assert seen.setdefault(alias.casefold(), slug) == slug, alias
        for level in item.get("stock", {}).values():
            assert 0 < level["min"] <= level["standing"] <= level["max"], slug


def test_the_shanghai_stock_list_is_kept() -> None:
    goods = data("goods")
    assert goods["quilt"]["stock"]["1"] == {"standing": 1500, "min": 1500, "max": 3000}
    assert goods["mask"]["stock"]["1"] == {"standing": 5000, "min": 5000, "max": 10000}
    standing = ["quilt", "blanket", "tent", "family_kit", "jacket", "folding_bed", "mask"]
    assert sorted(slug for slug, item in goods.items() if "stock" in item) == sorted(standing)


@pytest.mark.parametrize("text", ["棉被", "彩条布", "矿泉水", "棉大衣", "方便面", "口罩", "blankets", "tents"])
def test_what_the_sample_texts_ask_for_is_in_the_catalogue(text: str) -> None:
    assert [slug for slug, item in data("goods").items() if text in item["aliases"]]


def test_norms_run_cards_levels_and_deadlines_name_known_things() -> None:
    figures, goods = data("indicators").keys(), data("goods").keys()
    for need in data("norms")["need"]:
        assert need["item"] in goods
        assert set(need["base"]) <= figures
        assert need["per"] in {"person", "household"}
    for hazard, card in data("runcards").items():
        assert hazard == "default" or hazard in HAZARDS
        for team in card["team"]:
            assert set(team["types"]) <= terms.vocabulary("team_type").keys()
            assert team["count"] >= 1
            assert team["zh"]
            assert team["en"].isascii()
            assert team.get("when", {"figure": "deaths"})["figure"] in figures
    levels = data("levels")
    measures = levels.pop("measure")
    assert levels.pop("orders") in {"asked", "starts"}
    assert all(set(parts) <= figures for parts in measures.values())
    assert not any(levels.pop(name)["thresholds"] for name in ("attention", "special"))
    for scale in levels.values():
        assert list(scale) == ["IV", "III", "II", "I"]
        for lower, higher in pairwise(scale.values()):
            assert all(lower["thresholds"][m] < higher["thresholds"][m] for m in measures)
            assert lower["report_every_hours"] > higher["report_every_hours"]
    for rule in data("reporting")["rule"]:
        assert rule["kind"] in terms.vocabulary("report_kind")
        assert all(to < rule["from"] for to in rule["to"])
        assert len({"limit_minutes", "at", "every_days"} & rule.keys()) == 1


def test_every_permission_is_held_by_someone_and_the_three_powers_are_apart() -> None:
    roles = data("roles")
    assert roles.keys() == terms.vocabulary("role").keys()

    def holds(role: str) -> set[str]:
        more = [p for extra in roles[role].get("at_tier", {}).values() for p in extra]
        return {*roles[role]["permissions"], *more}

    everything = set().union(*(holds(role) for role in roles))
    assert everything == {
        "report.file",
        "report.review",
        "report.see",
        "incident.see",
        "incident.manage",
        "incident.verify",
        "mission.confirm",
        "mission.answer",
        "mission.see",
        "stock.see",
        "stock.issue",
        "stock.receive",
        "stock.approve",
        "team.see",
        "team.edit",
        "message.see",
        "message.send",
        "drill.see",
        "drill.run",
        "people.manage",
        "people.local",
        "settings.manage",
        "audit.read",
        "phone.see",
        "public.release",
        "casualty.see",
        "casualty.edit",
        "response.manage",
    }
    assert holds("admin") == {"people.manage", "people.local", "settings.manage", "phone.see"}
    assert {p for p in holds("auditor") if not p.endswith(".see")} == {"audit.read"}
    assert not {"stock.approve", "incident.verify"} & (holds("coordinator") | holds("keeper"))
    assert not {"stock.issue", "incident.manage", "mission.confirm"} & holds("supervisor")
    assert "people.local" not in roles["liaison"]["permissions"]
    assert "people.local" in roles["liaison"]["at_tier"]["2"]
    assert not {p for p in roles["liaison"]["permissions"] if p.startswith("casualty.")}
    assert not {
        p
        for role in ("admin", "keeper", "leader", "director", "auditor")
        for p in holds(role)
        if p.startswith("casualty.")
    }


def test_drill_days_are_fixed_or_moving() -> None:
    days = {day["slug"]: day for day in data("drills")["day"]}
    assert (days["disaster_reduction_day"]["month"], days["disaster_reduction_day"]["day"]) == (5, 12)
    moving = days["first_aid_day"]
    assert (moving["month"], moving["weekday"], moving["nth"]) == (9, 6, 2)
    for day in days.values():
        assert ("day" in day) != ("weekday" in day)
        assert ("kind" in day) == ("lead_days" in day)
