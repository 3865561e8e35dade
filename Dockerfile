# One binary in a small image. The web app and the program are built here; neither stage asks any service but the
# package registries. With `--build-arg WEB=built` the web app of the checkout (web/dist) is taken as it is, and with
# vendored crates (`cargo vendor`) the whole build works without a network.
FROM node:22-bookworm-slim AS web
ARG WEB=fresh
WORKDIR /src/web
COPY web/ ./
COPY docs /src/docs
RUN if [ "$WEB" = built ]; then test -f dist/index.html; else npm ci --no-audit --no-fund && npm run build; fi

FROM rust:1-bookworm AS program
WORKDIR /src
COPY . .
COPY --from=web /src/web/dist web/dist
RUN cargo build --release --locked -p gatelog && install -d -m 750 /empty

FROM debian:bookworm-slim
RUN groupadd --gid 10001 gatelog && useradd --uid 10001 --gid gatelog --no-create-home gatelog
COPY --from=program /src/target/release/gatelog /usr/local/bin/gatelog
COPY --from=program --chown=10001:10001 /empty /var/lib/gatelog
USER 10001:10001
VOLUME /var/lib/gatelog
EXPOSE 7080
# A container is reached through its network, never over loopback. TLS belongs to the proxy in front: give its address
# in GATELOG_PUBLIC_URL, so that the session cookie is marked Secure.
ENV GATELOG_DATA_DIR=/var/lib/gatelog \
    GATELOG_LISTEN_ADDRESS=0.0.0.0:7080 \
    GATELOG_INSECURE_HTTP=true
STOPSIGNAL SIGTERM
ENTRYPOINT ["gatelog"]
CMD ["serve"]
