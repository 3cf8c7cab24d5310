"""An XForm that was uploaded as XML: the same schema, whoever wrote it and with whatever prefixes."""

from typing import Any

import pytest

from forms.problems import (
    InvalidEntityForm,
    InvalidXForm,
    MissingMeta,
    MissingParameter,
    Problem,
    UnexpectedValue,
    ValueTooLong,
)
from forms.schema import Field, Schema
from forms.workbook import convert, read_xform
from tests.support import odk

BY_HAND = """<?xml version="1.0"?>
<x:html xmlns:x="http://www.w3.org/1999/xhtml" xmlns:f="http://www.w3.org/2002/xforms" xmlns:q="http://openrosa.org/xforms"
    xmlns:k="http://www.opendatakit.org/xforms" xmlns:jr="http://openrosa.org/javarosa">
  <x:head>
    <x:title>Dengan tangan</x:title>
    <f:model>
      <f:itext>
        <f:translation lang="Melayu (ms)"><f:text id="nama"><f:value>Nama kamu</f:value></f:text></f:translation>
        <f:translation lang="English (en)" default="true()">
          <f:text id="nama"><f:value form="short">N</f:value><f:value form="long">Your <f:output value="/d/g/jk"/> name</f:value>
            <f:value form="image">jr://images/a/b.png</f:value></f:text>
          <f:text id="l1"><f:value>One</f:value></f:text>
        </f:translation>
      </f:itext>
      <f:instance>
        <d id="tangan" q:version="v&#49;">
          <g><nama/><jk/><foto>jr://images/awal.png</foto></g>
          <r jr:template=""><anak/></r><r><anak/><lagi/></r>
          <urut/><pilih/><tempat/><diam/>
          <q:meta><q:instanceID/></q:meta>
        </d>
      </f:instance>
      <f:instance id="lokal"><root><item><kode>1</kode><itextId>l1</itextId></item><item><nama>tanpa kode</nama></item></root></f:instance>
      <f:instance id="luar" src="jr://file-csv/luar.csv"/>
      <f:instance id="__last-saved" src="jr://instance/last-saved"/>
      <f:bind nodeset="/d/g/nama" type="xsd:string"/>
      <f:bind id="jenis" nodeset="/d/g/jk"/>
      <f:bind nodeset="/d/g/foto" type="binary"/>
      <f:bind nodeset="/d/r/anak" type="int" calculate="pulldata('tarif', 'a', 'b', 1)"/>
      <f:bind nodeset="/d/urut" type="odk:rank"/>
      <f:bind nodeset="/d/q:meta/q:instanceID" type="string"/>
    </f:model>
  </x:head>
  <x:body>
    <f:group ref="g">
      <f:label>Kelompok</f:label>
      <f:input ref="nama"><f:label ref="jr:itext('nama')"/></f:input>
      <f:select1 bind="jenis"><f:label>JK</f:label>
        <f:item><f:label>Laki</f:label><f:value>l</f:value></f:item>
        <f:item><f:label ref="jr:itext('l1')"/><f:value>p</f:value></f:item></f:select1>
      <f:upload ref="/d/g/foto" mediatype="image/*"/>
    </f:group>
    <f:group ref="/d/r"><f:label>Anak</f:label><f:repeat nodeset="/d/r"><f:input ref="/d/r/anak"/></f:repeat></f:group>
    <k:rank ref="/d/urut"><f:itemset nodeset="randomize(instance('lokal')/root/item)"><f:value ref="kode"/>
      <f:label ref="jr:itext(itextId)"/></f:itemset></k:rank>
    <f:select ref="/d/pilih"><f:itemset nodeset="instance('luar')/root/item[x=1]"><f:value ref="n"/><f:label ref="l"/></f:itemset></f:select>
    <f:input ref="/d/tempat" query="instance('t')/root/item[1]"/>
  </x:body>
</x:html>
"""


def by_path(schema: Schema) -> dict[str, Field]:
    return schema.by_path


