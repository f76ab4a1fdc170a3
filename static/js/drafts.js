/* Drafts: a form with data-draft-url sends its text there while one writes, so that a closed window or an ended session loses nothing.
   The server keeps it; the browser stores nothing. The answer is {"saved_at_label": "Saved 10:42"}. */
(() => {
  "use strict";

  const PAUSE = 1000;
  const AGAIN = 5000; // milliseconds after which what could not be saved is tried again, also when nobody types any more
  const KEEPALIVE_LIMIT = 60000; // browsers refuse a larger body on a request that outlives its page
  // With the number of an edit this tells the server what is newer, in whatever order it arrives. (randomUUID needs https.)
  const PAGE = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const drafts = new Map();
  let edits = 0; // of the page: a form that was replaced goes on counting

  function fieldsOf(form) {
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      const secret = form.elements[name] instanceof HTMLInputElement && form.elements[name].type === "password";
      if (typeof value === "string" && !secret) fields.append(name, value);
    }
    return fields;
  }

  function draftOf(form) {
    if (!drafts.has(form)) drafts.set(form, { edits: 0, saved: 0, sending: 0, failed: false, status: 0, timer: 0, asking: null });
    return drafts.get(form);
  }

  const isUnsaved = (draft) => draft.edits > draft.saved;

  function tell(form, draft, text) {
    const status = form.querySelector("[data-draft-status]")
      || (form.id && document.querySelector(`[data-draft-status="${CSS.escape(form.id)}"]`));
    if (!status) return;
    status.classList.remove("waiting");
    status.classList.toggle("failed", draft.failed);
    if (draft.failed) status.setAttribute("role", "alert");
    else status.removeAttribute("role");
    const words = status.querySelector("[data-draft-text]") || status;
    words.textContent = draft.failed ? status.dataset.draftFailed || form.dataset.draftFailed || "" : text;
  }

  /* Whoever signs in anew, in another window, has a new token, and so have the forms of this page from then on; unless it is
     somebody else: what stands here is not theirs. */
  async function renew() {
    const page = document.getElementById("session-warning");
    const headers = { "Accept": "application/json", "X-Background": "1" };
    const answer = page && await fetch(page.dataset.url, { credentials: "same-origin", redirect: "error", headers });
    if (!answer?.ok) return false;
    const { token, who } = await answer.json();
    if (String(who) !== page.dataset.who) return false;
    document.querySelector("meta[name='csrf-token']").content = token;
    document.querySelectorAll("input[name='csrf_token']").forEach((field) => { field.value = token; });
    return true;
  }

  async function ask(form, body, edit) {
    let answer = await send(form, body, edit);
    if (answer.status === 400 && await renew()) answer = await send(form, fieldsOf(form).toString(), edit);
    if (!answer.ok) throw Object.assign(new Error(`draft: ${answer.status}`), { status: answer.status });
    return answer.json();
  }

  function send(form, body, edit) {
    const token = document.querySelector("meta[name='csrf-token']");
    return fetch(form.dataset.draftUrl, {
      method: "POST",
      body,
      keepalive: body.length < KEEPALIVE_LIMIT,
      credentials: "same-origin",
      redirect: "error",
      headers: {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
        "X-Background": "1",
        "X-Draft-Edit": `${PAGE}.${edit}`,
        "X-CSRFToken": token ? token.content : "",
      },
    });
  }

  /* Resolves when the text of this moment is safe, or known not to be. A save under way is followed, not overtaken, unless the
     page is going away. */
  async function save(form, { goingAway = false } = {}) {
    const draft = draftOf(form);
    clearTimeout(draft.timer);
    if (!isUnsaved(draft)) return;
    if (draft.asking && (!goingAway || draft.sending === draft.edits)) {
      await draft.asking;
      if (!draft.failed) await save(form);
      return;
    }
    const edit = draft.edits;
    draft.sending = edit;
    const asking = ask(form, fieldsOf(form).toString(), edit).then((answer) => {
      draft.saved = Math.max(draft.saved, edit);
      draft.failed = false;
      tell(form, draft, answer.saved_at_label || "");
    }, (problem) => {
      draft.failed = true;
      draft.status = problem.status || 0;
      draft.timer = setTimeout(() => { if (form.isConnected) save(form); }, AGAIN);
      tell(form, draft, "");
    }).finally(() => { if (draft.asking === asking) draft.asking = null; });
    draft.asking = asking;
    await asking;
  }

  function touch(form) {
    const draft = draftOf(form);
    draft.edits = ++edits;
    clearTimeout(draft.timer);
    draft.timer = setTimeout(() => save(form), PAUSE);
  }

  function settle(form) {
    const draft = drafts.get(form);
    if (!draft) return;
    clearTimeout(draft.timer);
    draft.saved = draft.edits;
  }

  function saveAll(how) {
    for (const form of drafts.keys()) {
      if (form.isConnected) save(form, how);
      else drafts.delete(form);
    }
  }

  const draftForm = (element) => (element.form || element.closest?.("form"))?.closest("form[data-draft-url]");

  document.addEventListener("input", (event) => { const form = draftForm(event.target); if (form) touch(form); });
  document.addEventListener("change", (event) => { const form = draftForm(event.target); if (form) touch(form); });
  document.addEventListener("focusout", (event) => { const form = draftForm(event.target); if (form && drafts.has(form)) save(form); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") saveAll({ goingAway: true }); });
  window.addEventListener("online", () => saveAll());
  window.addEventListener("pagehide", () => saveAll({ goingAway: true }));

  /* Leaving asks only where text would be lost: what is merely not sent yet goes out with the page. */
  window.addEventListener("beforeunload", (event) => {
    if (document.body.dataset.leaving === "at-once") return;
    const unsafe = [...drafts].some(([form, draft]) => form.isConnected && isUnsaved(draft)
      && (draft.failed || !navigator.onLine || fieldsOf(form).toString().length >= KEEPALIVE_LIMIT));
    if (unsafe) event.preventDefault();
  });

  /* A form that is sent needs no draft any more, unless the sending fails or the answer finds fault. */
  document.addEventListener("submit", (event) => { if (!event.defaultPrevented || event.target.matches("[hx-post]")) settle(event.target); });
  document.addEventListener("htmx:responseError", ({ detail }) => { if (detail.xhr.status === 400) renew().catch(() => undefined); });
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => { const form = draftForm(event.detail.elt); if (form) touch(form); });
  }

  /* Whoever types on while a form is being sent finds what came after it in the form that comes back empty; where it comes back
     with what was sent, however the server writes that, all of it. */
  const WRITTEN = "textarea, input:not([type='hidden'], [type='file'], [type='checkbox'], [type='radio'], [type='password'])";
  const writtenIn = (part) => [...part.querySelectorAll(WRITTEN)].filter((field) => field.name && draftForm(field));
  const whenSent = new WeakMap(); // by request: what stood in each field
  const typedOn = new WeakMap();

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (!detail.elt.matches("form[data-draft-url]")) return;
    whenSent.set(detail.xhr, new Map(writtenIn(detail.target).map((field) => [field.name, field.value])));
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const sent = whenSent.get(detail.xhr);
    if (sent) typedOn.set(detail.xhr, writtenIn(detail.target).filter((field) => sent.has(field.name) && field.value !== sent.get(field.name)));
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const fields = typedOn.get(detail.xhr) || [];
    typedOn.delete(detail.xhr);
    for (const { name, value } of fields) {
      const sent = whenSent.get(detail.xhr).get(name);
      const field = document.getElementById(detail.target.id)?.querySelector(`[name="${CSS.escape(name)}"]`);
      if (!field) continue;
      field.value = field.value === "" && value.startsWith(sent) ? value.slice(sent.length).trimStart() : value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });

  function keepFaulty(within) {
    within.querySelectorAll("form[data-draft-url]").forEach((form) => {
      if (form.querySelector("[aria-invalid='true'], .summary-error")) touch(form);
    });
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.elt;
    if (part instanceof Element && event.detail.xhr && event.detail.xhr.status === 422) keepFaulty(part.parentElement || part);
  });
  document.addEventListener("portal:save-draft", (event) => {
    draftOf(event.target).edits = ++edits;
    save(event.target);
  });

  /* Before a whole page is sent: whether its text is safe. Answers in detail.asked, a promise of "" or of why it is not. */
  document.addEventListener("portal:is-it-safe", ({ target, detail }) => {
    const draft = drafts.get(target);
    if (!draft || !isUnsaved(draft)) return;
    detail.asked = save(target).then(() => {
      if (!draft.failed || ![0, 400, 401].includes(draft.status)) return "";
      return draft.status ? "signed-out" : "offline";
    });
  });

  /* The page is about to go by itself, because the session is over: not while there is text that is nowhere else. */
  document.addEventListener("portal:leaving", (event) => {
    if ([...drafts].some(([form, draft]) => form.isConnected && isUnsaved(draft))) event.preventDefault();
  });
  keepFaulty(document);
})();
