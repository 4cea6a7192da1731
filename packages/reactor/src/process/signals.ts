import { isatty } from "node:tty";
import type { Host, ServiceSignal } from "./host.ts";

/** What to do at which signal. */
export type SignalHandlers = Partial<Record<ServiceSignal, () => void>>;

/** Handles signals until the result is disposed of. */
export const handleSignals = (host: Pick<Host, "on" | "off">, handlers: SignalHandlers): Disposable => {
  const entries = Object.entries(handlers) as [ServiceSignal, () => void][];
  for (const [signal, handler] of entries) host.on(signal, handler);
  return {
    [Symbol.dispose]: () => {
      for (const [signal, handler] of entries) host.off(signal, handler);
    },
  };
};

const standardStreams = [0, 1, 2];

/**
 * A check whether the terminal has gone that this process was started on: the system then sends HUP too, and means "end".
 * Always false for a process without a terminal.
 */
export const terminalWatch = (): (() => boolean) => {
  const onTerminal = standardStreams.some(isatty);
  return () => onTerminal && !standardStreams.some(isatty);
};

/** Lets a process live on when the terminal or the reader of its output has gone, until the result is disposed of. */
export const surviveOutputErrors = (): Disposable => {
  const ignore = (): void => {};
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignore);
  return {
    [Symbol.dispose]: () => {
      for (const stream of [process.stdout, process.stderr]) stream.off("error", ignore);
    },
  };
};
