"""Look and judge: knows nothing of change or of paper."""
