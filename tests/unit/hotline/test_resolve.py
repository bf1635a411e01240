"""Written places become divisions, seen from the sender's own."""

import pytest

from responder.hotline.understanding import Gazetteer, resolve
from tests.unit.hotline import gold


@pytest.mark.parametrize(
    ("span", "code", "rest"),
    [
        ("漕泾镇海涯村", "310116112218", ""),
        ("漕泾镇 海涯村", "310116112218", ""),
        ("海涯村村委会", "310116112218", ""),
        ("海涯", "310116112218", ""),
        ("枫泾中洪", "310116102202", ""),
        ("三村", "310116001002", ""),
        ("五一村3组", "310116102222", "3组"),
        ("东林社区", "310116101001", ""),
        ("石化街道隆安路化工厂", "310116001", "隆安路化工厂"),
        ("兴塔镇", "310116102", ""),
        ("漕泾镇不知村", "310116112", "不知村"),
        ("上海市金山区漕泾镇", "310116112", ""),
    ],
)
def test_jinshan(span: str, code: str, rest: str) -> None:
    found = resolve(span, gold.jinshan())
    assert (found.code, found.rest) == (code, rest)


@pytest.mark.parametrize(
    ("span", "code"),
    [
        ("前郭县长山镇四克基村", "220721101206"),
        ("前郭尔罗斯蒙古族自治县长山镇", "220721101"),
        ("长白县十二道沟镇", "220623106"),
        ("安图县二道白河镇宝马村", "222426102206"),
        ("柳河县三源浦镇", "220524101"),
        ("舒兰市亮甲山乡官马村", "220283201203"),
        ("平东街道东晟社区", "220303001003"),
        ("松原市宁江区", "220702"),
        ("延边州安图县", "222426"),
    ],
)
def test_jilin(span: str, code: str) -> None:
    assert resolve(span, gold.jilin()).code == code


def test_a_name_of_several_villages_is_left_open() -> None:
    found = resolve("官马村", gold.jilin())
    assert found.code is None
    assert {"220112104220", "220283201203", "220284100209"} <= set(found.candidates)


@pytest.mark.parametrize(
    ("home", "code"),
    [
        ("220283201203", "220283201203"),
        ("220283201", "220283201203"),
        ("220283201204", "220283201203"),
        ("220284100209", "220284100209"),
        ("220112104", "220112104220"),
    ],
)
def test_the_senders_own_surroundings_come_first(home: str, code: str) -> None:
    assert resolve("官马村", gold.jilin(), home).code == code


def test_among_equals_at_home_it_stays_open() -> None:
    found = resolve("太平村", gold.jilin(), "2202")
    assert found.code is None
    assert len(found.candidates) > 1
    assert all(code.startswith("2202") for code in found.candidates)


@pytest.mark.parametrize("span", ["", " ", "不知道什么地方", "😀", "村"])
def test_what_names_nothing_resolves_to_nothing(span: str) -> None:
    found = resolve(span, gold.jinshan())
    assert (found.code, found.candidates, found.rest) == (None, (), span.strip())


def test_every_division_of_jinshan_is_found_by_its_full_path() -> None:
    rows = list(gold.rows("jinshan_310116.csv", 5))
    names = {code: name for code, name, _ in rows}
    for code, name, level in rows:
        if level == 5:
            assert resolve(names[code[:9]] + name, gold.jinshan()).code == code, name


def test_aliases_are_names() -> None:
    gazetteer = Gazetteer([("31", "上海市", 1, ("沪",)), ("310116", "金山区", 3, ("金山卫", "老金山县"))])
    assert resolve("老金山县", gazetteer).code == "310116"
    assert resolve("金山卫", gazetteer).code == "310116"
