import { ReactorError } from "../../errors.ts";
import { LeastInFlight } from "./least-in-flight.ts";
import type { Policy, Random } from "./policy.ts";
import { RendezvousHash } from "./rendezvous-hash.ts";
import { RoundRobin } from "./round-robin.ts";
import { TwoChoices } from "./two-choices.ts";

/**
 * How a cluster chooses among its members: `leastInFlight` the one with the fewest requests under way for its weight; `roundRobin` each in
 * turn; `random` the better of two random ones; `hash` the same one for the same key.
 */
export type PolicyName = "leastInFlight" | "roundRobin" | "random" | "hash";

const makers: Readonly<Record<PolicyName, (random: Random) => Policy>> = {
  leastInFlight: (random) => new LeastInFlight(random),
  roundRobin: () => new RoundRobin(),
  random: (random) => new TwoChoices(random),
  hash: (random) => new RendezvousHash(new LeastInFlight(random)),
};

export const policyNames: readonly PolicyName[] = Object.keys(makers) as PolicyName[];

/** @throws SKITAI_REACTOR_BAD_OPTION */
export const checkedPolicy = (name: PolicyName): PolicyName => {
  if (Object.hasOwn(makers, name)) return name;
  throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "policy", value: name, hint: `Use one of ${policyNames.join(", ")}.` });
};

export const makePolicy = (name: PolicyName, random: Random): Policy => makers[name](random);
