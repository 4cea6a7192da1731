"""JSON-RPC 2.0 by jsonrpclib-pelix: batches, named parameters, notifications."""

from socketserver import ThreadingMixIn

from jsonrpclib.SimpleJSONRPCServer import SimpleJSONRPCServer

from methods import METHODS
from ready import ready


class Server(ThreadingMixIn, SimpleJSONRPCServer):
    daemon_threads = True


server = Server(("127.0.0.1", 0), logRequests=False)
for name, method in METHODS.items():
    server.register_function(method, name)
ready(port=server.server_address[1])
server.serve_forever()
