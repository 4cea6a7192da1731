import { reasonOf } from "@skitai/reactor";
import { loadDriver } from "../core/driver.ts";
import type { Pool } from "../core/pools.ts";
import { AquestsError } from "../errors.ts";
import type { GrpcOptions } from "./options.ts";

/** A method, as the description of its service says it: the part of the driver's type that is used. */
export interface GrpcMethod {
  /** `/routeguide.RouteGuide/GetFeature` */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly originalName?: string | undefined;
  requestSerialize(message: object): Buffer;
  responseDeserialize(bytes: Buffer): object;
}

type Description = Readonly<Record<string, unknown>>;
type Source = Pick<GrpcOptions, "proto" | "includeDirs">;

/** How messages look in JavaScript: names as they are described, 64-bit integers as text, enums by name, every field present. */
const form = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };

/** The descriptions of services that one client has loaded. */
export class Definitions implements Pool {
  readonly #loaded = new Map<string, Promise<Description>>();
  readonly #sets = new WeakMap<Uint8Array, Promise<Description>>();

  /**
   * The method of a service.
   *
   * @param service undefined for the only one.
   * @throws SKITAI_AQUESTS_DRIVER_MISSING, SKITAI_AQUESTS_BAD_REQUEST when the description cannot be read, or lacks the service or the method.
   */
  async method(source: Source, service: string | undefined, name: string): Promise<GrpcMethod> {
    const description = await this.#load(source);
    const services = Object.keys(description).filter((key) => !("format" in (description[key] as object)));
    const wanted = service ?? (services.length === 1 ? services[0] : undefined);
    if (wanted === undefined) throw bad(`there are several services: say which in the option service: ${services.join(", ")}.`);
    if (!services.includes(wanted)) throw bad(`there is no service ${wanted}. There are: ${services.join(", ") || "none"}.`);
    const methods = description[wanted] as Readonly<Record<string, GrpcMethod>>;
    const method = Object.hasOwn(methods, name) ? methods[name] : Object.values(methods).find(({ originalName }) => originalName === name);
    if (!method) throw bad(`${wanted} has no method ${name}. It has: ${Object.keys(methods).join(", ")}.`);
    return method;
  }

  close(): void {
    this.#loaded.clear();
  }

  #load(source: Source): Promise<Description> {
    const { proto, includeDirs } = source;
    if (proto instanceof Uint8Array) {
      const known = this.#sets.get(proto) ?? load(source);
      this.#sets.set(proto, known);
      return known;
    }
    const key = JSON.stringify([proto, includeDirs]);
    const known = this.#loaded.get(key);
    if (known) return known;
    const loading = load(source);
    this.#loaded.set(key, loading);
    // What is missing may be there at the next call.
    loading.catch(() => this.#loaded.delete(key));
    return loading;
  }
}

const load = async ({ proto, includeDirs }: Source): Promise<Description> => {
  const loader = await loadDriver("gRPC", "@grpc/proto-loader", () => import("@grpc/proto-loader"));
  try {
    if (proto instanceof Uint8Array) return loader.loadFileDescriptorSetFromBuffer(Buffer.from(proto), form);
    const files = typeof proto === "string" ? proto : [...proto];
    return await loader.load(files, includeDirs ? { ...form, includeDirs: [...includeDirs] } : form);
  } catch (cause) {
    throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: `the services cannot be read: ${reasonOf(cause)}` }, { cause });
  }
};

const bad = (reason: string): AquestsError => new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason });
