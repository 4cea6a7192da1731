import type { Options } from "tsup";

/** The one build recipe of every package: ESM, Node 22, no bundling of dependencies. Declarations come from `tsc`. */
export const library = (entry: string[] = ["src/index.ts"]): Options => ({
  entry,
  format: "esm",
  target: "node22",
  platform: "node",
  clean: true,
  sourcemap: true,
  splitting: true,
  dts: false,
});
