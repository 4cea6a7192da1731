import { reasonOf } from "../errors.ts";
import type { Log } from "../log/logger.ts";
import { Upstreams } from "../upstream/upstreams.ts";

/** Upstream clusters whose troubles are noted: requests that had to go to another member, members that went down and came back. */
export const loggedUpstreams = (log: () => Log): Upstreams =>
  new Upstreams({
    made: (cluster) => {
      const name = `@${cluster.name}`;
      cluster.on("switch", ({ address }, error) => {
        log().log(`${name} ${address}: ${reasonOf(error)}. Cluster Response Error, Switch To Another...`, "warn");
      });
      cluster.on("state", ({ address, state }, before) => {
        // That a share has grown to the whole, or that a drained member is gone, is no news.
        if (state === "removed" || (state === "up" && before === "warming")) return;
        const isIn = state === "up" || state === "warming";
        log().log(`${name} ${address} is ${isIn ? "back" : state}`, isIn ? "info" : "warn");
      });
    },
  });
