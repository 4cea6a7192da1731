import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import { onTestFinished } from "vitest";

/** What PostgreSQL's clients ask first when they want TLS: a message of 8 bytes with this number. */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

export interface TlsFront {
  readonly port: number;
  /** Its certificate, which is its own authority. */
  readonly ca: string;
}

/**
 * TLS in front of a server that has none, until the test ends; the certificate is for one name.
 *
 * @param begins when a client of PostgreSQL asks for it, or at once.
 */
export const openTlsFront = async (name: string, host: string, port: number, begins: "asked" | "at once" = "asked"): Promise<TlsFront> => {
  const type = /^[\d.]+$/.test(name) ? 7 : 2;
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [type === 7 ? { type, ip: name } : { type, value: name }] }],
  });
  const sockets = new Set<Socket>();
  const join = (near: Socket): void => {
    const far = connect(port, host);
    near.on("error", () => far.destroy()).on("close", () => far.destroy());
    far.on("error", () => near.destroy()).on("close", () => near.destroy());
    near.pipe(far).pipe(near);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    if (begins === "at once") return join(new TLSSocket(socket, { isServer: true, cert, key }));
    socket.once("data", (first: Buffer) => {
      if (!first.equals(sslRequest)) return socket.destroy();
      socket.write("S");
      join(new TLSSocket(socket, { isServer: true, cert, key }));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, ca: cert };
};
