import type { Cluster, ClusterMember } from "@skitai/reactor/upstream";
import { memberFault } from "./faults.ts";
import type { Reply } from "./operation.ts";

/**
 * Asks one given member of an alias, well or not, and holds its place there until the answer has ended.
 *
 * @param signal ends the wait for a place.
 */
export const lead = async <Data>(
  cluster: Cluster,
  member: ClusterMember,
  signal: AbortSignal,
  send: () => Promise<Reply<Data>>,
): Promise<Reply<Data>> => {
  const lease = await cluster.lease(member, { signal });
  const ok = (): void => lease.release("ok");
  const failed = (error: unknown): void => {
    const fault = memberFault(error);
    lease.release(fault === "slow" ? fault : fault ? "failed" : "neutral");
  };
  try {
    const reply = await send();
    if (reply.untilEnd) reply.untilEnd().then(ok, failed);
    else ok();
    return reply;
  } catch (error) {
    failed(error);
    throw error;
  }
};
