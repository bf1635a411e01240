/**
 * Bundles static/js and static/css into static/dist with hashed names, and writes dist/manifest.json:
 * {"app.js": "app-5XK2….js", "board/board.js": "board/board-….js", "app.css": …, "map.css": …}.
 *
 * Entries: js/app.js, js/<room>/*.js, css/app.css, css/map.css, icons/icon.svg. Scripts are ES modules; what a page needs only
 * sometimes (the map, the offline queue) is a chunk loaded when its element is on the page.
 * css/pages/*.css join app.css by themselves (import of "pages:all").
 */
import { build } from "esbuild";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const fresh = join(here, `dist.${process.pid}`);
const plain = (entry) => entry.replace(/^(js|css|icons)\//, "");
const slashed = (path) => path.split(sep).join("/");

const rooms = readdirSync(join(here, "js"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
const scripts = rooms.flatMap((room) =>
  readdirSync(join(here, "js", room.name))
    .filter((name) => name.endsWith(".js"))
    .map((name) => `js/${room.name}/${name}`),
);
const entries = ["js/app.js", ...scripts, "css/app.css", "css/map.css", "icons/icon.svg"];

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
    loader: { ".png": "file", ".svg": "copy" },
    plugins: [pages],
    metafile: true,
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
