/* The conversation of a case: the seconds in which a message can still be undone. The server decides; this only counts. */
(() => {
  "use strict";

  const ANNOUNCED = 10; // seconds left, said aloud once, so that nobody is told each of them
  const counted = new WeakMap(); // by card: when its time is over, on this page's own clock

  function tick(card) {
    const left = Math.max(0, Math.ceil((counted.get(card) - performance.now()) / 1000));
    const said = card.querySelector("[data-said]");
    const words = `${card.dataset.left} ${left}`;
    if (left > 0) {
      card.querySelector("[data-countdown]").textContent = words;
      if (left === ANNOUNCED) said.textContent = words;
      return;
    }
    const hadFocus = card.contains(document.activeElement);
    card.querySelector("form").remove();
    card.querySelector("[data-countdown]").textContent = card.dataset.over;
    said.textContent = card.dataset.over;
    card.removeAttribute("data-held");
    if (hadFocus) {
      card.tabIndex = -1;
      card.focus({ preventScroll: true });
    }
  }

  function count() {
    for (const card of document.querySelectorAll("[data-held]")) {
      if (!card.querySelector("form")) continue;
      if (!counted.has(card)) counted.set(card, performance.now() + 1000 * Number(card.dataset.seconds));
      tick(card);
    }
  }

  setInterval(count, 1000);
  count();

  /* What was taken back is in the form, and nowhere else yet where a slower save of what stood there before comes after it. */
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    count();
    if (target.id === "cases-message" && target.querySelector("textarea").value) {
      target.querySelector("form").dispatchEvent(new CustomEvent("portal:save-draft", { bubbles: true }));
    }
  });
})();
