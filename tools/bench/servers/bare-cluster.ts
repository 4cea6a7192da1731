import cluster from "node:cluster";
import { workers } from "./contract.ts";

/** The plain server in as many processes as asked for: what this machine gives to anybody. */
if (cluster.isPrimary) {
  for (let i = 0; i < workers(); i++) cluster.fork();
  process.on("SIGTERM", () => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.kill();
    process.exit(0);
  });
} else {
  await import("./bare-http.ts");
}
