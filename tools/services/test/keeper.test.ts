import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { acquire, availability, services, startServices } from "../src/index.ts";
import { Keeper } from "../src/keeper.ts";
import { describeWith } from "../src/vitest.ts";

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    }).once("error", () => resolve(false));
  });

describeWith("redis", (service) => {
  test("services end with the program that started them, also when it is killed", async () => {
    const program = `
      import { startServices } from ${JSON.stringify(import.meta.resolve("../src/index.ts"))};
      const services = await startServices();
      const { port } = await services.acquire("redis");
      console.log(JSON.stringify({ port, socketPath: services.socketPath }));
      setInterval(() => {}, 1000);
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
    const { port, socketPath } = JSON.parse(line) as { port: number; socketPath: string };
    expect(await answers(port)).toBe(true);
    child.kill("SIGKILL");
    await vi.waitFor(
      async () => {
        expect(await answers(port)).toBe(false);
        expect(existsSync(dirname(socketPath))).toBe(false);
      },
      { timeout: 5000, interval: 20 },
    );
  });

  test("a program that only uses services can end", async () => {
    const program = `
      import { startServices } from ${JSON.stringify(import.meta.resolve("../src/index.ts"))};
      await using services = await startServices();
      console.log((await services.acquire("redis")).port);
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    const [printed] = await Promise.all([text(child.stdout), once(child, "exit")]);
    expect(await answers(Number(printed))).toBe(false);
    expect(child.exitCode).toBe(0);
  });

  test("a server from the environment is used and left running", async () => {
    vi.stubEnv("SKITAI_TEST_REDIS_URL", `redis://127.0.0.1:${service.port}`);
    const others = await startServices();
    vi.unstubAllEnvs();
    const { port, database } = await others.acquire("redis");
    // The first database belongs to the owner of the server.
    expect([port, database]).toEqual([service.port, 1]);
    await others[Symbol.asyncDispose]();
    expect(await answers(service.port)).toBe(true);
  });
});

test("a shared server starts once, however many ask at a time", async () => {
  let started = 0;
  const share = async () => ({ address: {}, release: async () => undefined });
  const start = async () => {
    started++;
    await delay(10);
    return { process: undefined, share };
  };
  const keeper = new Keeper({ x: { remedy: "", find: () => ({ from: "program", file: "x" }), start } });
  await Promise.all([keeper.acquire("x", {}), keeper.acquire("x", {})]);
  expect(started).toBe(1);
  await keeper.acquire("x", { own: true });
  expect(started).toBe(2);
});

test("a server that is still starting when the keeper closes is stopped", async () => {
  const stop = vi.fn<() => Promise<void>>(async () => undefined);
  const begun = Promise.withResolvers<void>();
  const start = async () => {
    await begun.promise;
    return { process: { stop, signal: () => undefined }, share: async () => ({ address: {}, release: async () => undefined }) };
  };
  const keeper = new Keeper({ x: { remedy: "", find: () => ({ from: "program", file: "x" }), start } });
  const asked = keeper.acquire("x", { own: true });
  const closed = keeper.close();
  begun.resolve();
  await closed;
  expect(stop).toHaveBeenCalled();
  await asked;
  await expect(keeper.acquire("x", {})).rejects.toThrow("have ended");
});

test("a missing service says what to install", async () => {
  vi.stubEnv("SKITAI_TEST_PG_URL", "none");
  await using others = await startServices();
  const found = availability("postgres");
  vi.unstubAllEnvs();
  expect(found).toEqual({
    available: false,
    reason: "postgres is not on this machine: install PostgreSQL (Debian: postgresql), or name a server in SKITAI_TEST_PG_URL",
  });
  await expect(others.acquire("postgres")).rejects.toThrow("install PostgreSQL");
});

test("a URL that is none is refused by name", () => {
  vi.stubEnv("SKITAI_TEST_PG_URL", "localhost");
  try {
    expect(() => availability("postgres")).toThrow("SKITAI_TEST_PG_URL is localhost, which is no URL");
  } finally {
    vi.unstubAllEnvs();
  }
});

test("outside of a test run there are no shared services", () => {
  vi.stubEnv("SKITAI_TEST_KEEPER", undefined);
  try {
    expect(() => services()).toThrow("use startServices()");
  } finally {
    vi.unstubAllEnvs();
  }
});

test("an unknown service is refused", async () => {
  await expect(acquire("mysql" as "redis")).rejects.toThrow("There is no service mysql");
});
