/* Passkeys: asks the server for a challenge, lets the browser's own dialog answer it, and sends the answer as a form.
   A form with data-passkey ("create" or "get") is shown where the browser knows passkeys; what stands instead is hidden. */
(() => {
  "use strict";

  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const withBytes = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  function understood(told) {
    const options = { ...told, challenge: bytes(told.challenge) };
    if (told.user) options.user = { ...told.user, id: bytes(told.user.id) };
    if (told.excludeCredentials) options.excludeCredentials = withBytes(told.excludeCredentials);
    if (told.allowCredentials) options.allowCredentials = withBytes(told.allowCredentials);
    return options;
  }

  function written(credential) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
  }

  async function answer(form) {
    const body = new FormData();
    body.append("csrf_token", form.elements.csrf_token.value);
    const told = await fetch(form.dataset.challenge, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!told.ok) throw new Error(`the challenge was answered with ${told.status}`);
    const publicKey = understood(await told.json());
    return written(await navigator.credentials[form.dataset.passkey]({ publicKey }));
  }

  function tell(form, name) {
    form.querySelectorAll("[data-problem]").forEach((problem) => { problem.hidden = problem.dataset.problem !== name; });
  }

  async function prove(form) {
    const button = form.querySelector("button");
    tell(form, "");
    button.setAttribute("aria-disabled", "true");
    try {
      form.elements.answer.value = await answer(form);
      form.submit();
    } catch (error) {
      tell(form, error.name === "InvalidStateError" ? "known" : "failed");
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  /* Before portal.js counts it as sent: nothing is, until the device has answered. */
  window.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-passkey]");
    if (!form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.querySelector("button").getAttribute("aria-disabled") !== "true") prove(form);
  }, true);

  if (window.PublicKeyCredential) {
    document.querySelectorAll("[data-without-passkeys]").forEach((element) => { element.hidden = true; });
    document.querySelectorAll("[data-with-passkeys]").forEach((element) => { element.hidden = false; });
  }
})();
