import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Engine, type EngineOptions } from "../../src/index.ts";

/** A directory of `test/fixtures`. */
export const fixture = (...parts: string[]): string => join(import.meta.dirname, "..", "fixtures", ...parts);

/** An engine whose working directory is a fixture, as if a script there had started it. */
export const engineIn = (directory: string, options: EngineOptions = {}): Engine => {
  const engine = new Engine({ directory, requestLog: false, ...options });
  onTestFinished(() => engine.close({ timeout: 0 }));
  return engine;
};

/** Serves on a free port of the loopback address. Resolves to the URL without a slash at the end. */
export const served = async (engine: Engine): Promise<string> => {
  const { port } = await engine.listen({ address: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${port}`;
};

/** Status and text of an answer. */
export const told = async (answer: Response | Promise<Response>): Promise<[status: number, text: string]> => {
  const response = await answer;
  return [response.status, (await response.text()).trimEnd()];
};
