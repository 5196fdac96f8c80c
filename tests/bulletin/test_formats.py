"""An edition for the publicity office: a letter a word processor pages, a feed that keeps to RFC 4287 (row 69)."""

import io
import zipfile
from typing import Final

import pytest
from lxml import etree

from services.bulletin import formats
from services.bulletin.formats import letter
from tests.bulletin.editions import edition, edition_row, full_edition

pytestmark = pytest.mark.row(69)

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ATOM: Final = "{http://www.w3.org/2005/Atom}"
GRAMMAR: Final = """
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.w3.org/2005/Atom"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start><element name="feed"><ref name="common"/><interleave>
    <zeroOrMore><ref name="person"/></zeroOrMore>
    <zeroOrMore><ref name="link"/></zeroOrMore>
    <ref name="id"/><ref name="title"/><ref name="updated"/>
    <optional><element name="generator"><text/></element></optional>
    <zeroOrMore><ref name="entry"/></zeroOrMore>
  </interleave></element></start>
  <define name="entry"><element name="entry"><ref name="common"/><interleave>
    <zeroOrMore><ref name="person"/></zeroOrMore>
    <zeroOrMore><ref name="link"/></zeroOrMore>
    <ref name="id"/><ref name="title"/><ref name="updated"/>
    <optional><element name="published"><ref name="moment"/></element></optional>
    <optional><element name="summary"><ref name="plain"/></element></optional>
  </interleave></element></define>
  <define name="person"><element name="author"><ref name="common"/><interleave>
    <element name="name"><data type="string"><param name="minLength">1</param></data></element>
    <optional><element name="uri"><data type="anyURI"/></element></optional>
    <optional><element name="email"><data type="string"><param name="pattern">.+@.+</param></data></element></optional>
  </interleave></element></define>
  <define name="link"><element name="link"><ref name="common"/>
    <attribute name="href"><data type="anyURI"><param name="minLength">1</param></data></attribute>
    <optional><attribute name="rel"><choice>
      <value>alternate</value><value>enclosure</value><value>related</value><value>self</value><value>via</value>
    </choice></attribute></optional>
    <optional><attribute name="type">
      <data type="string"><param name="pattern">.+/.+</param></data></attribute></optional>
    <optional><attribute name="title"/></optional>
    <optional><attribute name="length"><data type="nonNegativeInteger"/></attribute></optional>
  </element></define>
  <define name="id"><element name="id"><ref name="common"/>
    <data type="anyURI"><param name="pattern">[a-z][a-z0-9+.\\-]*:.+</param></data></element></define>
  <define name="title"><element name="title"><ref name="plain"/></element></define>
  <define name="updated"><element name="updated"><ref name="moment"/></element></define>
  <define name="plain"><ref name="common"/>
    <optional><attribute name="type"><value>text</value></attribute></optional><text/></define>
  <define name="moment"><ref name="common"/><data type="dateTime">
    <param name="pattern">.+T.+(Z|[+\\-][0-9]{2}:[0-9]{2})</param></data></define>
  <define name="common"><optional><attribute name="xml:lang"><data type="language"/></attribute></optional></define>
</grammar>
"""
"""RFC 4287's grammar, without what this feed has no use for: categories, contributors, content, extensions."""


@pytest.mark.parametrize("issued", [0, 3])
def test_the_feed_keeps_to_rfc_4287(issued: int) -> None:
    rows = [edition_row(edition(2, revision=number), number) for number in range(issued)]
    feed = etree.fromstring(formats.atom(rows, lambda path: f"https://bulletin.example{path}"))
    grammar = etree.RelaxNG(etree.fromstring(GRAMMAR))
    assert grammar.validate(feed), grammar.error_log
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == issued
    # What the grammar cannot say: everybody has an author, nothing is said to be two things, the newest comes first.
    assert all(entry.find(f"{ATOM}author") is not None for entry in entries)
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == issued
    moments = [entry.findtext(f"{ATOM}updated") for entry in entries]
    assert moments == sorted(moments, reverse=True)
    assert not moments or feed.findtext(f"{ATOM}updated") == moments[0]
    assert [link.get("rel") for link in feed.findall(f"{ATOM}link")] == ["self"]
    for entry in entries:
        kinds = [(link.get("rel"), link.get("type")) for link in entry.findall(f"{ATOM}link")]
        assert len(set(kinds)) == len(kinds)


def test_the_letter_has_page_numbers_outside_and_tables_that_go_on_with_their_heading() -> None:
    file = letter.docx(full_edition(9))
    assert file == letter.docx(full_edition(9))
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        parts = {name: etree.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith(".xml")}
    document, settings = parts["word/document.xml"], parts["word/settings.xml"]
    assert settings.find(f"{W}evenAndOddHeaders") is not None
    feet = {name: part for name, part in parts.items() if name.startswith("word/footer")}
    fields = [field.get(f"{W}instr") for part in feet.values() for field in part.iter(f"{W}fldSimple")]
    sides = {part.find(f".//{W}jc").get(f"{W}val") for part in feet.values()}
    assert (fields, sides) == (["PAGE", "PAGE"], {"left", "right"})
    assert {"".join(part.itertext()) for part in feet.values()} == {"—\u00a01\u00a0—"}
    tables = [*document.iter(f"{W}tbl")]
    assert tables
    assert all(table.find(f"{W}tr/{W}trPr/{W}tblHeader") is not None for table in tables)
    leads = [table.getprevious() for table in tables[1:]]
    assert all(lead.find(f"{W}pPr/{W}keepNext") is not None for lead in leads if lead.tag == f"{W}p")
