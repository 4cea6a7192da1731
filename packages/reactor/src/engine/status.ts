import { reasonOf } from "../errors.ts";
import type { VirtualHost } from "../host/virtual-host.ts";
import { escapeHtml } from "../response/escape-html.ts";
import type { Alias } from "../upstream/alias.ts";
import type { StatusReport } from "../was/services.ts";
import type { Wac } from "../was/wac.ts";

export interface StatusParts {
  readonly wac: Wac;
  readonly hosts: Iterable<VirtualHost>;
  readonly aliases: ReadonlyMap<string, Alias>;
  readonly sections: ReadonlyMap<string, () => unknown>;
  /** The counts of the engine itself. */
  readonly server: Record<string, unknown>;
}

/** Gathers the report: the engine's own sections, those of plugins, and objects that were registered. */
export const reportStatus = ({ wac, hosts, aliases, sections, server }: StatusParts, filter: string | undefined): StatusReport => {
  const all: Record<string, () => unknown> = {
    server: () => ({ name: wac.name, worker: wac.workerId, workers: wac.workers, ...server }),
    process: () => ({ pid: process.pid, node: process.version, uptime: Math.round(process.uptime()), memory: process.memoryUsage() }),
    mounts: () => [...hosts].map(mountsOf),
    aliases: () => [...aliases.values()],
    ...Object.fromEntries(sections),
  };
  for (const [name, value] of wac.registered) all[name] = () => stateOf(value);
  const names = filter === undefined ? Object.keys(all) : Object.hasOwn(all, filter) ? [filter] : [];
  return Object.fromEntries(names.map((name) => [name, stated(all[name]!)]));
};

/** What one section says; that it failed, if it did, so that the others can still be seen. */
const stated = (report: () => unknown): unknown => {
  try {
    return presentable(report());
  } catch (error) {
    return { failed: reasonOf(error) };
  }
};

const mountsOf = (host: VirtualHost): unknown => ({
  host: host.name,
  directories: host.directories.map(({ point, directory }) => ({ point: point || "/", directory })),
  apps: host.mounts.map(({ point, name, app }) => ({ point: point || "/", name, status: app.status?.() ?? "serving" })),
});

const stateOf = (value: unknown): unknown => {
  const status = value !== null && typeof value === "object" ? Reflect.get(value, "status") : undefined;
  return typeof status === "function" ? status.call(value) : "registered";
};

const secret = /pass|secret|token|cookie|credential|private|securekey|apikey|authorization/i;
const urlPassword = /(\/\/[^\s/:@]*):[^\s/]+@/g;
const deepest = 8;

/** A copy fit to be shown: no values under secret-sounding names, no passwords in URLs, no cycles, no functions. */
export const presentable = (value: unknown, depth = 0): unknown => {
  if (typeof value === "string") return value.replace(urlPassword, "$1:***@");
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return "function";
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Date) return value.toISOString();
  if (depth === deepest) return "...";
  if (value instanceof Map) return presentable(Object.fromEntries(value), depth);
  if (value instanceof Set) return presentable([...value], depth);
  if (Array.isArray(value)) return value.map((item) => presentable(item, depth + 1));
  // A secret that is none is not shown as one.
  const fields = Object.entries(value).filter(([name, item]) => !secret.test(name) || (item !== undefined && item !== null));
  return Object.fromEntries(fields.map(([name, item]) => [name, secret.test(name) ? "***" : presentable(item, depth + 1)]));
};

/** A plain HTML page of a report. */
export const statusPage = (report: StatusReport): string => {
  const names = Object.keys(report);
  const contents = names.map((name) => `<li><a href="#${escapeHtml(name)}">${escapeHtml(name)}</a></li>`).join("");
  const sections = names.map((name) => `<h2 id="${escapeHtml(name)}">${escapeHtml(name)}</h2>${table(report[name])}`).join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Status</title><style>${style}</style></head><body><h1>Status</h1><ul>${contents}</ul>${sections}</body></html>`;
};

const style =
  "body{font:14px/1.5 system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em}table{border-collapse:collapse}th,td{border:1px solid #ccc;padding:.2em .6em;text-align:left;vertical-align:top}th{background:#f4f4f4;font-weight:600}";

const table = (value: unknown): string => {
  if (value === null || typeof value !== "object") return escapeHtml(String(value));
  const rows = Object.entries(value).map(([name, item]) => `<tr><th>${escapeHtml(name)}</th><td>${table(item)}</td></tr>`);
  return rows.length === 0 ? "none" : `<table>${rows.join("")}</table>`;
};
