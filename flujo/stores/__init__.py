"""Where events and blobs live: one file per database."""
