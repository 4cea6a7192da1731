import { Engine, type Mountable, type NodeListener } from "@skitai/reactor";

/** Lets an app answer without an engine of its user's: each place where it is used gets a private one, made at the first use. */
export class Standalone {
  readonly #app: Mountable;
  readonly #engines = new Map<string, Engine>();

  constructor(app: Mountable) {
    this.#app = app;
  }

  listener(point: string): NodeListener {
    return this.#engine(point).listener();
  }

  request(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    return this.#engine("/").request(input, init);
  }

  async close(): Promise<void> {
    const engines = [...this.#engines.values()];
    this.#engines.clear();
    for (const engine of engines) await engine.close();
  }

  #engine(point: string): Engine {
    const known = this.#engines.get(point);
    if (known) return known;
    // The server around it logs requests and names itself, if it wants to.
    const engine = new Engine({ requestLog: false }).mount(point, this.#app);
    this.#engines.set(point, engine);
    return engine;
  }
}
