import type { NodeListener } from "../http/types.ts";
import type { MountedApp } from "../mount/types.ts";
import { hasMethods } from "./duck.ts";
import { listenerHandle } from "./listener.ts";

interface Fastify {
  ready(): PromiseLike<unknown>;
  routing: NodeListener;
  close(): PromiseLike<unknown>;
}

/** Fastify apps: made ready when mounted, closed (with their `onClose` hooks) when the engine has answered its last request. */
export const fastifyApp = async (target: object): Promise<MountedApp | undefined> => {
  if (!isFastify(target)) return undefined;
  await target.ready();
  return {
    target,
    handle: listenerHandle((req, res) => target.routing(req, res)),
    umounted: async () => void (await target.close()),
  };
};

const isFastify = (target: object): target is Fastify => hasMethods(target, "ready", "routing", "close", "inject");
