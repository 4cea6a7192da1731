import { Transform, type Readable, type TransformCallback } from "node:stream";
import { ReactorError, type Was } from "@skitai/reactor";
import { bodyTooLarge } from "@skitai/reactor/framework";

/**
 * The body of a request as a stream that fails with status 413 when it grows beyond a limit, and when the client goes away before its end. A
 * client that waits for `100 Continue` is told to send. Ending this stream early leaves the connection as it is, so that an answer can be sent.
 *
 * @param limit bytes.
 */
export const limitedBody = (was: Was, limit: number): Readable => {
  const { req } = was;
  was.continue();
  let received = 0;
  const limited = new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      received += chunk.length;
      if (received > limit) done(bodyTooLarge(limit));
      else done(null, chunk);
    },
  });
  const broken = (cause?: Error): void => {
    if (!req.readableEnded) limited.destroy(new ReactorError("SKITAI_REACTOR_BODY_ABORTED", {}, { status: 400, cause }));
  };
  req.once("error", broken).once("close", broken);
  limited.once("close", () => {
    req.off("error", broken).off("close", broken).unpipe(limited);
    // An upload that breaks off now has nobody to tell.
    req.on("error", () => {});
  });
  if (req.destroyed) broken();
  return req.pipe(limited);
};
