# shellcheck shell=bash
# What ./dev says: in Chinese or English, a line a step with its seconds, a summary at the end.

case "${LC_ALL:-${LC_MESSAGES:-${LANG:-en}}}" in
  zh*) readonly TONGUE=zh ;;
  *) readonly TONGUE=en ;;
esac

STEPS_DONE=()

# say ENGLISH CHINESE
say() {
  if [[ $TONGUE == zh ]]; then echo "$2"; else echo "$1"; fi
}

# give_up ENGLISH CHINESE: for what a person must do.
give_up() {
  say "$@" >&2
  exit 1
}

# step ENGLISH CHINESE COMMAND…: runs one named step; the whole script ends with the first that fails.
step() {
  local name start status=0
  name=$(say "$1" "$2")
  shift 2
  start=$SECONDS
  echo "==> $name"
  # In a subshell with its own -e: a failure inside the function stops it, and we still get to say so.
  set +e
  (set -euo pipefail && "$@")
  status=$?
  set -e
  local took=$((SECONDS - start))
  if ((status)); then
    STEPS_DONE+=("$(printf '  ✗ %4d s  %s' "$took" "$name")")
    say "==> FAILED: $name (after $took s, status $status): $*" "==> 失败：$name（$took 秒后，状态 $status）：$*" >&2
    exit 1
  fi
  STEPS_DONE+=("$(printf '  ✓ %4d s  %s' "$took" "$name")")
  say "    done: $name, $took s" "    完成：$name，$took 秒"
}

# What was done, with times; then the caller may add the test runners' own words.
summary() {
  echo
  say "Steps:" "步骤："
  printf '%s\n' "${STEPS_DONE[@]}"
}
