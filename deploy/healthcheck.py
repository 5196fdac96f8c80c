"""Ask the service in this container whether it is alive: python -m deploy.healthcheck."""

import http.client
import os
import sys


def alive(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not alive(int(os.environ["CHUNFENG_PORT"])))
