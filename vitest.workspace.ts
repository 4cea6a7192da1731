import { defineConfig } from "vitest/config";

const withCoverage = process.argv.includes("--coverage");

/** One root project; packages are tested from source through the `skitai-source` condition. */
export default defineConfig({
  ssr: { resolve: { conditions: ["skitai-source"], externalConditions: ["skitai-source"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts", "tools/*/test/**/*.test.ts"],
    environment: "node",
    execArgv: ["--conditions=skitai-source"],
    globalSetup: ["tools/services/src/global-setup.ts"],
    setupFiles: withCoverage ? ["tools/checks/lib/child-coverage.ts"] : [],
    pool: "forks",
    testTimeout: 20_000,
    hookTimeout: 30_000,
    typecheck: { enabled: false },
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      // tools/checks/coverage.ts adds the processes that tests start, and sets the bar.
      reporter: ["json", "html"],
    },
  },
});
