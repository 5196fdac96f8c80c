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

# The mail server's password is the office's own: it writes it here, where the server wants one.
if [[ ! -e $folder/smtp_password ]]; then
  touch "$folder/smtp_password"
  chmod 0644 "$folder/smtp_password"
  echo "$folder/smtp_password"
fi

# Units get in to NATS by what the holder of this seed signs (shared/natspost.py); nats.conf names its public key.
# nats_issuer: prefix byte 0, the Ed25519 public key, CRC-16, in base32, as NATS writes an account's key.
nkey() {
  local hex=00$1 crc=0 bits=0 held=0 out="" byte i
  for ((i = 0; i < ${#hex}; i += 2)); do
    crc=$((crc ^ 0x${hex:i:2} << 8))
    for _ in 1 2 3 4 5 6 7 8; do crc=$(((crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1) & 0xffff)); done
  done
  hex+=$(printf '%02x%02x' $((crc & 0xff)) $((crc >> 8)))
  for ((i = 0; i < ${#hex}; i += 2)); do
    byte=$((0x${hex:i:2})) held=$((held << 8 | byte)) bits=$((bits + 8))
    while ((bits >= 5)); do
      bits=$((bits - 5))
      out+=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567
      out=${out:0:${#out}-32}${out:${#out}-32+(held >> bits & 31):1}
    done
    held=$((held & (1 << bits) - 1))
  done
  printf '%s' "$out"
}

if [[ ! -s $folder/nats_issuer_seed || ! -s $folder/nats_issuer ]]; then
  seed=$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
  # an Ed25519 private key in DER, which ends with its seed
  der=302e020100300506032b657004220420$seed escaped=""
  for ((i = 0; i < ${#der}; i += 2)); do escaped+="\\x${der:i:2}"; done
  public=$(printf '%b' "$escaped" |
    openssl pkey -inform DER -pubout -outform DER | tail -c 32 | od -An -v -tx1 | tr -d ' \n')
  printf '%s' "$seed" >"$folder/nats_issuer_seed.partial"
  nkey "$public" >"$folder/nats_issuer.partial"
  for name in nats_issuer_seed nats_issuer; do
    chmod 0444 "$folder/$name.partial"
    mv "$folder/$name.partial" "$folder/$name"
    echo "$folder/$name"
  done
fi

# What the evidence chains are sealed with (shared/evidence.py): keep it apart from the databases' backups.
if [[ ! -s $folder/seal_seed ]]; then
  head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$folder/seal_seed.partial"
  chmod 0444 "$folder/seal_seed.partial"
  mv "$folder/seal_seed.partial" "$folder/seal_seed"
  echo "$folder/seal_seed"
fi
