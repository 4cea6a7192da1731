import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, Program } from "../../../../tools/checks/lib/program.ts";

/** The demo as its users start it, with data of its own and on a port of its own. */
export interface Demo extends AsyncDisposable {
  readonly program: Program;
  readonly url: string;
}

export const startDemo = async (): Promise<Demo> => {
  const data = await mkdtemp(join(tmpdir(), "skitai-demo-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = new Program(process.execPath, "app.ts", join(import.meta.dirname, "..", ".."), {
    nodeArguments: ["--conditions=skitai-source"],
    env: { PORT: String(port), SKITAI_DEMO_DATA: data },
  });
  const end = async (): Promise<void> => {
    await program.end();
    await rm(data, { recursive: true, force: true });
  };
  try {
    await program.ready(() => fetch(url));
  } catch (error) {
    await end();
    throw error;
  }
  return { program, url, [Symbol.asyncDispose]: end };
};
