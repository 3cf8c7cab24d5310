"""Another version on a finished XForm."""

from xml.sax.saxutils import quoteattr

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from forms.problems import UnexpectedValue
from forms.workbook import read_xform, with_version

HEAD = (
    '<?xml version="1.0"?>\n<!-- <data id="no" version="no"/> -->\n'
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" '
    'xmlns:orx="http://openrosa.org/xforms"><h:head><h:title>Uji é</h:title><model><instance>\n  '
)
TAIL = (
    '<nama/><orx:meta><orx:instanceID/></orx:meta></data></instance><instance id="lain"><root version="9"/></instance>'
    '<bind nodeset="/data/nama" type="string"/></model></h:head><h:body><input ref="/data/nama"/></h:body></h:html>'
)


def _form(tag: str) -> bytes:
    return (HEAD + tag + TAIL).encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<data id="uji" version="1">', '<data id="uji" version="2">'),
        ("<data version = '1'\n id='uji'  >", "<data version = \"2\"\n id='uji'  >"),
        ('<data id="uji" orx:version="1">', '<data id="uji" orx:version="2">'),
        ('<data id="uji">', '<data version="2" id="uji">'),
        ('<data xmlns:version="urn:x" id="uji" v="a>b">', '<data version="2" xmlns:version="urn:x" id="uji" v="a>b">'),
    ],
)
def test_only_the_version_attribute_changes(before, after):
    assert with_version(_form(before), "2") == _form(after)


xml_text = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))


@given(old=xml_text, new=xml_text)
def test_any_version_that_xml_can_carry_is_read_back_as_it_was_given(old, new):
    form = _form(f"<data id='uji' version={quoteattr('1')}>")
    for version in (old, new):
        try:
            form = with_version(form, version)
        except UnexpectedValue:
            continue
        root = fromstring(form).find(".//{*}instance")[0]
        assert root.attrib == {"id": "uji", "version": version}
        assert read_xform(form).schema.version == version


def test_a_version_that_xml_cannot_carry_is_refused():
    with pytest.raises(UnexpectedValue):
        with_version(_form('<data id="uji">'), "1\x01")
