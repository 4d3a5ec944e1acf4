// Votes: the state last wanted for each question, one request at a time, kept on this phone until acknowledged.
// Promised: a tap shows at once; somebody else's vote changes a count and never my own state; a tap without a
// network waits and counts once; of two tabs the last wish counts. Trap: what the stream swaps in knows nobody, so each
// swap is painted over again.

// question -> {on: acknowledged, wanted: not yet, count, tries, busy, sent: may have arrived, seen: what the stream said last,
// at: version of the last answer, slow: what the button says}
const votes = new Map();
const own = new Set(list ? list.dataset.own.split(" ") : []);

function voteOn(key) {
  if (!votes.has(key)) votes.set(key, {on: own.has(key), count: 0, tries: 0});
  return votes.get(key);
}

const supported = (vote) => vote.wanted ?? vote.on;

function readVotes() {
  learnNow();
  $$(".vote").forEach((button) => {
    const vote = voteOn(button.id.slice(2));
    vote.on = button.getAttribute("aria-pressed") == "true";
    vote.count = +$(".vn", button).textContent;
    if (list && !("whole" in list.dataset)) vote.seen = vote.count;  // else it may be one that the stream does not tell of
  });
  keptVotes().forEach((on, key) => { voteOn(key).sent = true; want(key, on); });
}

// The question that is answered stands in no row: its count is read once from what was swapped in.
function learnNow() {
  $$("[data-count]:not([data-met])").forEach((at) => {
    const vote = voteOn(at.dataset.count);
    at.dataset.met = "";
    vote.seen = +at.textContent;
    if (!vote.busy) vote.count = vote.seen;
  });
}

function tap(key) {
  const vote = voteOn(key);
  if (Date.now() - vote.tapped < 400) return;  // a trembling thumb: the second tap would take the first back
  vote.tapped = Date.now();
  want(key, vote.slow == "fail" ? vote.wanted : !supported(vote));
}

function want(key, on) {
  const vote = voteOn(key);
  vote.wanted = on == vote.on && !vote.sent ? null : on;  // an answer that was lost told nobody what the server has
  vote.slow = vote.slow && "busy";
  keepVote(key, vote.wanted);
  paint(key);
  send(key);
}

const waiting = () => [...votes].filter(([, vote]) => vote.wanted != null);
const keptVotes = () => new Map(store(":votes"));

function keepVote(key, on) {  // the other questions' may be of another tab
  const kept = keptVotes();
  if (on == null) kept.delete(key); else kept.set(key, on);
  store(":votes", kept.size ? [...kept] : null);
}

// Another tab of this phone has changed its mind, or has had an answer for what waits here too.
function hearVotes() {
  const kept = keptVotes();
  waiting().forEach(([key, vote]) => {
    if (kept.has(key)) vote.wanted = kept.get(key);
    else send(key);  // it was taken or refused: the server tells us too
    paint(key);
  });
}

async function send(key) {
  const vote = voteOn(key), wanted = vote.wanted;
  clearTimeout(vote.timer);
  if (vote.busy || wanted == null) return tellQueue();
  vote.busy = vote.sent = true;
  const slow = setTimeout(() => { vote.slow ||= "busy"; paint(key); }, 400);
  const answer = await ask("/questions/" + key + "/vote", wanted ? "POST" : "DELETE");
  clearTimeout(slow);
  vote.busy = false;
  if (answer.ok) {
    acknowledged(key, wanted, answer.said);
  } else if (retry(answer.status)) {
    vote.timer = setTimeout(send, again(vote.tries, answer.after), key);
    vote.slow = ++vote.tries > 2 ? "fail" : "wait";
    tellQueue();
    return paint(key);
  } else {
    if (vote.tries) refusal = answer.said.message;
    Object.assign(vote, {wanted: null, slow: "", sent: false, tries: 0});
    keepVote(key);
    say(key, answer.said.message);
  }
  paint(key);
  send(key);  // what was wanted meanwhile
}

function acknowledged(key, wanted, said) {
  const vote = voteOn(key);
  Object.assign(vote, {on: said.supported, count: said.supporters, at: said.version, slow: "", tries: 0, sent: false});
  if (place >= said.version) overtake();
  if (vote.wanted == wanted) vote.wanted = null;
  if (keptVotes().get(key) == wanted) keepVote(key);
  if (last?.key == key && wanted) say(key, last.text + " · " + vote.count + " " + byId("last").dataset.with);
}

// What the stream told up to an answer's version holds: what changed and changed back since is told by nobody.
function overtake() {
  votes.forEach((vote, key) => {
    if (vote.at > place || !vote.at || vote.busy) return;
    vote.count = vote.seen ?? vote.count;
    vote.at = 0;
    paint(key);
  });
}

function paint(key) {
  const vote = voteOn(key), on = supported(vote), button = byId("v-" + key), row = byId("q-" + key);
  $$("#v-" + key + ' .vn,[data-count="' + key + '"]').forEach((at) => { at.textContent = vote.count + on - vote.on; });
  paintNow();
  if (!button) return;
  const face = byId("vote-" + (vote.slow || (on ? "on" : "off")));
  button.setAttribute("aria-pressed", on);
  button.setAttribute("aria-busy", !!vote.slow && vote.busy);
  button.className = vote.slow ? "vote vote-" + vote.slow : "vote";
  $("use", button).setAttribute("href", "#" + face.id);
  $(".vw", button).textContent = face.dataset.word;
  if (row) row.classList.toggle("q-mine", on && vote.slow != "fail");
}

function paintNow() {
  const box = $("#now .now");
  if (box) $(".mineflag", box).hidden = !supported(voteOn(box.id.slice(4)));
}

// At the question itself, and once to the screen reader.
function say(key, text) {
  const foot = $("#q-" + key + " .no") || (last?.key == key && $("[data-did]"));
  if (foot && text) foot.textContent = news.textContent = text;
}
