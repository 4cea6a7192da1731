import { defineConfig } from "tsup";
import { library } from "../../tools/build/tsup.ts";

export default defineConfig(
  library([
    "src/index.ts",
    "src/upstream/index.ts",
    "src/cache/index.ts",
    "src/coordination/index.ts",
    "src/rpc/index.ts",
    "src/framework/index.ts",
    "src/threads/index.ts",
    "src/threads/thread-entry.ts",
  ]),
);
