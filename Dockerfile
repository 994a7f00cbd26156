FROM node:24-alpine AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional packages are the binaries of the embedded Postgres: a container is given DATABASE_URL instead. No package
# that is left has a script to run at its installation; types and source maps are for developers.
RUN npm ci --omit=dev --omit=optional --ignore-scripts \
  && npm run -s sbom -- --omit=optional > sbom.cdx.json \
  && find node_modules -type f -name '*.map' -delete \
  && find node_modules -type f -name '*.d.[cm]ts' -delete \
  && find node_modules -type f -name '*.d.ts' -delete
# The flags of `npm start` stand in package.json alone. `exec`: signals must reach Node, not a shell.
RUN node -p '"#!/bin/sh\nexec " + require("./package.json").scripts.start.replace(/^exec /, "")' > start && chmod 555 start

FROM node:24-alpine AS service
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
# Nothing of it runs here, and scanners would report its packages. Commands are `node src/cli/….ts`.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn*
COPY --from=dependencies /app/node_modules node_modules
COPY --from=dependencies /app/start /app/sbom.cdx.json ./
COPY package.json LICENSE README.md ./
COPY migrations migrations
COPY src src
# Shown as pages at /docs/guides.
COPY docs docs
ENV NODE_COMPILE_CACHE=/app/.compile-cache

# Compiled code is kept in the image: a read-only root has no place for it. Node makes a folder by user, version and
# flags, so the same user starts it here, as far as the database that it does not find.
FROM service AS compiled
RUN mkdir .compile-cache && chown 1000:1000 .compile-cache
USER 1000:1000
RUN DATABASE_URL=postgres://nobody@127.0.0.1:1/none DATABASE_WAIT=0 timeout 60 ./start; \
  chmod -R a+rX .compile-cache && test "$(find .compile-cache -type f | wc -l)" -gt 500

FROM service
COPY --from=compiled --chown=0:0 /app/.compile-cache .compile-cache
# A number: Kubernetes cannot tell of a name that it is not root.
USER 1000:1000
EXPOSE 3000
# Whether it is up, not whether its database is: a restart would not bring that back. `/readyz` tells the latter.
HEALTHCHECK --interval=30s --start-interval=1s --start-period=60s --timeout=5s --retries=3 \
  CMD wget -q -Y off -T 4 -O /dev/null "http://127.0.0.1:$PORT/livez" || exit 1
ARG VERSION=unknown REVISION=unknown SOURCE
LABEL org.opencontainers.image.title="Local Performance Platform" \
  org.opencontainers.image.description="Council systems send events, any front end reads comparable KPI series" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="$VERSION" \
  org.opencontainers.image.revision="$REVISION" \
  org.opencontainers.image.source="$SOURCE"
CMD ["./start"]