def test_an_xform_written_by_hand_is_understood_by_namespace_not_by_prefix():
    made = read_xform(BY_HAND.encode())
    schema, fields = made.schema, made.schema.by_path
    assert made.xform == BY_HAND.encode()
    assert (schema.form_id, schema.version, schema.title, schema.root) == ("tangan", "v1", "Dengan tangan", "d")
    assert [(f.path, f.kind, f.type, f.control) for f in schema.fields] == [
        ("/g", "group", "", ""),
        ("/g/nama", "leaf", "string", "input"),
        ("/g/jk", "leaf", "string", "select1"),
        ("/g/foto", "leaf", "binary", "upload"),
        ("/r", "repeat", "", ""),
        ("/r/anak", "leaf", "int", "input"),
        ("/r/lagi", "leaf", "string", ""),
        ("/urut", "leaf", "odk:rank", "rank"),
        ("/pilih", "leaf", "string", "select"),
        ("/tempat", "leaf", "string", "input"),
        ("/diam", "leaf", "string", ""),
        ("/meta", "group", "", ""),
        ("/meta/instanceID", "leaf", "string", ""),
    ]
    assert fields["/r/lagi"].repeat == "/r"
    assert schema.languages == ("Melayu (ms)", "English (en)")
    assert schema.default_language == "English (en)"
    assert fields["/g/nama"].labels == {"Melayu (ms)": "Nama kamu", "English (en)": "Your ${jk} name"}
    assert fields["/g"].labels == {"": "Kelompok"}
    assert fields["/r"].labels == {"": "Anak"}
    assert not any(f.privacy or f.scope or f.row for f in schema.fields)


def test_choices_come_from_inside_the_form_or_name_their_file():
    made = read_xform(BY_HAND.encode())
    fields = made.schema.by_path
    assert fields["/g/jk"].choice_list == "/g/jk"
    assert [(c.name, c.labels) for c in made.schema.choices["/g/jk"]] == [
        ("l", {"": "Laki"}),
        ("p", {"English (en)": "One"}),
    ]
    assert [(c.name, c.labels) for c in made.schema.choices["lokal"]] == [("1", {"English (en)": "One"})]
    assert fields["/pilih"].choices_file == "luar.csv"
    assert fields["/tempat"].choices_file == "itemsets.csv"
    assert [(a.name, a.type) for a in made.attachments] == [
        ("awal.png", "image"),
        ("b.png", "image"),
        ("itemsets.csv", "file"),
        ("luar.csv", "file"),
        ("tarif.csv", "file"),
    ]


def test_the_xform_of_a_workbook_gives_the_same_form_without_what_only_the_sheet_knows():
    made = convert(
        odk.xlsx(
            "| survey |\n| | type | name | label |\n| | select_one l | a | A |\n| choices |\n| | list_name | name | label |\n| | l | x | X |"
        ),
        "uji.xlsx",
    )
    again = read_xform(made.xform)
    assert [(f.path, f.type, f.labels) for f in again.schema.fields] == [
        (f.path, f.type, f.labels) for f in made.schema.fields
    ]
    assert again.schema.choices == made.schema.choices
    assert again.attachments == made.attachments


def xform(**parts: Any) -> bytes:
    """A small XForm; a part given is used instead of the good one."""
    head = parts.get("title", "<h:title>Uji</h:title>")
    model = parts.get("model", "")
    root = parts.get("root", '<data id="uji"><a/><meta><instanceID/></meta></data>')
    binds = parts.get("binds", '<bind nodeset="/data/a" type="string"/>')
    return (
        f'<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" '
        f'xmlns:e="http://www.opendatakit.org/xforms/entities"><h:head>{head}<model {model}><instance>{root}</instance>'
        f"{binds}</model></h:head><h:body>{parts.get('body', '')}</h:body></h:html>"
    ).encode()


def test_the_xform_that_the_next_tests_spoil_is_good():
    assert read_xform(xform()).findings == ()


META = "<a/><meta><instanceID/></meta>"


