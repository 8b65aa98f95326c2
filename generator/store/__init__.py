"""The store: paths, manifest, atomic saving and loading of records."""
