"""The ways in which people work: by mouse with the scripts of the page, by mouse without them, by keyboard alone.

A test that is told once what is done walks it in each way: ``hands.press("Close")`` clicks, or goes there by Tab and
presses Enter.
"""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.keyboard import Keyboard

# What htmx marks while it asks, swaps and settles; the focus may still move meanwhile.
UNDER_WAY = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"


def _field(page: Page, label: str) -> Locator:
    """The field of this label, be it optional or not."""
    return page.get_by_label(re.compile(rf"^{re.escape(label)}( \(optional\))?$"))


class Mouse:
    """A mouse, for pressing; what is written is typed."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, name: str) -> None:
        """Press the one button or link of this name, or open the menu of this name."""
        controls = [self.page.get_by_role(role, name=name, exact=True) for role in ("button", "link")]
        summary = self.page.locator("summary", has_text=name)
        controls[0].or_(controls[1]).or_(summary).locator("visible=true").first.click()

    def choose(self, question: str, answer: str) -> None:
        """Choose one of the answers to a question."""
        self.page.get_by_role("group", name=question).get_by_role("radio", name=answer, exact=True).check()

    def pick(self, label: str, option: str) -> None:
        """Pick from a list that opens."""
        self.page.get_by_label(label).select_option(label=option)

    def write(self, label: str, text: str) -> None:
        """Write into a field, in place of what stands there."""
        _field(self.page, label).fill(text)

    def tick(self, label: str) -> None:
        """Tick a box, or take its tick away."""
        self.page.get_by_role("checkbox", name=label).click()


class Hands:
    """Hands that have a keyboard alone."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, Keyboard(page)

    def press(self, name: str) -> None:
        """Go to what has this name and press Enter there."""
        expect(self.page.locator(UNDER_WAY)).to_have_count(0)
        self.keys.go_to(name, exact=True)
        self.keys.press("Enter")

    def choose(self, question: str, answer: str) -> None:
        """Go to the answers of a question, and by arrows to this one; the first is chosen by the space bar."""
        self.keys.go_to(question)
        self.keys.press("Space")
        for _ in range(20):
            if self.keys.focus() == f"{question} {answer}":
                return
            self.keys.press("ArrowDown")
        raise AssertionError(f"{answer!r} is not among the answers to {question!r}")

    def pick(self, label: str, option: str) -> None:
        """Go to a list and type what is to be picked."""
        self.keys.fill(label, option)
        expect(self.page.get_by_label(label).locator("option:checked")).to_have_text(option)

    def write(self, label: str, text: str) -> None:
        """Go to a field and type, in place of what stands there: whoever comes by Tab has it selected."""
        self.keys.fill(label, text)
        expect(_field(self.page, label)).to_have_value(text)

    def tick(self, label: str) -> None:
        """Go to a box and press the space bar."""
        self.keys.go_to(label)
        self.keys.press("Space")


# For each way the fixture that is its browser, and what one works with there.
WAYS = {"script": ("desk", Mouse), "plain": ("plain_desk", Mouse), "keyboard": ("desk", Hands)}
