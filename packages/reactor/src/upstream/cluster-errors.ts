import { ReactorError, type ReactorErrorCode } from "../errors.ts";

/** None of the members may be asked. */
export const noMember = (name: string, reason: string): ReactorError =>
  new ReactorError("SKITAI_REACTOR_NO_MEMBER", { name, reason }, { status: 503 });

/** Members have no room, and waiting is over, or not wanted. */
export const clusterBusy = (name: string, reason: string): ReactorError =>
  new ReactorError("SKITAI_REACTOR_CLUSTER_BUSY", { name, reason }, { status: 503 });

/** The circuit breaker refuses requests. */
export const clusterOpen = (name: string, remaining: number): ReactorError =>
  new ReactorError("SKITAI_REACTOR_CLUSTER_OPEN", { name, remaining }, { status: 503 });

export const clusterClosed = (name: string): ReactorError => new ReactorError("SKITAI_REACTOR_CLUSTER_CLOSED", { name }, { status: 503 });

const codes: ReadonlySet<unknown> = new Set<ReactorErrorCode>([
  "SKITAI_REACTOR_NO_MEMBER",
  "SKITAI_REACTOR_CLUSTER_BUSY",
  "SKITAI_REACTOR_CLUSTER_OPEN",
  "SKITAI_REACTOR_CLUSTER_CLOSED",
]);

/** Whether an error says that a cluster has no member to give. */
export const isClusterError = (error: unknown): boolean => error instanceof Error && codes.has(Reflect.get(error, "code"));
