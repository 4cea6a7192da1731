/** What the harness tells a server program, and what all of them answer. Every server reads the same place and says the same words. */

const required = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; start this server with: pnpm bench`);
  return value;
};

export const address = "127.0.0.1";
export const port = Number(required("BENCH_PORT"));

/** The directory of the files to serve. */
export const files = (): string => required("BENCH_FILES");

/** An empty directory of this server's own, for logs and configuration. */
export const scratch = (): string => required("BENCH_SCRATCH");

/** How many workers serve. */
export const workers = (): number => Number(required("BENCH_WORKERS"));

export { helloJson, helloText } from "./hello.ts";
