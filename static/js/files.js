/* Adding files: dropping them on the page, a list of what was chosen, limits said before anything is sent, and progress.
   The form works without it. Whatever is refused by the server stays chosen. */
(() => {
  "use strict";

  const FORM = "form[data-files]";
  let chosen = [];

  const theForm = () => document.querySelector(FORM);
  const find = (form, name) => form.querySelector(`[data-${name}]`);
  const inUnit = (number, unit) => new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(number);
  const sizeOf = ({ size }) => (size < 1048576 ? inUnit(Math.ceil(size / 1024), "kilobyte") : inUnit(size / 1048576, "megabyte"));

  function fill(form) {
    const carrier = new DataTransfer();
    chosen.forEach((file) => carrier.items.add(file));
    form.querySelector("input[type='file']").files = carrier.files;
  }

  function problemOf(form) {
    const { largest, together, most } = form.dataset;
    const words = find(form, "problem").dataset;
    const large = chosen.filter((file) => file.size > Number(largest)).map((file) => file.name);
    if (large.length) return `${large.join(", ")}: ${words.tooLarge}`;
    if (chosen.length > Number(most)) return words.tooMany;
    return chosen.reduce((sum, file) => sum + file.size, 0) > Number(together) ? words.tooMuch : "";
  }

  function tell(form) {
    const problem = find(form, "problem");
    const said = problemOf(form);
    problem.textContent = said;
    problem.hidden = !said;
    return !said;
  }

  function rowOf(form, file) {
    const row = find(form, "chosen-file").content.cloneNode(true).firstElementChild;
    row.querySelector("bdi").textContent = file.name;
    row.querySelector(".dim").textContent = sizeOf(file);
    row.classList.toggle("wrong", file.size > Number(form.dataset.largest));
    const button = row.querySelector("button");
    button.querySelector(".vh").append(file.name);
    button.addEventListener("click", () => {
      chosen = chosen.filter((other) => other !== file);
      show(form);
      (find(form, "chosen").querySelector("button") || form.querySelector("input[type='file']")).focus();
    });
    return row;
  }

  function show(form) {
    fill(form);
    const list = find(form, "chosen");
    list.replaceChildren(...chosen.map((file) => rowOf(form, file)));
    list.hidden = chosen.length === 0;
    tell(form);
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest(FORM);
    if (!form || event.target.type !== "file") return;
    chosen = [...event.target.files];
    show(form);
  });

  /* Dropping: anywhere on the page, so that a file that misses never replaces what is being written. */
  const brings = (event) => [...event.dataTransfer.types].includes("Files");
  const mark = (on) => theForm()?.closest(".panel, .writer").classList.toggle("dropping", on && Boolean(theForm()));

  document.addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = theForm() ? "copy" : "none";
    mark(true);
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(false); });
  document.addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    mark(false);
    const form = theForm();
    if (!form) return;
    chosen = [...chosen, ...event.dataTransfer.files];
    show(form);
    form.querySelector("input[type='file']").focus();
  });

  /* Sending: what is known to be too large is not sent at all, and does not count as sent. */
  window.addEventListener("submit", (event) => {
    if (!event.target.matches(FORM) || tell(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.querySelector("input[type='file']").focus();
  }, true);
  document.addEventListener("htmx:beforeSend", (event) => {
    if (event.detail.elt.matches(FORM)) find(event.detail.elt, "sending").hidden = false;
  });
  document.addEventListener("htmx:xhr:progress", (event) => {
    const form = event.target.closest(FORM);
    const { loaded, total, lengthComputable } = event.detail;
    if (!form || !lengthComputable || !total) return;
    const share = Math.round((100 * loaded) / total);
    form.querySelector("progress").value = share;
    find(form, "sent").textContent = `${share} %`;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.matches(FORM) && !event.detail.successful) find(event.detail.elt, "sending").hidden = true;
  });

  /* A refusal of any kind is said where the files were chosen, and they stay chosen. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, xhr, requestConfig } = event.detail;
    const mine = (requestConfig?.elt || elt).matches(FORM);
    if (mine && xhr.status === 200) chosen = [];
    if (mine && [403, 413].includes(xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener("htmx:afterSettle", () => {
    const form = theForm();
    if (form && chosen.length && !form.querySelector("input[type='file']").files.length) show(form);
  });
})();
