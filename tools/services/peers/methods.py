"""Methods that the XML-RPC and the JSON-RPC peer offer."""

import time


def echo(*args, **named):
    """Gives back its one argument, or all of them."""
    if named:
        return named
    return args[0] if len(args) == 1 else list(args)


def add(a, b):
    return a + b


def divide(a, b):
    """Divides by zero with an error that is not planned for."""
    return a / b


def sleep(seconds):
    time.sleep(seconds)
    return seconds


def nothing():
    return None


def big(count):
    """A struct of many structs."""
    return {f"member{i}": {"id": i, "name": f"Näme <{i}> & more", "tags": ["a", "b"]} for i in range(count)}


_notes = []


def note(text):
    """Remembers a text, for notifications, which have no answer."""
    _notes.append(text)
    return len(_notes)


def notes():
    return list(_notes)


def query(text):
    return [{"title": f"{text} No. {i}", "year": 1800 + i} for i in (1, 2)]


METHODS = {
    "echo": echo,
    "add": add,
    "divide": divide,
    "sleep": sleep,
    "nothing": nothing,
    "big": big,
    "note": note,
    "notes": notes,
    "bbs.query": query,
}
