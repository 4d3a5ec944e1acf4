// The booth: keeps the seat of who touches it, leaves it by itself, and shows nobody what the browser still remembers of a page.
(() => {
  "use strict";
  const seat = document.querySelector("[data-booth]");
  if (!seat) return;
  const WARN = 60, LEAVE = 90, LIFE = 60; // seconds without a touch; seconds between signs of life
  const end = document.getElementById("end"), idle = document.getElementById("idle");
  const room = location.pathname.replace(/\/booth.*$/, "");

  // What this room's own pages may have kept on this device before it became a booth, drafts and lists. Never where the
  // browser is in the room itself: what it keeps there, such as the tokens to judge answers with, cannot be had again.
  const wipe = () => {
    if ("own" in seat.dataset) return;
    for (const kept of ["localStorage", "sessionStorage"]) {
      try {
        Object.keys(window[kept]).filter((key) => key.startsWith(room + ":")).forEach((key) => window[kept].removeItem(key));
      } catch (error) { /* nothing was kept */ }
    }
  };

  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  window.addEventListener("pagehide", () => { document.body.hidden = true; });
  if (!end) return;

  wipe(); // somebody sat down
  let touched = Date.now(), told = "alive" in end.dataset ? Date.now() : 0, gone = false, way = null;
  // Its answer carries the seat, so none may come after that of a form, least of all after the end.
  const hush = () => { if (way) way.abort(); way = null; told = Infinity; };
  const live = () => {
    if (told > Date.now() || !window.AbortController) return;
    told = Date.now();
    way = new AbortController();
    fetch(end.dataset.life, { method: "POST", body: new URLSearchParams(new FormData(end)), signal: way.signal, redirect: "error" })
      .catch(() => { /* the next one may come through */ });
  };
  const leave = () => {
    if (gone) return;
    gone = true;
    wipe();
    seat.hidden = true;
    for (const form of document.forms) if (form !== end) form.reset();
  };
  window.addEventListener("submit", hush, true);
  end.addEventListener("submit", leave);
  for (const name of ["pointerdown", "keydown", "input", "scroll"]) {
    window.addEventListener(name, () => { touched = Date.now(); idle.hidden = true; }, { passive: true, capture: true });
  }
  if (!told) live(); // so the server knows that this page speaks
  setInterval(() => {
    const quiet = (Date.now() - touched) / 1000;
    idle.hidden = quiet < WARN;
    if (quiet >= WARN) idle.textContent = idle.dataset.said.replace("{n}", Math.max(0, Math.ceil(LEAVE - quiet)));
    if (touched > told && Date.now() - told >= LIFE * 1000) live();
    if (quiet >= LEAVE && !gone) end.requestSubmit();
  }, 1000);
})();
