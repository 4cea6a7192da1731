"""XML-RPC as Python's standard library speaks it."""

import datetime
from socketserver import ThreadingMixIn
from xmlrpc.client import Fault
from xmlrpc.server import SimpleXMLRPCServer

from methods import METHODS
from ready import ready


class Server(ThreadingMixIn, SimpleXMLRPCServer):
    daemon_threads = True


def fault(code, text):
    raise Fault(code, text)


def types():
    """A value of every type."""
    return {
        "int": -2147483648,
        "double": 0.5,
        "true": True,
        "false": False,
        "string": "Grüße & <tags> \u4e2d",
        "empty": "",
        "nil": None,
        "date": datetime.datetime(2026, 2, 3, 4, 5, 6),
        "bytes": bytes(range(256)),
        "array": [1, "two", [3.5], []],
        "struct": {"a": {"b": {}}},
    }


def typeof(value):
    """What a value arrives as."""
    return type(value).__name__


server = Server(("127.0.0.1", 0), allow_none=True, use_builtin_types=True, logRequests=False)
server.register_introspection_functions()
server.register_multicall_functions()
for name, method in {**METHODS, "fault": fault, "types": types, "typeof": typeof}.items():
    server.register_function(method, name)
ready(port=server.server_address[1])
server.serve_forever()
