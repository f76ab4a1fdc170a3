"""Hands on a keyboard: nothing here touches the mouse, and every press is counted."""

from playwright.sync_api import Page

# What a screen reader would call the element that has the focus.
_NAME = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return "";
  const labels = [...(element.labels || [])].map((label) => label.innerText);
  const by = (element.getAttribute("aria-labelledby") || "").split(/\\s+/).filter(Boolean)
    .map((id) => document.getElementById(id)?.innerText || "");
  const group = element.closest("fieldset")?.querySelector("legend")?.innerText || "";
  const own = element.getAttribute("aria-label") || element.innerText || element.value || "";
  return [group, ...labels, ...by, labels.length ? "" : own].join(" ").replace(/\\s+/g, " ").trim();
}"""


class Keyboard:
    """Types on a page; ``presses`` is how many keys were pressed, a typed letter being one."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0

    def focus(self) -> str:
        """The name of what has the focus."""
        return self.page.evaluate(_NAME)

    def press(self, *keys: str) -> None:
        """Press keys one after another, as ``Control+Enter`` or ``Tab``."""
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.page.keyboard.type(text)
        self.presses += len(text)

    def go_to(self, name: str, *, exact: bool = False, limit: int = 150) -> None:
        """Press Tab until the focus is on what is called *name*, or has it in its name."""
        passed = []
        for _ in range(limit):
            found = self.focus()
            if name == found or (name in found and not exact):
                return
            passed.append(found[:40])
            self.press("Tab")
        raise AssertionError(f"{name!r} cannot be reached by Tab; passed {passed}")

    def fill(self, name: str, text: str, *, exact: bool = False) -> None:
        """Go to a field and type into it."""
        self.go_to(name, exact=exact)
        self.type(text)

    def follow(self, *names: str) -> None:
        """Go from page to page by what leads there."""
        for name in names:
            self.go_to(name)
            with self.page.expect_navigation():
                self.press("Enter")
