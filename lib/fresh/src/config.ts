/** Server options, given to `new App()`. */
export interface FreshConfig {
  /** Root directory of the project. Default: the working directory. */
  root?: string;
  /** Path prefix of every route, for example `/app`. Default: none. */
  basePath?: string;
  /** `production` turns on caching of static files. Default: `production`. */
  mode?: "development" | "production";
  /** Believe `X-Forwarded-Proto` and `X-Forwarded-Host`. Default: false. */
  trustProxy?: boolean;
}

/** `FreshConfig` with every default filled in. */
export interface ResolvedFreshConfig {
  root: string;
  basePath: string;
  mode: "development" | "production";
  trustProxy: boolean;
}

/** Fills in the defaults; the base path loses a trailing slash. */
export function resolveConfig(config: FreshConfig): ResolvedFreshConfig {
  const base = (config.basePath ?? "").replace(/\/+$/, "");
  return {
    root: config.root ?? "",
    basePath: base !== "" && !base.startsWith("/") ? `/${base}` : base,
    mode: config.mode ?? "production",
    trustProxy: config.trustProxy ?? false,
  };
}
