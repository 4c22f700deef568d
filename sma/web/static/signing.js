// The box to sign in. Without this file, or without a finger or mouse, the name is typed instead.
"use strict";

(() => {
  const form = document.querySelector("[data-signing]");
  const canvas = form?.querySelector("[data-pad]");
  if (!canvas || typeof SignaturePad === "undefined") return;
  const value = form.querySelector("[data-pad-value]");
  const pad = new SignaturePad(canvas, { penColor: "#2a211b", minWidth: 1.5, maxWidth: 3.5 });
  const { width, height } = canvas;
  form.querySelector("[data-pad-field]").hidden = false;
  form.querySelector("[data-pad-or]").hidden = false;
  form.querySelector("[data-pad-clear]").addEventListener("click", () => pad.clear());

  // The pad draws in the size it has on this screen; the canvas follows, and what is sent is always in the same units.
  const fit = () => {
    const kept = pad.toData();
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    pad.fromData(kept);
  };
  window.addEventListener("resize", fit);
  fit();

  const within = (part, whole, most) => Math.min(most, Math.max(0, Math.round((part / whole) * most)));
  form.addEventListener("submit", () => {
    const strokes = pad
      .toData()
      .map((group) =>
        group.points.map(({ x, y }) => [within(x, canvas.offsetWidth, width), within(y, canvas.offsetHeight, height)]),
      );
    value.value = pad.isEmpty() ? "" : JSON.stringify(strokes);
  });
})();
