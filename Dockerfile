# Packages are installed and the pages built in stages of their own, so that npm's cache and what builds stay behind.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# sharp's binaries are optional packages, so those must come along; the Node that npm brings for old machines need not.
RUN npm ci --omit=dev --include=optional --ignore-scripts \
 && rm -rf node_modules/node-linux-*

FROM node:24-bookworm-slim AS pages
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY web/package.json ./web/
RUN npm ci --workspace web --include=dev --ignore-scripts
COPY web ./web
RUN node node_modules/vite/bin/vite.js build web

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    OUTPUT_DIR=/data
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
COPY --from=pages /app/web/dist ./web/dist
# The only folder the server writes to. A volume that is mounted here must belong to user 1000 as well.
RUN install -d -o node -g node -m 0750 /data
USER node
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "--single-threaded-gc", "src/main.ts"]
