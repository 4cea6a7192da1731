/** What a client asks of the hub, by name; each question has an answer. */
export interface Questions {
  load: object;
  publish: { readonly channel: string; readonly text?: string };
  subscribe: { readonly channel: string };
  unsubscribe: { readonly channel: string };
  update: { readonly key: string; readonly time: number };
  lease: { readonly name: string; readonly ttl: number };
  renew: { readonly name: string; readonly token: number; readonly ttl: number };
  release: { readonly name: string; readonly token: number };
  count: { readonly name: string; readonly n: number; readonly window: number | null };
  reset: { readonly name: string };
  leave: object;
}

/** What the hub answers. It passes through JSON, so there is neither `undefined` nor `Infinity`. */
export interface Answers {
  load: { readonly since: number; readonly updates: readonly (readonly [key: string, time: number])[] };
  publish: null;
  subscribe: null;
  unsubscribe: null;
  /** The time that holds. */
  update: number;
  /** What proves the lease; null when somebody holds it. */
  lease: number | null;
  renew: boolean;
  release: null;
  count: { readonly value: number; readonly left: number | null };
  reset: null;
  leave: null;
}

type Asked = { [Name in keyof Questions]: { readonly id: number; readonly ask: Name } & Questions[Name] }[keyof Questions];

/** What a client says to the hub. */
export type ToHub =
  | Asked
  /** It has the update of that number. */
  | { readonly seen: number };

/** What the hub says to a client. */
export type FromHub =
  | { readonly id: number; readonly told: Answers[keyof Answers] }
  | { readonly channel: string; readonly text?: string }
  /** To be confirmed by its number. */
  | { readonly update: number; readonly key: string; readonly time: number };
