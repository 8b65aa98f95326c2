"""Publishing: the MkDocs build, the link check and the local server."""
