import { mountable, type Body, type Mountable, type MountedApp, type MountSite, type Was } from "../../src/index.ts";
import { readBody } from "../../src/request/body.ts";
import { respond } from "../../src/response/respond.ts";

/** A small app for tests: what `answer` returns is the body. */
export const textApp = (answer: (was: Was) => Body | Promise<Body>, more: Partial<MountedApp> = {}): Mountable => ({
  [mountable](_site: MountSite): MountedApp {
    return {
      target: answer,
      handle: async (was) => respond(was, 200, ["Content-Type", "text/plain; charset=utf-8"], await answer(was)),
      ...more,
    };
  },
});

/** Tells how it was reached: `GET /path at /point`. */
export const echoApp = (): Mountable => textApp((was) => `${was.req.method} ${was.path} at ${was.mount!.point || "/"}`);

/** Reads bodies by itself and tells how many bytes there were. */
export const uploadApp = (limit = 1_000_000): Mountable =>
  textApp(async (was) => `got ${(await readBody(was, limit)).length} bytes`, { answersExpect: true });
