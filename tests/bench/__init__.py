"""The speed bench: the same work by this project, by testinfra, by goss and by one shell script, in one go."""
