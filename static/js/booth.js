// The booth: leaves the seat by itself, and shows nobody what the browser still remembers of a page.
(() => {
  "use strict";
  const seat = document.querySelector("[data-booth]");
  if (!seat) return;
  const WARN = 60, LEAVE = 90; // seconds without a touch
  const end = document.getElementById("end"), idle = document.getElementById("idle");
  const room = location.pathname.replace(/\/booth.*$/, "");

  // What this room's own pages may have kept on this device before it became a booth, drafts and lists.
  const wipe = () => {
    for (const kept of ["localStorage", "sessionStorage"]) {
      try {
        Object.keys(window[kept]).filter((key) => key.startsWith(room + ":")).forEach((key) => window[kept].removeItem(key));
      } catch (error) { /* nothing was kept */ }
    }
  };

  wipe();
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  window.addEventListener("pagehide", () => { document.body.hidden = true; });
  if (!end) return;

  let touched = Date.now(), gone = false;
  const leave = () => {
    if (gone) return;
    gone = true;
    wipe();
    seat.hidden = true;
    for (const form of document.forms) if (form !== end) form.reset();
  };
  end.addEventListener("submit", leave);
  for (const name of ["pointerdown", "keydown", "input", "scroll"]) {
    window.addEventListener(name, () => { touched = Date.now(); idle.hidden = true; }, { passive: true, capture: true });
  }
  setInterval(() => {
    const quiet = (Date.now() - touched) / 1000;
    idle.hidden = quiet < WARN;
    if (quiet >= WARN) idle.textContent = idle.dataset.said.replace("{n}", Math.max(0, Math.ceil(LEAVE - quiet)));
    if (quiet >= LEAVE && !gone) end.requestSubmit();
  }, 1000);
})();
