// The part of mongodb that is used here, so that our declarations do not need its types.

/** A document as the driver gives it: `ObjectId`, `Date` and the like are the driver's own. */
export type Reply = Readonly<Record<string, unknown>>;

/** What ties the commands of one cursor together. */
export interface MongoSession {
  endSession(): Promise<void>;
}

export interface CommandOptions {
  readonly signal?: AbortSignal | undefined;
  readonly session?: MongoSession | undefined;
  readonly useBigInt64?: boolean | undefined;
}

export interface HeartbeatFailed {
  readonly failure: Error;
}

export interface DescriptionChanged {
  readonly newDescription: { readonly type: string };
}

export interface MongoClient {
  connect(): Promise<unknown>;
  close(): Promise<void>;
  db(name: string): { command(command: object, options?: CommandOptions): Promise<Reply> };
  startSession(): MongoSession;
  on(event: "serverHeartbeatFailed", listener: (event: HeartbeatFailed) => void): unknown;
  on(event: "serverDescriptionChanged", listener: (event: DescriptionChanged) => void): unknown;
}

export interface MongoDriver {
  readonly MongoClient: new (url: string, options: object) => MongoClient;
  readonly ObjectId: new () => object;
  readonly Long: { fromString(text: string): object };
  readonly BSON: { calculateObjectSize(document: object): number };
}
