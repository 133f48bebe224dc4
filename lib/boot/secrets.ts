import { base64url } from "@/lib/platform/crypto.ts";
import type { Config } from "@/lib/platform/config.ts";
import { type DataDir, keptSecret } from "@/lib/platform/data_dir.ts";
import { secureRandom } from "@/lib/platform/ids.ts";
import { newServiceKeys } from "@/lib/platform/service_token.ts";

/** Secrets of an installation. */
export interface Secrets {
  appSecret: string;
  serviceKeys: string;
}

/** The configured secrets; in development those that are missing are made and kept in the folder. */
export async function loadSecrets(config: Config, dir: DataDir): Promise<Secrets> {
  return {
    appSecret: config.appSecret ??
      await keptSecret(dir, "app_secret", () => base64url(secureRandom(32))),
    serviceKeys: config.serviceSigningKeys ??
      await keptSecret(dir, "service_keys.json", newServiceKeys),
  };
}
