"""How a machine is reached: addresses, trusted host keys, the guard round a command, its answer."""
