// The stream: quiet about a blip, honest after three seconds, watched, and replaced by polling where it never comes.
// Traps of hx-sse 4.0.1, each met here: a first connect that is refused is never tried again (`live:again` does);
// a stream that died silently is read for ever (its beat every 20 s is watched); a sleeping phone wakes into a long
// delay (it is cut short, at random, so that a hall does not come back as one).

let link = null;  // hx-sse's connection: `reader` while it reads, `delayCanceller` while it waits
let heard = now(), everHeard = false, tries = 0, downTimer = 0, head = null;
let answering = calledText();

function follow() {
  const on = (name, act) => live.addEventListener(name, act);
  on("htmx:sse:before:connection", (event) => { link = event.detail.connection; });
  on("htmx:sse:before:message", () => { everHeard = true; heard = now(); tries = 0; up(); });
  on("htmx:sse:error", down);
  on("htmx:sse:close", () => { link = null; connectAnew(); });
  on("htmx:finally:request", connectAnew);
  on("counts", (event) => recount(event.detail.data.split(" ")));
  on("order", (event) => reorder(event.detail.data.split(" ")));
  on("poll", (event) => countPoll(event.detail.data.split(" ")));
  setInterval(tick, 1e3);
  setInterval(poll, 5e3);
  addEventListener("visibilitychange", () => document.hidden || wake());
  addEventListener("offline", down);
  addEventListener("online", () => {
    votes.forEach((vote, key) => { vote.tries = 0; send(key); });
    hangUp();
    wake();
  });
}

function connectAnew() {
  if (link) return;
  down();
  setTimeout(() => link || htmx.trigger(live, "live:again"), again(tries++));
}

const hangUp = () => link?.reader?.cancel();  // hx-sse connects again by itself

function wake() {
  heard = now() - 3e4;
  setTimeout(() => link?.delayCanceller?.(), Math.random() * 800);
}

function tick() {
  if (document.hidden) { heard = now(); return; }
  applyWhenLeftAlone();
  if (now() - heard > 5e4 && link?.reader) { hangUp(); down(); }
}

function poll() {
  const patience = everHeard ? 5e4 : 12e3;
  if (document.hidden || now() - heard < patience || Math.random() < 0.5) return;
  fetchBoard();
}

function fetchBoard() { htmx.ajax("GET", base + "/board", {source: incoming, swap: "none"}); }

function down() { downTimer = downTimer || setTimeout(showOffline, 3e3, true); }
function up() { clearTimeout(downTimer); downTimer = 0; showOffline(false); }

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
    // A vote under way is counted on top of the last acknowledged figure; its own answer brings the new one.
    if (!voteOn(pairs[i]).busy) voteOn(pairs[i]).count = +pairs[i + 1];
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
    if (event.target == incoming) up();
    if (message) take(message);
    paintNow();
    told = "";
    paintPoll();
    meetPoll();
    const called = calledText();
    if (called && called != answering) announce($("#now .now-k").textContent + ": " + called.slice(0, 80));
    answering = called;
  });
}

function calledText() {
  return $("#now .q-body")?.textContent;
}
