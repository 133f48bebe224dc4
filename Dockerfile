# syntax=docker/dockerfile:1

FROM denoland/deno:2.9.6 AS build
ENV DENO_DIR=/deno-dir DENO_NO_UPDATE_CHECK=1
WORKDIR /app
COPY . .
RUN deno install --quiet --frozen --entrypoint main.ts lib/nova.ts dev.ts \
 && deno task --quiet build

FROM denoland/deno:2.9.6
ARG GIT_COMMIT=unknown
ENV APP_ENV=production \
    DATA_DIR=/data \
    DENO_DIR=/deno-dir \
    DENO_NO_UPDATE_CHECK=1 \
    GIT_COMMIT=$GIT_COMMIT
WORKDIR /app
# Owned by root and only read by the process; the one place it writes to is the volume.
COPY --from=build /deno-dir /deno-dir
COPY --from=build /app /app
RUN mkdir /data && chown 65532:65532 /data && chmod 700 /data
USER 65532:65532
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["deno", "eval", "--quiet", "const r = await fetch('http://127.0.0.1:' + (Deno.env.get('PORT') || '8000') + '/readyz'); Deno.exit(r.ok ? 0 : 1)"]
# The permissions follow from the environment: the configured hosts and the data folder.
ENTRYPOINT ["/bin/sh", "-c", "exec deno run --quiet --cached-only $(deno run --quiet --allow-read --allow-env scripts/permissions.ts) main.ts"]
