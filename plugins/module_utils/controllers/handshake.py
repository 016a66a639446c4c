# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TLS handshake with a port of a pod, for the certificate that is really served there."""

from __future__ import annotations

import ssl
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.portforward import PodConnection
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import Session

_ANSWER = 10.0  # seconds for each message of the handshake


class NoHandshake(Exception):
    """There is no handshake; the message says why, without a full stop."""


def served(session: Session, namespace: str, pod: str, port: int, server_name: str) -> bytes:
    """The certificate that a pod's port serves for a name, in DER. It is not verified.

    Raises NoHandshake; ApiError where the API server refuses the connection to the pod (401, 403).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # it is compared, not trusted
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=server_name)
    connection = PodConnection(session, namespace, pod, port, _ANSWER)
    try:
        connection.connect()
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                _exchange(connection, incoming, outgoing)
        certificate = tls.getpeercert(binary_form=True)
        connection.sock.sendall(outgoing.read())  # the end of the handshake, or the server logs that it failed
    except ApiError as error:
        if error.status in (401, 403):
            raise
        raise NoHandshake(error.message.rstrip(".")) from None
    except (OSError, ssl.SSLError) as error:
        raise NoHandshake(str(error) or type(error).__name__) from None
    finally:
        connection.close()
    if not certificate:
        raise NoHandshake("it serves no certificate")
    return certificate


def _exchange(connection: PodConnection, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> None:
    """Send what is to be sent, and take in the next of what comes. Raises OSError at the end of the stream."""
    stream: Any = connection.sock
    data = outgoing.read()
    if data:
        stream.sendall(data)
    received = stream.receive()
    if not received:
        raise OSError("the connection was closed during the handshake")
    incoming.write(received)
