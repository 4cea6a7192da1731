import { extname } from "node:path/posix";
import type { Was } from "@skitai/reactor";
import { push } from "./push.ts";

/** Announces a resource by server push, or else by `103 Early Hints`. Does nothing once the answer has begun, or for HTTP/1.0. */
export const hint = (was: Was, uri: string): void => {
  const { req, res } = was;
  if (res.headersSent || (req.httpVersionMajor === 1 && req.httpVersionMinor === 0)) return;
  if (push(was, uri)) return;
  res.writeEarlyHints({ link: preload(uri) });
};

/** What a preload of a file is for (Fetch standard, "destination"), by its ending. */
const destinations: Readonly<Record<string, string>> = {
  css: "style",
  js: "script",
  mjs: "script",
  ...Object.fromEntries(["avif", "gif", "ico", "jpeg", "jpg", "png", "svg", "webp"].map((ending) => [ending, "image"])),
  ...Object.fromEntries(["otf", "ttf", "woff", "woff2"].map((ending) => [ending, "font"])),
  ...Object.fromEntries(["mp4", "webm"].map((ending) => [ending, "video"])),
  ...Object.fromEntries(["mp3", "ogg", "wav"].map((ending) => [ending, "audio"])),
  vtt: "track",
};

/** The link of a hint: one that may not appear in a header is encoded. */
const preload = (uri: string): string => {
  const target = encodeURI(uri.toWellFormed()).replaceAll("%25", "%").replace(/[<>]/g, encodeURIComponent);
  const as = destinations[extname(uri.split(/[?#]/, 1)[0]!).slice(1).toLowerCase()] ?? "fetch";
  const crossorigin = as === "font" || as === "fetch" ? "; crossorigin" : "";
  return `<${target}>; rel=preload; as=${as}${crossorigin}`;
};
