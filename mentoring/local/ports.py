import socket

from mentoring.local.errors import CannotStart


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a port that only waits for its last connections to fade is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(preferred: int) -> int:
    """The preferred port, or where that is busy any other that is free now."""
    if is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def web_port(asked: int | None, *, default: int = 8000) -> int:
    """The port people type: exactly the one asked for, else the first free one from 8000 on."""
    if asked is not None:
        if not is_free(asked):
            raise CannotStart(f"Port {asked} is busy. Name another: bin/run --port {asked + 1}")
        return asked
    for port in range(default, default + 100):
        if is_free(port):
            return port
    raise CannotStart(
        f"Ports {default} to {default + 99} are all busy. Name a free one: bin/run --port NUMBER"
    )
