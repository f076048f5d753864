"""What the engineer writes: checklists in YAML, found here by ``extends: NAME``."""
