"""What every page owes its reader, read from the templates."""

import re

from tests.house.sizes import ROOT

TEMPLATES = ROOT / "templates"
EMPTY = re.compile(r'<div class="empty">(.*?)</div>', re.DOTALL)
BLOCK = re.compile(r"{% block empty %}(.*?){% endblock %}", re.DOTALL)


def test_a_list_with_nothing_in_it_says_so_and_what_to_do():
    silent, found = [], 0
    for path in sorted(TEMPLATES.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for said in [*EMPTY.findall(text), *BLOCK.findall(text)]:
            if "block empty" in said or not said.strip():
                continue  # the frame, whose lists say it themselves
            found += 1
            if not all(
                re.search(r"<h[23]>.*<p\b", one, re.DOTALL) for one in re.split(r"{% (?:elif .*?|else) %}(?=<h)", said)
            ):
                silent.append(str(path.relative_to(TEMPLATES)))
    assert silent == [] and found > 20
