import { ReactorError } from "../errors.ts";
import { Hub } from "./hub.ts";
import type { Coordinator } from "./types.ts";

/** The coordinator of one engine: that of the service which it runs in, or one of its own, made when it is first asked for. */
export class EngineCoordinator {
  readonly #failed: (error: unknown) => void;
  #given: Coordinator | undefined;
  #own: Coordinator | undefined;

  /** @param failed gets what listeners throw. */
  constructor(given: Coordinator | undefined, failed: (error: unknown) => void) {
    this.#given = given;
    this.#failed = failed;
  }

  get(): Coordinator {
    return this.#given ?? (this.#own ??= new Hub({ failed: this.#failed }).connect());
  }

  /**
   * Takes the coordinator of the service, unless the engine was made with one.
   *
   * @throws SKITAI_REACTOR_BAD_OPTION when one was in use before: what was told it would be lost.
   */
  take(coordinator: Coordinator): void {
    if (this.#own) {
      const hint = "It connects the workers of a service from run() on. Use it in a plugin, in beforeMount() or later.";
      throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "The coordinator", value: "used before run()", hint });
    }
    this.#given ??= coordinator;
  }

  /** Ends what was made here. One that was given belongs to whoever gave it. */
  async close(): Promise<void> {
    await this.#own?.close();
  }
}
