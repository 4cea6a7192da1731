import { once } from "node:events";
import type { Endpoint } from "../../core/endpoint.ts";
import { bareHost } from "./open.ts";
import type { PgClient, PgDriver, PgTls } from "./driver.ts";

/** As long as a server may take to hear that a statement is no longer wanted. */
const patience = 2_000;

/**
 * Asks the server to stop what it does for a connection: a closed connection alone is not noticed before the statement ends. Never rejects; the
 * server does not say what came of it.
 */
export const cancelStatement = async (
  { Connection }: PgDriver,
  { host, port }: Endpoint,
  ssl: PgTls | false,
  { processID, secretKey }: PgClient,
): Promise<void> => {
  if (processID === null || secretKey === null) return;
  const connection = new Connection({ ssl });
  const cancel = (): void => connection.cancel(processID, secretKey);
  connection.on("error", () => connection.stream.destroy());
  connection.on("connect", () => (ssl ? connection.requestSsl() : cancel()));
  connection.on("sslconnect", cancel);
  const timer = setTimeout(() => connection.stream.destroy(), patience);
  const closed = once(connection.stream, "close");
  connection.connect(port, bareHost(host));
  // Over TLS there is another stream in between, which ends with this one.
  await closed.catch(() => undefined);
  clearTimeout(timer);
};
