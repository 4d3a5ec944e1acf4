// Projector and leader's desk: say so when the line is down, get it back, ask where streams fail, and the keys.
(() => {
  "use strict";
  const live = document.querySelector("[data-stage]");
  if (!live) return;
  const off = document.getElementById("off");
  const poll = document.getElementById("poll");
  const SILENT = 50000; // the server beats every 5 s: after this the line is dead though it looks open
  const GOES = ["stage-right", "stage", "join", "stage-foot", "remote", "lead-state", "lead-now", "lead-side", "acts"];
  let heard = Date.now();
  let lost = 0; // since when the line is down; 0: it is up
  let line = null; // the connection of hx-sse
  let gone = false;
  let asked = Date.now();
  let seen = Date.now(); // when what is shown was last known to be true
  let polls = 0; // polls that were answered while the line was down

  const connecting = off.textContent;
  const hour = (moment) => new Date(moment).toTimeString().slice(0, 5).replace(/^0/, "");
  const say = (cut) => {
    if (cut && off.hidden) off.textContent = off.dataset.say?.replace("0:00", hour(seen)) || connecting;
    off.hidden = !cut;
    const state = document.getElementById("lead-state");
    if (state) state.hidden = cut;
  };
  const up = () => {
    heard = seen = Date.now();
    lost = 0;
    polls = 0;
    say(false);
  };
  const down = () => { lost = lost || Date.now(); };

  const leave = () => {
    gone = true;
    off.hidden = true;
    live.remove();
    for (const id of GOES) document.getElementById(id)?.remove();
    document.getElementById("gone").hidden = false;
  };

  live.addEventListener("beat", up);
  live.addEventListener("htmx:sse:after:message", up);
  live.addEventListener("htmx:sse:after:connection", (event) => { line = event.detail.connection; up(); });
  live.addEventListener("htmx:sse:before:connection", (event) => { if (event.detail.connection.attempt > 0) down(); });
  live.addEventListener("htmx:sse:close", () => { line = null; down(); });
  live.addEventListener("htmx:sse:error", (event) => {
    down();
    if ([401, 403, 404].includes(event.detail.status)) leave();
  });
  // The first connection is an ordinary request: its refusal must neither pass in silence nor be final.
  live.addEventListener("htmx:after:request", (event) => {
    const status = event.detail.ctx?.response?.status;
    if ([403, 404].includes(status)) leave();
  });
  poll.addEventListener("htmx:after:request", (event) => {
    const status = event.detail.ctx?.response?.status;
    if ([403, 404].includes(status)) leave();
    else if (status === 200 || status === 304) { polls += 1; seen = Date.now(); say(false); }
  });

  const ask = () => {
    asked = Date.now();
    htmx.trigger(poll, "stage:poll");
  };

  setInterval(() => {
    if (gone) return;
    const now = Date.now();
    if (!line) down();
    if (now - heard > SILENT) {
      heard = now;
      down();
      if (line?.reader) line.reader.cancel();
    }
    if (lost && now - lost > 3000 && !polls) say(true);
    if (lost && now - lost > 8000 && now - asked > 4000 + Math.random() * 2000) {
      polls = 0;
      ask();
      if (!line) htmx.trigger(live, "live:again");
    } else if ("tick" in live.dataset && now - asked > 60000) ask(); // minutes pass without any event
  }, 1000);

  // A tablet that slept is asked at once; a projector must not go to sleep by itself.
  const wake = () => {
    if (document.hidden || gone) return;
    if (Date.now() - heard > 25000) { down(); line?.reader?.cancel(); }
    navigator.wakeLock?.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", wake);
  window.addEventListener("online", () => { if (!gone) { line?.reader?.cancel(); ask(); } });
  wake();

  // A second tap must not fall on the button that has just taken the place of the first.
  const acts = document.getElementById("acts");
  let shown = "";
  let changed = 0;
  const names = () => [...acts.querySelectorAll("#lead-acts button")].map((button) => button.id).join();
  if (acts) {
    shown = names();
    new MutationObserver(() => {
      if (names() !== shown) {
        shown = names();
        changed = Date.now();
        document.getElementById("lead-say").replaceChildren(); // a refusal speaks of the buttons that were there
      }
    }).observe(acts, { childList: true, subtree: true, attributes: true, attributeFilter: ["id"] });
    acts.addEventListener("click", (event) => {
      if (event.isTrusted && Date.now() - changed < 700) { event.preventDefault(); event.stopImmediatePropagation(); }
    }, true);
  }

  // The leader's keys, as a presenter sends them: on with it, and back. What begins or ends the hall takes a finger.
  const ON = ["ArrowRight", "PageDown"], BACK = ["ArrowLeft", "PageUp"];
  const turn = (event) => {
    const on = ON.includes(event.code);
    if (!on && !BACK.includes(event.code)) return;
    event.preventDefault();
    const button = acts.querySelector(on ? "#lead-acts .btn-1" : "#lead-acts > button:not(.btn-1)");
    if (button && /^act-(call|answer|put_back)-/.test(button.id) && Date.now() - changed >= 700) button.click();
  };

  // Keys, by their place on the keyboard, so that a Vietnamese layout changes nothing; clickers send PageUp and PageDown.
  const remote = document.getElementById("remote");
  const ORDER = ["welcome", "ranking", "question", "closing"];
  const MODES = { Digit0: "blank", Digit5: "timer", Digit1: "welcome", Digit2: "ranking", Digit3: "question", Digit4: "closing", KeyB: "blank", Period: "blank" };
  const STEPS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
  const current = () => {
    const chosen = document.getElementById("stage")?.dataset.chosen;
    return ORDER.includes(chosen) ? ORDER.indexOf(chosen) : 0;
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.code === "KeyF" && document.documentElement.requestFullscreen && !acts) {
      if (document.fullscreenElement) document.exitFullscreen(); else document.documentElement.requestFullscreen().catch(() => {});
      return;
    }
    if (acts && !gone) return turn(event);
    if (!remote || gone) return;
    const step = STEPS[event.code];
    const code = event.code.replace("Numpad", "Digit");
    const mode = step ? ORDER[Math.min(ORDER.length - 1, Math.max(0, current() + step))] : MODES[code];
    if (!mode) return;
    event.preventDefault();
    remote.querySelector(`[value=${mode}]`).click();
  });
})();
