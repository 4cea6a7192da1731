/** The signals that mean something to a service. */
export type ServiceSignal = "SIGTERM" | "SIGINT" | "SIGQUIT" | "SIGHUP" | "SIGUSR1";

/** What the process model uses of `process`. */
export interface Host {
  /** Whether there is an IPC channel to the process that started this one. */
  readonly connected: boolean;
  send?(message: unknown, handle: undefined, options: undefined, sent: () => void): boolean;
  on(signal: ServiceSignal, listener: () => void): unknown;
  on(event: "message", listener: (message: unknown, handle: unknown) => void): unknown;
  off(signal: ServiceSignal, listener: () => void): unknown;
  exit(code: number): void;
}
