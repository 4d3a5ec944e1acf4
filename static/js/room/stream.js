// The stream: quiet about a blip, honest after three seconds, watched, replaced by polling where it never comes, and not
// there at all while nobody looks at the page.
// Traps of hx-sse 4.0.1, each met here: a first connect that is refused is never tried again (`live:again` does, from where
// the last one stood); a stream that died silently is read for ever (its beat every 5 s is watched); a sleeping phone wakes
// into a long delay (it is cut short, at random); its own pause forgets a page that was never shown, or that is hidden while
// it waits or connects (so a hidden page has no `#live`); its delays are the same for a hall of ten and of ten thousand, and
// a `retry:` over `reconnectMaxDelay` is cut (so `pause` sets them); events of an element outside the page go to `document`.

let link = null;  // hx-sse's connection: `reader` while it reads, `delayCanceller` while it waits
let heard = now(), everHeard = false, tries = 0, head = null, place = "";
let lost = 0, sure = 0, polled = 0;  // since when nothing is connected, when that was known to be no mere waiting; the last poll
let spread = 0, opened = 0, planned, asking = false, begun = false;
let answering = calledText();

// Milliseconds before a phone connects again: anything from nothing to twice the mean, so that a hall of a thousand comes
// back over seconds and a larger one over what the server asks for (`retry:`). A fault that lasts is probed less often, and
// still a phone is back within ten seconds of its end.
const pause = (tries, told) => 2 * Math.random() * Math.max(told || 2e3, tries ? 4500 : 2e3);

function plan() {
  if (!link) return;
  link.config.reconnectJitter = 0;
  link.config.connectTimeout = 5e3 + spread;  // a line that died without a word answers to nothing
  planned = link.config.reconnectDelay = link.config.reconnectMaxDelay = pause(tries, spread);
}

function follow() {
  const on = (name, act) => document.addEventListener(name, act), hx = (name, act) => on("htmx:" + name, act);
  hx("config:request", ({detail: {ctx}}) => {
    if (ctx.sourceElement != live) return;
    begun = asking = true;
    if (place) ctx.request.headers["Last-Event-ID"] = place;
  });
  hx("sse:before:connection", (event) => {
    link = event.detail.connection;
    if (link.attempt) down(); else plan();
  });
  hx("sse:after:connection", () => { opened = now(); });
  hx("sse:before:message", ({detail: {message}}) => {
    everHeard = true;
    heard = now();
    tries = 0;
    if (message.id) place = message.id;
    up();
  });
  hx("sse:after:message", () => {
    if (link && link.config.reconnectDelay != planned) spread = link.config.reconnectDelay;
    plan();
    overtake();
  });
  hx("sse:error", ({detail: {error}}) => { if (error?.name != "AbortError") tries++; plan(); fault(); });
  hx("sse:close", () => { link = null; connectAnew(); });
  hx("before:request", (event) => { if (document.hidden && event.detail.ctx.sourceElement.id == "asked") event.preventDefault(); });
  hx("finally:request", ({detail: {ctx}}) => { if (ctx.sourceElement == live) { asking = false; connectAnew(); } });
  on("counts", (event) => recount(event.detail.data.split(" ")));
  on("order", (event) => reorder(event.detail.data.split(" ")));
  on("poll", (event) => countPoll(event.detail.data.split(" ")));
  setInterval(tick, 1e3);
  setInterval(poll, 5e3);
  addEventListener("visibilitychange", () => { if (document.hidden) sleep(); else wake(800); });
  addEventListener("offline", () => { hangUp(); fault(); });  // what stood on that line is dead, heard or not
  addEventListener("online", () => {
    tries = 0;
    hangUp();
    wake(Math.max(800, spread / 2));
    setTimeout(flush, Math.random() * 1e3);
  });
  if (document.hidden) sleep();
}

function connectAnew() {
  if (link || document.hidden) return;
  fault();
  setTimeout(connect, again(tries++));
}

function connect() {
  if (link || asking || document.hidden) return;
  if (begun) htmx.trigger(live, "live:again"); else htmx.process(live);
}

const hangUp = () => link?.reader?.cancel();  // hx-sse connects again by itself

// Nobody looks: what is read, waited for or asked for ends, and nothing more is received.
function sleep() {
  htmx.trigger(live, "htmx:abort");
  live.remove();
  link?.delayCanceller?.();
  if (link?.reader) hangUp(); else link?.abortController?.abort();
  up();
}

function wake(within) {
  heard = now() - 3e4;
  if (!live.isConnected) news.after(live);
  if (!link?.reader) down();
  setTimeout(() => {
    if (link) link.delayCanceller?.(); else connect();
  }, 50 + Math.random() * within);
}

function tick() {
  if (document.hidden) { heard = now(); return; }
  applyWhenLeftAlone();
  judgeLine();
  if (now() - Math.max(heard, opened) > (everHeard ? 11e3 : 5e4) && link?.reader) { hangUp(); lost ||= heard; fault(); }
}

function poll() {
  const patience = everHeard ? 5e4 : 12e3;
  if (document.hidden || now() - heard < patience || Math.random() < 0.5) return;
  fetchBoard();
}

function fetchBoard() { htmx.ajax("GET", base + "/board", {source: incoming, swap: "none"}); }

function down() {
  if (document.hidden || lost) return;
  lost = now();
}

function fault() { down(); sure = now(); judgeLine(); }

// A phone that only waits for its turn has lost nothing: it says so once a try failed, or the line is cut, three seconds in.
// A line that is found silent is lost since it spoke last, and that is long enough.
function judgeLine() {
  const gone = lost && now() - lost;
  if (gone >= 3e3 && (!navigator.onLine || now() - polled > 3e4 && (sure - lost >= 3e3 || gone > 9e3))) showOffline(true);
}

function up() {
  const was = lost;
  lost = 0;
  showOffline(false);
  if (was && !document.hidden) flush();
}

// Counts stay in sight while nothing comes; the head says of what time they are, until it may speak again.
function showOffline(is) {
  if (is == !!head) return;
  const status = byId("status"), was = head;
  head = is && [...status.childNodes];
  byId("offline").hidden = !is;
  status.classList.toggle("live-off", is);
  status.replaceChildren(...was || [live.dataset.off + " " + new Date(heard).toTimeString().slice(0, 5)]);
}

function recount(pairs) {
  for (let i = 0; i < pairs.length; i += 2) {
    // A vote under way is counted on top of the last acknowledged figure; its own answer brings the new one, or this.
    const vote = voteOn(pairs[i]);
    vote.seen = +pairs[i + 1];
    if (!vote.busy) vote.count = vote.seen;
    paint(pairs[i]);
  }
  measure();
}

// What the stream and the poll swap into the page: `incoming` for us to read, the rest for the eye.
function watchSwaps() {
  let mark, was;
  addEventListener("htmx:before:swap", () => {
    mark = now() - touched < 3e3 && anchor();
    was = top(mark);
  });
  addEventListener("htmx:after:swap", (event) => {
    const message = incoming.firstElementChild;
    incoming.textContent = "";
    putBack(mark, was);
    if (event.target == incoming) { polled = now(); up(); }
    if (message) take(message);
    learnNow();
    paintNow();
    told = "";
    paintPoll();
    meetPoll();
    const called = calledText();
    if (called != answering) announce(called && $("#now .now-k").textContent + ": " + called.slice(0, 80));
    answering = called;
  });
}

function calledText() {
  return $("#now .q-body")?.textContent;
}
