"""Requests of the library that are written, and whose responses are read, by compiled schemas."""

from collections.abc import Mapping
from io import BytesIO
from struct import Struct
from typing import Any, Final

from aiokafka.protocol.api import RequestStruct, Response
from typing_extensions import override

from cse_chat.adapters.kafka.compiled_schemas import Reader, Writer, reader_of, writer_of

# Which request, its version, its number, and how long the client's name is, which follows.
_HEADER: Final = Struct(">hhih")
_NUMBER: Final = Struct(">i")


class QuickRequest:
    """A request as the library's client takes it."""

    def __init__(self, request: Any) -> None:  # noqa: ANN401 - anything that can be prepared
        """Store *request*, which the client would take just as well."""
        self._request = request

    def prepare(self, versions: Mapping[int, tuple[int, int]]) -> "RequestStruct | _Prepared":
        """Return it as it is sent to a broker that knows *versions*.

        Versions with tags, of which none is used so far, are left to the library.
        """
        request: RequestStruct = self._request.prepare(versions)
        return request if request.FLEXIBLE_VERSION else _Prepared(request)


class _Prepared:
    """What the library's connection sends, and asks for how to read what comes back."""

    def __init__(self, request: RequestStruct) -> None:
        self._request = request
        self._codec = _codec_of(type(request))
        self.RESPONSE_TYPE = self._codec.response

    @override
    def __repr__(self) -> str:
        return repr(self._request)

    def build_request_header(self, correlation_id: int, client_id: str) -> "_Encoded":
        request, name = self._request, client_id.encode()
        numbers = (request.API_KEY, request.API_VERSION, correlation_id, len(name))
        return _Encoded(_HEADER.pack(*numbers) + name)

    def encode(self) -> bytes:
        values = vars(self._request)
        return self._codec.write([values[name] for name in self._codec.names])

    def parse_response_header(self, frame: BytesIO) -> "_ResponseHeader":
        return _ResponseHeader(*_NUMBER.unpack(frame.read(_NUMBER.size)))


class _Encoded(bytes):
    __slots__ = ()

    def encode(self) -> bytes:
        return self


class _ResponseHeader:
    __slots__ = ("correlation_id",)

    def __init__(self, correlation_id: int) -> None:
        self.correlation_id = correlation_id


class _QuickResponse:
    """Reads responses of one type and version."""

    def __init__(self, kind: type[Response]) -> None:
        self._kind = kind
        self._read: Reader = reader_of(kind.SCHEMA)

    def decode(self, frame: BytesIO) -> Response:
        # No copy is made of it: they may be megabytes.
        values, _ = self._read(frame.getvalue(), frame.tell())
        return self._kind(*values)


class _Codec:
    """How requests of one type and version are written, and their responses read."""

    def __init__(self, kind: type[RequestStruct]) -> None:
        self.names = kind.SCHEMA.names
        self.write: Writer = writer_of(kind.SCHEMA)
        self.response = _QuickResponse(kind.RESPONSE_TYPE)


_codecs: dict[type[RequestStruct], _Codec] = {}


def _codec_of(kind: type[RequestStruct]) -> _Codec:
    codec = _codecs.get(kind)
    if codec is None:
        codec = _codecs[kind] = _Codec(kind)
    return codec
