"""The socket of hypervisors: a file here is a word under ``system.hypervisor``."""
