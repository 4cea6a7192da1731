import { join } from "node:path";
import { aquests, type AquestsOptions } from "@skitai/aquests";
import { Engine, type Certificate, type EngineOptions, type ListenOptions, type RunOptions } from "@skitai/reactor";
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
  /** How much of what other servers answer is kept: bytes. */
  cachefs: { memory: number; disk: number; path: string | undefined } | undefined = undefined;
  readonly maxAge: Record<string, number> = {};
  readonly certificates: Record<string, Certificate> = {};
  readonly forwards: { port: number; toPort: number }[] = [];
  tls: Certificate | undefined = undefined;
  criticalPoint: RunOptions["criticalPoint"] = undefined;
  readonly #steps: ((engine: Engine) => void)[] = [];
  #engine: Engine | undefined = undefined;

  /** A step of building the engine; carried out at once when there is one, as for mounts of a bootstrap. */
  add(step: (engine: Engine) => void): void {
    if (this.#engine) step(this.#engine);
    else this.#steps.push(step);
  }

  build(options: EngineOptions): Engine {
    const engine = new Engine({ ...this.engine, ...options, maxAge: { ...this.maxAge, ...options.maxAge } });
    this.#engine = engine;
    engine.use(aquests({ ...this.client, ...this.#cache(options.varPath) }));
    for (const step of this.#steps) step(engine);
    return engine;
  }

  #cache(varPath: string | undefined): Pick<AquestsOptions, "cache"> {
    if (!this.cachefs) return {};
    const { memory, disk, path = varPath && join(varPath, "cachefs") } = this.cachefs;
    return { cache: { memory, disk, ...(path !== undefined && { path }) } };
  }

  /** The ports to open: the service's own first, then those that only send clients on. */
  listeners(bind: Bind): ListenOptions[] {
    if (!this.tls && Object.keys(this.certificates).length > 0)
      throw new SkitaiError("SKITAI_HALF_CERTIFICATE", { given: "addCertificate()", missing: "enableSsl()" });
    const tls = this.tls && { tls: { ...this.tls, names: this.certificates } };
    return [{ ...bind, ...tls }, ...this.forwards.map(({ port, toPort }) => ({ address: bind.address, port, forwardTo: toPort }))];
  }
}
