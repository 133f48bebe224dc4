import { type AppSecret, base64url } from "@/lib/platform/crypto.ts";
import type { Config } from "@/lib/platform/config.ts";
import { type DataDir, keptSecret } from "@/lib/platform/data_dir.ts";
import { secureRandom } from "@/lib/platform/ids.ts";
import { newKeySet } from "@/lib/platform/key_ring.ts";

/** Secrets of an installation. */
export interface Secrets {
  appSecret: AppSecret;
  /** Key sets that were configured, or in development made; rotation goes on from them. */
  serviceKeys: string;
  /** Without a set the keys are made and kept, sealed, in the database. */
  userKeys: string | undefined;
}

/** The configured secrets; in development those that are missing are made and kept in the folder. */
export async function loadSecrets(config: Config, dir: DataDir): Promise<Secrets> {
  const present = config.appSecret ??
    await keptSecret(dir, "app_secret", () => base64url(secureRandom(32)));
  const former = config.appSecretPrevious;
  return {
    appSecret: former ? { present, former } : present,
    serviceKeys: config.serviceSigningKeys ??
      await keptSecret(dir, "service_keys.json", () => newKeySet("service")),
    userKeys: config.authSigningKeys,
  };
}
