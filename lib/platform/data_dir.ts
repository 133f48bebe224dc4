import { resolve } from "node:path";

/** The folder that holds everything a process keeps on disk, locked for as long as it runs. */
export interface DataDir {
  /** Absolute path. */
  path: string;
  /** Absolute path of something inside. */
  file(name: string): string;
  /** Lets another process have it. */
  release(): void;
}

/** The data folder cannot be used; the message says why and what to do. */
export class DataDirError extends Error {
  override readonly name = "DataDirError";
}

/**
 * Makes the folder with mode 0700 and takes its lock. The lock is the kernel's, so that it is
 * free again after a crash.
 *
 * @throws DataDirError when another process holds it or it cannot be written
 */
export function holdDataDir(folder: string): DataDir {
  const path = resolve(folder);
  const file = (name: string) => `${path}/${name}`;
  try {
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
    const lock = Deno.openSync(file("lock"), { create: true, write: true, mode: 0o600 });
    if (!lock.tryLockSync(true)) {
      lock.close();
      throw new DataDirError(
        `The data folder ${folder} is in use by another process; stop that one, or set DATA_DIR`,
      );
    }
    return { path, file, release: () => lock.close() };
  } catch (error) {
    if (error instanceof DataDirError) throw error;
    throw new DataDirError(
      `The data folder ${folder} cannot be used: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Reads a secret kept in the folder, or makes it with `create` and keeps it with mode 0600. */
export async function keptSecret(
  dir: DataDir,
  name: string,
  create: () => string | Promise<string>,
): Promise<string> {
  const path = dir.file(name);
  try {
    const kept = await Deno.readTextFile(path);
    if (kept !== "") return kept;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const value = await create();
  // Written beside and renamed, so that a crash never leaves half a secret behind.
  await Deno.writeTextFile(`${path}.new`, value, { mode: 0o600 });
  await Deno.rename(`${path}.new`, path);
  return value;
}
