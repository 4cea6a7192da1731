import { isIP, type BlockList } from "node:net";

/**
 * Adds an address or a range in CIDR form (RFC 4632) to a list.
 *
 * @returns false when the text is neither, and nothing was added.
 * @example addRange(list, "10.0.0.0/8") // true
 */
export const addRange = (list: BlockList, text: string): boolean => {
  const [network = "", bits, ...rest] = text.split("/");
  const family = isIP(network);
  if (family === 0 || rest.length > 0) return false;
  const most = family === 6 ? 128 : 32;
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most)) return false;
  list.addSubnet(network, bits === undefined ? most : Number(bits), family === 6 ? "ipv6" : "ipv4");
  return true;
};
