// The order: collected, announced, applied on a tap or when nobody has touched the page for a while.
// Promised: nothing moves under a thumb, and the screen reader hears at most one line in 30 seconds.
// Trap: a swap above the list pushes it down, so what was looked at is put back where it was.

let next = null, since;  // the order that waits, and since when
let touched = 0, finger = false, spoke = 0, speaking;

// One message of the stream: the rows that changed, bare, and the whole order as numbers.
function take(message) {
  const {order, done, total, held, gone} = message.dataset, more = total - live.dataset.total;
  step("[data-left],[data-unseen]", more);
  if (byId("fresh") && more > 0) byId("fresh").hidden = false;
  live.dataset.total = total;
  [...message.children].forEach(learn);
  numbers(gone).forEach(takeBack);
  sayHeld(held != null);
  if (!list || "whole" in list.dataset) return measure();
  expect(numbers(order), numbers(done));
}

// Rows that only changed places: the first place that did, and who stands from there on.
function reorder([from, ...part]) {
  if (!list || "whole" in list.dataset) return;
  const {order, done} = next || {order: shown(list), done: shown(dones)};
  order.splice(from, part.length, ...part);
  if (new Set(order).size == order.length) expect(order, done);
  else fetchBoard();  // it began from another order than ours
}

function expect(order, done) {
  since = next ? since : now();
  next = {order, done};
  const moves = movesTo(next.order);
  if (!moves) return apply();
  pill.lastElementChild.textContent = pill.dataset.text.replace("{n}", moves);
  pill.hidden = false;
  announce(pill.textContent);
}

const shown = (rows) => rows ? [...byNumber(rows).keys()] : [];
const numbers = (text) => text ? text.split(" ") : [];

function learn(row) {
  const key = row.id.slice(2), old = byId("q-" + key);
  bare.set(row.dataset.no, row);
  voteOn(key).count = voteOn(key).seen = +row.dataset.c;
  if (old && old.parentNode == (row.dataset.s == "approved" ? list : dones)) renew(old, row);
  paint(key);
}

// The order is held, or moves again: that is said for ten seconds.
function sayHeld(is) {
  const at = byId("held"), {yes, no} = at?.dataset || {};
  if (!at || is == (at.textContent == yes)) return;
  at.textContent = is ? yes : no;
  setTimeout(() => { if (at.textContent == no) at.textContent = ""; }, 1e4);
}

// How many rows are outside the longest run that keeps its order; those that left are counted too.
function movesTo(order) {
  const old = shown(list), places = order.map((number) => old.indexOf(number)), runs = [0];
  places.forEach((place, i) => {
    const before = places.slice(0, i).map((other, j) => other < place ? runs[j + 1] : 0);
    runs.push(place < 0 ? 0 : 1 + Math.max(0, ...before));
  });
  return Math.max(places.length, old.length) - Math.max(...runs);
}

function apply() {
  const focus = document.activeElement;
  arrange(list, next.order);
  if (dones) {
    arrange(dones, next.done);
    byId("done").hidden = !next.done[0];
    $("#done .cnt").textContent = next.done.length;
  }
  if (byId("none")) byId("none").hidden = true;
  focusOn(focus == pill ? list : focus);
  pill.hidden = true;
  next = null;
  bare.forEach((row) => paint(row.id.slice(2)));
  measure();
}

// What was said before is over, or was called back: nothing of it stays in the page, and nothing of it is said later.
function announce(text) {
  clearTimeout(speaking);
  news.textContent = "";
  if (text) speaking = setTimeout(() => { news.textContent = text; spoke = now(); }, Math.max(500, spoke + 3e4 - now()));
}

// What somebody looks at: the row with the focus, else the first one below the head of the page.
function anchor() {
  const rows = [document.activeElement.closest("#qs>li,.card"), ...$$("#qs>li,.deck>li:first-child")];
  return rows.find((row) => row && row.getBoundingClientRect().bottom > 130);
}

const top = (row) => row?.isConnected ? row.getBoundingClientRect().top : 0;
const putBack = (row, was) => scrollBy(0, top(row) && top(row) - was);

function applyWhenLeftAlone() {
  if (!next || finger || now() - Math.max(touched, since) < 6e3) return;
  const row = anchor(), was = top(row);
  apply();
  putBack(row, was);
}

function watchHands() {
  ["pointerdown", "pointerup", "pointercancel", "touchmove", "scroll", "keydown", "focusin"].forEach((name) => {
    addEventListener(name, () => {
      touched = now();
      if (name.startsWith("pointer")) finger = name == "pointerdown";
    }, {passive: true, capture: true});
  });
}
