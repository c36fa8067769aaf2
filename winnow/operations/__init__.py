"""One module a verb: takes a request, returns a named result; used by the command line and by Workspace alike."""
