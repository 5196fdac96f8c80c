#!/usr/bin/env bash
# Makes the passwords that docker-compose hands out as files: random, one per line of use, never overwritten.
#   deploy/secrets.sh            into deploy/secrets/
#   deploy/secrets.sh FOLDER     into another folder
set -euo pipefail
folder=${1:-"$(dirname "${BASH_SOURCE[0]}")/secrets"}
names=(postgres_password operator_nats_password)
for service in approvals forums policy bulletin; do
  names+=("${service}_database_password" "${service}_nats_password")
done

# The folder keeps other users of this host out; the files are readable because compose mounts each one with the mode
# it has here, and the containers read them as users that this host does not know.
umask 077
mkdir -p "$folder"
chmod 0700 "$folder"

for name in "${names[@]}"; do
  file=$folder/$name
  [[ -s $file ]] && continue
  # A letter first: nats-server reads a password as configuration text, and 1e5 there is a number.
  printf 'p%s' "$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')" >"$file.partial"
  chmod 0444 "$file.partial"
  mv "$file.partial" "$file"
  echo "$file"
done
