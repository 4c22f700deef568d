// Small comforts. Every page works without this file; nothing here decides anything.
"use strict";

(() => {
  const every = (root, selector) => [
    ...(root.matches?.(selector) ? [root] : []),
    ...root.querySelectorAll(selector),
  ];

  // A summary of errors is what the person must read next, on a new page and after a redraw alike.
  const showWhatMatters = (root) => every(root, "[data-focus]")[0]?.focus();

  // A total shared among people, said in one sentence while either number is typed:
  // <output data-total="#minutes" data-parts="#places" data-least="6" data-say="{parts} people: {each} minutes each">
  const share = (output) => {
    const number = (source) => Number(document.querySelector(source)?.value ?? source);
    const total = number(output.dataset.total);
    const parts = number(output.dataset.parts);
    const least = Number(output.dataset.least);
    if (!(total > 0 && parts > 0 && least > 0)) {
      output.textContent = output.dataset.missing ?? "";
      return;
    }
    const each = total / parts;
    // Cut, not rounded: 5.96 must not read as 6.0.
    const words = { total, parts, least, each: (Math.floor(each * 10) / 10).toFixed(1), fit: Math.floor(total / least) };
    output.textContent = output.dataset.say.replace(/\{(\w+)\}/g, (_, name) => words[name]);
    output.dataset.kind = each < least ? "warn" : "good";
  };
  const shareAll = () => every(document, "output[data-total]").forEach(share);

  // A button says how many boxes are ticked and what they come to:
  // <button data-counts="lines">Approve the lines ticked</button>
  const dollars = new Intl.NumberFormat("en-AU", { style: "currency", currency: "AUD" });
  const sayTicked = (button) => {
    const ticked = every(button.form, `[name="${button.dataset.counts}"]:checked`);
    const more = button.form.querySelector('[name="with_incentive"]:checked');
    const cents = ticked.reduce(
      (sum, box) => sum + Number(box.dataset.cents ?? 0) + (more ? Number(box.dataset.moreCents ?? 0) : 0),
      0,
    );
    const words = button.lastChild;
    button.dataset.words ??= words.textContent;
    const lines = ticked.length === 1 ? "1 line" : `${ticked.length} lines`;
    words.textContent = ticked.length ? `Approve ${lines}, ${dollars.format(cents / 100)}` : button.dataset.words;
  };
  const sayAllTicked = () => every(document, "button[data-counts]").forEach(sayTicked);

  // Clocks count from the server's time, so a tablet with a wrong clock shows the right minutes.
  const startedAt = performance.now();
  const clock = (seconds) =>
    `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const tick = () => {
    const passed = (performance.now() - startedAt) / 1000;
    for (const element of every(document, "[data-elapsed]")) {
      element.dataset.from ??= String(passed);
      element.textContent = clock(Number(element.dataset.elapsed) + passed - Number(element.dataset.from));
    }
    for (const element of every(document, "[data-undo-seconds]")) {
      element.dataset.from ??= String(passed);
      const left = Number(element.dataset.undoSeconds) - passed + Number(element.dataset.from);
      // Never take the button away from under a finger or a keyboard.
      if (left <= 0 && !element.matches(":focus-within, :hover")) element.remove();
      else for (const count of every(element, "[data-seconds-left]")) count.textContent = Math.max(0, Math.ceil(left));
    }
  };

  // A second press sends nothing. The server has the form's key as well; this spares the wait.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [data-repeatable]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  window.addEventListener("pageshow", () => every(document, "form[data-sent]").forEach((form) => delete form.dataset.sent));

  document.addEventListener("input", shareAll);
  document.addEventListener("change", (event) => {
    sayAllTicked();
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // "/" goes to the search box; arrows walk through the entries of a week.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !event.target.matches("input, textarea, select, [contenteditable]")) {
      const search = document.querySelector("input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step && event.target.matches(".week-entry")) {
      const entries = every(document, ".week-entry");
      const next = entries[entries.indexOf(event.target) + step];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });

  // Afterwards htmx names the new fragment as the source, so who asked is noted before.
  const byHand = new WeakSet();
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (ctx.sourceElement?.matches("form, button, a, input, select")) byHand.add(ctx);
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = event.detail;
    const { target } = ctx;
    const old = typeof target === "string" ? document.querySelector(target) : target;
    const fresh = old?.isConnected ? old : document.getElementById(old?.id);
    if (fresh) showWhatMatters(fresh);
    // The pressed button is gone with the old fragment; without this the keyboard starts again at the top.
    // Only after an act of this person: news that arrives by itself must not pull the focus.
    if (fresh && byHand.has(ctx) && document.activeElement === document.body) {
      fresh.setAttribute("tabindex", "-1");
      fresh.focus({ preventScroll: true });
    }
    shareAll();
  });

  showWhatMatters(document);
  shareAll();
  sayAllTicked();
  tick();
  setInterval(tick, 1000);
})();
