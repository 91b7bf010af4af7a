# What bin/start, bin/stop, bin/test, bin/torture and bin/guide share. Sourced, never run.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# What the programs are built with.
build_packages=(git libsqlite3-dev libpq-dev libxlsxwriter-dev libzip-dev libxml2-dev libpango1.0-dev libcairo2-dev pkg-config)

# What draws uploaded files as pictures, and the font in which is printed.
picture_packages=(poppler-utils poppler-data graphicsmagick fonts-noto-cjk)

# What the fault tests need besides the programs.
fault_packages=(gcc libc6-dev python3 python3-venv postgresql-15)

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

# A part that did not come to its end is a failure of its own.
broken() {
  say "✘ $*"
  failed=$((failed + 1))
}

# The number before a word in a line of text; 0 when it is not there.
number_before() {
  local number
  number="$(grep -oE "[0-9]+ $1" <<<"$2" | head -n 1 | grep -oE '^[0-9]+' || true)"
  printf '%s\n' "${number:-0}"
}

# Runs the Python tests that are named and adds them to the totals.
run_pytest() {
  local log="$1"
  shift
  ask_pytest "$@" | tee "$log"
  count_pytest "$log"
}

ask_pytest() { .venv/bin/python -m pytest "$@" -p no:cacheprovider 2>&1 || printf 'ended with status %s\n' "$?"; }

# What became of tests whose words are in a log.
count_pytest() {
  local log="$1" closing good wrong
  closing="$(grep -E '^=+ .*(passed|failed|error).* in [0-9.]+s' "$log" | tail -n 1 || true)"
  good="$(number_before passed "$closing")"
  wrong=$(($(number_before failed "$closing") + $(number_before 'errors?' "$closing")))
  passed=$((passed + good))
  failed=$((failed + wrong))
  if ((wrong == 0)) && grep -q '^ended with status' "$log"; then broken "pytest $(tail -n 1 "$log")"; fi
  if ((good + wrong == 0)); then broken "pytest ran no tests"; fi
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
    for ((tries = 0; tries < 260; tries++)); do
      [[ -d "/proc/$pid" ]] || break
      sleep 0.1
    done
    [[ ! -d "/proc/$pid" ]] || kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -f "$file"
}

# A PostgreSQL server of its own for tests: its programs, as Debian lays them out, and a user who may run it (it refuses to be root).
postgres_programs=/usr/lib/postgresql/15/bin

as_postgres() {
  if ((EUID == 0)); then (cd / && setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"); else "$@"; fi
}

# Makes the server in the folder that is named, unless it is there already, and starts it on a port of its own that it keeps.
# The folder must lie where everybody may enter; `postgres_url` says where the server answers.
start_postgres() {
  local folder="$1" tries port chosen
  if [[ ! -e "$folder/PG_VERSION" ]]; then
    mkdir -p "$folder" && chmod 700 "$folder" || return 1
    if ((EUID == 0)); then chown postgres:postgres "$folder"; fi
    as_postgres "$postgres_programs/initdb" --pgdata="$folder" --username=zhiping --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null || return 1
  fi
  for ((tries = 0; tries < 5; tries++)); do
    chosen=no
    if [[ ! -s "$folder/port" ]]; then
      port=$((20000 + RANDOM % 12000))
      if port_answers "$port"; then continue; fi
      chosen=yes
      as_postgres tee "$folder/port" >/dev/null <<<"$port"
    fi
    as_postgres "$postgres_programs/pg_ctl" start --pgdata="$folder" --wait --silent --log="$folder/log" --options="-c port=$(<"$folder/port") \
      -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=1000 -c fsync=on" && return 0
    [[ $chosen == yes ]] || break
    as_postgres rm -f "$folder/port"
  done
  cat "$folder/log" >&2
  return 1
}

# Where a server may lie that ends with its tests: in memory, if there is enough of it. Each test has a database of its own, and to make and
# remove a thousand of them on a disk takes longer than what is tested.
scratch_folder() {
  local free
  free="$(df --output=avail --block-size=1G /dev/shm 2>/dev/null | tail -n 1 || true)"
  if [[ -w /dev/shm ]] && ((${free:-0} >= 4)); then printf '/dev/shm\n'; else printf '/tmp\n'; fi
}

# Under which address its superuser reaches the server in this folder.
postgres_url() { printf 'postgresql://zhiping@127.0.0.1:%s/postgres\n' "$(<"$1/port")"; }

# Ends the server in this folder, at once, and removes the folder.
stop_postgres() {
  [[ ! -s "$1/postmaster.pid" ]] || as_postgres "$postgres_programs/pg_ctl" stop --pgdata="$1" --wait --silent --mode=immediate || true
  rm -rf "$1"
}
