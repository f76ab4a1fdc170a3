/* Warns before the session ends, and lets it be prolonged. The server decides: before it warns, and before it gives up,
   the page asks how long the session lasts, for another window may have been used meanwhile. Asking is no sign of life. */
(() => {
  "use strict";

  const dialog = document.getElementById("session-warning");
  if (!dialog) return;
  const SAID_AT = [120, 90, 60, 45, 30, 15, 10, 5]; // seconds: often enough to know, seldom enough to think
  const LONGEST_TIMER = 60 * 60 * 1000;
  const UNSAVED = 15000; // milliseconds after which one looks again whether somebody has signed in for text that is nowhere else
  const warnAt = Number(dialog.dataset.warn);
  const countdown = dialog.querySelector("[data-countdown]");
  const announced = dialog.querySelector("[data-announced]");
  const [stay] = dialog.querySelectorAll("form");
  let endsAt = 0;
  let timer = 0;
  let said = Infinity;

  const left = () => Math.max(0, Math.ceil((endsAt - Date.now()) / 1000));

  function inWords(seconds) {
    const minutes = seconds > 60 && seconds % 60 === 0 ? seconds / 60 : 0;
    const [one, many, number] = minutes ? ["minute", "minutes", minutes] : ["second", "seconds", seconds];
    return number === 1 ? dialog.dataset[one] : dialog.dataset[many].replace("{n}", number);
  }

  async function ask(options) {
    const answer = await fetch(dialog.dataset.url, {
      credentials: "same-origin",
      redirect: "error",
      ...options,
      headers: { "Accept": "application/json", ...options.headers },
    });
    if (answer.status === 401) return 0;
    if (!answer.ok) throw new Error(`session: ${answer.status}`);
    return (await answer.json()).seconds;
  }

  function lasts(seconds) {
    endsAt = Date.now() + seconds * 1000;
    clearTimeout(timer);
    if (seconds > warnAt) {
      if (dialog.open) dialog.close();
      said = Infinity;
      timer = setTimeout(look, Math.min((seconds - warnAt) * 1000, LONGEST_TIMER));
    } else if (seconds > 0) {
      warn();
    } else {
      leave();
    }
  }

  /* What the server says now; while it cannot be reached, what it said last holds. */
  async function look() {
    try {
      lasts(await ask({ headers: { "X-Background": "1" } }));
    } catch {
      if (left() > 0) warn();
      else timer = setTimeout(look, 5000);
    }
  }

  function warn() {
    const opens = !dialog.open;
    tick();
    if (opens) stay.querySelector("button").focus();
  }

  function tick() {
    clearTimeout(timer);
    if (!dialog.open) dialog.showModal(); // something else may have closed every dialog
    const seconds = left();
    countdown.textContent = inWords(seconds);
    const due = SAID_AT.find((step) => seconds <= step && step < said && seconds > step - 5);
    if (due !== undefined || said === Infinity) {
      said = due ?? seconds;
      announced.textContent = inWords(seconds);
    }
    timer = setTimeout(seconds > 0 ? tick : look, 1000);
  }

  /* To the page again: the door leads to signing in, and from there back here. Text that is nowhere else keeps the page. */
  function leave() {
    if (!document.dispatchEvent(new Event("portal:leaving", { cancelable: true }))) {
      if (dialog.open) dialog.close();
      document.dispatchEvent(new CustomEvent("portal:problem", { detail: "signed-out" }));
      timer = setTimeout(look, UNSAVED);
      return;
    }
    document.body.dataset.leaving = "at-once";
    window.location.assign(dialog.dataset.back || window.location.pathname + window.location.search);
  }

  stay.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      lasts(await ask({ method: "POST", body: new URLSearchParams(new FormData(stay)) }));
    } catch {
      announced.textContent = dialog.dataset.failed;
      countdown.textContent = dialog.dataset.failed;
    }
  });
  dialog.addEventListener("cancel", (event) => { // Escape stays: leaving must be meant
    event.preventDefault();
    stay.requestSubmit();
  });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible" && left() <= warnAt) look(); });
  lasts(Number(dialog.dataset.left));
})();
