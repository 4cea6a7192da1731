import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const config = fileURLToPath(new URL("fixtures/vitest.config.ts", import.meta.url));

/** Runs the fixture in a vitest of its own. */
const runFixture = (environment: Record<string, string>): { status: number | null; printed: string } => {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VITEST|SKITAI_|NODE_V8_COVERAGE)/.test(name));
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, "run", "--config", config], {
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...environment },
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status, printed: stdout + stderr };
};

test("tests of a missing service are skipped with a line that says what to install", () => {
  const { status, printed } = runFixture({ SKITAI_TEST_REDIS_URL: "none" });
  expect(printed).toContain(
    "Skipped: redis is not on this machine: install Redis (Debian: redis-server), or name a server in SKITAI_TEST_REDIS_URL.",
  );
  expect(printed).toMatch(/Tests +1 skipped/);
  expect(status).toBe(0);
});

test("tests of a missing service fail where services are required", () => {
  const { status, printed } = runFixture({ SKITAI_TEST_REDIS_URL: "none", SKITAI_REQUIRE_SERVICES: "1" });
  expect(printed).toContain("Error: redis is not on this machine: install Redis");
  expect(printed).toMatch(/Tests +1 failed/);
  expect(status).toBe(1);
});
