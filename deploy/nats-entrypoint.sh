#!/bin/sh
# Gives nats-server the passwords of deploy/nats.conf from secret files; the monitoring port stays inside the container.
set -eu
secrets=${SECRETS:-/run/secrets}

password() { cat "$secrets/$1_nats_password"; }

CHUNFENG_NATS_OPERATOR_PASSWORD=$(password operator)
CHUNFENG_NATS_APPROVALS_PASSWORD=$(password approvals)
CHUNFENG_NATS_FORUMS_PASSWORD=$(password forums)
CHUNFENG_NATS_POLICY_PASSWORD=$(password policy)
CHUNFENG_NATS_BULLETIN_PASSWORD=$(password bulletin)
CHUNFENG_NATS_ISSUER=$(cat "$secrets/nats_issuer")
export CHUNFENG_NATS_OPERATOR_PASSWORD CHUNFENG_NATS_APPROVALS_PASSWORD CHUNFENG_NATS_FORUMS_PASSWORD
export CHUNFENG_NATS_POLICY_PASSWORD CHUNFENG_NATS_BULLETIN_PASSWORD CHUNFENG_NATS_ISSUER

# a node of three (profile cluster): the stream is kept by all of them, and any one may stop
if [ -n "${CHUNFENG_NATS_ROUTES:-}" ]; then
  set -- --name "$CHUNFENG_NATS_NAME" --cluster_name chunfeng --cluster nats://0.0.0.0:6222 \
    --routes "$CHUNFENG_NATS_ROUTES" "$@"
fi

exec nats-server --config /etc/nats/nats.conf --addr 0.0.0.0 --store_dir /data "$@"
