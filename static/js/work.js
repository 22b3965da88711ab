// Looks for the number for which the hash of token and number begins with so many zeros. SHA-256 is
// written out here, since browsers lend theirs to secure pages only, and one piece at a time.
const primes = [];
for (let number = 2; primes.length < 64; number += 1) {
  if (primes.every((prime) => number % prime)) primes.push(number);
}
const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
const START = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const ROUNDS = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const words = new Int32Array(64);
const turn = (word, by) => (word >>> by) | (word << (32 - by));

function hash(bytes) {
  const size = Math.ceil((bytes.length + 9) / 64) * 64;
  const padded = new Uint8Array(size);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(size - 4, bytes.length * 8);
  const state = START.slice();
  for (let block = 0; block < size; block += 64) {
    for (let i = 0; i < 64; i += 1) {
      if (i < 16) words[i] = view.getInt32(block + i * 4);
      else {
        const early = words[i - 15];
        const late = words[i - 2];
        const a = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
        const b = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
        words[i] = (words[i - 16] + a + words[i - 7] + b) | 0;
      }
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      const mixed = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const one = (h + mixed + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) | 0;
      const other = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const two = (other + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] += word));
  }
  return state;
}

onmessage = ({ data: { token, bits } }) => {
  const encoder = new TextEncoder();
  let number = 0;
  while (hash(encoder.encode(`${token} ${number}`))[0] >>> (32 - bits)) number += 1;
  postMessage(number);
};
