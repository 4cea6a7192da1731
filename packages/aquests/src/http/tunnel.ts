import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type Socket } from "node:net";
import { AquestsError } from "../errors.ts";
import {
  bare,
  giveUp,
  openingFault,
  openingLimit,
  secure,
  SessionMemory,
  type Connected,
  type Connector,
  type ConnectorOptions,
  type Opening,
} from "./connector.ts";
import type { Proxy } from "./proxy.ts";

/** Connects to a server of `https:` through an HTTP proxy, by CONNECT (RFC 9110, section 9.3.6). */
export const tunnelConnector = (proxy: Proxy, options: ConnectorOptions): Connector => {
  const opening: Opening = new Set();
  const sessions = new SessionMemory();
  return {
    connect(done) {
      openTunnel(proxy, options, opening, (error, socket) => {
        if (socket) secure(socket, options, sessions, opening, done);
        else done(error, null);
      });
    },
    giveUp: () => giveUp(opening),
  };
};

/** Asks the proxy for a connection to the endpoint. */
const openTunnel = (proxy: Proxy, { endpoint, tls, insecure }: ConnectorOptions, opening: Opening, done: Connected): void => {
  const { host, port, tls: isSecure, address } = proxy.endpoint;
  const request = (isSecure ? httpsRequest : httpRequest)({
    host: bare(host),
    port,
    method: "CONNECT",
    path: endpoint.address,
    headers: { host: endpoint.address, ...(proxy.authorization === undefined ? {} : { "proxy-authorization": proxy.authorization }) },
    agent: false,
    timeout: openingLimit,
    // Node would take the name from the header, which is that of the server behind the proxy.
    ...(isSecure ? { servername: isIP(bare(host)) === 0 ? host : "", rejectUnauthorized: !insecure } : {}),
    ...(isSecure && tls.ca !== undefined ? { ca: tls.ca } : {}),
  });
  opening.add(request);
  let isOver = false;
  const over = (error: Error | null, socket: Socket | null): void => {
    if (isOver) return void socket?.destroy();
    isOver = true;
    opening.delete(request);
    done(error, socket);
  };
  request.once("timeout", () => request.destroy(new Error(`it took more than ${openingLimit} ms`)));
  request.on("error", (error) => over(openingFault(error, address, isSecure), null));
  request.once("close", () => over(openingFault(undefined, address, isSecure), null));
  request.once("connect", (response, socket, head) => {
    const { statusCode = 0, statusMessage = "" } = response;
    if (statusCode >= 200 && statusCode < 300) {
      socket.setNoDelay(true);
      if (head.length > 0) socket.unshift(head);
      return over(null, socket);
    }
    socket.destroy();
    const reason = `the proxy ${address} answered ${statusCode} ${statusMessage}`;
    over(new AquestsError("SKITAI_AQUESTS_CONNECT_FAILED", { address: endpoint.address, reason }), null);
  });
  request.end();
};
