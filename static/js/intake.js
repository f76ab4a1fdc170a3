/* The walk-in intake, faster and safer: Enter in the search goes to the people found, Alt+N goes on with a new person, and the
   address becomes that of the draft, so that a reload or signing in again comes back to it. Everything works without it. */
(() => {
  "use strict";

  const form = document.getElementById("intake");
  if (!form) return;
  const search = () => form.querySelector("[data-find]");

  let typedAt = 0;
  form.addEventListener("input", () => {
    if (!typedAt) window.history.replaceState(null, "", form.dataset.resumeUrl);
    typedAt = Date.now();
  });

  form.addEventListener("submit", () => { typedAt = 0; }); // what is sent needs no saving

  /* A reload asks for the page before the old one is hidden: what was typed a moment ago is sent first, and should it still
     arrive after the page was made, the page is made again. */
  const JUST_NOW = 1500; // milliseconds; older text was saved while one paused
  window.addEventListener("beforeunload", () => {
    if (Date.now() - typedAt < JUST_NOW && document.body.dataset.leaving !== "at-once") {
      form.dispatchEvent(new CustomEvent("portal:save-draft", { bubbles: true }));
    }
  });

  async function lookForNewer() {
    const answer = await fetch(form.dataset.resumeUrl, { headers: { "X-Background": "1" }, redirect: "error" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const kept = Number(page.getElementById("intake")?.dataset.revision || 0);
    if (kept > Number(form.dataset.revision) && !typedAt) window.location.reload();
  }

  if (performance.getEntriesByType("navigation")[0]?.type === "reload") {
    setTimeout(() => lookForNewer().catch(() => undefined), 400); // without an answer the page stays as it is
  }

  /* What was searched for is the name or the phone of the new person, unless something stands there already. */
  function beginNewPerson() {
    const typed = search().value.trim();
    const isNumber = /^[+\d\s().-]{5,}$/.test(typed);
    const name = document.getElementById("reporter-full_name");
    if (!name) return;
    const field = isNumber ? document.getElementById("reporter-phone") : name;
    if (typed && !field.value) {
      field.value = typed;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    name.focus();
  }

  const guided = "guided" in form.dataset; // one question a page: the server puts what was searched for where it belongs

  document.addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyN") {
      event.preventDefault();
      if (guided) form.querySelector("[data-new-person]")?.click();
      else beginNewPerson();
    }
  });

  form.addEventListener("click", (event) => {
    if (guided || !event.target.closest("[data-new-person]")) return;
    event.preventDefault();
    beginNewPerson();
  });

  /* Enter never sends the one page: it looks in the search box, and does nothing in other fields. Ctrl+Enter finishes.
     In the guided form it goes on to the next question. */
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || !event.target.matches("input")) return;
    if (guided && event.target !== search()) return;
    event.preventDefault();
    if (event.target !== search()) return;
    const first = document.querySelector("#intake-results [data-results] button, #intake-results [data-results] a");
    if (first) first.focus();
    else event.target.dispatchEvent(new Event("search-now"));
  });

  /* What a button inside the form does is worked out from the fields as they were sent. Whoever typed on meanwhile in the part that
     the answer would replace keeps every word: the answer is let go, and the same is asked again with what stands there now. */
  const sent = new WeakMap(); // by request: the part as it was sent
  const typedIn = (part) => JSON.stringify([...form.elements].filter((field) => part.contains(field) && field.matches("input:not([type='hidden']), select, textarea"))
    .map(({ id, value, checked }) => [id, value, checked]));

  form.addEventListener("htmx:beforeRequest", ({ detail }) => { if (detail.elt.name === "do") sent.set(detail.xhr, typedIn(detail.target)); });
  form.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, xhr, target } = event.detail;
    if (!sent.has(xhr) || sent.get(xhr) === typedIn(target)) return;
    event.detail.shouldSwap = false;
    requestConfig.elt.dataset.asksAgain = "";
    setTimeout(() => { if (requestConfig.elt.isConnected) requestConfig.elt.click(); });
  });

  /* The answer to a form takes its page away, so what stands in it must be safe first: not sent into a server that is gone, nor
     into the sign-in page. */
  let checked = false;
  window.addEventListener("submit", async (event) => {
    if (event.target !== form || checked) return;
    const question = new CustomEvent("portal:is-it-safe", { bubbles: true, detail: {} });
    form.dispatchEvent(question);
    if (!question.detail.asked) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    const problem = await question.detail.asked;
    if (problem) {
      document.dispatchEvent(new CustomEvent("portal:problem", { detail: problem }));
      document.querySelector("#flash a")?.focus();
      return;
    }
    checked = true;
    form.requestSubmit(button);
  }, true);

  form.addEventListener("change", (event) => {
    if (event.target.name !== "immediate_danger") return;
    const danger = event.target.value === "yes";
    const said = form.querySelector("[data-danger-said]");
    said.textContent = danger ? said.dataset.dangerSaid : "";
    if (danger && form.elements.priority) form.elements.priority.value = "high";
  });
})();
