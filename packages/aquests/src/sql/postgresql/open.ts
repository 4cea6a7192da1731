import type { Endpoint } from "../../core/endpoint.ts";
import type { SqlSettings } from "../options.ts";
import type { PgClient, PgDriver, PgTls } from "./driver.ts";
import { bigintParsers } from "./values.ts";

/** How TLS is spoken; false where it is not. */
export const tlsOf = ({ host, tls }: Endpoint, { ssl, ca, insecure }: SqlSettings): PgTls | false =>
  (ssl ?? tls) && { host: bareHost(host), rejectUnauthorized: !insecure, ...(ca !== undefined && { ca }) };

/** The address of a host; one of IPv6 stands in brackets elsewhere. */
export const bareHost = (host: string): string => host.replace(/^\[|\]$/g, "");

/** Opens a connection and logs in. @param ended told when it has ended, for whatever reason. */
export const openConnection = (
  driver: PgDriver,
  endpoint: Endpoint,
  settings: SqlSettings,
  ended: (client: PgClient) => void,
): Promise<PgClient> => {
  const { host, port, user, password, database } = endpoint;
  const ssl = tlsOf(endpoint, settings);
  const client = new driver.Client({
    host: bareHost(host),
    port,
    user,
    password,
    database,
    ssl,
    connectionTimeoutMillis: settings.connectTimeout,
    fallback_application_name: "aquests",
    keepAlive: true,
    ...(settings.bigint && { types: bigintParsers(driver.types) }),
  });
  // Whoever uses a connection that breaks hears of it by the answer to the statement; what breaks while it is idle ends.
  client.on("error", () => client.connection.stream.destroy());
  client.on("end", () => ended(client));
  return new Promise((resolve, reject) => {
    client.connect((error) => {
      if (!error) return resolve(client);
      // Where it is not the server that refuses, but a password that is missing here, for example, nobody else closes it.
      client.connection.stream.destroy();
      reject(error);
    });
  });
};
