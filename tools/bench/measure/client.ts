import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A client that can be measured: a program of the `clients` folder. */
export interface ClientSpec {
  /** As the table shows it. */
  readonly name: string;
  readonly file: string;
}

/** Runs one round of a client on CPUs of its own; a type argument says what the program tells. @throws what the program said when it failed */
export const clientRound = <Round>(spec: ClientSpec, cpus: readonly number[], env: Readonly<Record<string, string>>): Promise<Round> =>
  new Promise((resolve, reject) => {
    const program = fileURLToPath(new URL(`../clients/${spec.file}`, import.meta.url));
    const child = spawn("taskset", ["-c", cpus.join(","), process.execPath, "--expose-gc", "--conditions=skitai-source", program], {
      env: { ...process.env, NODE_ENV: "production", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 120_000,
    });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err = (err + text).slice(-2000)));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(out) as Round);
      else reject(new Error(`${spec.name} ended with ${code}: ${err.trim()}`));
    });
  });
