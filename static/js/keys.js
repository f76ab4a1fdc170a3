/* Keys: Ctrl+Enter finishes the form, Ctrl+S saves its draft, single keys move in lists and lead to places, Escape twice
   hides the screen.
   Single keys stay off inside fields and dialogs, and where body[data-shortcuts] is "off". */
(() => {
  "use strict";

  const TWICE = 600; // milliseconds between the two Escapes
  const TOGETHER = 1500; // milliseconds between "g" and the letter of a place
  const rows = () => [...document.querySelectorAll(".worklist tbody tr, [data-worklist] tbody tr")];
  let escapedAt = 0;
  let goingAt = -TOGETHER;

  function hideScreen(link) {
    document.body.dataset.leaving = "at-once";
    document.body.hidden = true;
    document.title = "";
    window.location.replace(link.href);
  }

  function finish(form) {
    const buttons = [...form.elements].filter((control) => control.type === "submit" && !control.disabled);
    const button = buttons.find((control) => control.matches(".primary, [data-primary]")) || buttons[0];
    if (button) button.click(); // a click, so that the button's own name and value go with the form
    else form.requestSubmit();
  }

  function saveDraft() {
    const form = document.activeElement.closest("form[data-draft-url]") || document.querySelector("form[data-draft-url]");
    if (form) form.dispatchEvent(new CustomEvent("portal:save-draft", { bubbles: true }));
    return Boolean(form);
  }

  function currentRow() {
    return document.activeElement.closest(".worklist tbody tr, [data-worklist] tbody tr")
      || rows().find((row) => row.getAttribute("aria-current") === "true");
  }

  function goToRow(step) {
    const all = rows();
    const row = all[Math.max(0, Math.min(all.length - 1, all.indexOf(currentRow()) + step))];
    if (!row) return false;
    all.forEach((other) => other.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
    const link = row.querySelector("th a[href], a[href]");
    link?.focus();
    link?.scrollIntoView({ block: "nearest" });
    return true;
  }

  function tickRow() {
    const tick = currentRow()?.querySelector("input[type='checkbox']");
    tick?.click();
    return Boolean(tick);
  }

  function follow(selector) {
    const element = document.querySelector(selector);
    element?.click();
    return Boolean(element);
  }

  /* What is done with the ticked rows; the row one stands on is ticked where none is. */
  function actOnRows(key) {
    const button = document.querySelector(`.bulk [data-key="${key}"]`);
    if (!button) return false;
    const ticks = [...button.form.querySelectorAll("tbody input[type='checkbox']")];
    const own = currentRow()?.querySelector("input[type='checkbox']");
    if (own && !ticks.some((tick) => tick.checked)) own.checked = true;
    if (ticks.some((tick) => tick.checked)) button.click();
    return true;
  }

  function openFilters() {
    const menu = document.querySelector("details[data-filters]");
    if (!menu) return false;
    menu.open = true;
    menu.querySelector("form input:not([type='hidden']), form select")?.focus();
    return true;
  }

  /* "g" and then a letter: the link that bears the letter. */
  function beginToGo(event) {
    goingAt = event.timeStamp;
    return true;
  }

  function openRow() {
    const row = currentRow();
    const ticking = row && document.activeElement.matches("tbody input[type='checkbox']");
    if (!row || (!ticking && document.activeElement.matches("a, button, summary, input"))) return false;
    row.querySelector("th a[href], a[href]")?.click();
    return true;
  }

  function searchFor() {
    const field = document.querySelector("[data-search]");
    field?.focus();
    field?.select();
    return Boolean(field);
  }

  const SINGLE = {
    "/": searchFor,
    "j": () => goToRow(1),
    "k": () => goToRow(-1),
    "Enter": openRow,
    "x": tickRow,
    "a": () => actOnRows("a"),
    "f": openFilters,
    "g": beginToGo,
    "n": () => follow("[data-new]"),
    "?": () => follow("[data-dialog-open='shortcuts']"),
  };

  const isWriting = (element) => element.isContentEditable
    || element.matches("textarea, select, input:not([type='checkbox'], [type='radio'], [type='button'], [type='submit'])");

  function withControl(event) {
    if (event.key === "Enter") {
      const form = event.target.form || event.target.closest("form");
      if (!form) return;
      event.preventDefault();
      finish(form);
    } else if (event.key.toLowerCase() === "s" && saveDraft()) {
      event.preventDefault();
    }
  }

  function escape(event) {
    const link = document.querySelector("[data-quick-exit]");
    const again = event.timeStamp - escapedAt < TWICE;
    escapedAt = event.timeStamp;
    if (link && again && !event.repeat) hideScreen(link);
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") return void escape(event);
    if ((event.ctrlKey || event.metaKey) && !event.altKey) return void withControl(event);
    const off = document.body.dataset.shortcuts === "off" || event.altKey || event.ctrlKey || event.metaKey;
    if (off || event.defaultPrevented || isWriting(event.target) || document.querySelector("dialog[open]")) return;
    if (event.timeStamp - goingAt < TOGETHER) {
      goingAt = -TOGETHER;
      if (/^[a-z]$/.test(event.key) && follow(`a[data-go="${event.key}"]`)) return void event.preventDefault();
    }
    if (Object.hasOwn(SINGLE, event.key) && SINGLE[event.key](event)) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-quick-exit]");
    if (!link) return;
    event.preventDefault();
    hideScreen(link);
  });
})();
