"""What an operator does and sees: the watch address, commands while the server runs, ending it."""

import fcntl
import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest

from system import System, free_port


@pytest.fixture
def running():
    system = System()
    yield system
    system.stop()


def ask(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def command(system, *words, text=""):
    done = subprocess.run(system.command("zhiping", words), env=system.environment, input=text, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def metric(system, name):
    found = re.search(rf"^{re.escape(name)} (\S+)$", ask(f"{system.watch}/metrics")[1], re.M)
    return float(found.group(1)) if found else None


def slow_request(system):
    """A form of somebody signed in, of which a part is still on its way."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    entry = browser.open(system.origin).read().decode()
    browser.open(system.origin + re.search(r'class="persona"[^>]*href="([^"]+)"|href="([^"]+)"[^>]*class="persona"', entry).expand(r"\1\2")).close()
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
    slow = socket.create_connection(("127.0.0.1", int(system.origin.rsplit(":", 1)[1])), timeout=20)
    slow.sendall(f"POST /sign-out HTTP/1.1\r\nHost: {system.origin[7:]}\r\nOrigin: {system.origin}\r\nCookie: {cookies}\r\n"
                 "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\n_tok".encode())
    await_metric(system, "zhiping_requests_in_flight", lambda count: count == 1)
    return slow


def await_metric(system, name, holds):
    """Waits until the metric is as it should be."""
    pause, until = threading.Event(), time.monotonic() + 30
    while not holds(metric(system, name)):
        assert time.monotonic() < until, f"{name} is {metric(system, name)}"
        pause.wait(0.1)


def await_answer(address, words):
    """Waits until the answer says it: the site looks at itself at most once a second."""
    pause, until = threading.Event(), time.monotonic() + 30
    while words not in ask(address)[1]:
        assert time.monotonic() < until, ask(address)[1]
        pause.wait(0.1)


GRANT = ("--name", "演示单位", "--credit-code", "11510000MB1234567X", "--jurisdiction", "510000", "--contact", "王五", "--contact-phone", "028-1",
         "--administrator", "某人", "--administrator-phone", "13800001234")


def test_the_watch_address_and_nothing_of_it_at_the_site(running):
    assert ask(f"{running.watch}/healthz") == (200, "ok\n")
    status, lines = ask(f"{running.watch}/readyz")
    assert status == 200 and all(json.loads(line)["ok"] for line in lines.splitlines())
    for path in ("/healthz", "/readyz", "/metrics"):
        assert ask(running.origin + path)[0] == 404
    assert ask(f"{running.watch}/home")[0] == 404
    assert metric(running, 'zhiping_requests_total{route="NotFound",class="4xx"}') == 3
    assert metric(running, "zhiping_commit_seconds_count") > 0 and metric(running, "zhiping_engine_failed") == 0
    assert metric(running, "zhiping_resident_bytes") > 1e6 and metric(running, "zhiping_free_bytes") > 1e6


def test_commands_go_through_the_running_server(running):
    code, told = command(running, "status", "--data", running.folder)
    assert code == 0 and "engine sqlite" in told and "任务 sessions" in told, told
    code, told = command(running, "grant", "--data", running.folder, *GRANT, text="11010519491231002X\n")
    assert code == 1 and ("已有单位" in told or "校验码" in told), told
    code, told = command(running, "migrate", "--data", running.folder)
    assert code != 0 and f"pid {running.processes[-1].pid}" in told, told
    assert oct((running.folder / "control.sock").stat().st_mode & 0o777) == "0o600"


def test_backups_are_made_restored_and_verified(tmp_path):
    """The server backs up by itself and verifies; a backup by hand goes through it; what is restored is verified and opens again."""
    backups, key, restored, kept = tmp_path / "backups", tmp_path / "backup.key", tmp_path / "restored", tmp_path / "checkpoints"
    bare = type("Bare", (), {"command": System.command, "environment": os.environ})()
    assert command(bare, "backup-key", key)[0] == 0
    system = System(BACKUP_DIR=str(backups), BACKUP_KEY_FILE=str(key), BACKUP_MINUTES="60")
    try:
        await_metric(system, "zhiping_backup_age_seconds", lambda age: age is not None)
        await_metric(system, "zhiping_verification_ok", lambda ok: ok == 1)
        await_metric(system, "zhiping_checkpoint_age_seconds", lambda age: age is not None)
        await_answer(f"{system.watch}/readyz", '"note":"backup-age"')
        assert len(list(backups.glob("*.sealed"))) == 1
        with open(backups / "lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            code, told = command(system, "backup", "--data", system.folder)
            assert code == 1 and "备份目录正由另一次备份、核对或恢复使用" in told, told
        code, told = command(system, "backup", "--data", system.folder)
        assert code == 0 and "写入" in told and len(list(backups.glob("*.sealed"))) == 2, told
        # What was signed is fetched by another machine, and held against the records later.
        status, lines = ask(f"{system.watch}/checkpoints")
        assert status == 200 and json.loads(lines.splitlines()[0])["number"] == 1
        kept.write_text(lines)
        assert command(system, "checkpoints", "--data", system.folder)[1].startswith(lines)
        code, told = command(system, "verify", "--data", system.folder, "--checkpoints", kept)
        assert code == 0 and "未发现问题" in told, told
        code, told = command(system, "rotate-keys", "--data", system.folder)
        assert code == 0 and "已启用新的" in told, told
        code, told = command(system, "restore", backups, "--data", restored)
        assert code == 0 and "未发现问题" in told and "已将" in told, told
        shutil.copy(system.folder / "keys.json", restored)
        code, told = command(system, "verify", "--data", restored, "--checkpoints", kept)
        assert code == 0 and "未发现问题" in told, told
        code, told = command(system, "restore", backups, "--data", restored)
        assert code != 0 and "not empty" in told, told
    finally:
        system.stop()


def test_it_ends_in_order_while_a_request_is_under_way(running):
    site = running.processes[-1]
    slow = slow_request(running)
    site.send_signal(signal.SIGTERM)
    while True:
        try:
            status, lines = ask(f"{running.watch}/readyz")
        except OSError:
            break
        if status == 503:
            assert '{"check":"serving","ok":false}' in lines
            break
    with pytest.raises(OSError):
        for _ in range(1000):
            socket.create_connection(("127.0.0.1", int(running.origin.rsplit(":", 1)[1])), timeout=2).close()
    slow.sendall(b"en=x&a")
    assert b"HTTP/1.1 403" in slow.recv(65536), "a request that was under way is answered"
    assert site.wait(timeout=20) == 0
    wal = running.folder / "zhiping.sqlite-wal"
    assert not wal.exists() or wal.stat().st_size == 0
    assert not (running.folder / "control.sock").exists()
    running.processes.remove(site)


def test_a_second_signal_ends_it_at_once(running):
    site = running.processes[-1]
    slow = slow_request(running)
    site.send_signal(signal.SIGTERM)
    await_metric(running, "zhiping_serving", lambda serving: serving == 0)
    site.send_signal(signal.SIGTERM)
    assert site.wait(timeout=5) == 70
    slow.close()
    running.processes.remove(site)
    # Nothing was lost by it: the records open again, and the stale socket is in nobody's way.
    assert command(running, "status", "--data", running.folder)[0] == 0


def test_a_taken_port_is_said_and_ends_the_process(running):
    taken = running.watch.rsplit(":", 1)[1]
    other = running.folder / "other"
    done = subprocess.run(
        running.command("zhiping", ["serve", "--data", other, "--port", free_port(), "--watch-port", taken, "--issuer", running.issuer]),
        env=running.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 70 and '"part":"watch address"' in done.stdout, done.stdout


def test_the_first_administrator(tmp_path):
    environment = os.environ | {"DATA_DIR": str(tmp_path)}
    system = type("Bare", (), {"command": System.command, "environment": environment})()
    code, told = command(system, "grant", *GRANT, text="11010519491231002x\n")
    assert code == 1 and "统一社会信用代码的校验码不正确" in told and "身份证" not in told, told
    right = [word if word != "11510000MB1234567X" else "91350100M000100Y43" for word in GRANT]
    code, told = command(system, "grant", *right, text="11010519491231002x\n")
    assert code == 0 and "已建立" in told and "11010519491231002" not in told, told
    code, told = command(system, "grant", *right, text="11010519491231002x\n")
    assert code == 1 and "已有单位" in told
