import type { Placement } from "./measure/machine.ts";
import type { Section } from "./report/section.ts";

/** How a run measures. */
export interface BenchContext {
  readonly rounds: number;
  /** Length of a round in whole seconds. */
  readonly seconds: number;
  /** Load before the first round, so that code is compiled and connections were seen; 0 for none. */
  readonly warmUpSeconds: number;
  readonly placement: Placement;
  /** Tells the person who waits what is being done. */
  readonly progress: (line: string) => void;
}

/** One subject of `pnpm bench`, a file of the `benches` folder. */
export interface Bench {
  readonly name: string;
  run(context: BenchContext): Promise<Section[]>;
}
