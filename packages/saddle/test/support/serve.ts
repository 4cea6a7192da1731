import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine, type EngineOptions, type MountOptions } from "@skitai/reactor";
import { onTestFinished } from "vitest";
import type { Saddle } from "../../src/index.ts";

/** In memory, and over a real socket: the same cases run in both ways. */
export const ways = ["memory", "socket"] as const;

export type Way = (typeof ways)[number];

export interface Served {
  readonly engine: Engine;
  request(path: string, init?: RequestInit): Promise<Response>;
  /** The lines of the app's log so far; ends the engine, because logs are written with delay. */
  log(): Promise<string>;
}

export interface ServeOptions {
  readonly mounts?: readonly (readonly [point: string, app: Saddle, options?: MountOptions])[];
  readonly engine?: EngineOptions;
}

/** Serves an app at `/`, or the mounts given, until the test ends. */
export const serve = async (app: Saddle, way: Way = "memory", options: ServeOptions = {}): Promise<Served> => {
  const logPath = mkdtempSync(join(tmpdir(), "saddle-test-"));
  const engine = new Engine({ logPath, requestLog: false, ...options.engine });
  for (const [point, mounted, mountOptions] of options.mounts ?? [["/", app] as const]) engine.mount(point, mounted, mountOptions);
  onTestFinished(async () => {
    await engine.close({ timeout: 0 });
    rmSync(logPath, { recursive: true, force: true });
  });
  const log = async (): Promise<string> => {
    await engine.close({ timeout: 0 });
    return readFileSync(join(logPath, "app.log"), "utf8");
  };
  if (way === "memory") return { engine, request: (path, init) => engine.request(path, init), log };
  const { port } = await engine.listen({ port: 0 });
  return { engine, request: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: "manual", ...init }), log };
};
