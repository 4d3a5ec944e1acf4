// What the moderator's page knows of the time: whether its line is alive, and how long the first of the queue has waited.
(() => {
  const $ = (selector) => document.querySelector(selector);

  // 1 The line: a stream that is silent for two beats and a half is dead though it looks open; until it is back, ask.
  const live = $("#live"), sign = $(".head .live");
  let line = null, heard = Date.now(), lost = 0;
  const up = () => { heard = Date.now(); lost = 0; };
  live.addEventListener("htmx:sse:before:message", up);
  live.addEventListener("htmx:sse:after:connection", (event) => { line = event.detail.connection; up(); });
  live.addEventListener("htmx:sse:error", () => { lost ||= Date.now(); });
  live.addEventListener("htmx:sse:close", () => { line = null; });
  setInterval(() => {
    if (document.hidden) return up();
    if (Date.now() - heard > 50000) { heard = Date.now(); lost ||= heard; line?.reader?.cancel(); }
    if (!line) lost ||= Date.now();
    const down = lost && Date.now() - lost > 3000;
    $("#offline").hidden = !down;
    sign?.classList.toggle("live-off", !!down);
    if (down && Math.random() < 0.4) { htmx.trigger("#poll", "poll"); if (!line) htmx.trigger(live, "live:again"); }
  }, 2000);

  // 2 The longest wait goes on while nothing happens; the server says it anew with each change.
  const top = $("#top"), started = { at: Date.now(), text: "" };
  new MutationObserver(() => { if ($("#waits")?.textContent !== started.text) started.at = Date.now(); }).observe(top, { childList: true, characterData: true, subtree: true });
  setInterval(() => {
    const waits = $("#waits"), more = Math.floor((Date.now() - started.at) / 60000);
    if (!waits?.dataset.said || !more) return;
    const minutes = Number(waits.dataset.minutes) + more;
    started.text = waits.dataset.said.replace("{n}", minutes);
    if (waits.textContent !== started.text) waits.textContent = started.text;
    waits.classList.toggle("late", minutes >= 5);
  }, 5000);
})();
