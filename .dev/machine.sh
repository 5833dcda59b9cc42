# shellcheck shell=bash
# What the machine must have besides the compiler. Nothing is installed that is there, and apt is not even asked then.
# Sourced by ./dev. Packages are named for Debian 12 and Ubuntu.

have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    give_up "This needs root or sudo: $*" "需要 root 或 sudo：$*"
  fi
}

# install PACKAGE…: quietly, without questions, without leaving daemons running that weren't, and never in place of
# another package: a machine's own mail server isn't ours to remove.
install() {
  have apt-get || give_up "Please install these (no apt-get here): $*" "请自行安装（这里没有 apt-get）：$*"
  say "    installing: $*" "    安装：$*"
  refresh_package_lists
  local log
  log=$(mktemp)
  without_daemons apt_get install --yes --no-remove --no-install-recommends "$@" >"$log" 2>&1 || { cat "$log" && return 1; }
  rm -f "$log"
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 apt-get --quiet=2 -o Dpkg::Use-Pty=0 "$@"
}

LISTS_ARE_FRESH=
refresh_package_lists() {
  if [[ -z $LISTS_ARE_FRESH ]]; then
    apt_get update
    LISTS_ARE_FRESH=yes
  fi
}

# without_daemons COMMAND…: packages of servers start them when installed; our tests start their own.
# Both files are the documented ways to say so. They are gone afterwards, also after Ctrl-C (hence the subshell
# with its trap); a policy that was there before stays.
without_daemons() (
  local policy=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.d/recant.conf
  local ours=("$cluster")
  [[ -e $policy ]] || ours+=("$policy")
  trap 'as_root rm -f "${ours[@]}"' EXIT
  as_root mkdir -p "${cluster%/*}"
  echo 'create_main_cluster = false' | as_root tee "$cluster" >/dev/null
  if ((${#ours[@]} > 1)); then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod +x "$policy"
  fi
  "$@"
)

# needs WHAT…: each is a function below that prints the packages still missing.
needs() {
  local what missing=()
  for what in "$@"; do
    mapfile -t -O "${#missing[@]}" missing < <("missing_for_$what")
  done
  if ((${#missing[@]})); then step "missing packages" "缺少的软件包" install "${missing[@]}"; fi
  for what in "$@"; do
    if [[ $what == compiler ]]; then choose_compiler; fi
    if [[ $what == browser ]]; then ensure_chromium; fi
  done
}

missing_for_compiler() {
  have cc || printf '%s\n' gcc libc6-dev
  [[ -e /etc/ssl/certs/ca-certificates.crt ]] || echo ca-certificates
}

# wasm-opt is a program for Node.
missing_for_bundle() {
  have node || echo nodejs
  have npm || echo npm
}

missing_for_mail_and_database() {
  [[ -x /usr/sbin/dovecot && -x /usr/lib/dovecot/imap ]] || echo dovecot-imapd
  [[ -x /usr/lib/dovecot/lmtp ]] || echo dovecot-lmtpd
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || echo postgresql
}

# What carries mail from the sender to the mailboxes, for some tests. A machine that has another mail server keeps it, and
# does without them. The package asks what kind of mail server this machine shall be: none, our tests configure their own.
try_postfix() {
  [[ ! -x /usr/sbin/postfix ]] || return 0
  # In a subshell: whatever goes wrong in it ends no more than the try.
  (
    echo 'postfix postfix/main_mailer_type select No configuration' | as_root debconf-set-selections
    install postfix
  ) || say "    Postfix can't be had here: its tests are left out." "    这里装不上 Postfix：跳过相关测试。"
}

# The script that `./dev bench recall` compares with.
missing_for_python() {
  have python3 || echo python3
}

missing_for_browser() {
  have node || echo nodejs
  have npm || echo npm
  # Ubuntu's package of this name is a door to a snap: see ensure_chromium.
  chromium_path >/dev/null || ! grep -q '^ID=debian' /etc/os-release || echo chromium
  # Chinese pages without Chinese letters test little, and look bad in pictures.
  compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null || echo fonts-noto-cjk
}

# The browser for the journeys: RECANT_CHROMIUM, or the first that is installed.
chromium_path() {
  local name
  for name in "${RECANT_CHROMIUM:-}" chromium google-chrome google-chrome-stable /snap/bin/chromium; do
    if [[ -n $name ]] && have "$name"; then
      command -v "$name"
      return
    fi
  done
  return 1
}

ensure_chromium() {
  chromium_path >/dev/null && return
  if have snap; then step "Chromium (snap)" "Chromium（snap）" as_root snap install chromium; fi
  chromium_path >/dev/null || give_up \
    "Please install Chromium or Google Chrome, or set RECANT_CHROMIUM to its path: the browser tests need one." \
    "请安装 Chromium 或 Google Chrome，或用 RECANT_CHROMIUM 指出它的路径：浏览器测试需要它。"
}
