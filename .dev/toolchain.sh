# shellcheck shell=bash
# The Rust compiler and its browser target (wasm32-unknown-unknown), by the first of three roads that works:
#   1. the target is there already;
#   2. rustup adds it;
#   3. Debian 12's own compiler, with the target's std built once from Debian's sources.
# Where there is neither rustup nor Debian 12, rustup is installed first. Sourced by ./dev.

# The newest compiler for which the lints are kept clean: each later one has new ones. Debian 12 has it, too.
readonly RUST=1.96
readonly WASM=wasm32-unknown-unknown
readonly DEBIAN_RUST=(rustc-web cargo-web rust-web-src rustfmt-web rust-web-clippy lld-22)
readonly DEBIAN_STAMP=/usr/lib/rustlib/$WASM/recant-stamp

choose_compiler() {
  if [[ -d ${CARGO_HOME:-$HOME/.cargo}/bin ]]; then export PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH; fi
  local road
  if new_enough rustc && has_browser_target rustc; then
    road=1
  elif debian_std_is_current; then
    road=3 # walked before: rustup needn't be asked again
  elif have rustup && rustup_adds_target; then
    road=2
  elif debian_has_rust; then
    road=3
    step "Debian's compiler" "Debian 的编译器" install_debian_compiler
  else
    road=2
    have rustup || step "rustup" "rustup" install_rustup
    rustup_adds_target || give_up "No compiler could be had: rustup needs the network." "装不上编译器：rustup 需要网络。"
  fi
  if ((road == 3)); then use_debian_compiler; fi
  say "    $(rustc --version), browser target by road $road of 3" "    $(rustc --version)，浏览器目标走第 $road 条路（共 3 条）"
}

# has_browser_target RUSTC: is the target's std installed for that compiler? A std that we built carries the stamp of
# the compiler that built it; another compiler refuses it.
has_browser_target() {
  local lib
  lib=$("$1" --print target-libdir --target "$WASM" 2>/dev/null) || return
  compgen -G "$lib/libcore-*.rlib" >/dev/null || return
  [[ ! -f ${lib%/lib}/recant-stamp ]] || "$1" -vV | cmp -s - "${lib%/lib}/recant-stamp"
}

# new_enough RUSTC: at least the rust-version of the workspace.
new_enough() {
  local least found
  least=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  found=$("$1" --version 2>/dev/null | cut -d' ' -f2) || return 1
  [[ -n $found && $(printf '%s\n' "$least" "$found" | sort -V | head -1) == "$least" ]]
}

# no_newer_than SERIES RUSTC: 1.96 stands for all of 1.96.
no_newer_than() {
  local found
  found=$("$2" --version 2>/dev/null | cut -d' ' -f2 | cut -d. -f1,2)
  [[ $(printf '%s\n' "$1" "$found" | sort -V | tail -1) == "$1" ]]
}

# --- rustup -----------------------------------------------------------------

rustup_adds_target() {
  say "    asking rustup for the browser target" "    向 rustup 要浏览器目标"
  if ! new_enough rustc; then
    rustup toolchain install "$RUST" --profile minimal --no-self-update || return
    export RUSTUP_TOOLCHAIN=$RUST
  fi
  new_enough rustc && timeout 600 rustup component add rustfmt clippy && timeout 600 rustup target add "$WASM"
}

install_rustup() {
  if [[ $(package_version rustup) ]]; then
    install rustup
  else
    have curl || install curl
    curl --proto '=https' --tlsv1.2 --silent --show-error --fail https://sh.rustup.rs |
      sh -s -- -y --profile minimal --no-modify-path ||
      give_up "rustup can't be fetched. On Debian 12 no rustup is needed once apt knows its security updates (bookworm-security): add them to /etc/apt/sources.list and run this again." \
        "下载不到 rustup。在 Debian 12 上，只要 /etc/apt/sources.list 里有安全更新源（bookworm-security），就用不着 rustup：加上之后再运行一次。"
  fi
}

# --- Debian -----------------------------------------------------------------

# package_version PACKAGE: what apt would install; empty if it knows none.
package_version() { apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p' | grep -v '(none)'; }

debian_has_rust() {
  local least
  have apt-get && refresh_package_lists || return
  least=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  dpkg --compare-versions "$(package_version rustc-web)" ge "$least"
}

install_debian_compiler() {
  install "${DEBIAN_RUST[@]}"
  debian_std_is_current || build_debian_std
}

# The compiler moves with Debian's security suite: then the stamp is an old one.
debian_std_is_current() { [[ -f $DEBIAN_STAMP ]] && has_browser_target /usr/bin/rustc; }

build_debian_std() {
  local work rlib host lib=/usr/lib/rustlib/$WASM/lib
  host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
  work=$(mktemp -d)
  mkdir "$work/src"
  printf '[package]\nname = "nothing"\nedition = "2021"\n' >"$work/Cargo.toml"
  : >"$work/src/lib.rs"
  (
    cd "$work" || exit
    # RUSTC_BOOTSTRAP: -Zbuild-std is unstable. It is needed this once; building Recant needs nothing unstable.
    env -u RUSTFLAGS -u RUSTUP_TOOLCHAIN RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$work/target" \
      /usr/bin/cargo build --quiet --release -Zbuild-std=std,panic_abort -Zbuild-std-features= --target "$WASM"
  )
  as_root rm -rf "$lib"
  as_root mkdir -p "$lib" "/usr/lib/rustlib/$host/bin"
  # An empty stamp until all is there: a run that was interrupted is done again.
  as_root truncate --size 0 "$DEBIAN_STAMP"
  for rlib in "$work/target/$WASM"/release/deps/*.rlib; do
    [[ $rlib == */libnothing-* ]] || as_root cp "$rlib" "$lib/"
  done
  as_root ln -sf /usr/bin/lld-22 "/usr/lib/rustlib/$host/bin/rust-lld"
  /usr/bin/rustc -vV | as_root tee "$DEBIAN_STAMP" >/dev/null
  rm -rf "$work"
}

use_debian_compiler() {
  if have rustup; then
    rustup toolchain list | grep -q '^debian' || rustup toolchain link debian /usr
    export RUSTUP_TOOLCHAIN=debian
  else
    export PATH=/usr/bin:$PATH
  fi
}
