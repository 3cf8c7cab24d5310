// Bundles the pages' styles, scripts, type, pictures and icons into ../static, each under a name that holds its
// content's hash, and writes manifest.json: plain name → hashed name. Called by build.py, which finds a Node.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

const here = import.meta.dirname;
const out = path.join(here, "..", "static");

// Old browsers on old office machines: esbuild rewrites what these do not know.
const target = ["chrome90", "firefox90", "safari14"];

async function bundle() {
  const result = await build({
    absWorkingDir: here,
    entryPoints: ["css/app.css", "js/app.js", "img/lentera.svg"],
    outdir: out,
    bundle: true,
    minify: true,
    target,
    format: "iife",
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    // Files, never data: addresses, which the content security policy refuses.
    loader: { ".woff2": "file", ".svg": "copy" },
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  const manifest = {};
  for (const [file, about] of Object.entries(result.metafile.outputs)) {
    const hashed = path.basename(file);
    const source = about.entryPoint ?? Object.keys(about.inputs)[0];
    manifest[path.basename(source)] = hashed;
  }
  return manifest;
}

// One file of <symbol>s, so that a page says <use href="…#name"> and loads every icon at once.
async function sprite(manifest) {
  const names = JSON.parse(await readFile(path.join(here, "img", "icons.json"), "utf8"));
  const symbols = [];
  for (const name of names.sort()) {
    const svg = await readFile(path.join(here, "node_modules", "heroicons", "24", "outline", `${name}.svg`), "utf8");
    const inner = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
    symbols.push(
      `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.6">` +
        inner.replaceAll(/ (stroke|stroke-width)="[^"]*"/g, "") +
        "</symbol>",
    );
  }
  const text = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
  const hash = createHash("sha256").update(text).digest("base64url").slice(0, 8).toUpperCase();
  manifest["icons.svg"] = `icons-${hash}.svg`;
  await writeFile(path.join(out, manifest["icons.svg"]), text);
}

// The type's and the icons' licences travel with them.
async function licences(manifest) {
  const { dependencies } = JSON.parse(await readFile(path.join(here, "package.json"), "utf8"));
  const texts = [];
  for (const name of Object.keys(dependencies).filter((name) => name !== "esbuild")) {
    texts.push(`${name}\n\n${await readFile(path.join(here, "node_modules", name, "LICENSE"), "utf8")}`);
  }
  manifest["licences.txt"] = "licences.txt";
  await writeFile(path.join(out, "licences.txt"), texts.join("\n\n"));
}

await mkdir(out, { recursive: true });
const manifest = await bundle();
await sprite(manifest);
await licences(manifest);
// What is left from earlier builds goes last, so that pages served meanwhile keep their files.
const kept = new Set([...Object.values(manifest), "manifest.json"]);
await writeFile(path.join(out, "manifest.json"), JSON.stringify(manifest, Object.keys(manifest).sort(), 2) + "\n");
for (const name of await readdir(out)) {
  if (!kept.has(name)) await rm(path.join(out, name), { recursive: true });
}
