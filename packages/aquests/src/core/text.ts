/** Bytes as text, in the charset that their content type claims; UTF-8 where it claims none or one that is not known. */
export const decodeText = (content: Buffer, contentType = ""): string => {
  const charset = /charset="?([^";\s]+)/i.exec(contentType)?.[1] ?? "utf-8";
  if (/^utf-?8$/i.test(charset)) return content.toString("utf8");
  try {
    return new TextDecoder(charset).decode(content);
  } catch {
    return content.toString("utf8");
  }
};
