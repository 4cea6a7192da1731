import { ReactorError } from "../errors.ts";

/**
 * A mount point in its inner form: `""` for the root, else `"/x/y"` without a slash at the end.
 *
 * @throws SKITAI_REACTOR_BAD_MOUNT_POINT
 */
export const normalizeMountPoint = (point: string): string => {
  if (typeof point !== "string") throw new ReactorError("SKITAI_REACTOR_BAD_MOUNT_POINT", { value: point });
  const inner = point.endsWith("/") ? point.slice(0, -1) : point;
  const sound =
    point.startsWith("/") &&
    /^[!-~]+$/.test(point) &&
    !/[?#\\%]/.test(point) &&
    !inner
      .slice(1)
      .split("/")
      .some((segment) => (inner !== "" && segment === "") || segment === "." || segment === "..");
  if (!sound) throw new ReactorError("SKITAI_REACTOR_BAD_MOUNT_POINT", { value: point });
  return inner;
};
