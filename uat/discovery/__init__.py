"""The socket of discovery: a file here is a source.

A source has ``discover(probe)``, which asks the machine, with commands that only look, what there is of its kind, and
gives a `Found`. It does not look at each thing: what it proposes is looked at by the kinds of checks, as in pre.
``VARIABLES`` names the variables that it gives values to, if any: nobody is asked for those.
"""
