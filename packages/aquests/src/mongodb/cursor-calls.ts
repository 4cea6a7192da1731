import { Cluster } from "@skitai/reactor/upstream";
import { begin } from "../core/begin.ts";
import type { CallOptions, Target } from "../core/call.ts";
import type { Dispatch } from "../core/dispatch.ts";
import { clusterEndpoint, type Endpoint } from "../core/endpoint.ts";
import { badRequest } from "../sql/faults.ts";
import type { MongodbDocument } from "./database.ts";
import type * as Documents from "./documents.ts";
import type { MongodbAccess } from "./operation.ts";
import * as queries from "./queries.ts";
import { FirstDocuments, KillCursors, MoreDocuments } from "./reading.ts";

type Filter = Documents.MongodbFilter;

/** What concerns the cursor of one server. */
export interface MongodbCursors {
  /** The next documents of a cursor that `find()` has left open; `details` as there. */
  getMore<T extends object = MongodbDocument>(cursorId: string, batchSize?: number): Dispatch<T[]>;
  /** Closes cursors; `data` is how many of them were open. All of one server. */
  killCursors(cursorId: string, ...others: string[]): Dispatch<number>;
  /**
   * Goes through all documents of a filter or a pipeline, a batch at a time, so that the memory stays as it is. Rejects where a batch does not come; each has
   * the time of a call. The cursor is closed at the end, and when the loop is left.
   *
   * @example for await (const user of was.mongodb("@m", "db").documents<User>("users", { active: true })) greet(user);
   */
  documents<T extends object = MongodbDocument>(
    collection: string,
    query?: Filter | Documents.MongodbPipeline,
    options?: Documents.FindOptions | Documents.AggregateOptions,
  ): AsyncGenerator<T, void, void>;
}

/** The calls that have to do with cursors. */
export const cursorsOf = (access: MongodbAccess, target: Target, call: CallOptions): MongodbCursors => {
  const { caller } = access;
  const quiet = {
    useCache: false,
    ...(call.timeout !== undefined && { timeout: call.timeout }),
    ...(call.signal && { signal: call.signal }),
  };
  return {
    getMore: <T>(cursorId: string, batchSize?: number) => {
      const { endpoint, id } = cursorAt(target, cursorId);
      return begin(caller, {
        operation: new MoreDocuments(access, id, batchSize),
        target: endpoint,
        options: call,
      }) as Dispatch<unknown> as Dispatch<T[]>;
    },
    killCursors: (...cursorIds) => {
      const cursors = cursorIds.map((cursorId) => cursorAt(target, cursorId));
      const [first] = cursors;
      if (!first || cursors.some(({ endpoint }) => endpoint !== first.endpoint)) throw badRequest("the cursors are not all of one server.");
      const ids = cursors.map(({ id }) => id);
      return begin(caller, { operation: new KillCursors(access, ids), target: first.endpoint, options: call });
    },
    async *documents<T>(collection: string, query: unknown = {}, options?: Documents.FindOptions | Documents.AggregateOptions) {
      const isPipeline = Array.isArray(query);
      const command = isPipeline ? queries.aggregateCommand(collection, query, options) : queries.findCommand(collection, query, options);
      const reading = { method: "documents", collection, command, isReading: !isPipeline || queries.onlyReads(query) };
      const batchSize = options?.batchSize ?? 1000;
      let { data, details } = (
        await begin(caller, { operation: new FirstDocuments<T>(access, reading), target, options: quiet })
      ).reraise();
      try {
        for (;;) {
          yield* data;
          const { cursorId } = details;
          if (typeof cursorId !== "string") return;
          const { endpoint, id } = cursorAt(target, cursorId);
          details = {};
          const next = await begin(caller, { operation: new MoreDocuments<T>(access, id, batchSize), target: endpoint, options: quiet });
          ({ data, details } = next.reraise());
        }
      } finally {
        const { cursorId } = details;
        if (typeof cursorId === "string") {
          const { endpoint, id } = cursorAt(target, cursorId);
          await begin(caller, { operation: new KillCursors(access, [id]), target: endpoint, options: quiet });
        }
      }
    },
  };
};

/** The server of a cursor and its number there. @throws SKITAI_AQUESTS_BAD_REQUEST */
const cursorAt = (target: Target, cursorId: unknown): { readonly endpoint: Endpoint; readonly id: string } => {
  const [, address, id] = (typeof cursorId === "string" && /^(.+)\/(-?\d+)$/.exec(cursorId)) || [];
  if (address !== undefined && id !== undefined) {
    const member = target instanceof Cluster ? target.members.find((one) => one.address === address) : undefined;
    if (member) return { endpoint: clusterEndpoint(target as Cluster, member), id };
    if (!(target instanceof Cluster) && target.address === address) return { endpoint: target, id };
  }
  throw badRequest("a cursor is named by what `details.cursorId` says, and asked where it was opened.");
};
