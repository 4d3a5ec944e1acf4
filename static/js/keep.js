// The ballot of this phone as a picture to be saved and scanned by another phone. It is drawn here, because what stands in it
// is for nobody else: no server ever gets it. Byte mode, level L, one fixed mask; ISO/IEC 18004 in sixty lines.

const PER_BLOCK = [0, 7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28];  // of error correction
const BLOCKS = [0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8];

function codewords(version) {
  const aligned = version < 2 ? 0 : (version / 7 | 0) + 2;
  return ((16 * version + 128) * version + 64 - (aligned ? (25 * aligned - 10) * aligned - 55 : 0) - (version > 6 ? 36 : 0)) >> 3;
}

function times(x, y) {  // in GF(2^8) over 0x11d
  let z = 0;
  for (let i = 7; i >= 0; i--) z = z << 1 ^ (z >> 7) * 0x11d ^ (y >> i & 1) * x;
  return z & 255;
}

function remainder(data, degree) {
  let divisor = [...Array(degree - 1).fill(0), 1], root = 1;
  for (let i = 0; i < degree; i++, root = times(root, 2)) {
    divisor = divisor.map((value, j) => times(value, root) ^ (j + 1 < degree ? divisor[j + 1] : 0));
  }
  return data.reduce((rest, byte) => {
    const factor = byte ^ rest[0];
    return [...rest.slice(1), 0].map((value, j) => value ^ times(divisor[j], factor));
  }, Array(degree).fill(0));
}

function filled(bytes, version) {  // head, content, padding, then cut into blocks, corrected and interleaved
  const number = BLOCKS[version], total = codewords(version), room = total - number * PER_BLOCK[version];
  const head = version < 10 ? [4, 8] : [4, 16], bits = [];
  const put = (value, length) => { for (let i = length - 1; i >= 0; i--) bits.push(value >> i & 1); };
  put(4, head[0]);
  put(bytes.length, head[1]);
  bytes.forEach((byte) => put(byte, 8));
  put(0, Math.min(4, 8 * room - bits.length));
  while (bits.length % 8) bits.push(0);
  const data = [];
  for (let i = 0; i < bits.length; i += 8) data.push(parseInt(bits.slice(i, i + 8).join(""), 2));
  for (let pad = 0xec; data.length < room; pad ^= 0xec ^ 0x11) data.push(pad);
  const short = number - total % number, size = (total / number | 0) - PER_BLOCK[version], blocks = [];
  for (let i = 0, at = 0; i < number; i++) {
    const part = data.slice(at, at += size + (i >= short));
    blocks.push([part, remainder(part, PER_BLOCK[version])]);
  }
  const woven = [];
  for (let i = 0; i <= size; i++) blocks.forEach(([part]) => { if (i < part.length) woven.push(part[i]); });
  for (let i = 0; i < PER_BLOCK[version]; i++) blocks.forEach(([, rest]) => woven.push(rest[i]));
  return woven;
}

export function qr(text) {  // rows of booleans, true for black
  const bytes = new TextEncoder().encode(text);
  let version = 1;
  while (codewords(version) - BLOCKS[version] * PER_BLOCK[version] < bytes.length + (version < 10 ? 2 : 3)) version++;
  const size = 4 * version + 17, rows = Array.from({length: size}, () => Array(size)), fixed = Array.from({length: size}, () => Array(size));
  const set = (x, y, black) => { if (y >= 0 && y < size && x >= 0 && x < size) { rows[y][x] = !!black; fixed[y][x] = true; } };
  for (let i = 0; i < size; i++) { set(6, i, i % 2 == 0); set(i, 6, i % 2 == 0); }
  for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]]) {
    for (let x = -4; x < 5; x++) for (let y = -4; y < 5; y++) {
      const ring = Math.max(Math.abs(x), Math.abs(y));
      set(cx + x, cy + y, ring != 2 && ring != 4);
    }
  }
  const aligned = version < 2 ? 0 : (version / 7 | 0) + 2, step = aligned && 2 * Math.ceil((4 * version + 4) / (2 * aligned - 2));
  const places = aligned ? [6, ...Array.from({length: aligned - 1}, (_, i) => size - 7 - step * i).reverse()] : [];
  places.forEach((cx, i) => places.forEach((cy, j) => {
    if (!i && !j || !i && j == aligned - 1 || i == aligned - 1 && !j) return;
    for (let x = -2; x < 3; x++) for (let y = -2; y < 3; y++) set(cx + x, cy + y, Math.max(Math.abs(x), Math.abs(y)) != 1);
  }));
  let rest = 8;  // level L, mask 0
  for (let i = 0; i < 10; i++) rest = rest << 1 ^ (rest >> 9) * 0x537;
  const format = (8 << 10 | rest) ^ 0x5412, bit = (value, i) => value >> i & 1;
  for (let i = 0; i < 6; i++) set(8, i, bit(format, i));
  set(8, 7, bit(format, 6)); set(8, 8, bit(format, 7)); set(7, 8, bit(format, 8));
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(format, i));
  for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(format, i));
  for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(format, i));
  set(8, size - 8, true);
  if (version > 6) {
    let more = version;
    for (let i = 0; i < 12; i++) more = more << 1 ^ (more >> 11) * 0x1f25;
    for (let i = 0; i < 18; i++) {
      const a = size - 11 + i % 3, b = i / 3 | 0, black = bit(version << 12 | more, i);
      set(a, b, black); set(b, a, black);
    }
  }
  const data = filled([...bytes], version);
  let at = 0;
  for (let right = size - 1; right > 0; right -= right == 8 ? 3 : 2) {
    for (let down = 0; down < size; down++) for (let j = 0; j < 2; j++) {
      const x = right - j, y = (right + 1 & 2) == 0 ? size - 1 - down : down;
      if (fixed[y][x]) continue;
      rows[y][x] = !!(at < 8 * data.length && bit(data[at >> 3], 7 - at % 8)) != ((x + y) % 2 == 0);
      at++;
    }
  }
  return rows;
}

function picture(rows, lines) {  // white with room around, as scanners want it, and what it is in words
  const dot = 8, quiet = 4 * dot, side = rows.length * dot + 2 * quiet, canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
  canvas.width = side;
  canvas.height = side + 40 * lines.length + quiet;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  rows.forEach((row, y) => row.forEach((black, x) => { if (black) pen.fillRect(quiet + x * dot, quiet + y * dot, dot, dot); }));
  pen.textAlign = "center";
  lines.forEach((line, i) => {
    pen.font = (i ? "" : "bold ") + "28px sans-serif";
    pen.fillText(line, side / 2, side + 28 + 40 * i, side - quiet);
  });
  return canvas.toDataURL("image/png");
}

const place = document.getElementById("keep");
if (place) {
  let held = null;
  try { held = JSON.parse(localStorage.getItem("c:" + place.dataset.code)); } catch (e) { /* storage is forbidden: nothing is kept */ }
  document.getElementById("unable").hidden = true;
  if (held) {
    const link = place.dataset.url + "#c." + held.seed + "." + held.sig, drawn = picture(qr(link), [place.dataset.title, place.dataset.code, place.dataset.warn]);
    document.getElementById("words").value = link;
    document.getElementById("picture").src = document.getElementById("save").href = drawn;
    place.hidden = false;
  } else document.getElementById("none").hidden = false;
}
