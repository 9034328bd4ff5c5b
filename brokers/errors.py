"""What keeps a server from being started."""


class BrokerError(Exception):
    """A server cannot be started; the message says what to do."""
