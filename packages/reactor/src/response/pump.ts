import { constants } from "node:http2";
import { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { ReactorError } from "../errors.ts";
import type { ContentCoding } from "../http/accept.ts";
import type { Was } from "../was/was.ts";
import { ClientWatch } from "./client-watch.ts";
import { Compressor } from "./compressor.ts";
import { writerOf } from "./head.ts";
import { pieceOf, type Source } from "./source.ts";

export interface PumpOptions {
  /** Writes the head. A throw is a throw of {@link pump}. */
  readonly begin: () => void;
  /** What the head says; a source that gives more or less is an error. */
  readonly length?: number | undefined;
  /** The content coding to apply. */
  readonly coding?: ContentCoding | undefined;
  /** The head does not wait for the first piece. */
  readonly atOnce: boolean;
}

/** How long a head waits for the first piece, in milliseconds: until then a failure can still become an error page. */
const headPatience = 100;

/** How many pieces are sent before other work gets its turn. */
const burstLength = 32;

/**
 * Sends a source piece by piece, as fast as the client takes them.
 *
 * @returns a promise that is rejected only as long as no head was sent; later failures are logged and break the response off.
 */
export const pump = async (was: Was, source: Source, options: PumpOptions): Promise<void> => {
  const res = writerOf(was);
  const watch = new ClientWatch(was.res, () => source.close());
  const compressor = options.coding === undefined ? undefined : new Compressor(options.coding, (bytes) => res.write(bytes));
  let begun = false;
  try {
    const first = source.next();
    let step = await watch.until(first, options.atOnce ? 0 : headPatience);
    if (watch.gone) return;
    // A first piece that cannot be sent is an error page still.
    if (step !== undefined && !step.done) pieceOf(step.value);
    options.begin();
    begun = true;
    if (step === undefined) {
      res.flushHeaders();
      step = await watch.until(first);
    }
    let sent = 0;
    let burst = 0;
    while (step !== undefined && !step.done) {
      const piece = pieceOf(step.value);
      sent += typeof piece === "string" ? Buffer.byteLength(piece) : piece.byteLength;
      if (sent > (options.length ?? sent)) throw wrongLength(options.length, "more");
      if (piece.length > 0 && !(await send(piece))) await watch.drained();
      // A source that always has a piece and a client that always takes it must not keep everybody else waiting.
      if (++burst % burstLength === 0) await watch.until(nextTurn());
      step = await watch.until(watch.gone ? undefined : source.next());
    }
    if (watch.gone) return;
    if (sent < (options.length ?? sent)) throw wrongLength(options.length, `${sent}`);
    if (compressor) await watch.until(compressor.end());
    if (was.held !== undefined) await watch.until(was.held);
    res.end();
  } catch (error) {
    if (watch.gone) return;
    if (!begun) throw error;
    was.traceback(error);
    breakOff(was);
  } finally {
    watch.release();
    source.close();
    compressor?.close();
  }

  /** False when the client has to catch up first. */
  async function send(piece: string | Uint8Array): Promise<boolean> {
    if (!compressor) {
      // A stream of HTTP/2 that is gone answers with an error, not with false.
      const taken: unknown = res.write(piece);
      return taken === true;
    }
    return (await watch.until(compressor.write(piece, source.live))) ?? true;
  }
};

/**
 * Ends a response that cannot be completed, so that the client notices: HTTP/1.x loses its connection, HTTP/2 the one stream.
 */
export const breakOff = (was: Was): void => {
  was.services.failed();
  const { req, res } = was;
  if ("stream" in res) return void res.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  const { socket } = res;
  // Where the end of the connection is the end of the body, an orderly end would look like success.
  if (req.httpVersionMinor === 0 && socket instanceof Socket && !("encrypted" in socket)) socket.resetAndDestroy();
  else res.destroy();
};

const wrongLength = (length: number | undefined, given: string): ReactorError =>
  new ReactorError(
    "SKITAI_REACTOR_BAD_RESPONSE",
    { value: `a stream of ${given} bytes`, hint: `Content-Length says ${length}.` },
    { status: 500 },
  );
