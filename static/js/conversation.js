/* The conversation of a case while its page is open: the seconds in which a message can still be undone, what is written
   meanwhile, who else is here. The server decides everything; this counts, asks, and keeps the reader's place. */
(() => {
  "use strict";

  const ANNOUNCED = 10; // seconds left, said aloud once, so that nobody is told each of them
  const PAUSE = 15000; // milliseconds after the last letter in which one still counts as writing
  const counted = new WeakMap(); // by card: when its time is over, on this page's own clock
  const theForm = () => document.getElementById("cases-look");

  /* Undo */
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
    if (hadFocus) {
      card.tabIndex = -1;
      card.focus({ preventScroll: true });
    }
    look();
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

  /* Looking for what is new, only while the page is looked at */
  let stopped = false;

  function look() {
    if (!stopped && theForm() && document.visibilityState === "visible") window.htmx.trigger(theForm(), "look");
  }

  if (theForm()) setInterval(look, 1000 * Number(theForm().dataset.lookEvery));
  document.addEventListener("visibilitychange", look);
  document.addEventListener("DOMContentLoaded", look);
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.elt === theForm() && [401, 403, 404].includes(detail.xhr.status)) stopped = true;
  });

  /* Whether one is writing, and what */
  let pause = 0;

  function writes(what) {
    const field = theForm()?.querySelector("[data-writing]");
    if (!field || field.value === what) return;
    field.value = what;
    look();
  }

  document.addEventListener("input", ({ target }) => {
    const writer = target.closest(".writer");
    if (!writer) return;
    clearTimeout(pause);
    pause = setTimeout(() => writes(""), PAUSE);
    writes(writer.classList.contains("staff") ? "note" : "message");
  });
  document.addEventListener("submit", ({ target }) => {
    if (!target.closest(".writer")) return;
    clearTimeout(pause);
    writes("");
  });

  /* What one works at stays where it is on the screen while cards come in above it, and keeps the focus. */
  let place = null;

  function inView(element) {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight;
  }

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.elt !== theForm()) return;
    if (detail.requestConfig.parameters.after !== document.getElementById("cases-after")?.value) {
      detail.shouldSwap = false; // the thread came anew meanwhile, with what this answer brings
      return;
    }
    const at = [document.activeElement, document.querySelector(".writers")].find((one) => one && one !== document.body && inView(one));
    const card = document.activeElement.closest("[data-held]");
    place = { at, top: at?.getBoundingClientRect().top, card: card?.id };
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt !== theForm() || !place) return;
    if (place.card) document.querySelector(`#${place.card} button`)?.focus({ preventScroll: true });
    if (place.at?.isConnected) window.scrollBy({ top: place.at.getBoundingClientRect().top - place.top, behavior: "instant" });
    place = null;
  });

  /* Who will read it stands beside the button. */
  document.addEventListener("change", ({ target }) => {
    const told = target.id === "message-to" && target.form.querySelector("[data-recipient] bdi");
    if (told) told.textContent = target.selectedOptions[0].text;
  });

  /* The thread opens where there is something unread. */
  const unread = document.getElementById("new");
  if (unread && !window.location.hash && document.querySelector("main [data-opens-at-unread]")) unread.scrollIntoView({ block: "start" });
})();
