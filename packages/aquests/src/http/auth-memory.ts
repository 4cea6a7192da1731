import { AquestsError } from "../errors.ts";
import { basic } from "./basic.ts";
import { parseChallenges, type Challenge } from "./challenge.ts";
import { Digest, digestRank, type Proven } from "./digest.ts";

/** How a part of a server is to be asked, once it has said so. */
interface Space {
  readonly user: string;
  readonly password: string;
  /** Paths that begin with this belong to it (RFC 7617, section 2.2). */
  readonly prefix: string;
  readonly answer: (proven: Proven) => string;
}

/** An answer that asks for credentials, and what it answered. */
export interface Refusal {
  /** `WWW-Authenticate` */
  readonly header: string | undefined;
  readonly address: string;
  readonly user: string;
  readonly password: string;
  readonly path: string;
  readonly proven: Proven;
  /** What the refused request brought along as `Authorization`. */
  readonly used: string | undefined;
  /** Refusals that this call has answered already. */
  readonly answered: number;
}

/** Realms that are remembered of one server. */
const mostSpaces = 100;

/** What one server asked for as proof of who asks, so that later requests bring it along. */
export class AuthMemory {
  #spaces: readonly Space[] = [];

  /** The value of `Authorization` for a request, if the server has asked for one at that path before. */
  recall(user: string, password: string, path: string, proven: Proven): string | undefined {
    let best: Space | undefined;
    for (const space of this.#spaces) {
      if (space.user !== user || space.password !== password || !path.startsWith(space.prefix)) continue;
      if (best === undefined || space.prefix.length > best.prefix.length) best = space;
    }
    return best?.answer(proven);
  }

  /**
   * The value of `Authorization` that answers a refusal, remembered for later; undefined where the refusal asks for nothing, or has rejected
   * these credentials.
   *
   * @throws SKITAI_AQUESTS_AUTH_METHOD when the server asks only in ways that are not known.
   */
  answer({ header, address, user, password, path, proven, used, answered }: Refusal): string | undefined {
    const challenges = parseChallenges(header ?? "");
    if (challenges.length === 0) return undefined;
    const challenge = bestOf(challenges);
    if (!challenge) {
      const value = challenges.map(({ scheme }) => scheme).join(", ");
      throw new AquestsError("SKITAI_AQUESTS_AUTH_METHOD", { address, value });
    }
    if (used !== undefined && !isWorthAnother(challenge, used, answered)) return undefined;
    const space = spaceOf(challenge, user, password, path);
    const others = this.#spaces.filter((other) => other.prefix !== space.prefix || other.user !== user);
    this.#spaces = [space, ...others].slice(0, mostSpaces);
    return space.answer(proven);
  }
}

const spaceOf = (challenge: Challenge, user: string, password: string, path: string): Space => {
  const [file] = path.split("?", 1) as [string];
  const prefix = file.slice(0, file.lastIndexOf("/") + 1);
  if (challenge.scheme === "digest") {
    const digest = new Digest(challenge, user, password);
    return { user, password, prefix, answer: (proven) => digest.answer(proven) };
  }
  const value = basic(user, password);
  return { user, password, prefix, answer: () => value };
};

/** The safest that is known. */
const bestOf = (challenges: readonly Challenge[]): Challenge | undefined => {
  let best: Challenge | undefined;
  let bestRank = Infinity;
  for (const challenge of challenges) {
    const rank = challenge.scheme === "digest" ? digestRank(challenge) : challenge.scheme === "basic" ? 1_000 : undefined;
    if (rank === undefined || rank >= bestRank) continue;
    best = challenge;
    bestRank = rank;
  }
  return best;
};

/** Whether a proof was refused for its age: a digest of an earlier call, or one whose nonce the server itself calls stale. */
const isWorthAnother = ({ scheme, params }: Challenge, used: string, answered: number): boolean => {
  if (!used.toLowerCase().startsWith(`${scheme} `)) return answered === 0;
  return scheme === "digest" && (answered === 0 || (answered === 1 && params["stale"]?.toLowerCase() === "true"));
};
