import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeCertificate } from "./certificate.ts";
import type { GrpcAddress, PeerAddress, ServiceKind, Source } from "./contract.ts";
import { FixedService } from "./fixed-service.ts";
import { findProgram, scratchDirectory, ServerProgram } from "./program.ts";

const peers = fileURLToPath(new URL("../peers/", import.meta.url));

/** Python's XML-RPC server of its standard library. */
export const xmlrpc: ServiceKind<PeerAddress> = {
  remedy: "install Python (Debian: python3)",
  find: () => pythonWith("xmlrpc.server"),
  start: (source) => startPeer(source, "xmlrpc_peer.py", "/RPC2"),
};

/** jsonrpclib-pelix. */
export const jsonrpc: ServiceKind<PeerAddress> = {
  remedy: "install jsonrpclib-pelix for Python (Debian: python3-jsonrpclib-pelix)",
  find: () => pythonWith("jsonrpclib"),
  start: (source) => startPeer(source, "jsonrpc_peer.py", "/"),
};

/** grpcio, which is gRPC's C core. */
export const grpc: ServiceKind<GrpcAddress> = {
  remedy: "install gRPC for Python and protoc (Debian: python3-grpcio, protobuf-compiler)",
  find: () => (findProgram(["protoc"]) === undefined ? undefined : pythonWith("grpc, google.protobuf")),
  async start(source) {
    const scratch = await scratchDirectory();
    const { ca, certificateFile, keyFile } = await writeCertificate(scratch);
    const protoFile = join(peers, "route_guide.proto");
    const descriptorFile = join(scratch, "route_guide.pb");
    await promisify(execFile)(findProgram(["protoc"]) ?? "protoc", [`--descriptor_set_out=${descriptorFile}`, "-I", peers, protoFile]);
    const { program, facts } = await startPython(source, ["grpc_peer.py", descriptorFile, certificateFile, keyFile], scratch);
    const address = { ...localAddress(facts["port"]), tlsUrl: `https://127.0.0.1:${facts["tlsPort"]}`, ca, protoFile, descriptorFile };
    return new FixedService(address, program);
  },
};

/** A port that lets nobody in, and refuses nobody. */
export const blackhole: ServiceKind<PeerAddress> = {
  remedy: "install Python (Debian: python3)",
  find: () => (process.platform === "linux" ? pythonWith("socket") : undefined),
  start: (source) => startPeer(source, "black_hole.py", "/"),
};

/** The first Python that has some modules: one of a version manager may lack what the system's has. */
const pythonWith = (modules: string): Source | undefined => {
  for (const file of [findProgram(["python3"]), "/usr/bin/python3"]) {
    if (file === undefined) continue;
    if (spawnSync(file, ["-c", `import ${modules}`], { timeout: 10_000 }).status === 0) return { from: "program", file };
  }
  return undefined;
};

const startPeer = async (source: Source, script: string, path: string): Promise<FixedService<PeerAddress>> => {
  const { program, facts } = await startPython(source, [script]);
  return new FixedService(localAddress(facts["port"], path), program);
};

interface StartedPeer {
  readonly program: ServerProgram;
  /** What it said when it was ready. */
  readonly facts: Readonly<Record<string, number>>;
}

const startPython = async (source: Source, [script = "", ...rest]: readonly string[], scratch?: string): Promise<StartedPeer> => {
  if (source.from === "environment") throw new Error("A peer in Python has no URL of its own in the environment.");
  let facts: Record<string, number> = {};
  const answers = async (printed: string): Promise<void> => {
    facts = JSON.parse(printed) as Record<string, number>;
  };
  // -B: no compiled files beside the sources.
  const program = await ServerProgram.start(source.file, ["-B", join(peers, script), ...rest], {
    answers,
    env: { ...process.env, GRPC_VERBOSITY: "NONE" },
    ...(scratch !== undefined && { scratch }),
  });
  return { program, facts };
};

const localAddress = (port = 0, path = ""): PeerAddress => ({ url: `http://127.0.0.1:${port}${path}`, host: "127.0.0.1", port });
