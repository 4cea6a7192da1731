// The engine
export { Engine } from "./engine/engine.ts";
export type { EngineOptions } from "./engine/options.ts";
export type { EngineEvents, HelperProcess, MountResolver, Plugin } from "./engine/plugin.ts";
export type { StatusReport } from "./was/services.ts";
export type { ListenOptions } from "./http/listener.ts";
export type { LimitOptions } from "./http/limits.ts";
export type { Certificate, TlsOptions } from "./http/tls.ts";

// Mounting
export { notResponse } from "./response/not-response.ts";
export { mountable } from "./mount/types.ts";
export type { Mount, Mountable, MountedApp, MountSite, Preference } from "./mount/types.ts";
export type { MountOptions, MountTarget } from "./mount/mount-request.ts";
export type { Stage } from "./host/virtual-host.ts";

// The context of requests
export { runWith, was } from "./was/current.ts";
export { Was } from "./was/was.ts";
export type { WasClass } from "./was/was.ts";
export { Wac } from "./was/wac.ts";
export type { MemberFactory } from "./was/wac.ts";
export type { Transaction } from "./was/transaction.ts";

// Requests and responses
export { bodyLimit, readBody } from "./request/body.ts";
export { hasBody } from "./request/body-rules.ts";
export { discardBody } from "./request/discard.ts";
export { respond } from "./response/respond.ts";
export { respondFile } from "./static/respond-file.ts";
export { readAhead } from "./foreign/read-ahead.ts";
export { respondError } from "./response/error-page.ts";
export type { ErrorPageOptions } from "./response/error-page.ts";
export { prefersJson } from "./http/accept.ts";
export type { Body, MoreProducer } from "./response/body.ts";
export type { FlatHeaders, NodeListener, NodeRequest, NodeResponse } from "./http/types.ts";

// Processes
export { run } from "./process/run.ts";
export type { RunOptions } from "./process/run-options.ts";
export type { CriticalPointOptions } from "./process/critical-point.ts";
export type { Service } from "./process/service.ts";
export { workerNumber } from "./process/role.ts";
export { exitCodes, exitFailed } from "./process/exit.ts";
export { daemonStatus, restartDaemon, startDaemon, stopDaemon } from "./process/commands.ts";
export type { CommandResult, RestartOptions, StopOptions } from "./process/commands.ts";
export type { DaemonOptions } from "./process/daemon.ts";

// Shared by workers, and work in threads
export type { Coordinator } from "./coordination/types.ts";
export type { ThreadCallOptions, ThreadFunction } from "./threads/types.ts";

// Upstreams
export type { Alias, AliasOptions } from "./upstream/alias.ts";
export type { BalanceOptions } from "./upstream/balance.ts";
export type { ClusterOptions } from "./upstream/cluster-options.ts";
export type { ClusterStatus, MemberStatus } from "./upstream/cluster-status.ts";
export type { Cluster, ClusterEvents } from "./upstream/cluster.ts";
export type { AcquireOptions } from "./upstream/lease-desk.ts";
export type { Lease, Outcome } from "./upstream/lease.ts";
export type { ClusterMember, MemberState } from "./upstream/tracked-member.ts";
export type { Try } from "./upstream/try.ts";
export type { Upstreams } from "./upstream/upstreams.ts";
export type { Member, UpstreamKind } from "./upstream/member.ts";
export * from "./constants.ts";

// Logs, units, options, errors
export { refuseUnknown } from "./internal/check-options.ts";
export type { Log, Logger, RotationPeriod } from "./log/logger.ts";
export type { Loggers } from "./log/loggers.ts";
export { stackCalls } from "./log/stack.ts";
export type { StackCall } from "./log/stack.ts";
export { duration, size, waitingTime } from "./units.ts";
export type { Duration, Size } from "./units.ts";
export { errorMessage, HttpError, ReactorError, reactorErrorCodes, reasonOf } from "./errors.ts";
export type { HttpErrorOptions, ReactorErrorCode } from "./errors.ts";

// Declared here and in no other file: merging into a name that this file only passed on would not reach those who import it from `skitai`.
/**
 * Members that plugins and `wac.register` add to `was`, typed by declaration merging.
 *
 * @example
 * declare module "@skitai/reactor" {
 *   interface WasServices { searcher: Searcher }
 * }
 */
export interface WasServices {}
