/** Version of the product (semantic versioning). */
export const VERSION = "0.1.0";

/** The commit of this build, where the build says so. */
export function commitOf(env: Record<string, string | undefined>): string {
  return env.GIT_COMMIT ?? env.DENO_DEPLOYMENT_ID ?? "unknown";
}
