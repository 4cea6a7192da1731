import { setTimeout } from "node:timers/promises";
import { was } from "../../src/index.ts";

/** What the imported `was` tells after awaits and a timer. */
export const wasReport = async (): Promise<Record<string, unknown>> => {
  const { gtxid } = was;
  await Promise.resolve();
  await setTimeout(1);
  return { point: was.mount?.point, baseUrl: was.baseUrl, host: was.host, gtxid, same: gtxid === was.gtxid };
};
