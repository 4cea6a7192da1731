import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Mount } from "@skitai/reactor";
import type { SaddleWasClass } from "./saddle-was.ts";
import type { SaddleWas } from "./types.ts";

/** A `was` for what happens outside requests: its request is empty, and its response goes nowhere. */
export const idleWas = (Was: SaddleWasClass, mount: Mount): SaddleWas => {
  const req = new IncomingMessage(new Socket());
  req.method = "GET";
  req.url = `${mount.point}/`;
  return new Was(req, new ServerResponse(req), mount, req.url, 0);
};
