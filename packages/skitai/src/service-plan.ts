import { join } from "node:path";
import { aquests, type AquestsOptions } from "@skitai/aquests";
import { Engine, reasonOf, type Certificate, type EngineOptions, type ListenOptions, type RunOptions } from "@skitai/reactor";
import { SkitaiError } from "./errors.ts";

export interface Bind {
  address: string;
  port: number;
}

/** What a script has asked for before `run()`. */
export class ServicePlan {
  readonly engine: EngineOptions = {};
  /** How `was` calls other servers. */
  readonly client: AquestsOptions = {};
  /** How much of what other servers answer is kept: bytes. Without a path it is below the service's own directory. */
  cachefs: { memory: number; disk: number; path: string | undefined } | undefined = undefined;
  readonly maxAge: Record<string, number> = {};
  readonly certificates: Record<string, Certificate> = {};
  readonly forwards: { port: number; toPort: number }[] = [];
  tls: Certificate | undefined = undefined;
  criticalPoint: RunOptions["criticalPoint"] = undefined;
  readonly #steps: ((engine: Engine) => void)[] = [];
  #engine: Engine | undefined = undefined;
  #fault: SkitaiError | undefined = undefined;

  /** Takes a setting. One that is wrong is told when the service starts or is commanded, as all that keeps it from starting. */
  set(method: string, take: () => void): void {
    try {
      take();
    } catch (cause) {
      this.#fault ??= new SkitaiError("SKITAI_BAD_SETTING", { method, reason: reasonOf(cause) }, { cause });
    }
  }

  /** @throws SKITAI_BAD_SETTING for the first setting that was wrong. */
  check(): void {
    if (this.#fault) throw this.#fault;
  }

  /** A step of building the engine; carried out at once when there is one, as for mounts of a bootstrap. */
  add(step: (engine: Engine) => void): void {
    if (this.#engine) step(this.#engine);
    else this.#steps.push(step);
  }

  /** @param ownPath makes the service's own directory, for what has no other place. */
  build(options: EngineOptions, ownPath: () => string): Engine {
    const engine = new Engine({ ...this.engine, ...options, maxAge: { ...this.maxAge, ...options.maxAge } });
    this.#engine = engine;
    engine.use(aquests({ ...this.client, ...this.#cache(() => options.varPath ?? ownPath()) }));
    for (const step of this.#steps) step(engine);
    return engine;
  }

  #cache(varPath: () => string): Pick<AquestsOptions, "cache"> {
    if (!this.cachefs) return {};
    const { memory, disk, path } = this.cachefs;
    if (memory === 0 && disk === 0) return {};
    return { cache: { memory, disk, ...(disk > 0 && { path: path ?? join(varPath(), "cachefs") }) } };
  }

  /** The ports to open: the service's own first, then those that only send clients on. */
  listeners(bind: Bind): ListenOptions[] {
    if (!this.tls && Object.keys(this.certificates).length > 0)
      throw new SkitaiError("SKITAI_HALF_CERTIFICATE", { given: "addCertificate()", missing: "enableSsl()" });
    const tls = this.tls && { tls: { ...this.tls, names: this.certificates } };
    return [{ ...bind, ...tls }, ...this.forwards.map(({ port, toPort }) => ({ address: bind.address, port, forwardTo: toPort }))];
  }
}
