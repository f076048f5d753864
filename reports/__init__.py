"""Speak: turns the journal's facts into words and pages; looks at nothing, changes nothing."""
