/* What a page does beyond its links and forms: menus, dialogs, the focus after a part was replaced, word of failures.
   Everything works without it. Nothing is kept in the browser: no storage, no cookie. */
(() => {
  "use strict";

  const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
  const find = (selector, within = document) => within.querySelector(selector);
  const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

  function focusOn(element) {
    if (!element.matches(FOCUSABLE)) element.tabIndex = -1;
    element.focus();
  }

  /* Shows what makes sense only with script: [data-js-only], and [data-with-keys] while single keys are on. */
  function reveal(within) {
    const keys = document.body.dataset.shortcuts !== "off" ? ", [data-with-keys]" : "";
    findAll("[data-js-only]" + keys, within).forEach((element) => { element.hidden = false; });
  }

  /* Menus: details.menu */
  function closeMenus(except) {
    findAll("details.menu[open]").forEach((menu) => { if (!menu.contains(except)) menu.open = false; });
  }

  function closeMenuAround(element) {
    const menu = element.closest("details.menu[open]") || find("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    if (menu.contains(document.activeElement)) find("summary", menu).focus();
  }

  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("focusin", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.target.closest("dialog")) closeMenuAround(event.target);
  });

  /* Dialogs: #dialog holds what htmx swaps into it; [data-dialog-open] opens another by its id. */
  function nameDialog(dialog) {
    const heading = find("h1, h2, h3", dialog);
    if (!heading || dialog.hasAttribute("aria-labelledby")) return;
    heading.id = heading.id || dialog.id + "-heading";
    dialog.setAttribute("aria-labelledby", heading.id);
  }

  function showDialog(dialog) {
    if (dialog.open) return;
    closeMenus(null);
    dialog.showModal();
  }

  function followDialog(dialog) {
    dialog.removeAttribute("aria-labelledby");
    nameDialog(dialog);
    showDialog(dialog);
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog-open]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialogOpen);
      nameDialog(dialog);
      showDialog(dialog);
      return;
    }
    const closer = event.target.closest("[data-dialog-close]");
    const dialog = closer && closer.closest("dialog");
    if (dialog) {
      event.preventDefault();
      dialog.close();
    }
  });

  /* A dialog is done when its answer is empty, or when the answer went to the page behind it. */
  function leaveDialog({ elt, target, xhr }) {
    const dialog = document.getElementById("dialog");
    if (!dialog || !dialog.open || xhr.status < 200 || xhr.status >= 400) return;
    const empty = target === dialog && xhr.responseText.trim() === "";
    if (empty || (dialog.contains(elt) && !dialog.contains(target))) dialog.close();
  }

  document.addEventListener("closeDialog", () => { findAll("dialog[open]").forEach((dialog) => dialog.close()); });
  document.addEventListener("close", (event) => {
    if (event.target.id === "dialog") event.target.replaceChildren();
  }, true);

  /* The focus after a swap. A search that answers while one types never takes it, and whoever went on elsewhere while the answer
     was under way, or before the page came to rest, stays there: what they type belongs where they type it. */
  const focused = new WeakSet();
  const focusWhenAsked = new WeakMap(); // by request
  const focusWhenAnswered = new WeakMap();
  const wentOn = new WeakMap();

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const here = document.activeElement;
    if (here === focusWhenAsked.get(detail.xhr) || here === document.body) return;
    if (!detail.target.contains(here) || (here.id && here.matches("input, select, textarea"))) {
      wentOn.set(detail.xhr, { here, at: [here.selectionStart, here.selectionEnd] });
    }
  });
  document.addEventListener("htmx:afterSwap", ({ detail, target }) => {
    findAll("[autofocus]", target).forEach((field) => { field.autofocus = false; }); // it is for whole pages; htmx would go there
    if (!wentOn.has(detail.xhr)) return;
    const { here, at } = wentOn.get(detail.xhr);
    const there = here.isConnected ? here : document.getElementById(here.id);
    if (!there) {
      wentOn.delete(detail.xhr);
      return;
    }
    there.focus({ preventScroll: true });
    if (there !== here && typeof at[0] === "number") there.setSelectionRange(...at);
  });

  const staysHere = (xhr) => wentOn.has(xhr) || document.activeElement !== focusWhenAnswered.get(xhr);

  function swappedPart(detail) {
    const { elt, target } = detail;
    if (target.isConnected && target.contains(elt)) return target;
    const same = target.id && document.getElementById(target.id);
    if (same) return same.contains(elt) ? same : null;
    return elt.closest("#flash") ? null : elt;
  }

  function focusAfterSwap(detail) {
    const trigger = detail.requestConfig && detail.requestConfig.triggeringEvent;
    const asked = trigger && ["submit", "click"].includes(trigger.type);
    const part = swappedPart(detail);
    if (!asked || !part || focused.has(detail.xhr)) return;
    focused.add(detail.xhr);
    const refused = detail.xhr.status === 422;
    const next = (refused && (find(".summary-error", part) || find("[aria-invalid='true']", part)))
      || (part.matches("[data-focus]") ? part : find("[data-focus]", part))
      || find("h1, h2, h3", part);
    if (next) focusOn(next);
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    const { detail } = event;
    if (!detail.elt || detail.elt.nodeType !== Node.ELEMENT_NODE || !detail.xhr) return;
    reveal(detail.elt);
    const dialog = document.getElementById("dialog");
    const stays = staysHere(detail.xhr);
    if (dialog && dialog.contains(detail.elt)) followDialog(dialog);
    if (!stays) focusAfterSwap(detail);
  });

  /* htmx notes the address for a history cache that is switched off; an address can hold a name that was searched for. */
  const forgetAddress = () => window.sessionStorage.removeItem("htmx-current-path-for-history");
  forgetAddress(); // it noted that of this page when it was loaded
  for (const moved of ["htmx:pushedIntoHistory", "htmx:replacedInHistory"]) document.addEventListener(moved, forgetAddress);

  /* Busy while asking; a failure is told in words and changes nothing on the page. */
  const setBusy = (element, busy) => {
    if (busy) element.setAttribute("aria-busy", "true");
    else element.removeAttribute("aria-busy");
  };

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    setBusy(detail.target, true);
    focusWhenAsked.set(detail.xhr, "asksAgain" in detail.elt.dataset ? null : document.activeElement);
    delete detail.elt.dataset.asksAgain;
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    setBusy(detail.target, false);
    release(detail.elt);
    leaveDialog(detail);
    focusWhenAnswered.set(detail.xhr, document.activeElement);
  });

  /* What the page asks for by itself fails in silence: nobody waits for it, and nothing was typed. */
  function tell(name) {
    const flash = document.getElementById("flash");
    flash.replaceChildren(document.getElementById("problem-" + name).content.cloneNode(true));
    flash.scrollIntoView({ block: "nearest" });
  }

  function tellProblem(name, { detail }) {
    if (!detail.requestConfig?.headers?.["X-Background"]) tell(name);
  }

  /* What was said of the step before is not true of one that is refused. */
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status === 422) document.getElementById("flash").replaceChildren();
  });

  document.addEventListener("portal:problem", ({ detail }) => tell(detail));

  document.addEventListener("htmx:sendError", (event) => tellProblem("offline", event));
  document.addEventListener("htmx:timeout", (event) => tellProblem("offline", event));
  document.addEventListener("htmx:responseError", (event) => tellProblem(event.detail.xhr.status === 401 ? "signed-out" : "failed", event));

  /* A form is sent once: the second of two quick clicks does nothing. */
  const TWO_CLICKS = 5000; // milliseconds; after that the reader may mean it
  const sending = new WeakMap();

  function release(element) {
    const form = element instanceof HTMLFormElement ? element : element.form || element.closest?.("form");
    if (form) sending.delete(form);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method")?.toLowerCase() !== "post") return;
    if (Date.now() - (sending.get(form) || 0) < TWO_CLICKS) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    sending.set(form, Date.now());
  }, true);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) findAll("form").forEach((form) => sending.delete(form));
  });

  /* Lists of results under a search field (aria-controls) or by themselves: arrows move, Enter follows, Escape goes back. */
  const SEARCHES = "input[aria-controls], input[type='search']";

  function resultsOf(input) {
    const place = document.getElementById(input.getAttribute("aria-controls")) || input.closest("form, section, main");
    return place && (place.matches("[data-results]") ? place : find("[data-results]", place));
  }

  function moveInResults(event, list) {
    const rows = findAll("a[href], button", list);
    const at = rows.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    const field = findAll(SEARCHES).find((input) => resultsOf(input) === list);
    if (event.key === "Escape" || to === -1) {
      if (!field) return;
      event.preventDefault();
      field.focus();
    } else if (to !== undefined) {
      event.preventDefault();
      rows[Math.min(to, rows.length - 1)]?.focus();
    }
  }

  document.addEventListener("keydown", (event) => {
    const list = event.target.closest("[data-results]");
    if (list) {
      moveInResults(event, list);
    } else if (event.key === "ArrowDown" && event.target.matches(SEARCHES)) {
      const first = resultsOf(event.target)?.querySelector("a[href], button");
      if (!first) return;
      event.preventDefault();
      first.focus();
    }
  });

  /* One tick for all rows of this page */
  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-select-all]");
    if (!all) return;
    findAll("tbody input[type='checkbox']", all.closest("table")).forEach((tick) => { tick.checked = all.checked; });
  });

  reveal(document);
  const summary = find(".summary-error");
  if (summary) focusOn(summary);
})();
