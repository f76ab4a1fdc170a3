"""HTML becomes text and loses nothing but markup (contract 003)."""

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.plain_text import from_html

CASES = [
    ("if a<b then call me", "if a<b then call me"),
    ("if a<b and c>d", "if a<b and c>d"),
    ("<amina@mail.org>", "<amina@mail.org>"),
    ("Wren <wren@x.example> wrote:\n> see <https://x.example/a?b=c>", None),
    ("I <3 you", "I <3 you"),
    ("if a <b => c", "if a <b => c"),
    ("Hi<br>there", "Hi\nthere"),
    ("Hi<BR/>there<br />now", "Hi\nthere\nnow"),
    ("<p>One</p><p>Two</p>", "One\n\nTwo"),
    ("<div>One</div><div>Two <b>bold</b>ly</div>", "One\n\nTwo boldly"),
    ("<ul><li>one</li><li>two</li></ul>", "one\n\ntwo"),
    ("<table><tr><td>a</td><td>b</td></tr></table>", "a\tb"),
    ("<p>Hello</p><script>alert(1)</script>", "Hello"),
    ("<style>p { color: red }</style>Hello", "Hello"),
    ("<SCRIPT SRC=//x.example/a.js></SCRIPT >Hello", "Hello"),
    ("<script>never closed", "never closed"),
    ("<svg/onload=alert(1)>Hello", "Hello"),
    ("""<IMG SRC="javascript:alert('x');">Hello""", "Hello"),
    ("<a title='a > b' href=\"x\">Hello</a>", "Hello"),
    ("<scr<b>ipt>alert(1)</scr</b>ipt>Hello", "Hello"),
    ("<<b>script>alert(1)</script>", "alert(1)"),
    ("<textarea><b>Hello</b></textarea>", "Hello"),
    ("Hello <!-- unseen --> there", "Hello  there"),
    ("Hello <!-- never closed", "Hello <!-- never closed"),
    ("<!DOCTYPE html><html><body>Hello</body></html>", "Hello"),
    ("<!--[if mso]>outlook<![endif]-->Hello<o:p></o:p>", "Hello"),
    ("AT&amp;T &lt;b&gt; &#39;x&#39; caf&eacute;", "AT&T <b> 'x' café"),
    ("twice &amp;lt;", "twice &lt;"),
    ("https://x.example/?a=1&copy=2&lang=en", "https://x.example/?a=1&copy=2&lang=en"),
    ("&nosuchthing; &", "&nosuchthing; &"),
    ("one&nbsp;two", "one two"),
    ("line\r\nline\rline", "line\nline\nline"),
    ("  as it was  \n\n\n\n written", "  as it was  \n\n\n\n written"),
    ("", ""),
    ("<p></p>", ""),
]

TAG = re.compile(
    r"<\s*/?\s*(script|style|img|svg|iframe|a|b|i|p|div|br|span|table|td|li|o:p)(\s[^<>]*[a-z]\s*=[^<>]*|\s*/?)>", re.I
)

# Text that has an ampersand in no entity, no attribute, and no "<" that begins a known element.
plain = st.text(st.characters(exclude_characters="<=&\r\x00\ufeff\xa0", exclude_categories=("Cs",)))
sign = st.sampled_from(
    [" < ", "<3", "<b and c>", "a<b", "<amina@mail.org>", "<https://x.example/>", "&", "a & b", "<>", "</ "]
)
spaced = st.lists(st.one_of(plain, sign), max_size=8).map(" ".join)
element = st.sampled_from("b i p div br span td li script style svg img a o:p textarea title plaintext table".split())
attribute = st.sampled_from(["", " ", " /", "/", " x=1", ' title="a > b"', " onload='alert(1)'", "\tnowrap"])
tag = st.builds("<{}{}{}>".format, st.sampled_from(["", "/"]), element, attribute)
torn = st.sampled_from(["<", ">", "<scr", "ipt>", "</", "<!--", "-->", '"', "'", "<b", "=", "/>"])
soup = st.lists(st.one_of(tag, torn, plain), max_size=30).map("".join)


@pytest.mark.parametrize(("given_text", "text"), CASES)
def test_text_of(given_text, text):
    assert from_html(given_text) == (given_text if text is None else text)


@given(spaced)
def test_plain_text_survives(text):
    assert from_html(text) == text


@given(plain, plain)
def test_what_is_written_between_tags_survives(one, other):
    bare = from_html(f"<div class=x>{html.escape(one)}</div><p>{html.escape(other)}</p>")
    assert "".join(bare.split()) == "".join((one + other).split())


@given(soup)
def test_no_tag_survives(text):
    assert not TAG.search(from_html(text))


@given(soup)
def test_what_was_stripped_once_stays_as_it_is(text):
    once = from_html(text)
    assert from_html(once) == once


@pytest.mark.parametrize(
    "piece",
    [
        "<b ",
        "<div>",
        '<b "',
        "<b '\"",
        "<script>",
        "<!--",
        "<scr<b>ipt>",
        "&",
        "</",
        "<script>a</script",
        "<font color=a>",
    ],
)
def test_hostile_text_takes_no_longer_than_other_text(piece):
    text = piece * (256 * 1024 // len(piece))
    began = time.process_time()
    from_html(text)
    assert time.process_time() - began < 3
