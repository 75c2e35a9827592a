"""The command line: options in, records out, exit codes."""
