"""One connection: its requests, one after the other, until the client leaves."""

import logging
import select
import socket
import time

from common.sandbox.oracle.errors import OracleError
from common.sandbox.oracle.server.execution import Execution
from common.sandbox.oracle.server.faults import Fault
from common.sandbox.oracle.server.logins import (
    Login,
    Settings,
    accept_connection,
    answer_data_types,
    answer_protocol,
)
from common.sandbox.oracle.transactions import Transactions
from common.sandbox.oracle.wire.encoding import Reader
from common.sandbox.oracle.wire.messages import SDU, Function, Message, end_of_call, status
from common.sandbox.oracle.wire.packets import Channel, Disconnected, Marker, MarkerReceived, Packet

__all__ = ["Session"]

logger = logging.getLogger(__name__)

_CANCELLED = OracleError(1013, "user requested cancel of current operation")
_POLL_SECONDS = 0.05


class Session:
    """Serves one socket until the client leaves."""

    def __init__(self, settings: Settings, sock: socket.socket, number: int) -> None:
        self._settings = settings
        self._socket = sock
        self._number = number
        self._channel = Channel(sock, SDU)
        self._reader = Reader(self._channel)
        self._service = ""
        self._login: Login | None = None
        self._transactions: Transactions | None = None
        self._execution: Execution | None = None
        self._sequence = 0

    def serve(self) -> None:
        """Answers requests until the client leaves or the socket is shut down."""
        try:
            self._service = accept_connection(self._channel, self._settings)
            self._login = Login(self._settings, self._service, self._number)
            while True:
                try:
                    self._request()
                except MarkerReceived as received:
                    self._break(received.marker)
        except Disconnected:
            logger.debug("session ended number=%d", self._number)
        finally:
            if self._execution:
                self._execution.close()
            if self._transactions:
                self._transactions.close()
            self._socket.close()

    def _break(self, marker: Marker) -> None:
        """The client broke off: markers go to and fro, then the call ends with ORA-01013."""
        self._reader.discard()
        if marker is not Marker.RESET:
            self._channel.write_marker(Marker.BREAK)
            while marker is not Marker.RESET:
                kind, body = self._channel.read()
                marker = Marker(body[2]) if kind == Packet.MARKER else marker
        self._channel.write_marker(Marker.RESET)
        self._channel.write_data(self._error(_CANCELLED))

    def _request(self) -> None:
        match self._reader.byte():
            case Message.PROTOCOL:
                self._channel.write_data(answer_protocol(self._reader))
            case Message.DATA_TYPES:
                self._channel.write_data(answer_data_types(self._reader))
            case Message.PIGGYBACK:
                function, _ = self._reader.byte(), self._reader.byte()
                self._piggyback(function)
            case Message.FUNCTION:
                function, self._sequence = self._reader.byte(), self._reader.byte()
                self._channel.write_data(self._answer(function))
            case _:
                raise Disconnected

    def _answer(self, function: int) -> bytes:
        try:
            if self._execution is None or self._transactions is None:
                return self._log_in(function)
            return self._perform(function, self._execution, self._transactions)
        except OracleError as error:
            return self._error(error)
        except (Disconnected, MarkerReceived):
            raise
        except Exception as error:
            # A client must not wait for ever because of a fault in here.
            logger.exception("request failed number=%d function=%d", self._number, function)
            text = (
                f"unimplemented feature: the stand-in does not survive this request ({type(error).__name__})"
            )
            return self._error(OracleError(3001, text))

    def _log_in(self, function: int) -> bytes:
        login = self._login
        if login is None or function not in (Function.LOGIN_USER, Function.LOGIN_PASSWORD):
            raise Disconnected
        if function == Function.LOGIN_USER:
            return login.answer_user(self._reader) + self._status()
        answer = login.answer_password(self._reader)
        if login.user is not None:
            database = self._settings.services[self._service]
            schema = self._settings.accounts[login.user].schema
            self._transactions = Transactions(database, login.user, schema, self._service)
            self._execution = Execution(self._reader, self._transactions, self._settings.faults, self._strike)
            logger.debug("logged in number=%d user=%s", self._number, login.user)
        return answer + self._status()

    def _perform(self, function: int, execution: Execution, transactions: Transactions) -> bytes:
        execution.sequence = self._sequence
        match function:
            case Function.EXECUTE:
                return execution.execute()
            case Function.REEXECUTE | Function.REEXECUTE_AND_FETCH:
                return execution.reexecute(Function(function))
            case Function.FETCH:
                return execution.fetch()
            case Function.LOB:
                return execution.lobs.operate(self._reader) + self._status()
            case Function.COMMIT:
                if fault := self._settings.faults.on_execute("COMMIT"):
                    self._strike(fault)
                transactions.commit()
            case Function.ROLLBACK | Function.LOGOFF:
                transactions.rollback()
            case Function.PING:
                pass
            case _:
                raise Disconnected
        return self._status()

    def _piggyback(self, function: int) -> None:
        """A request that rides in front of another and is not answered."""
        reader, execution, transactions = self._reader, self._execution, self._transactions
        if execution is None or transactions is None:
            raise Disconnected
        match function:
            case Function.CLOSE_CURSORS:
                execution.close_cursors()
            case Function.SET_SCHEMA:
                reader.skip("b")
                transactions.schema = reader.counted().decode().upper()
            case Function.REQUEST_STATE:
                reader.skip("i")
            case Function.LOB:
                execution.lobs.free(reader)
            case Function.APPLICATION_CONTEXT:
                reader.skip("bib")
                count = reader.integer()
                reader.skip("ibs" + "cci" * count)
            case Function.END_TO_END:
                self._skip_labels()
            case _:
                raise Disconnected

    def _skip_labels(self) -> None:
        """Client identifier, module, action, client info and operation: read and forgotten."""
        sizes = []
        for before in ("bbib", "b", "b", "bibib", "bibib"):
            self._reader.skip(before)
            sizes.append(self._reader.integer())
        self._reader.skip("s" * sum(1 for size in sizes if size))

    def _strike(self, fault: Fault) -> None:
        """Does what a fault asks for; a break from the client ends its delay."""
        end = time.monotonic() + fault.delay
        while time.monotonic() < end:
            if select.select([self._socket], [], [], _POLL_SECONDS)[0]:
                self._reader.fill()
        if fault.drop:
            raise Disconnected
        if fault.error:
            raise fault.error

    def _status(self) -> bytes:
        return status(self._sequence, transaction=self._in_transaction())

    def _error(self, error: OracleError) -> bytes:
        return end_of_call(self._sequence, transaction=self._in_transaction(), error=error)

    def _in_transaction(self) -> bool:
        return self._transactions is not None and self._transactions.is_open
