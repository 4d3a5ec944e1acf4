// The words by which people compare keys, made on this phone from the key that it really uses: survey/core/phrase.py says why
// it is these. A page that served one member another key would have to show that member other words.

const STARTS = "b c ch đ g h kh l m ng nh ph s t th v".split(" ");
const ENDS = "a ai ao am ang âu ây âm oi ong om ô ôi ông ơ ơi ui ung ưa ưng ương uôi um".split(" ");
const BARRED = ("mông lông hôi thối thúi háng khùng ngông ngáo láo tao mao tồi tham ma sướng tang táng đâm đấm hâm lòi ngố buồi " +
  "bòi lồi đái hòm cứng mồ đui sùi gứng bứng cùi buôi buối cùm cúm").split(" ");

function words() {
  const made = [];
  for (const end of ENDS) {
    const at = (end.search(/[ăâôơ]/) + 1) || (end.search(/ư/) + 1) || (end.search(/[aou]/) + 1);
    for (const tone of ["", "\u0300", "\u0301"]) {
      for (const start of STARTS) made.push((start + end.slice(0, at) + tone + end.slice(at)).normalize("NFC"));
    }
  }
  return made.filter((word) => !BARRED.includes(word)).slice(0, 1024);
}

export async function phrase(key) {  // in base64, as the page has it
  const der = Uint8Array.from(atob(key), (sign) => sign.charCodeAt());
  const print = new Uint8Array(await crypto.subtle.digest("SHA-256", der)), list = words();
  const bits = [...print].slice(0, 8).map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return [0, 10, 20, 30, 40, 50].map((at) => list[parseInt(bits.slice(at, at + 10), 2)]);
}

const place = document.getElementById("phrase");
if (place && self.crypto && crypto.subtle) {
  phrase(place.dataset.key).then((six) => {
    place.querySelectorAll("li").forEach((item, at) => { item.textContent = six[at]; });
    place.hidden = false;
  });
}
