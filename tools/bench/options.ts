import { parseArgs } from "node:util";

export interface Options {
  /** Names of benches; all when empty. */
  readonly names: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
  /** Where to write the results as JSON. */
  readonly json: string | undefined;
  /** Write the tables into docs/benchmarks.md. */
  readonly update: boolean;
  /** End with 1 when something could not be measured or a bar is missed. */
  readonly require: boolean;
  readonly help: boolean;
}

export const usage = (names: readonly string[]): string => `Usage: pnpm bench [name...] [options]

Benches: ${names.join(", ")} (all when none is named)

  --rounds N     rounds of each server, alternating; the median counts (5)
  --seconds N    length of a round (2)
  --json FILE    write every figure to FILE
  --update       write the tables into docs/benchmarks.md
  --require      exit code 1 when something is not measured or a bar is missed
  --help         this text`;

/** @throws TypeError for what is not an option or not a number. */
export const parseOptions = (parameters: readonly string[], known: readonly string[]): Options => {
  const { values, positionals } = parseArgs({
    args: [...parameters],
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "2" },
      json: { type: "string" },
      update: { type: "boolean", default: false },
      require: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  for (const name of positionals) {
    if (!known.includes(name)) throw new TypeError(`there is no bench "${name}"; known are ${known.join(", ")}`);
  }
  return {
    names: positionals.length === 0 ? known : positionals,
    rounds: count("rounds", values.rounds),
    seconds: count("seconds", values.seconds),
    json: values.json,
    update: values.update,
    require: values.require,
    help: values.help,
  };
};

const count = (name: string, value: string): number => {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new TypeError(`--${name} takes a whole number from 1, not "${value}"`);
  return Number(value);
};
