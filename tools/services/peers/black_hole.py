"""A port whose queue of new connections is full for ever: who connects waits."""

import socket
import threading

from ready import ready

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(0)
port = listener.getsockname()[1]
waiting = []
for _ in range(2):
    client = socket.socket()
    client.setblocking(False)
    client.connect_ex(("127.0.0.1", port))
    waiting.append(client)
ready(port=port)
threading.Event().wait()
