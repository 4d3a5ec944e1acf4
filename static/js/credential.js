// The phone's half of a blind signature: RFC 9474, RSABSSA-SHA384-PSS-Randomized, over WebCrypto and BigInt, and the way
// of a ballot from the roll's page into the room. The server's half is survey/core/blind.py, this one in Python blinding.py.
// Of all that is random here the organiser has given nothing. Message and salt come from a seed of 16 bytes, made on this phone;
// the mask is drawn apart, kept with its request until the answer is here (a lost one costs nobody a ballot), then forgotten:
// after that nothing in the world says which request became which ballot. Neither leaves the phone in any request.

const {subtle} = crypto, PSS = {name: "RSA-PSS", hash: "SHA-384"};
const utf8 = (text) => new TextEncoder().encode(text);
const join = (...parts) => Uint8Array.from([].concat(...parts.map((part) => [...part])));
const hash = async (bytes, name = "SHA-384") => new Uint8Array(await subtle.digest(name, bytes));
const number = (bytes) => BigInt("0x" + [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
const octets = (value, size) => Uint8Array.from(value.toString(16).padStart(2 * size, "0").match(/../g), (pair) => parseInt(pair, 16));
export const to64 = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
export const from64 = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt());

function power(base, exponent, n) {  // of public exponents alone: its time may say them
  let result = 1n;
  for (; exponent; exponent >>= 1n, base = base * base % n) if (exponent & 1n) result = result * base % n;
  return result;
}

export function inverse(value, n) {
  let [a, b, x, y] = [value, n, 1n, 0n];
  while (b) [a, b, x, y] = [b, a % b, y, x - a / b * y];
  if (a != 1n) throw Error("no inverse");
  return (x + n) % n;
}

export async function encode(message, bits, salt) {  // EMSA-PSS of RFC 8017 9.1.1
  const size = bits + 7 >> 3, inner = await hash(join(new Uint8Array(8), await hash(message), salt));
  const block = join(new Uint8Array(size - salt.length - 50), [1], salt);
  for (let at = 0; at < block.length; at += 48) {
    const mask = await hash(join(inner, [0, 0, 0, at / 48]));
    for (let i = at; i < at + 48 && i < block.length; i++) block[i] ^= mask[i - at];
  }
  block[0] &= 255 >> 8 * size - bits;
  return join(block, inner, [188]);
}

export async function open(spki) {  // a public key in DER, as the server gives it
  const key = await subtle.importKey("spki", spki, PSS, true, ["verify"]), {n, e} = await subtle.exportKey("jwk", key);
  return {key, n: number(from64(n)), e: number(from64(e)), size: from64(n).length, print: await hash(spki, "SHA-256")};
}

export async function conceal(pub, message, salt, mask) {  // Blind, 4.2
  const {n, e, size} = pub, bits = n.toString(2).length, value = number(await encode(message, bits - 1, salt));
  inverse(value, n);
  return {message, saltLength: salt.length, undo: inverse(mask, n), request: octets(value * power(mask, e, n) % n, size)};
}

export async function reveal(pub, asked, answer) {  // Finalize, 4.4: throws where another key signed than the announced one
  const signature = octets(number(answer) * asked.undo % pub.n, pub.size);
  if (await holds(pub, asked.message, signature, asked.saltLength)) return signature;
  throw Error("another key");
}

export const holds = (pub, message, signature, saltLength = 48) => subtle.verify({name: "RSA-PSS", saltLength}, pub.key, signature, message);

export async function made(pub, seed) {  // what the room will see; under another key another message
  const purpose = join(utf8("ballot1\0"), pub.print), salt = new Uint8Array(), own = await subtle.importKey("raw", seed, "HKDF", false, ["deriveBits"]);
  const bits = new Uint8Array(await subtle.deriveBits({name: "HKDF", hash: "SHA-384", salt, info: purpose}, own, 896));
  return {message: join(bits.slice(0, 32), purpose, bits.slice(32, 64)), salt: bits.slice(64)};
}

const random = (size) => crypto.getRandomValues(new Uint8Array(size));

export async function ask(pub, seed) {
  const {message, salt} = await made(pub, seed);
  let mask;
  do mask = number(random(pub.size)); while (mask >= pub.n);  // evenly, so that the request says nothing of the message
  return conceal(pub, message, salt, mask);
}

// The way of a ballot. `#ballot` says where we are: data-code, data-key, and data-seat (roll) or data-base (room).
const part = (name) => document.getElementById(name), box = part("ballot"), state = part("state");
const {code, key, seat, base, room, live, again} = box ? box.dataset : {}, own = "c:" + code, slot = "p:" + code + ":" + seat;
const pause = (seconds) => new Promise((done) => setTimeout(done, 1e3 * seconds));
const show = (name) => ["unable", "sign", "lost", "other", "none"].forEach((one) => part(one) && (part(one).hidden = one != name));

function say(name, text) {
  state.querySelector("p").textContent = text || state.dataset[name] || "";
  state.hidden = !(text || name);
}

// All bodies of one kind have one size, so that whoever listens to the line learns nothing by it.
export function padded(fields) {
  const body = new URLSearchParams(fields) + "&pad=";
  return body.padEnd(512 * Math.ceil(body.length / 512), "0");
}

async function send(path, fields) {  // until somebody answers; the same bytes each time
  for (let tries = 0; ; tries++) {
    try {
      const headers = {Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded"};
      const answer = await fetch(path, {method: "POST", body: padded(fields), headers}), said = await answer.json();
      if (answer.status < 500 && answer.status != 429) return {status: answer.status, said};
    } catch (e) { /* no network, or the sign-in page of a hotel's Wi-Fi */ }
    say("wait");
    await pause(Math.min(30, 2 ** tries) * (0.5 + Math.random()));
  }
}

const read = (name) => JSON.parse(localStorage.getItem(name)), write = (name, value) => localStorage.setItem(name, JSON.stringify(value));
export const held = () => read(own);

async function sign(form) {  // on the roll's page
  form.querySelector("button").disabled = true;
  if (again && !read(slot)) return show("lost");
  say("take");
  const pub = await open(from64(key)), seed = random(16), {request, undo} = await ask(pub, seed);
  let ours = read(slot) || {seed: to64(seed), request: to64(request), undo: undo.toString(16)};
  if (!ours.sig) {
    write(slot, ours);  // before it is sent: whoever asks again asks the same
    form.blinded.value = ours.request;
    const {said} = await send(form.action, {csrf_token: form.csrf_token.value, blinded: ours.request});
    if (!said.signature) return form.submit();  // the page says why, with what to do
    const {message} = await made(pub, from64(ours.seed)), asked = {message, undo: BigInt("0x" + ours.undo)};
    const signature = await reveal(pub, asked, from64(said.signature)).catch(() => 0);
    if (!signature) return say("wrong");
    write(slot, ours = {seed: ours.seed, sig: to64(signature)});  // mask and request are forgotten
  }
  location.assign(room + "/credential#c." + ours.seed + "." + ours.sig);
}

async function take(seed, sig) {  // in the room: what came behind the #, from the roll's page or from another phone
  const pub = await open(from64(key)), {message} = await made(pub, from64(seed)), had = held();
  if (!await holds(pub, message, from64(sig))) return say("wrong");
  const keep = () => { write(own, {seed, msg: to64(message), sig}); go(); };
  if (had && had.sig != sig && await holds(pub, from64(had.msg), from64(had.sig))) swap(keep); else keep();  // one of a former key is none
}

function swap(then) {  // another ballot is on this phone: it stays unless its holder lets it go, in words
  const form = part("other");
  show("other");
  say();
  form.onsubmit = () => {
    const out = live === undefined ? Promise.resolve() : fetch(form.action, {method: "POST", body: new FormData(form), redirect: "manual"});
    out.then(() => {  // before the opening no phone has a cookie of the room
      Object.keys(localStorage).filter((name) => name.startsWith(base + ":")).forEach((name) => localStorage.removeItem(name));
      then();
    });
    return false;
  };
}

async function go() {  // in with what this phone holds
  const {msg, sig} = held(), mine = (read(base + ":asked") || []).join(".");
  if (live === undefined) return location.replace(base);
  show();
  say("enter");
  await pause(live * Math.random());  // at the opening nobody's place in the row may tell who it is
  for (;;) {
    const {status, said} = await send(base + "/entry", {msg, sig, mine});
    if (said.entered) return location.replace(base);
    if (status == 409) return swap(go);
    if (status != 202) return say("", said.message);
    if (said.waiting != null) return location.replace(base);  // the room to read, with the gate above it
    say("gate", said.message);
    await pause(said.retry || 5);
  }
}

if (box && seat) {
  show(again && !localStorage.getItem(slot) ? "lost" : "sign");
  part("sign").onsubmit = () => { sign(part("sign")); return false; };
} else if (box) {
  const arrive = (text) => {
    const found = /#c\.([\w-]{22})\.([\w-]{342})/.exec(text);
    if (found) take(found[1], found[2]);
    return found;
  };
  if (arrive(location.hash)) history.replaceState(null, "", location.pathname);  // out of the address bar, and out of the history
  else if (held()) go(); else show("none");
  part("none").onsubmit = () => { arrive(part("paste").value) || say("bad"); return false; };
}
