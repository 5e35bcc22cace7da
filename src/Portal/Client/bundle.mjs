// Bundles the client into the folder that is named: two modules, one for the page and one for the worker that draws.
import { build } from "esbuild";

const folder = process.argv[2];
if (!folder) throw new Error("bundle.mjs FOLDER");
await build({
  entryPoints: ["src/desktop.ts", "src/screen-worker.ts"],
  outdir: folder,
  bundle: true,
  minify: true,
  sourcemap: false,
  format: "esm",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
});
