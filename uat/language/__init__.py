"""How a checklist is written: YAML with its places, what it extends, its variables, what does not fit."""
