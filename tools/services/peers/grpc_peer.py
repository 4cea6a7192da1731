"""gRPC by Python's grpcio, with the service of route_guide.proto.

usage: grpc_peer.py <file descriptor set> <certificate> <key>

Metadata of a request whose name starts with `x-echo-` comes back as initial metadata and, with `-trailing` added, as trailing metadata.
A request with `x-compress: gzip` is answered with compressed messages.
"""

import sys
import threading
import time
from concurrent import futures

import grpc
from google.protobuf import descriptor_pb2, message_factory

from ready import ready

PLACES = {(1, 1): "Old Mill", (2, 3): "Brücke über den Fluß", (5, 8): "Station"}

with open(sys.argv[1], "rb") as file:
    descriptors = descriptor_pb2.FileDescriptorSet.FromString(file.read())
types = message_factory.GetMessages(descriptors.file)


def message(name):
    return types[f"skitai.routes.{name}"]


def feature(point):
    return message("Feature")(name=PLACES.get((point.latitude, point.longitude), ""), location=point)


def prepare(context):
    """Does what the metadata of the request asks for."""
    metadata = dict(context.invocation_metadata())
    echoed = [(key, value) for key, value in metadata.items() if key.startswith("x-echo-")]
    if metadata.get("x-compress") == "gzip":
        context.set_compression(grpc.Compression.Gzip)
    context.send_initial_metadata(echoed)
    # The ending -bin marks binary values, and has to stay the last part of a name.
    renamed = [(key[:-4] + "-trailing-bin" if key.endswith("-bin") else key + "-trailing", value) for key, value in echoed]
    context.set_trailing_metadata(renamed)


def get_feature(point, context):
    prepare(context)
    found = feature(point)
    if not found.name:
        context.abort(grpc.StatusCode.NOT_FOUND, f"Nothing at {point.latitude},{point.longitude}: für immer leer")
    return found


def list_features(area, context):
    prepare(context)
    for (latitude, longitude) in sorted(PLACES):
        if area.low.latitude <= latitude <= area.high.latitude and area.low.longitude <= longitude <= area.high.longitude:
            yield feature(message("Point")(latitude=latitude, longitude=longitude))


def record_route(points, context):
    prepare(context)
    count = features = distance = 0
    last = None
    for point in points:
        count += 1
        features += 1 if feature(point).name else 0
        if last is not None:
            distance += abs(point.latitude - last.latitude) + abs(point.longitude - last.longitude)
        last = point
    return message("RouteSummary")(point_count=count, feature_count=features, distance=distance)


def route_chat(notes, context):
    prepare(context)
    earlier = []
    for note in notes:
        earlier.append(note)
        yield from (each for each in earlier if each.location == note.location)


cancelled = 0


def wait(request, context):
    global cancelled
    ended = threading.Event()
    context.add_callback(ended.set)
    if ended.wait(request.seconds):
        cancelled += 1
    return message("WaitReply")(cancelled=cancelled)


def fail(request, context):
    prepare(context)
    codes = {code.value[0]: code for code in grpc.StatusCode}
    context.abort(codes[request.code], request.details)


def echo_types(request, context):
    prepare(context)
    return request


BEHAVIOURS = {
    "GetFeature": get_feature,
    "ListFeatures": list_features,
    "RecordRoute": record_route,
    "RouteChat": route_chat,
    "Wait": wait,
    "Fail": fail,
    "EchoTypes": echo_types,
}


def handler(method):
    kinds = {
        (False, False): grpc.unary_unary_rpc_method_handler,
        (False, True): grpc.unary_stream_rpc_method_handler,
        (True, False): grpc.stream_unary_rpc_method_handler,
        (True, True): grpc.stream_stream_rpc_method_handler,
    }
    return kinds[method.client_streaming, method.server_streaming](
        BEHAVIOURS[method.name],
        request_deserializer=types[method.input_type[1:]].FromString,
        response_serializer=types[method.output_type[1:]].SerializeToString,
    )


server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
for file in descriptors.file:
    for service in file.service:
        handlers = {method.name: handler(method) for method in service.method}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(f"{file.package}.{service.name}", handlers),))
port = server.add_insecure_port("127.0.0.1:0")
with open(sys.argv[2], "rb") as certificate, open(sys.argv[3], "rb") as key:
    credentials = grpc.ssl_server_credentials([(key.read(), certificate.read())])
tls_port = server.add_secure_port("127.0.0.1:0", credentials)
server.start()
ready(port=port, tlsPort=tls_port)
while True:
    time.sleep(3600)
