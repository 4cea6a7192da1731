import { basename } from "node:path";

/** A file to send; it is opened when the answer is. */
export class FileBody {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

/** `Content-Disposition` of a download (RFC 6266), with the name in UTF-8 where it is not plain ASCII (RFC 8187). */
export const attachment = (filename: string): string => {
  const name = basename(filename.replaceAll("\\", "/")).toWellFormed();
  const plain = name.replace(/[^\x20-\x7e]|["%\\]/g, "_");
  if (plain === name) return `attachment; filename="${name}"`;
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
};
