import { Connection, type Answer, type OpenOptions, type Piece, type RunOptions, type Values } from "./connection.ts";

// What a thread is asked for. Each thread has a module of its own, and with it one connection.

let connection: Connection | undefined;

const opened = (): Connection => {
  if (connection) return connection;
  throw new Error("The database is not open.");
};

export const open = (path: string, options: OpenOptions): void => {
  connection = new Connection(path, options);
};

export const run = (text: string, values: Values, options: RunOptions): Answer | undefined => opened().run(text, values, options);

export const next = (limit: number): Piece => opened().next(limit);

export const batch = (all: readonly { readonly text: string; readonly values: Values }[]): readonly Answer[] => opened().batch(all);

export const onlyRead = (isRefusing: boolean): void => opened().onlyRead(isRefusing);

export const reset = (): void => opened().reset();

export const close = (): void => connection?.close();
