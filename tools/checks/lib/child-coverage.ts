/**
 * A setup file of vitest for runs with coverage: Node processes that tests start (workers, daemons, programs) write what they executed into
 * `coverage/children`, where `tools/checks/coverage.ts` finds it. Vitest itself sees only the process that runs the test.
 */
import { join } from "node:path";
import { root } from "./tarballs.ts";

process.env["NODE_V8_COVERAGE"] = join(root, "coverage/children");
