// "Chưa xem": one card at a time; the next ones lie ready under it, so that judging needs no network.
// Promised: each judgement can be undone until the next one; the second tap of a double tap judges nothing.
// Skips are sent one after the other, because each answer writes the whole list into one cookie.

let last = null;  // {card, key, yes, text}: the card that was judged last, until it is undone
let judgedAt = 0, skips = Promise.resolve(), skipping = 0;

function judge(card, key, yes) {
  if (now() - judgedAt < 400) return;
  judgedAt = now();
  const box = byId("last"), next = card.nextElementSibling;
  last = {card, key, yes, text: yes ? box.dataset.yes : box.dataset.no};
  card.remove();
  tally(1);
  if (yes) want(key, true); else skip(key);
  say(key, last.text);
  box.hidden = false;
  glance();
  if (next) focusOn($(".btn-1", next)); else refill();
}

// How often a question was before somebody is told now and then, without a cookie: never before whom.
const met = new Set(), glances = new Set();

function glance() {
  const key = $(".deck .card")?.id.slice(2);
  if (key && !met.has(key)) glances.add(key), met.add(key);
}

function tellGlances() {
  if (glances.size) fetch(base + "/shown", {method: "POST", credentials: "omit", keepalive: true, body: [...glances].join(" ")}).catch(() => 0);
  glances.clear();
}

function undo() {
  const {card, key, yes} = last, cards = $(".deck");
  if (yes) want(key, false); else skip(key, "/withdrawal");
  last = null;
  byId("last").hidden = true;
  tally(-1);
  if (!cards) return refill();
  cards.prepend(card);
  focusOn($(".btn-1", card));
}

function skip(key, undoing = "") {
  skipping++;
  skips = skips.then(() => tell("/questions/" + key + "/skip" + undoing)).then(() => skipping--);
}

async function tell(path) {
  for (let tries = 0; tries < 7 && retry((await ask(path)).status); tries++) {
    await new Promise((wake) => setTimeout(wake, again(tries)));
  }
}

// The server deals the next cards; it must know the judgements first.
function refill() {
  if (waiting().length || skipping) return setTimeout(refill, 300);
  const query = "?tab=unseen" + (last ? "&last=" + last.key : "");
  htmx.ajax("GET", base + query, {target: "#deck", swap: "outerHTML"});
}

function tally(judged) {
  step("[data-left],[data-unseen]", -judged);
  step("[data-judged]", judged);
}

function step(selector, by) {
  $$(selector).forEach((count) => {
    count.textContent = Math.max(0, +count.textContent + by);
    count.hidden = count.matches(".cnt") && count.textContent == 0;
  });
}

const focusOn = (element) => element.focus({preventScroll: true});
