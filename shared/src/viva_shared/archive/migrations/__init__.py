"""The schema's revisions, one file each in ``versions``: part of the package, and so of every wheel."""
