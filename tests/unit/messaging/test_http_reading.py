"""What providers say, read as one kind of tree."""

import re

import pytest

from responder.messaging.gateways.http_reading import Kind, Unreadable, at, items, reread, tree, word

SOAP = (
    '<?xml version="1.0" encoding="gbk"?>'
    '<s:Envelope xmlns:s="http://a" xmlns:m="http://b"><s:Body><m:mo id="1"><t>水</t></m:mo>'
    '<m:mo id="2"><t/></m:mo><m:code kind="x">0</m:code></s:Body></s:Envelope>'
)


def test_json_is_itself() -> None:
    found = tree("json", '{"a":[{"b":1},{"b":"灾"}],"n":null,"t":true,"f":1.5}'.encode(), "utf-8")
    assert [word(found, path) for path in ("a.0.b", "a.1.b", "a.2.b", "a.b", "n", "t", "f", "a", "")] == [
        "1", "灾", "", "", "", "true", "1.5", "", ""
    ]  # fmt: skip
    assert at(found, "") is found


def test_xml_goes_by_local_names_whatever_it_says_of_its_letters() -> None:
    found = tree("xml", SOAP.encode("gbk"), "gbk")
    assert word(found, "Envelope.Body.mo.0.@id") == "1"
    assert word(found, "Envelope.Body.mo.0.t") == "水"
    assert word(found, "Envelope.Body.code") == "0", "an element with attributes has its text"
    assert [word(one, "@id") for one in items(found, "Envelope.Body.mo")] == ["1", "2"]


def test_one_element_is_a_list_of_one_and_nothing_is_an_empty_one() -> None:
    found = tree("xml", b"<r><mo><t>1</t></mo><none/></r>", "utf-8")
    assert [word(one, "t") for one in items(found, "r.mo")] == ["1"]
    assert list(items(found, "r.none")) == []
    assert list(items(found, "r.absent")) == []


def test_form_fields_in_gbk_percent_encoded_or_raw() -> None:
    assert tree("form", b"a=%CB%AE%D4%D6&a=2&b=&c=x+y", "gbk") == {"a": "水灾", "b": "", "c": "x y"}
    assert tree("form", b"a=" + "水灾".encode("gbk"), "gbk") == {"a": "水灾"}
    assert tree("form", b"", "gbk") == {}


def test_plain_text_by_named_groups() -> None:
    pattern = re.compile(r"(?P<number>\d{11}),(?P<word>\w+)(?:,(?P<note>\w+))?")
    found = tree("text", b"13800138000,DELIVRD;13900139000,UNDELIV,x", "utf-8", pattern)
    assert word(found, "number") == "13800138000"
    assert [(word(one, "word"), word(one, "note")) for one in items(found, "all")] == [
        ("DELIVRD", ""),
        ("UNDELIV", "x"),
    ]


def test_a_bomb_of_entities_isn_t_read() -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><r>&b;</r>'
    with pytest.raises(Unreadable, match="document type"):
        tree("xml", bomb.encode(), "utf-8")
    with pytest.raises(Unreadable):
        tree("xml", b'<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><r>&f;</r>', "utf-8")
    with pytest.raises(Unreadable):
        tree("xml", bomb.encode("utf-16"), "utf-8")
    with pytest.raises(Unreadable):
        tree("xml", bomb.replace("DOCTYPE", "doctype").encode(), "utf-8")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("json", b""), ("json", b"<html>"), ("json", b"[" * 100_000), ("json", b"\xff\xfe"), ("json", b"1" * 10_000),
        ("xml", b""), ("xml", b"{}"), ("xml", b"<a>"), ("xml", b"<a>" * 100_000 + b"</a>" * 100_000),
        ("text", b"nothing that fits"), ("form", b"a&" * 5000),
    ],
)  # fmt: skip
def test_what_isn_t_in_the_form_that_was_told_is_unreadable(kind: Kind, body: bytes) -> None:
    with pytest.raises(Unreadable):
        tree(kind, body, "utf-8", re.compile(r"^(?P<code>\d+)$"))


def test_xml_inside_a_text() -> None:
    assert word(reread("xml", " <r><c>0</c></r>"), "r.c") == "0"
