import type { EventEmitter } from "node:events";
import type { VirtualHost } from "../host/virtual-host.ts";
import type { EngineEvents } from "./plugin.ts";

/** Tells every app, and then the listeners of the engine, that what a key stands for was updated. */
export const tellChange = (
  hosts: Iterable<VirtualHost>,
  events: EventEmitter<EngineEvents>,
  key: string,
  args: readonly unknown[],
): void => {
  for (const host of hosts) {
    for (const { app } of host.mounts) {
      app.emit?.("model-changed", [key, ...args]);
      app.emit?.(`model-changed:${key}`, args);
    }
  }
  events.emit("model-changed", key, ...args);
  events.emit(`model-changed:${key}`, ...args);
};
