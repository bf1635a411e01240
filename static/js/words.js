/** The words that scripts say, in the reader's language: templates/_layout/_words.html. */
const dictionary = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/** `word("minutesAgo", {n: 3})` → "3 分钟前". An unknown key is said as itself, so that it is noticed. */
export function word(key, values = {}) {
  return (dictionary[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Content of `<meta name=…>`, or null. */
export function meta(name) {
  return document.querySelector(`meta[name="${name}"]`)?.content ?? null;
}

/** Whether an event kind begins with one of the blank-parted prefixes; "*" is every kind. */
export function kindMatches(kind, prefixes) {
  return (prefixes ?? "").split(/\s+/).some((prefix) => prefix !== "" && (prefix === "*" || kind.startsWith(prefix)));
}

/** A file-safe random key. `crypto.randomUUID` is missing on plain http, where many offices run this. */
export function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
