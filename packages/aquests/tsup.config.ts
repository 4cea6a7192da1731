import { defineConfig } from "tsup";
import { library } from "../../tools/build/tsup.ts";

export default defineConfig(library(["src/index.ts", "src/bin.ts", "src/builder.ts", "src/sql/sqlite/worker.ts"]));
