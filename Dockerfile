# One image for every role; the command says which: run, gateway, worker, topics create ...
#
#   docker build -t cse-chat:local .
#   docker run --rm --init -p 127.0.0.1:8000:8000 cse-chat:local      the whole service, in memory
#
# Publish its port on loopback alone: there is no signing in yet.

FROM python:3.13-slim-trixie AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_CACHE_DIR=/var/cache/pip
RUN python -m venv /opt/cse-chat
WORKDIR /build

# What changes seldom comes first. The lock names every package and its hash: nothing else gets in.
COPY requirements/run.txt requirements/run.txt
RUN --mount=type=cache,target=/var/cache/pip \
    /opt/cse-chat/bin/python -m pip install --no-deps --require-hashes --requirement requirements/run.txt

COPY pyproject.toml README.md LICENSE NOTICE ./
COPY src src
RUN /opt/cse-chat/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation .

# The market data as a database, so that no container has to build, or to write, anything.
RUN /opt/cse-chat/bin/python -m cse_chat.adapters.analyst.data.builder /var/lib/cse-chat \
    && CSE_CHAT__DATA_DIR=/var/lib/cse-chat /opt/cse-chat/bin/cse-chat data check \
    && chmod -R a+rX /var/lib/cse-chat


FROM python:3.13-slim-trixie

LABEL org.opencontainers.image.title="cse-chat" \
      org.opencontainers.image.description="A durable chat service about the Colombo Stock Exchange" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY --from=build /opt/cse-chat /opt/cse-chat
COPY --from=build --chown=65532:65532 /var/lib/cse-chat /var/lib/cse-chat

ENV PATH=/opt/cse-chat/bin:$PATH \
    CSE_CHAT__DATA_DIR=/var/lib/cse-chat
WORKDIR /var/lib/cse-chat
USER 65532:65532
EXPOSE 8000 9100

# For run and gateway; a worker is asked at its own port: cse-chat health --url http://127.0.0.1:9100
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["cse-chat", "health"]
ENTRYPOINT ["cse-chat"]
CMD ["run", "--host", "0.0.0.0", "--allow-anonymous"]
