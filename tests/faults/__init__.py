"""The fault lab: a PBX that boots in a moment, faults on purpose, and what must hold after each of them."""
