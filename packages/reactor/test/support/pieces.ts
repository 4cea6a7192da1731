/** "a", "b", "c" with time in between. */
export async function* pieces(): AsyncGenerator<string> {
  for (const piece of "abc") {
    await new Promise(setImmediate);
    yield piece;
  }
}

/** The same as bytes, as Fetch wants them. */
export const byteStream = (): ReadableStream<Uint8Array> => ReadableStream.from(pieces()).pipeThrough(new TextEncoderStream());

/** Rejects a little later. */
export const failLater = async (): Promise<never> => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  throw new Error("broken later");
};
