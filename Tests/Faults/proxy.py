"""A proxy that passes connections on to one of several servers in turn, and can treat them badly."""

import itertools
import socket
import threading

# How connections are treated: passed on; passed on late; taken and then left alone; refused.
PASS, DELAY, HOLD, REFUSE = "pass", "delay", "hold", "refuse"
CHUNK = 1 << 16


class Proxy:
    """Listens on `port`; each connection goes to the next of `targets` that takes it."""

    def __init__(self, targets, port=0):
        self.turn = itertools.cycle(targets)
        self.count = len(targets)
        self.mode, self.delay = PASS, 0.0
        self.ended = threading.Event()
        self.open = set()
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", port), backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.ended.is_set():
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        if self.mode == REFUSE:
            client.close()
            return
        server = None if self.mode == HOLD else self.connect()
        if server is None and self.mode != HOLD:
            client.close()
            return
        ends = [end for end in (client, server) if end]
        with self.lock:
            self.open.update(ends)
        if server:
            pumps = [threading.Thread(target=self.pump, args=pair, daemon=True) for pair in ((client, server), (server, client))]
            for pump in pumps:
                pump.start()
            for pump in pumps:
                pump.join()
            self.close(ends)

    def connect(self):
        for _ in range(self.count):
            try:
                return socket.create_connection(next(self.turn), timeout=2)
            except OSError:
                continue
        return None

    def pump(self, source, target):
        try:
            source.settimeout(None)
            while data := source.recv(CHUNK):
                if self.mode == DELAY:
                    self.ended.wait(self.delay)
                while self.mode == HOLD and not self.ended.wait(0.02):
                    pass
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            self.close([source, target])

    def cut(self):
        """Ends every connection that there is, in the middle of whatever it is at."""
        with self.lock:
            ends = list(self.open)
        self.close(ends)

    def close(self, ends):
        for end in ends:
            with self.lock:
                self.open.discard(end)
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def stop(self):
        self.ended.set()
        # A thread that waits in accept would keep a listener that is only closed.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()
