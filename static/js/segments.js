// How many messages of the network a text becomes, as tickets/sms/segments.py counts them. The
// alphabet comes with the page.
const ALONE = { gsm: 160, ucs: 70 };
const JOINED = { gsm: 153, ucs: 67 };

export function measure(text, { basic, extended }) {
  const letters = [...text];
  const isGsm = letters.every((each) => basic.includes(each) || extended.includes(each));
  const kind = isGsm ? "gsm" : "ucs";
  const width = (each) => (isGsm ? (extended.includes(each) ? 2 : 1) : each.length);
  const units = letters.reduce((sum, each) => sum + width(each), 0);
  if (units <= ALONE[kind]) return { units, segments: Math.min(units, 1) };
  let segments = 1;
  let free = JOINED[kind];
  for (const each of letters) {
    if (width(each) > free) {
      segments += 1;
      free = JOINED[kind];
    }
    free -= width(each);
  }
  return { units, segments };
}

export function said({ units, segments }, { characters, one, many }) {
  return `${units} ${characters} · ${segments === 1 ? one : `${segments} ${many}`}`;
}
