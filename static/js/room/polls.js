// The poll: one tap is an answer, shown at once and sent again until it is taken, one at a time, the last wish last.
// Trap: what the stream brings knows nobody, so what this phone chose is painted over each swap.

const polling = byId("polling");
let choice = polling && store(":poll"), told, choosing, chosenTries = 0, choiceTimer;  // choice: not yet acknowledged; told: a refusal

function choose(button) {
  const {poll, item} = $("#poll-box [data-poll]").dataset, data = new FormData(polling);
  if (button.name) data.append(button.name, button.value);
  choice = {id: poll, body: String(new URLSearchParams(data)), chosen: data.getAll(item)};
  sendChoice();
}

async function sendChoice() {
  const sent = choice;
  clearTimeout(choiceTimer);
  store(":poll", sent);
  paintPoll();
  if (choosing || !sent) return;
  choosing = true;
  const answer = await ask("/polls/" + sent.id, "POST", sent.body);
  choosing = false;
  if (retry(answer.status)) {
    choiceTimer = setTimeout(sendChoice, again(chosenTries++, answer.after));
    return paintPoll();
  }
  chosenTries = 0;
  told = answer.ok ? "" : answer.said.message;
  if (answer.ok) Object.assign(polling.dataset, {of: sent.id, chosen: sent.chosen.join(" ")});
  if (choice == sent) choice = null;
  sendChoice();  // what was wanted meanwhile
}

// Another tab has had the answer, or a newer wish.
function hearChoice() {
  const kept = store(":poll");
  if (!choice) return;
  if (kept) choice = "" + kept.chosen == choice.chosen && kept.id == choice.id ? choice : kept;
  else if (!choosing) sendChoice();  // it was taken or refused: the server tells us too
  paintPoll();
}

// A new question is brought before the eyes, once nothing is being read or written.
const asks = () => $("#poll-box [formaction]") && $("#poll-box [data-poll]").dataset.poll;
let asked = asks();
function meetPoll() {
  const was = asked;
  asked = asks();
  if (asked && asked != was) { announce($("#poll-q").textContent); showPoll(); }
}

function showPoll() {
  if (finger || now() - touched < 3e3 || document.activeElement.matches("input,textarea")) return setTimeout(showPoll, 1e3);
  if (asked) scrollTo(0, 0);
}

function paintPoll() {
  const is = $("#poll-box [data-poll]")?.dataset.poll, own = polling.dataset, waits = choice?.id == is && choice, says = byId("poll-own");
  const chosen = waits ? waits.chosen : is && own.of == is ? own.chosen.split(" ") : [], on = (value) => chosen.includes(value);
  $$("#poll-box button[value]").forEach((button) => button.setAttribute("aria-pressed", on(button.value)));
  $$("#poll-res .mineflag").forEach((flag) => { flag.hidden = !on(flag.dataset.of); });
  const text = told || (waits ? says.dataset[chosenTries ? "wait" : "busy"] : chosen[0] && $("#poll-box [formaction]") ? says.dataset.said : "");
  if (says.textContent != text) says.textContent = text;
}

// "<number> <place>" pairs, the whole first: into their places, and what follows from them.
function countPoll(pairs) {
  pairs.forEach((key, i) => { if (i % 2 == 0) $$('[data-n="' + key + '"]').forEach((at) => { at.textContent = pairs[i + 1]; }); });
  const vi = document.documentElement.lang == "vi", said = (number) => number.toFixed(1).replace(".", vi ? "," : ".");
  const all = pairs[1], mean = $("#poll-res [data-mean]");
  let sum = 0;
  $$("#poll-res [data-bar]").forEach((bar, i) => {
    const number = +$("[data-n]", bar).textContent, share = all > 0 ? 100 * number / all : 0;
    sum += number * (i + 1);
    $("[data-share]", bar).textContent = said(share) + (vi ? " %" : "%");
    $("rect", bar).setAttribute("width", share + "%");
  });
  if (mean) mean.textContent = said(sum / all);
}
