import { defineConfig } from "vitest/config";

/** One root project; packages are tested from source through the `skitai-source` condition. */
export default defineConfig({
  ssr: { resolve: { conditions: ["skitai-source"], externalConditions: ["skitai-source"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts", "tools/*/test/**/*.test.ts"],
    environment: "node",
    execArgv: ["--conditions=skitai-source"],
    pool: "forks",
    testTimeout: 20_000,
    hookTimeout: 30_000,
    typecheck: { enabled: false },
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      reporter: ["text-summary", "json-summary", "html"],
      thresholds: { lines: 90 },
    },
  },
});
