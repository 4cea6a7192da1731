import type { ServiceAddresses, ServiceKind, ServiceName } from "./contract.ts";
import { mongodb } from "./mongodb.ts";
import { nginx } from "./nginx.ts";
import { postgres } from "./postgres.ts";
import { authproxy, proxy } from "./proxy.ts";
import { blackhole, grpc, jsonrpc, xmlrpc } from "./python.ts";
import { redis } from "./redis.ts";
import { websocket } from "./websocket.ts";

/** All kinds of services, by name. */
export const kinds: { readonly [Name in ServiceName]: ServiceKind<ServiceAddresses[Name]> } = {
  postgres,
  redis,
  mongodb,
  xmlrpc,
  jsonrpc,
  grpc,
  nginx,
  proxy,
  authproxy,
  websocket,
  blackhole,
};

/** What can be asked for. */
export const serviceNames = Object.keys(kinds) as readonly ServiceName[];

/** Whether a service can be had on this machine. The reason says what is missing and what to install. */
export const availability = (name: ServiceName): { readonly available: true } | { readonly available: false; readonly reason: string } => {
  const { find, remedy, variable } = kinds[name];
  if (find() !== undefined) return { available: true };
  const named = variable === undefined ? "" : `, or name a server in ${variable}`;
  return { available: false, reason: `${name} is not on this machine: ${remedy}${named}` };
};
