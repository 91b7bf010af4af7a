# What bin/start, bin/stop, bin/test and bin/guide share. Sourced, never run.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# What draws uploaded files as pictures.
picture_packages=(poppler-utils poppler-data graphicsmagick fonts-noto-cjk)

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Installs the Debian packages among these that are missing; says in one line what it cannot install.
need_packages() {
  local missing=() package
  for package in "$@"; do
    [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  local as_root=()
  if ((EUID != 0)); then
    sudo -n true 2>/dev/null || fail "Missing packages: ${missing[*]} (run as root: apt-get install ${missing[*]})"
    as_root=(sudo -n)
  fi
  say "Installing ${missing[*]} …"
  {
    "${as_root[@]}" apt-get update -qq &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
  } >/dev/null || fail "apt-get could not install: ${missing[*]}"
}

need_swift() {
  command -v swift >/dev/null || fail "Swift 6.3 or newer is missing: 'swift' is not on the PATH"
  local version
  version="$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)"
  [[ "$(printf '%s\n' 6.3 "$version" | sort -V | head -n 1)" == 6.3 ]] || fail "Swift 6.3 or newer is needed; this is ${version:-unknown}"
}

# A digest over names and contents of the given files and folders.
digest_of() {
  (cd "$root" && find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1)
}

# A Python of its own for a list of requirements, made anew when the list has changed.
prepare_python() {
  local folder="$1" list="$2" stamp
  stamp="$(digest_of "$list")"
  if [[ "$(cat "$folder/requirements.stamp" 2>/dev/null)" == "$stamp" ]]; then return; fi
  say "Preparing Python in $folder …"
  rm -rf "$folder"
  /usr/bin/python3 -m venv "$folder" &&
    "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$list" &&
    printf '%s\n' "$stamp" >"$folder/requirements.stamp"
}

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The pid in a pid file, if that process is ours still: its command line begins with the program's path.
pid_of() {
  local file="$1" program="$2" pid
  [[ -s "$file" ]] || return 1
  pid="$(<"$file")"
  [[ "$pid" =~ ^[0-9]+$ && -r "/proc/$pid/cmdline" ]] || return 1
  [[ "$(tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | head -n 1)" == */"$program" ]] || return 1
  printf '%s\n' "$pid"
}

# Ends a program by its pid file and waits until it is gone.
stop_program() {
  local file="$1" program="$2" pid
  if pid="$(pid_of "$file" "$program")"; then
    kill -TERM "$pid" 2>/dev/null || true
    local tries
    for ((tries = 0; tries < 100; tries++)); do
      [[ -d "/proc/$pid" ]] || break
      sleep 0.1
    done
    [[ ! -d "/proc/$pid" ]] || kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -f "$file"
}
