"""How a peer says that it listens."""

import json


def ready(**facts):
    print(json.dumps(facts), flush=True)
