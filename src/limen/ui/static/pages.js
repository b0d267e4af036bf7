// What can a page do better with JavaScript? Everything works without; this file only makes it more comfortable.
"use strict";
(() => {
  const all = (selector) => document.querySelectorAll(selector);
  const live = document.getElementById("live");
  const announce = (text) => { if (live) live.textContent = text; };

  // Show and hide a password. It is hidden again before the form leaves, so that browsers offer to store it.
  for (const button of all("[data-peek]")) {
    const input = document.getElementById(button.dataset.peek);
    const show = (on) => {
      input.type = on ? "text" : "password";
      button.setAttribute("aria-pressed", String(on));
    };
    button.addEventListener("click", () => { show(input.type === "password"); input.focus(); });
    input.form.addEventListener("submit", () => show(false));
    const hint = document.getElementById(input.id + "-caps");
    const caps = (event) => {
      if (!hint || !event.getModifierState) return;
      hint.textContent = event.getModifierState("CapsLock") ? hint.dataset.caps : "";
    };
    input.addEventListener("keydown", caps);
    input.addEventListener("keyup", caps);
    input.addEventListener("blur", () => { if (hint) hint.textContent = ""; });
  }

  // One press sends a form once. The button stays enabled while the form is read: a disabled one is not sent along.
  for (const form of all("form")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      form.setAttribute("aria-busy", "true");
      if (event.submitter) event.submitter.classList.add("busy");
    });
  }
  window.addEventListener("pageshow", () => {
    for (const form of all("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
      for (const button of form.querySelectorAll(".busy")) button.classList.remove("busy");
    }
  });

  // Enter in a field presses the button of its own section.
  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (event.key !== "Enter" || event.isComposing || !(input instanceof HTMLInputElement) || !input.form) return;
    const section = input.closest(".section");
    const button = section && section.querySelector("button[type=submit]");
    if (!button || button.disabled) return;
    event.preventDefault();
    input.form.requestSubmit(button);
  });

  // A complete one-time code sends itself, once.
  for (const input of all("input.code[maxlength]")) {
    let sent = false;
    input.addEventListener("input", () => {
      input.value = input.value.replace(/[\s-]/g, "");
      const button = input.closest(".section").querySelector("button[type=submit]");
      if (sent || input.value.length < input.maxLength || !button || !input.checkValidity()) return;
      sent = true;
      input.form.requestSubmit(button);
    });
  }

  // Asking for another code makes sense only after a while.
  for (const button of all("[data-wait]")) {
    const label = button.querySelector("span:last-child");
    const text = label.textContent;
    const until = Date.now() + Number(button.dataset.wait) * 1000;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      button.disabled = left > 0;
      label.textContent = left > 0 ? text + " · " + button.dataset.waitText.replace(/\d+/, String(left)) : text;
      if (left > 0) setTimeout(tick, 1000);
    };
    tick();
  }

  for (const button of all("[data-copy]")) {
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      announce(button.dataset.copied);
      button.classList.add("done");
    });
  }

  // A form that was open for too long says so before someone fills it in for nothing.
  for (const place of all("[data-seconds]")) {
    const seconds = Number(place.dataset.seconds);
    if (seconds < 86400) setTimeout(() => { place.firstElementChild.hidden = false; }, seconds * 1000);
  }

  // Functions of script nodes (passkeys, security keys): some to call when all is there, some on a press.
  const call = (name) => { if (typeof window[name] === "function") window[name](); };
  for (const button of all("[data-trigger]")) button.addEventListener("click", () => call(button.dataset.trigger));
  window.addEventListener("load", () => { for (const input of all("[data-onload]")) call(input.dataset.onload); });

  // The autofocus of the browser comes second to a fragment in the address: the summary comes first.
  const summary = document.getElementById("summary");
  if (summary) summary.focus({ preventScroll: false });
})();
