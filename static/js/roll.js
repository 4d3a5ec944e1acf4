// The member's side of the roll, for old phones too: nothing here is newer than ES5.
// The secret of a personal link stands behind the #, and leaves the phone only in the body of one POST.
(function () {
  "use strict";
  var d = document, home = d.body.getAttribute("data-home"), state = d.getElementById("state"), link = d.getElementById("link");
  var stay = d.getElementById("stay"), take = d.getElementById("take"), leave = d.getElementById("leave"), again = null;
  if (!home || !link) return;

  function each(selector, act) { Array.prototype.forEach.call(d.querySelectorAll(selector), act); }

  function say(text) {
    state.querySelector("p").textContent = text;
    state.hidden = !text;
  }

  function word(name) { return state.getAttribute("data-" + name); }

  function secret() {  // messengers glue signs to the end of a link
    var found = /^#([\w-]{9,64})/.exec(location.hash);
    return found ? found[1] : "";
  }

  function clean() {  // out of the address bar, and out of the history
    if (history.replaceState) history.replaceState(null, "", home);
  }

  function send(form, done, wrong) {
    var ask = new XMLHttpRequest(), fields = [];
    Array.prototype.forEach.call(form.elements, function (field) {
      if (field.name) fields.push(encodeURIComponent(field.name) + "=" + encodeURIComponent(field.value));
    });
    function wait() {
      say(word("wait"));
      again = function () { send(form, done, wrong); };
      setTimeout(function () { if (again) again(); }, 8000);
    }
    again = null;
    ask.open("POST", form.getAttribute("action"));
    ask.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    ask.setRequestHeader("Accept", "application/json");
    ask.timeout = 20000;
    ask.onerror = ask.ontimeout = wait;
    ask.onload = function () {
      var answer = {};
      try { answer = JSON.parse(ask.responseText); } catch (e) { answer = {}; }
      if (ask.status === 0 || ask.status >= 500) wait();
      else if (ask.status < 300) done(answer);
      else wrong(navigator.cookieEnabled === false ? word("cookies") : answer.message || "", ask.status);
    };
    ask.send(fields.join("&"));
  }

  function open(form) {
    form.elements.token.value = secret();
    say(word("busy"));
    each("[data-typed]", function (part) { part.hidden = true; });
    send(form, function () {
      clean();
      location.replace(home);
    }, function (message, status) {
      say(message);
      if (status == 422) clean();  // nobody's link; after any other refusal a reload tries it once more
      each("[data-typed]", function (part) { part.hidden = false; });
    });
  }

  function copy() {
    var box = d.getElementById("copy"), done = false;
    box.focus();
    box.setSelectionRange(0, box.value.length);
    try { done = d.execCommand("copy"); } catch (e) { done = false; }
    if (!done && navigator.clipboard) navigator.clipboard.writeText(box.value);
    say(word("copied"));
  }

  function offer() {  // the way out carries the link along; nothing is sent before somebody has chosen
    var out = d.getElementById("out"), carried = location.host + home + (secret() ? "#" + secret() : "");
    each("[data-script]", function (part) { part.hidden = false; });
    each("a[lang]", function (other) { other.hash = location.hash; });
    d.getElementById("copy").value = location.protocol + "//" + carried;
    if (out) {
      out.href = "intent://" + carried + "#Intent;scheme=" + location.protocol.replace(":", "") + ";package=" +
        out.getAttribute("data-package") + ";end";
    }
    if (secret()) each("#stay [data-typed]", function (part) { part.hidden = true; });
  }

  function look() {
    if (stay) offer();
    else if (secret()) open(link);
  }

  function wipe() {  // what would open the ballot again; a browser that forbids storage has kept nothing
    var code = leave.getAttribute("data-code");
    try {
      Object.keys(localStorage).forEach(function (name) { if (name.slice(2).split(":")[0] == code) localStorage.removeItem(name); });
    } catch (e) { /* nothing was kept */ }
  }

  each("#left", function (part) { location.replace(part.getAttribute("data-back")); });
  if (leave) leave.onsubmit = wipe;
  each("#copy-first,#copy-button", function (button) { button.onclick = copy; });
  if (stay) {
    stay.onsubmit = function () {
      if (!secret()) return true;  // the typed code goes as a plain form
      open(stay);
      return false;
    };
  }
  if (take) {
    take.onsubmit = function () {
      var button = take.querySelector("button"), enter = d.getElementById("enter");
      if (button.disabled) return false;
      button.disabled = true;
      say(word("take"));
      send(take, function (answer) {
        enter.elements.pass.value = answer.pass;
        enter.submit();
      }, function () { take.submit(); });  // the page says why, with what to do
      return false;
    };
  }
  window.addEventListener("hashchange", look);
  window.addEventListener("online", function () { if (again) again(); });
  window.addEventListener("pageshow", function (event) { if (event.persisted) location.reload(); });
  look();
})();
