import { spawn } from "node:child_process";

export interface CommandOptions {
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the command is ended and counts as failed. */
  timeout?: number;
}

/** A command that ended in another way than with exit code 0; the message holds what it printed. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
}

/** Runs a command to its end and returns what it printed. Throws a {@link CommandError} when it fails. */
export const run = (command: string, args: readonly string[], options: CommandOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      timeout: options.timeout ?? 300_000,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", (cause) => reject(new CommandError(`${command} does not start: ${cause.message}`, { cause })));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new CommandError(`${[command, ...args].join(" ")} ended with ${signal ?? code}\n${stdout}${stderr}`.trimEnd()));
    });
  });