@pytest.mark.parametrize(
    ("xml", "problem"),
    [
        (b"", MissingParameter),
        (b"not xml", MissingParameter),
        (b"<a/>", MissingParameter),
        (b"<html><head><model/></head></html>", MissingParameter),
        (xform(root=f"<data>{META}</data>"), MissingParameter),
        (xform(root=f'<data id=" ">{META}</data>'), MissingParameter),
        (xform(root=""), MissingParameter),
        (xform().decode().replace("Uji", "Uj\u00ed").encode("latin-1"), MissingParameter),
        (xform(root=f'<data id="a/b">{META}</data>'), UnexpectedValue),
        (xform(root=f'<data id="a.xls">{META}</data>'), UnexpectedValue),
        (xform(root=f'<data id="a.xml">{META}</data>'), UnexpectedValue),
        (xform(root=f'<data id="{"a" * 65}">{META}</data>'), ValueTooLong),
        (xform(title=""), InvalidXForm),
        (xform(title="<h:title> </h:title>"), InvalidXForm),
        (xform(root='<data id="uji"><a/></data>'), MissingMeta),
        (
            xform(root='<data id="uji">' + "<a>" * 150 + "</a>" * 150 + "<meta><instanceID/></meta></data>"),
            InvalidXForm,
        ),
        (xform(body="<group ref='/data/a'>" * 150 + "</group>" * 150), InvalidXForm),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + xform(), InvalidXForm),
        (b"<!DOCTYPE html>" + xform(), InvalidXForm),
        (xform() + b" " * 20 * 2**20, InvalidXForm),
    ],
)
def test_what_a_phone_could_not_use_is_refused_with_the_reason(xml, problem):
    with pytest.raises(problem) as refusal:
        read_xform(xml)
    assert refusal.value.text("en")
    assert refusal.value.text("id")


def entity(attributes: str = 'dataset="kasus" create="1" id=""', version: str | None = "2024.1.0") -> bytes:
    root = f'<data id="uji"><a/><meta><instanceID/><entity {attributes}><label/></entity></meta></data>'
    return xform(model=f'e:entities-version="{version}"' if version is not None else "", root=root)


@pytest.mark.parametrize("version", ["2022.1.0", "2022.1.7", "2023.1.0", "2024.1.0", "2025.1.0"])
def test_every_version_of_the_entities_specification_that_phones_know_is_taken(version):
    made = read_xform(entity(version=version))
    assert made.schema.by_path["/meta/entity"].kind == "group"
    assert bool(made.findings) == (version < "2024")


@pytest.mark.parametrize(
    "xml",
    [
        entity(version=None),
        entity(version=""),
        entity(version="2021.1.0"),
        entity(version="2026.1.0"),
        entity(version="2024"),
        entity(attributes='dataset="kasus" id=""'),
    ],
)
def test_entities_of_an_unknown_version_are_refused(xml):
    with pytest.raises(InvalidEntityForm) as refusal:
        read_xform(xml)
    assert refusal.value.code == 400.25
    assert refusal.value.wire_details()["reason"]


def test_an_entity_that_is_only_updated_has_no_label_and_is_still_a_group():
    root = '<data id="uji"><a/><meta><instanceID/><entity dataset="k" update="1" id=""/></meta></data>'
    made = read_xform(xform(model='e:entities-version="2024.1.0"', root=root))
    assert made.schema.by_path["/meta/entity"].kind == "group"


def test_one_file_name_for_two_kinds_is_refused():
    binds = """<instance id="x" src="jr://file/x.bin"/><itext><translation lang="a"><text id="t">
        <value form="audio">jr://audio/x.bin</value></text></translation></itext>"""
    with pytest.raises(InvalidXForm):
        read_xform(xform(binds=binds))


def test_a_refusal_is_central_s_where_central_has_one():
    with pytest.raises(Problem) as refusal:
        read_xform(b"<a/>")
    assert (refusal.value.code, refusal.value.wire_details()) == (400.2, {"field": "formId"})
