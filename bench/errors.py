"""What keeps a measurement from being one."""


class BrokenRunError(Exception):
    """A contestant or the generator did not do what it is measured for; the message says what."""
