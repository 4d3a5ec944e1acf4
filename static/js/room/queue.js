// What waits to be sent, in one line on every page of the room; and questions that were sent without a network, which go
// on from whichever page is open. Promised: quiet while the network does its work, "đang gửi" once it does not, "đã ghi
// nhận" when all is there. A question that needs its author again (a refusal, a hint) stays on this phone as a draft.

const queueLine = byId("queue");
let asksTimer, askTries = 0, back = "", refusal = "", said = "", bye;

const outbox = () => store(":asks") || {};  // draft -> {to, form}: sent, and not yet answered

function queueAsk(draft, sent) {
  const all = outbox();
  if (sent) all[draft] = sent; else delete all[draft];
  store(":asks", Object.keys(all).length ? all : null);
}

// The server has the question of this id. What was written since stays a draft, under an id of its own; other tabs hear of both.
const fresh = () => crypto.getRandomValues(new Uint32Array(4)).join("");
function arrived(draft, id, body) {
  const goes = outbox()[draft], kept = store(draft);
  if (goes && new URLSearchParams(goes.form).get("client_id") == id) queueAsk(draft);
  if (!kept || kept.id != id) return;
  store(draft, {sent: body ?? kept.body});
  store(draft, kept.body == (body ?? kept.body) ? null : {...kept, id: fresh()});
}

async function sendAsks() {
  clearTimeout(asksTimer);
  if (byId("ask")) return;  // that page sends its own
  for (const [draft, {to, form}] of Object.entries(outbox())) {
    tellQueue();
    const answer = await ask(to, "POST", form);
    if (retry(answer.status)) return asksTimer = setTimeout(sendAsks, again(askTries++, answer.after));
    askTries = 0;
    const sent = new URLSearchParams(form);
    if (answer.ok && !answer.said.hint) arrived(draft, sent.get("client_id"), sent.get("body"));
    else { queueAsk(draft); back = draft; }
    tellQueue();
  }
}

function tellQueue() {
  if (!queueLine) return;
  const late = waiting(), going = Object.keys(outbox()).length, words = queueLine.dataset, link = queueLine.lastElementChild;
  const slow = late.some(([key, vote]) => vote.tries || vote.slow && !byId("v-" + key));
  const what = [slow && words.votes.replace("{n}", late.length), going && words.ask].filter((text) => text).join(", ");
  const text = back ? words.back : what ? words.busy.replace("{what}", what) : said && (refusal || words.done);
  said = what;
  if (!text) return;
  clearTimeout(bye);
  if (!what && !back) bye = setTimeout(() => { queueLine.hidden = true; refusal = ""; }, 6e3);
  link.hidden = !back;
  link.href = base + "/ask" + (back == ":new" ? "" : "?edit=" + back.slice(1));
  if (queueLine.firstElementChild.textContent != text) queueLine.firstElementChild.textContent = text;
  queueLine.hidden = false;
}

// All of it at once: the network is there again.
function flush() {
  votes.forEach((vote, key) => { vote.tries = 0; send(key); });
  sendAsks();
  if (choice) sendChoice();
}
