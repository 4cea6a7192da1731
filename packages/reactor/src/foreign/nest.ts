import type { MountedApp } from "../mount/types.ts";
import { hasMethods } from "./duck.ts";
import { fastifyApp } from "./fastify.ts";
import { listenerApp } from "./listener.ts";

interface Nest {
  init(): PromiseLike<unknown>;
  getHttpAdapter(): { getInstance(): object };
  close(): PromiseLike<unknown>;
}

/** Nest apps on Express or Fastify: initialised when mounted, closed when the engine has answered its last request. */
export const nestApp = async (target: object): Promise<MountedApp | undefined> => {
  if (!isNest(target)) return undefined;
  await target.init();
  const inner = target.getHttpAdapter().getInstance();
  const app = (await fastifyApp(inner)) ?? listenerApp(inner);
  return app && { ...app, target, umounted: async () => void (await target.close()) };
};

const isNest = (target: object): target is Nest => hasMethods(target, "getHttpAdapter", "init", "close");
