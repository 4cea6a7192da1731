import { parseArgs } from "node:util";
import { duration, type Duration } from "@skitai/reactor";
import { masked } from "../http/masked.ts";

/** What a load run is to do. */
export interface LoadOptions {
  readonly urls: readonly string[];
  /** Requests in all. */
  readonly requests: number;
  /** Requests that are under way at once. */
  readonly clients: number;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  readonly http1: boolean;
  readonly insecure: boolean;
  /** Print one JSON object instead of a table. */
  readonly json: boolean;
}

export const usage = `Usage: aquests load [options] URL...

Sends requests, many at once, and tells how long the answers took.

  -n, --requests N   requests in all (default 1000)
  -c, --clients N    requests under way at once (default 10)
  -X, --method NAME  method (default GET, with --data POST)
  -H, --header LINE  a header, "Name: value"; may be repeated
  -d, --data TEXT    a body
  -t, --timeout TIME how long one request may take: 500ms, 10s (default 10s)
      --h1           HTTP/1.1 even where the server offers HTTP/2
      --insecure     do not verify certificates
      --json         print one JSON object
  -h, --help         this text
`;

/** What is wrong with the command line; the usage belongs beside it. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** @throws UsageError naming what cannot be read. */
export const parseLoad = (args: readonly string[]): LoadOptions | "help" => {
  const { values, positionals } = parse(args);
  if (values.help) return "help";
  if (positionals.length === 0) throw new UsageError("A URL is needed.");
  for (const url of positionals)
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ""))
      throw new UsageError(`${JSON.stringify(masked(url))} is no URL of http: or https:.`);
  return {
    urls: positionals,
    requests: whole("--requests", values.requests, 1000),
    clients: whole("--clients", values.clients, 10),
    method: values.method?.toUpperCase() ?? (values.data === undefined ? "GET" : "POST"),
    headers: Object.fromEntries((values.header ?? []).map(headerOf)),
    body: values.data,
    timeout: timeOf(values.timeout ?? "10s"),
    http1: values.h1 ?? false,
    insecure: values.insecure ?? false,
    json: values.json ?? false,
  };
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        requests: { type: "string", short: "n" },
        clients: { type: "string", short: "c" },
        method: { type: "string", short: "X" },
        header: { type: "string", short: "H", multiple: true },
        data: { type: "string", short: "d" },
        timeout: { type: "string", short: "t" },
        h1: { type: "boolean" },
        insecure: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
};

const whole = (name: string, text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`${name} is a whole number from 1, not ${JSON.stringify(text)}.`);
  return Number(text);
};

const headerOf = (line: string): [name: string, value: string] => {
  const [, name, value] = /^([^\s:]+):\s*(.*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new UsageError(`--header is "Name: value", not ${JSON.stringify(line)}.`);
  return [name, value];
};

const timeOf = (text: string): number => {
  try {
    return duration((/^\d+$/.test(text) ? Number(text) : text) as Duration, "--timeout");
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
};
