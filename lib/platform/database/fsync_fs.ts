import { NodeFS } from "@electric-sql/pglite/nodefs";
import { fsyncSync } from "node:fs";

/** The part of Emscripten's node file system that is touched here. */
interface StreamOps {
  fsync?: (stream: { nfd?: number }) => number;
}

/**
 * The file system of the embedded database with durable commits.
 *
 * Emscripten's file system has no `fsync` for streams, so PGlite on its own never flushes: a power
 * cut could lose what was committed. With this operation, `wal_sync_method=fsync` and without the
 * start parameter `-F`, each commit is on disk before it is answered.
 */
export class DurableNodeFS extends NodeFS {
  override async init(...args: Parameters<NodeFS["init"]>): ReturnType<NodeFS["init"]> {
    const { emscriptenOpts } = await super.init(...args);
    const preRun = emscriptenOpts.preRun;
    const steps = Array.isArray(preRun) ? preRun : preRun ? [preRun] : [];
    const addFsync = (module: unknown) => {
      const ops = (module as { FS: { filesystems: { NODEFS: { stream_ops: StreamOps } } } })
        .FS.filesystems.NODEFS.stream_ops;
      ops.fsync = (stream) => {
        if (stream.nfd !== undefined) fsyncSync(stream.nfd);
        return 0;
      };
    };
    return {
      emscriptenOpts: { ...emscriptenOpts, preRun: [addFsync, ...steps] } as typeof emscriptenOpts,
    };
  }
}
