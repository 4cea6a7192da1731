import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { PeerAddress, ServiceKind } from "./contract.ts";
import { FixedService } from "./fixed-service.ts";

/**
 * The `ws` package, which does as the path says:
 *
 * - `/echo`: gives each message back, as text or binary as it came
 * - `/count?n=3`: sends n messages from "0" on, then closes with 1000
 * - `/close?code=4001&reason=why`: closes at once
 * - `/drop`: cuts the connection at the first message, without a closing handshake
 * - `/large?size=1048576`: sends one binary message of that many bytes
 * - `/headers`: sends the headers of the upgrade as JSON
 * - `/silent`: accepts and says nothing
 *
 * Of several subprotocols it takes the last one, and it compresses for who offers that.
 */
export const websocket: ServiceKind<PeerAddress> = {
  remedy: "install the packages of the repository",
  find: () => ({ from: "package", file: "ws" }),
  async start(_source, { port = 0 }) {
    const server = new WebSocketServer({
      host: "127.0.0.1",
      port,
      perMessageDeflate: { threshold: 0 },
      handleProtocols: (offered) => [...offered].at(-1) ?? false,
    });
    server.on("connection", (socket, request) => {
      socket.on("error", () => socket.terminate());
      const { pathname, searchParams } = new URL(request.url ?? "/", "ws://127.0.0.1");
      const act = behaviours[pathname];
      if (act === undefined) socket.close(4404, `There is no ${pathname}`);
      else if (pathname === "/headers") socket.send(JSON.stringify(request.headers));
      else act(socket, searchParams);
    });
    await once(server, "listening");
    const { port: chosen } = server.address() as AddressInfo;
    const stop = async (): Promise<void> => {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    };
    // It lives in the keeper, which cannot be paused; own processes are for servers that can.
    const address = { url: `ws://127.0.0.1:${chosen}`, host: "127.0.0.1", port: chosen };
    return new FixedService(address, { stop, signal: () => undefined });
  },
};

const behaviours: Readonly<Record<string, (socket: WebSocket, parameters: URLSearchParams) => void>> = {
  "/echo": (socket) => socket.on("message", (data, binary) => socket.send(data, { binary })),
  "/count": (socket, parameters) => {
    for (let i = 0; i < Number(parameters.get("n")); i++) socket.send(String(i));
    socket.close(1000);
  },
  "/close": (socket, parameters) => socket.close(Number(parameters.get("code")), parameters.get("reason") ?? ""),
  "/drop": (socket) => socket.once("message", () => socket.terminate()),
  "/large": (socket, parameters) => socket.send(Buffer.alloc(Number(parameters.get("size")), 7)),
  "/headers": () => undefined,
  "/silent": () => undefined,
};
