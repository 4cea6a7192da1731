/** Script, `;params`, `?query` and `#fragment` of a URI, each with its first character, or null where it is missing. */
export type SplitUri = readonly [script: string, params: string | null, query: string | null, fragment: string | null];

/**
 * Takes a request URI apart.
 *
 * @example splitUri("/a;v=1?b=2") // ["/a", ";v=1", "?b=2", null]
 */
export const splitUri = (uri: string): SplitUri => {
  const [, script, params, query, fragment] = /^([^;?#]*)(;[^?#]*)?(\?[^#]*)?(#.*)?$/s.exec(uri)!;
  return [script!, params ?? null, query ?? null, fragment ?? null];
};
