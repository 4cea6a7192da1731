import { onTestFinished } from "vitest";
import { createClient, type Client, type ClientOptions } from "../../src/index.ts";

/** A client that is closed when the test ends. */
export const clientOf = (options: ClientOptions = {}): Client => {
  const client = createClient(options);
  onTestFinished(() => client.close());
  return client;
};
