# shellcheck shell=bash
# The Rust compiler and its browser target (wasm32-unknown-unknown), by the first of three roads that works:
#   1. the target is there already;
#   2. rustup adds it;
#   3. Debian's own compiler, with the target's std built once from Debian's sources.
# Sourced by ./dev. Knows nothing of what is built afterwards.

readonly WASM=wasm32-unknown-unknown
readonly DEBIAN_RUST=(rustc-web cargo-web rust-web-src rustfmt-web rust-web-clippy lld-22)
readonly DEBIAN_STAMP=/usr/lib/rustlib/$WASM/recant-stamp

# has_browser_target RUSTC: is the target's std installed for that compiler?
has_browser_target() {
  local lib
  lib=$("$1" --print target-libdir --target "$WASM" 2>/dev/null) && compgen -G "$lib/libcore-*.rlib" >/dev/null
}

# new_enough RUSTC: at least the rust-version of the workspace, with the tools that come beside it.
new_enough() {
  local least have
  least=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml")
  have=$("$1" --version 2>/dev/null | cut -d' ' -f2) || return 1
  [[ -n $have && $(printf '%s\n' "$least" "$have" | sort -V | head -1) == "$least" ]]
}

# Debian's compiler moves with its security suite; a std built by another one is refused by it.
debian_std_is_current() {
  has_browser_target /usr/bin/rustc && [[ -f $DEBIAN_STAMP ]] && /usr/bin/rustc -vV | cmp -s - "$DEBIAN_STAMP"
}

use_debian_compiler() {
  if have rustup; then
    rustup toolchain list | grep -q '^debian' || rustup toolchain link debian /usr
    export RUSTUP_TOOLCHAIN=debian
  fi
}

build_debian_std() {
  local work lib=/usr/lib/rustlib/$WASM/lib rlib
  work=$(mktemp -d)
  mkdir "$work/src"
  printf '[package]\nname = "nothing"\nedition = "2021"\n' >"$work/Cargo.toml"
  : >"$work/src/lib.rs"
  (
    cd "$work" || exit
    # RUSTC_BOOTSTRAP: -Zbuild-std is unstable. It is needed this once; building Recant needs nothing unstable.
    env -u RUSTFLAGS RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$work/target" \
      /usr/bin/cargo build --quiet --release -Zbuild-std=std,panic_abort -Zbuild-std-features= --target "$WASM"
  ) || return
  as_root rm -rf "$lib"
  as_root mkdir -p "$lib"
  for rlib in "$work/target/$WASM"/release/deps/*.rlib; do
    [[ $rlib == */libnothing-* ]] || as_root cp "$rlib" "$lib/"
  done
  as_root ln -sf /usr/bin/lld-22 /usr/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld
  /usr/bin/rustc -vV | as_root tee "$DEBIAN_STAMP" >/dev/null
  rm -rf "$work"
}
