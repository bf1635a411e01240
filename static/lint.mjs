/**
 * Holds what the eye misses: the browser floor (Chromium 109, WeChat's built-in browser), the strict policy in the
 * templates, contrast of the tokens, and that both copies of the night tokens are the same.
 * `node lint.mjs` prints what is wrong and ends with 1, or prints one line and ends with 0. Needs nothing installed.
 */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const wrong = [];

/** Newer than Chromium 109, or (JavaScript) missing on plain http. */
const CSS_TOO_NEW = [
  [/\b(color-mix|oklch|oklab|lch|lab|light-dark|color)\(/, "colour function"],
  [/@(scope|starting-style|view-transition|position-try)\b/, "at-rule"],
  [/\bsubgrid\b|\btext-wrap\b|\bfield-sizing\b|\bscrollbar-(color|width)\b|\binterpolate-size\b|\btext-box\b/, "property"],
  [/\b(animation-timeline|scroll-timeline|view-timeline|anchor-name|position-anchor|view-transition-name)\b/, "property"],
  [/:(user-valid|user-invalid|popover-open|open|dir\(|state\()/, "selector"],
  [/:nth-(last-)?child\([^)]*\bof\b/, "selector"],
  [/\b(sin|cos|tan|atan2|round|mod|rem|pow|sqrt|hypot|linear)\(/, "function"],
  [/(^|[;{\s])mask(-image|-size|-position|-repeat)?\s*:/, "property"],
];
const JS_TOO_NEW = [
  [/\.(toSorted|toReversed|toSpliced|isWellFormed|toWellFormed|union|intersection|difference|symmetricDifference)\(/, "method"],
  [/\b(Array\.fromAsync|Promise\.withResolvers|Promise\.try|Object\.groupBy|Map\.groupBy|URL\.canParse|AbortSignal\.any|RegExp\.escape)\b/, "function"],
  [/\b(showPopover|startViewTransition|setHTMLUnsafe|parseHTMLUnsafe|moveBefore|Intl\.DurationFormat)\b/, "function"],
  // With ?. it was thought of.
  [/\b(crypto\.randomUUID|crypto\.subtle|navigator\.(locks|clipboard|serviceWorker|mediaDevices)(?!\?\.)|caches\.)/, "missing on plain http"],
  [/\beval\(|\bnew Function\(|\.innerHTML\s*=/, "refused by the policy, or unsafe"],
];
const TEMPLATE_REFUSED = [
  [/<[^>{]*\sstyle\s*=/, "inline style"],
  [/<[^>{]*\son[a-z]+\s*=/, "inline handler"],
  [/\bhx-on[:-]|"\s*js:|javascript:/, "needs eval"],
  [/<style\b/, "inline style"],
  [/<script(?![^>]*\b(src=|type="application\/json"))[^>]*>/, "inline script"],
  [/(src|href)="(https?:)?\/\/(?!www\.w3\.org)/, "address outside the house"],
];
const PAIRS = [
  ...["ink", "ink-2", "ink-3", "accent", "red-ink", "orange-ink", "yellow-ink", "blue-ink", "ok-ink"].flatMap((ink) =>
    ["surface", "ground", "accent-soft", "line-2"].map((paper) => [ink, paper, 4.5]),
  ),
  ...["red", "orange", "yellow", "blue"].map((name) => [`${name}-ink`, `${name}-soft`, 4.5]),
  ["on-accent", "accent", 4.5],
  ...["red", "orange", "yellow", "blue", "control", "ok"].map((name) => [name, "surface", 3]),
];

function* files(folder, ending) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path, ending);
    else if (entry.name.endsWith(ending)) yield path;
  }
}

function search(path, rules, text = readFileSync(path, "utf8")) {
  text.split("\n").forEach((line, index) => {
    for (const [pattern, why] of rules) {
      const found = pattern.exec(line);
      if (found) wrong.push(`${relative(root, path)}:${index + 1}: ${why}: ${found[0].trim()}`);
    }
  });
}

// Comments go, lines stay where they are.
const bare = (path, pattern) => readFileSync(path, "utf8").replace(pattern, (comment) => comment.replace(/[^\n]/g, " "));

for (const path of files(join(here, "css"), ".css")) search(path, CSS_TOO_NEW, bare(path, /\/\*[\s\S]*?\*\//g));
// The service worker runs over HTTPS alone: there is none elsewhere.
const scripts = [...files(join(here, "js"), ".js")].filter((path) => path !== join(here, "js", "sw.js"));
for (const path of scripts) search(path, JS_TOO_NEW, bare(path, /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm));
for (const path of files(join(root, "templates"), ".html")) search(path, TEMPLATE_REFUSED, bare(path, /\{#[\s\S]*?#\}/g));

const tokens = readFileSync(join(here, "css", "tokens.css"), "utf8");
const block = (start) => {
  const from = tokens.indexOf("{", tokens.indexOf(start));
  const body = tokens.slice(from + 1, tokens.indexOf("}", from));
  return new Map(Array.from(body.matchAll(/--([\w-]+):\s*([^;]+);/g), ([, name, value]) => [name, value.trim()]));
};
const day = block(":root {");
const night = block(':root[data-theme="night"] {');
const system = block(':root:not([data-theme="day"]) {');
if (JSON.stringify([...night]) !== JSON.stringify([...system])) wrong.push("static/css/tokens.css: the two night blocks differ");

function luminance(hex) {
  const full = hex.length === 4 ? hex.replace(/\w/g, "$&$&") : hex;
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

for (const [name, theme] of [
  ["day", day],
  ["night", new Map([...day, ...night])],
]) {
  for (const [ink, paper, least] of PAIRS) {
    const [light, dark] = [luminance(theme.get(ink)), luminance(theme.get(paper))].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < least) wrong.push(`static/css/tokens.css: ${name}: ${ink} on ${paper} is ${contrast.toFixed(2)}, needs ${least}`);
  }
}

if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exit(1);
}
console.log("static: style, script and templates hold");
