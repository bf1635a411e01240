/**
 * Bundles static/js and static/css into static/dist with hashed names, and writes dist/manifest.json:
 * {"app.js": "app-5XK2….js", "board/board.js": "board/board-….js", "app.css": …, "map.css": …}.
 *
 * Entries: js/app.js, js/<room>/*.js, css/app.css, css/map.css, icons/*. Scripts are ES modules; what a page needs only
 * sometimes (the map, the offline queue) is a chunk loaded when its element is on the page.
 * css/pages/*.css join app.css by themselves (import of "pages:all").
 *
 * dist/sw.js is js/sw.js, the service worker, with the list of files that the report form needs: it changes with each.
 */
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const fresh = join(here, `dist.${process.pid}`);
const plain = (entry) => entry.replace(/^(js|css|icons)\//, "");

/** What the report form needs without a network; the map's chunk is loaded only where there is one. */
const SHELL = ["js/app.js", "js/reports/new.js", "css/app.css", "icons/icon.svg"];
const ELSEWHERE = ["js/map.js"];

const slashed = (path) => path.split(sep).join("/");

const rooms = readdirSync(join(here, "js"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
const scripts = rooms.flatMap((room) =>
  readdirSync(join(here, "js", room.name))
    .filter((name) => name.endsWith(".js"))
    .map((name) => `js/${room.name}/${name}`),
);
const icons = readdirSync(join(here, "icons")).sort().map((name) => `icons/${name}`);
const entries = ["js/app.js", ...scripts, "css/app.css", "css/map.css", ...icons];

const pages = {
  name: "pages",
  setup(plugin) {
    plugin.onResolve({ filter: /^pages:all$/ }, () => ({ path: "all", namespace: "pages" }));
    plugin.onLoad({ filter: /.*/, namespace: "pages" }, () => ({
      contents: readdirSync(join(here, "css", "pages"))
        .filter((name) => name.endsWith(".css"))
        .sort()
        .map((name) => `@import "./${name}" layer(pages);`)
        .join("\n"),
      loader: "css",
      resolveDir: join(here, "css", "pages"),
    }));
  },
};

try {
  mkdirSync(fresh, { recursive: true });
  const result = await build({
    absWorkingDir: here,
    entryPoints: entries.map((entry) => ({ in: entry, out: plain(entry).replace(/\.\w+$/, "") })),
    outdir: fresh,
    entryNames: "[dir]/[name]-[hash]",
    chunkNames: "chunk/[name]-[hash]",
    assetNames: "asset/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "chrome109",
    charset: "utf8",
    minify: true,
    sourcemap: false,
    legalComments: "linked",
    loader: { ".png": "copy", ".svg": "copy" },
    plugins: [pages],
    metafile: true,
    logLevel: "warning",
  });

  const shell = new Set();
  const waiting = Object.entries(result.metafile.outputs).filter(([, { entryPoint }]) => SHELL.includes(entryPoint));
  while (waiting.length > 0) {
    const [output, { imports, cssBundle }] = waiting.pop();
    if (shell.has(output)) continue;
    shell.add(output);
    for (const path of [...imports.map((one) => one.path), cssBundle].filter(Boolean)) {
      const about = result.metafile.outputs[path];
      if (about && !ELSEWHERE.includes(about.entryPoint)) waiting.push([path, about]);
    }
  }
  const files = [...shell].map((output) => slashed(relative(fresh, join(here, output)))).sort();
  await build({
    absWorkingDir: here,
    entryPoints: ["js/sw.js"],
    outfile: join(fresh, "sw.js"),
    bundle: true,
    format: "iife",
    target: "chrome109",
    charset: "utf8",
    minify: true,
    define: {
      FILES: JSON.stringify(files.map((file) => `/static/${file}`)),
      VERSION: JSON.stringify(createHash("sha256").update(files.join()).digest("hex").slice(0, 12)),
    },
    logLevel: "warning",
  });

  const manifest = {};
  for (const [output, about] of Object.entries(result.metafile.outputs)) {
    if (about.entryPoint === undefined || !entries.includes(about.entryPoint)) continue;
    manifest[plain(about.entryPoint)] = slashed(relative(fresh, join(here, output)));
  }
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(join(fresh, "manifest.json"), `${JSON.stringify(sorted, null, 2)}\n`);

  // A running service keeps reading the old directory until the whole new one stands.
  const old = `${fresh}.old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
  console.log(`static/dist: ${Object.keys(sorted).length} entries`);
} catch (error) {
  rmSync(fresh, { recursive: true, force: true });
  console.error(error.message ?? error);
  process.exit(1);
}
