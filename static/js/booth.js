// The booth: keeps the seat of who touches it, leaves it by itself, and shows nobody what the browser still remembers of a page.
(() => {
  "use strict";
  const seat = document.querySelector("[data-booth]");
  if (!seat) return;
  const WARN = 60, LEAVE = 90, LIFE = 60, RENEW = 4; // seconds without a touch; between signs of life; between looks for a poll
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
  // The hall's poll comes and goes while somebody writes: only its own place on the page is made anew.
  const renew = async () => {
    const hall = document.getElementById("poll");
    if (!hall || gone || document.hidden) return;
    try {
      const now = await (await fetch(hall.dataset.at, { cache: "no-store", redirect: "error" })).json();
      if (now.poll === hall.dataset.poll || gone) return;
      const page = new DOMParser().parseFromString(await (await fetch(location.pathname, { cache: "no-store" })).text(), "text/html");
      const fresh = page.getElementById("poll");
      if (fresh && !gone) hall.replaceWith(document.adoptNode(fresh));
    } catch (error) { /* the next look may come through */ }
  };
  setInterval(renew, RENEW * 1000);
  if (!told) live(); // so the server knows that this page speaks
  setInterval(() => {
    const quiet = (Date.now() - touched) / 1000;
    idle.hidden = quiet < WARN;
    if (quiet >= WARN) idle.textContent = idle.dataset.said.replace("{n}", Math.max(0, Math.ceil(LEAVE - quiet)));
    if (touched > told && Date.now() - told >= LIFE * 1000) live();
    if (quiet >= LEAVE && !gone) end.requestSubmit();
  }, 1000);
})();
