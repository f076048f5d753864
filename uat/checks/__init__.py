"""The socket of check kinds: a file here is a word in the checklist."""
