// Rows of the ranking: the stream carries them bare, for everybody alike; the page dresses them by its templates.
// Promised: a row that stays keeps its element, and with it focus, an open fold and half-typed text.

const bare = new Map();  // number -> the row as it came last, data-* and text

function dress(from) {
  const {s: state, no, t: topic, m: source, c: count} = from.dataset, text = from.firstChild.data;
  const long = text.length > 500 && text, box = document.createElement("ol");
  const template = byId(state == "approved" ? "row" : "row-" + state).innerHTML;
  box.innerHTML = template.replace(/\bID\b/g, from.id.slice(2)).replace(/\bNO\b/g, no);
  const fill = (selector, words) => $$(selector, box).forEach((at) => { if (words) at.textContent = words; else at.remove(); });
  fill(".topic", topic);
  fill(".vote .vh", ": " + text.slice(0, 60));
  fill("b.n", count);
  fill(".q-body", long ? text.slice(0, 240) + "…" : text);
  fill(".rest .q-body", long);
  $(".rest", box).hidden = !long;
  $(".no", box).append(source);
  const said = $("details", from)?.cloneNode(true);  // the other wordings
  if (said) {
    said.open = byId(said.id)?.open;
    $(".q-foot", box).before(said);
  }
  return box.firstElementChild;
}

// A row of the page says what came for it: another text, another wording, none. Its button stays, and the focus on it.
function renew(row, from) {
  const fresh = dress(from), foot = $(".q-foot", row), focus = document.activeElement, no = $(".no", foot);
  if (no) no.replaceWith($(".no", fresh));
  while (foot.previousSibling) foot.previousSibling.remove();
  const other = $(".q-foot", fresh), box = other.parentNode;
  other.remove();
  foot.before(...box.childNodes);
  if (!focus.isConnected) focusOn($("details:not([hidden]) summary,.vote", row) || list);
}

// What was taken off the board is read no more from this moment, also where the new order still waits for a quiet hand.
function takeBack(key) {
  bare.forEach((row, number) => { if (row.id == "n-" + key) bare.delete(number); });
  [byId("q-" + key), byId("c-" + key)].forEach((row) => {
    if (!row) return;
    row.style.minHeight = row.offsetHeight + "px";  // nothing moves under a thumb
    $$(".q-body", row).forEach((text) => { text.textContent = live.dataset.gone; });
    $$(".topic,details,.vh", row).forEach((more) => more.remove());
  });
}

// Make `rows` stand as `order` says: what is new comes in, what is not named goes, what moved is shown to have moved.
function arrange(rows, order) {
  const known = byNumber(rows);
  let place = 0;
  order.forEach((number) => {
    let row = known.get(number);
    const from = bare.get(number), here = rows.children[place];
    if (from && from.dataset.s == "approved" == (rows == list) && (!row || rows == dones)) {
      const fresh = dress(from);
      if (row) row.replaceWith(fresh);
      row = fresh;
    }
    if (!row) return;
    known.delete(number);
    if (rows.children[place] != row) put(row, rows, here);
    place++;
    const rank = $(".rk", row);
    if (!rank) return;
    row.classList.toggle("moved", rank.textContent != place);
    rank.textContent = place;
  });
  known.forEach((row) => row.remove());
}

const byNumber = (rows) => new Map([...rows.children].map((row) => [row.dataset.no, row]));

// Where the browser can, a row moves without leaving the page, and so without losing the focus.
function put(row, rows, before) {
  if (rows.moveBefore && row.isConnected) rows.moveBefore(row, before); else rows.insertBefore(row, before);
}

// The line under a row: its share of the people in the room.
function measure() {
  const people = $("#status data"), counts = [...votes.values()].map((vote) => vote.count);
  const whole = Math.max(1, people && people.value, ...counts);
  $$("#qs .meas").forEach((line) => {
    const share = voteOn(line.parentNode.id.slice(2)).count / whole;
    line.firstElementChild.setAttribute("width", share * 100 + "%");
  });
}
