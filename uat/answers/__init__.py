"""The socket of ways to ask a person: a file here is a value of ``--manual``."""
